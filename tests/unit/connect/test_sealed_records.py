"""Records that no person signs: each goes to Sở once, sealed, with what it rests on byte for byte."""

import hashlib
from pathlib import Path

import pytest

from hub.client import Batch, load_batch
from hub.connectors.sdk import Context, extract_bytes, extract_record
from hub.domain import canonical, read
from hub.schemas import decode
from hub.topics import MESSAGE_BYTES_MAX
from hub.trust import origin_of
from tests.unit.connect.world import SCHOOL, SO, Killed, SealedSystem, World, a_pupil, a_value, sha256

LOT = b"<lo>signed there</lo>"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).seals()


def a_lot(world: World, count: int, lot: bytes = LOT) -> None:
    """Let a lot with records arrive."""
    world.system.sources.append(lot)
    for n in range(1, count + 1):
        world.system.put(f"k{n}", a_value(a_pupil(n)), source=hashlib.sha256(lot).hexdigest())


def the_batch(world: World) -> Batch:
    """Return the one batch that there is."""
    (folder,) = world.waiting()
    return load_batch(folder)


def sent(world: World) -> list[dict]:
    """Return what stands in the messages that go out."""
    values: list[dict] = []
    door_send = world.door.send

    async def send(so, outbounds):
        values.extend(decode(one.sending.value, ("Submission",)).value for one in outbounds)
        await door_send(so, outbounds)

    world.door.send = send  # type: ignore[method-assign]
    return values


def test_record_of_an_unsigned_system_is_sent_with_its_extract(world: World) -> None:
    """The extract is the record as it stood; mapped again by the version that the seal names it is the document."""
    values = sent(world)
    for n in (1, 2, 3):
        world.system.put(f"k{n}", a_value(a_pupil(n, class_="3A" if n < 3 else "3B")))
    world.start().settle()
    assert world.states() == {"accepted": 3}
    (value,) = values
    sources = {hashlib.sha256(data).hexdigest(): data for data in value["sources"]}
    assert len(sources) == 3
    for row in value["documents"]:
        origin = origin_of(row["signatures"])
        assert origin is not None
        assert (origin.grade, origin.system, origin.mapping) == ("attested", "so-lieu-tinh", "tinh/1")
        record = extract_record(sources[origin.source_sha256])
        assert record in [extract_record(extract_bytes("so-lieu-tinh", one)) for one in world.system.records]
        assert isinstance(world.connector, SealedSystem)
        mapped = world.connector.mappings[0].mapper.forward(record, Context(lambda *_: SCHOOL))
        assert mapped.transcript is not None
        assert canonical(mapped.transcript) == row["document"]
    assert world.system.outcomes() == {"accepted": 3}


def test_records_of_a_signed_document_share_it(tmp_path: Path) -> None:
    """It stands in the state, in the batch and in the message once, byte for byte."""
    world = World(tmp_path).seals("derived")
    values = sent(world)
    a_lot(world, 3)
    world.start().work()
    assert [row["count"] for row in world.state.all("records_by_state")] == [3]
    batch = the_batch(world)
    assert [path.read_bytes() for path in (batch.folder / "sources").iterdir()] == [LOT]
    world.settle()
    assert [value["sources"] for value in values] == [[LOT]]
    assert {origin_of(row["signatures"]).grade for row in values[0]["documents"]} == {"derived"}


def test_record_without_its_signed_document_is_refused_and_answered(tmp_path: Path) -> None:
    """What could never be checked is not sealed; the others go on."""
    world = World(tmp_path).seals("derived")
    a_lot(world, 1)
    world.system.put("k2", a_value(a_pupil(2)), source="00" * 32)
    world.system.put("k3", a_value(a_pupil(3)))
    world.start().settle()
    assert world.states() == {"accepted": 1, "refused": 2}
    refused = [answer for answer in world.system.said() if answer.outcome == "not_sent"]
    assert {answer.findings[0]["code"] for answer in refused} == {"CONNECTOR_RECORD_WRONG"}


@pytest.mark.parametrize("size", [MESSAGE_BYTES_MAX + 1, MESSAGE_BYTES_MAX - 1_000])
def test_record_whose_document_fits_no_message_is_refused(tmp_path: Path, size: int) -> None:
    """Also where only both together are too large."""
    world = World(tmp_path).seals("derived")
    a_lot(world, 1, b"x" * size)
    world.start().settle()
    assert world.states() == {"refused": 1}
    assert [answer.findings[0]["code"] for answer in world.system.said()] == ["RECORD_TOO_LARGE"]


def test_new_version_replaces_the_old_with_its_own_source(world: World) -> None:
    """As where persons sign: it names what it replaces, and rests on the extract of today."""
    world.system.put("k1", a_value(a_pupil(1)))
    world.start().settle()
    world.system.put("k1", a_value(a_pupil(1, class_="3B")))
    world.clock_s += 10
    values = sent(world)
    world.settle()
    ((row,),) = [value["documents"] for value in values]
    transcript = read(row["document"]).transcript
    assert transcript is not None
    assert (transcript.supersedes, transcript.class_) == (sha256(canonical(a_pupil(1))), "3B")
    assert origin_of(row["signatures"]).source_sha256 == sha256(values[0]["sources"][0])


def test_source_is_kept_until_its_records_are_locked(world: World) -> None:
    """Then Sở has it for good, and here it is needed no more."""
    world.system.put("k1", a_value(a_pupil(1)))
    world.start().settle()
    held = world.state.one("record", n=1)["source_sha256"]
    assert world.state.first("source", sha256=held) is not None
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    assert world.states() == {"locked": 1}
    assert world.state.first("source", sha256=held) is None


def test_version_after_the_lock_is_answered_with_the_way_of_corrections(world: World) -> None:
    """Nothing is sealed; the system is told that persons ask for a correction."""
    world.system.put("k1", a_value(a_pupil(1)))
    world.start().settle()
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    world.system.put("k1", a_value(a_pupil(1, class_="3B")))
    world.clock_s += 10
    world.settle()
    assert world.states() == {"locked": 1, "refused": 1}
    (answer,) = [answer for answer in world.system.said() if answer.outcome == "not_sent"]
    assert [found["code"] for found in answer.findings] == ["CONNECTOR_RECORD_LOCKED"]


def test_new_mapping_sends_nothing_again(world: World) -> None:
    """What is locked, and what Sở has, stays as it was made, though everything is read again."""
    for n in (1, 2):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    world.start().settle()
    first = sha256(canonical(a_pupil(1)))
    world.door.lock(SO, SCHOOL.code, [first])
    world.settle()
    attempts = len(world.door.attempts())
    world.seals(v1=None, v2="đọc thêm").restart()
    world.state.do("begin_snapshot")
    world.clock_s += 10
    world.settle()
    assert (len(world.door.attempts()), world.states()) == (attempts, {"accepted": 1, "locked": 1})


def test_batch_is_sealed_with_the_mapping_that_made_it(world: World) -> None:
    """One that waits when a new version comes keeps its own; what comes later is in another batch."""
    world.system.put("k1", a_value(a_pupil(1)))
    world.start().work()
    world.seals(v1=None, v2="đọc thêm").restart()
    world.system.put("k2", a_value(a_pupil(2)))
    world.clock_s += 10
    world.work()
    made = {load_batch(folder).sealed.mapping: load_batch(folder) for folder in world.waiting()}
    assert {mapping: len(batch.documents) for mapping, batch in made.items()} == {"tinh/1": 1, "tinh/2": 1}
    world.settle()
    assert world.states() == {"accepted": 2}


def test_kill_at_any_moment_leaves_one_effect_of_each_record(tmp_path: Path) -> None:
    """At every commit, before and after it; sealing goes on where it was."""
    for when in ("before", "after"):
        for n in range(1, 60):
            world = World(tmp_path / f"{when}-{n}").seals("derived")
            a_lot(world, 3)
            world.kill_at = (n, when)
            killed = False
            try:
                world.start().settle()
            except Killed:
                killed = True
                world.kill_at = None
                world.restart().settle()
            assert world.states() == {"accepted": 3}
            assert set(world.door.effects().values()) == {1}
            assert world.system.outcomes() == {"accepted": 3}
            world.state.close()
            if not killed:
                break
        else:
            pytest.fail("more commits than were tried")
