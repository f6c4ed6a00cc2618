"""Hải Phòng's answers over a real HTTP server: each is held once, in the system's own form, through every fault."""

import base64
import json

import pytest

from hub.connectors.hai_phong import change_record
from hub.connectors.sdk import Answer
from hub.connectors.simulating import Faults
from hub.domain import canonical
from hub.errors import Refused, Unavailable
from tests.connectors.hai_phong.systems import World, records_of, run


def an_answer(number=1, **changed):
    """Return a receipt's answer of the hub."""
    values = {
        "answer_id": f"{number:064x}", "kind": "receipt", "group": "g", "school": "31020001",
        "school_year": "2025-2026", "at": "2026-06-10T03:00:00Z", "outcome": "accepted", "record_key": "HP-1",
        "statement": base64.b64encode("Biên nhận".encode()).decode(), "signature": "x.y.z",
        "findings": ({"code": "SCORE_MISSING", "path": "$.subjects[1].score", "severity": "warn", "vi": "Thiếu điểm.",
                      "next_vi": "Bổ sung.", "value": "Nguyễn Thị Ánh"},),
    }  # fmt: skip
    return Answer(**{**values, **changed})


def test_answers_are_held_once_however_often_they_are_written(tmp_path):
    """Killed between write and note, the group is written again: the same bytes, one answer each."""

    async def work():
        async with World(tmp_path) as world:
            group = [an_answer(number) for number in range(1, 6)]
            await world.sink.write(group)
            await world.sink.close()
            _, world.sink = world.open()
            await world.sink.write(group)
            return world.system.answers()

    held = run(work())
    assert len({row["id"] for row in held}) == len(held) == 5
    assert {(row["kind"], row["offered"], row["refused"]) for row in held} == {("phan-hoi", 2, 0)}


def test_a_receipt_carries_what_so_signed_and_no_value_of_the_record(tmp_path):
    """The system gets Sở's statement and signature as they are, and findings in its own words."""

    async def work():
        async with World(tmp_path) as world:
            await world.sink.write([an_answer()])
            return json.loads(world.system.answers()[0]["body"])

    body = run(work())
    assert base64.b64decode(body["bien_nhan"]["noi_dung"]).decode() == "Biên nhận"
    assert (body["ma_ho_so"], body["ket_qua"]) == ("HP-1", "01")
    assert body["loi"][0]["ma_loi"] == "SCORE_MISSING"
    assert "Ánh" not in json.dumps(body, ensure_ascii=False)


def test_other_bytes_under_a_known_id_are_refused_by_the_system(tmp_path):
    """An id tells one thing: the first stays, the second is a refusal for good."""

    async def work():
        async with World(tmp_path) as world:
            await world.sink.write([an_answer()])
            with pytest.raises(Refused) as caught:
                await world.sink.write([an_answer(outcome="refused")])
            return caught.value.code, world.system.answers()

    code, held = run(work())
    assert code == "SYSTEM_REFUSES"
    assert [(row["offered"], row["refused"]) for row in held] == [(2, 1)]
    assert json.loads(held[0]["body"])["ket_qua"] == "01"


@pytest.mark.parametrize("faults", [Faults(errors=3), Faults(busy=3)], ids=["errors", "busy"])
def test_a_group_goes_on_where_it_broke_off(tmp_path, faults):
    """A fault in the middle of a group: every answer is held at the end, and none is offered twice meanwhile."""

    async def work():
        async with World(tmp_path, faults=faults) as world:
            group = [an_answer(number) for number in range(1, 21)]
            for _ in range(40):
                try:
                    await world.sink.write(group)
                    return world.system.answers()
                except Unavailable as error:
                    world.now += float(error.facts.get("retry_after_s", 1))
            raise AssertionError("no end")

    held = run(work())
    assert len(held) == 20
    assert {row["offered"] for row in held} == {1}


def test_a_group_goes_on_where_another_process_was_killed(tmp_path):
    """What the system confirmed is not offered again by the next process; asked for again as a whole, all of it is."""

    async def work():
        async with World(tmp_path, faults=Faults(errors=6)) as world:
            group = [an_answer(number) for number in range(1, 21)]
            for _ in range(40):
                try:
                    await world.sink.write(group)
                except Unavailable:
                    await world.sink.close()
                    _, world.sink = world.open()
                else:
                    break
            once = world.system.answers()
            while True:
                try:
                    await world.sink.write(group)
                    return once, world.system.answers()
                except Unavailable:
                    continue

    once, twice = run(work())
    assert [(row["offered"], row["refused"]) for row in once] == [(1, 0)] * 20
    assert [(row["offered"], row["refused"]) for row in twice] == [(2, 0)] * 20


def test_a_correction_is_written_over_the_version_that_the_system_has(tmp_path):
    """Out in the system's form, with the ETag of its record; again is no second correction."""

    async def work():
        async with World(tmp_path) as world:
            key = world.system.records.keys[0]
            document = canonical(world.made[0]).decode()
            answer = an_answer(kind="correction", outcome="corrected", record_key=key, documents=(document,))
            await world.sink.write([answer])
            change_record(world.folder / "system", key, lop="1Z")
            await world.sink.write([answer])
            return world.system.answers(), world.system.records.get(key)

    held, row = run(work())
    body = json.loads(held[0]["body"])
    assert [(one["kind"], one["offered"], one["refused"]) for one in held] == [("dinh-chinh", 2, 0)]
    assert body["hoc_ba"][0]["mon_hoc"] == row["mon_hoc"]
    assert "ma_ho_so" not in body["hoc_ba"][0]


def test_a_correction_of_a_version_that_is_gone_is_tried_again(tmp_path):
    """Somebody changed the record between look and write: the system says no (412), nothing is held, then it is."""

    async def work():
        async with World(tmp_path) as world:
            key = world.system.records.keys[0]
            answer = an_answer(kind="correction", outcome="corrected", record_key=key)
            look, held = world.sink._http.get, []

            async def look_then_change(path, **options):
                found = await look(path, **options)
                if not held:
                    change_record(world.folder / "system", key, lop="1Z")
                return found

            world.sink._http.get = look_then_change
            with pytest.raises(Unavailable) as caught:
                await world.sink.write([answer])
            held += [caught.value.code, len(world.system.answers())]
            await world.sink.write([answer])
            return held, len(world.system.answers())

    assert run(work()) == (["SYSTEM_BUSY", 0], 1)


def test_an_incoming_pupil_comes_with_the_history_in_the_systems_form(tmp_path):
    """The new school's system gets every locked transcript of the pupil."""

    async def work():
        async with World(tmp_path) as world:
            history = tuple(canonical(t).decode() for t in world.made[:2])
            answer = an_answer(
                kind="incoming_pupil", outcome="incoming", record_key=None, documents=history, statement=None,
                signature=None, findings=(),
            )  # fmt: skip
            await world.sink.write([answer])
            return world.system.answers()

    (row,) = run(work())
    body = json.loads(row["body"])
    assert (row["kind"], body["ket_qua"], body["bien_nhan"], len(body["hoc_ba"])) == ("tiep-nhan", "07", None, 2)


def test_the_system_started_again_holds_what_it_held(tmp_path):
    """Killed, it has the same records with their changes, and the answers it confirmed."""

    async def work():
        async with World(tmp_path) as world:
            key = world.system.records.keys[0]
            change_record(world.folder / "system", key, lop="1Z")
            before = await world.walk()
            await world.sink.write([an_answer()])
            await world.restart()
            return before, await world.walk(), world.system.answers()

    before, after, held = run(work())
    assert records_of(before) == records_of(after)
    assert len(held) == 1
