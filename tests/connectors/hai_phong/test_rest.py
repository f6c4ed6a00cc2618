"""Hải Phòng against a real HTTP server: every record arrives, through every fault."""

import json

import pytest

from hub.connectors.hai_phong import change_record
from hub.connectors.hai_phong.source import RecordPages
from hub.connectors.simulating import Faults
from hub.connectors.transport import HttpAnswer
from hub.domain import canonical
from hub.errors import Refused, Unavailable
from tests.connectors.hai_phong.systems import (
    WELL,
    World,
    as_of_hai_duong,
    records_of,
    run,
    the_register,
    transcripts,
    two_years,
)


def walked(tmp_path, faults=WELL, limit=25, **options):
    """Return the pages of one walk and the world it was in."""

    async def work():
        async with World(tmp_path, faults=faults, **options) as world:
            return await world.walk(limit=limit), world

    return run(work())


def keys_of(pages):
    """Return the keys of all records, as they came."""
    return [record.key for page in pages for record in page.records]


def test_a_walk_brings_every_record_once_in_pages(tmp_path):
    """All that the system holds, no page above the limit, each key once."""
    pages, world = walked(tmp_path)
    assert len(pages) > 2
    assert max(len(page.records) for page in pages) <= 25
    assert keys_of(pages) == list(world.system.records.keys)
    assert len(set(keys_of(pages))) == len(world.system.records) == len(transcripts()) - world.system.left_out


def test_records_over_http_become_the_documents_they_were_made_of(tmp_path):
    """What the system publishes is what its transcripts say, Hải Dương's schools under their old codes."""
    pages, world = walked(tmp_path, made=two_years())
    context = the_register(world.made)
    made = [world.connector.mapper.forward(record, context) for page in pages for record in page.records]
    former = {one.transcript.school.code for one in made if one.transcript.school.province == "30"}
    expected = [as_of_hai_duong(t) if f"30{t.school.code[2:]}" in former and t.school_year < "2025-2026" else t
                for t in world.made]  # fmt: skip
    assert former
    assert {canonical(one.transcript) for one in made} == {canonical(t) for t in expected}


def test_a_third_of_the_schools_was_hai_duongs_and_only_until_the_merger(tmp_path):
    """Old province, old code and letters in 2024-2025; new code, with the old one beside, in 2025-2026."""
    pages, _ = walked(tmp_path, made=two_years())
    values = [record.value for page in pages for record in page.records]
    old = [value for value in values if value["ma_tinh"] == "30"]
    new = {value["ma_truong_cu"] for value in values if value["nam_hoc"] == "2025-2026"} - {None}
    assert {value["nam_hoc"] for value in old} == {"2024-2025"}
    assert {value["ma_truong"][:2] for value in old} == {"30"}
    assert {value["ma_truong"] for value in old} <= new


def test_nothing_new_is_one_request_and_no_body(tmp_path):
    """The ETag of an empty answer makes the next one 304; the cursor stays."""

    async def work():
        async with World(tmp_path) as world:
            cursor = (await world.walk())[-1].cursor
            first = await world.source.pull(cursor, 200)
            before = len(world.system.requests)
            second = await world.source.pull(first.cursor, 200)
            return first, second, len(world.system.requests) - before

    first, second, requests = run(work())
    assert json.loads(first.cursor)["etag"]
    assert (second.records, second.more, second.cursor, requests) == ((), False, first.cursor, 1)


def test_a_changed_record_comes_again_as_a_new_version(tmp_path):
    """A clerk's change is pulled behind the cursor, alone, and through the ETag."""

    async def work():
        async with World(tmp_path) as world:
            cursor = (await world.source.pull((await world.walk())[-1].cursor, 200)).cursor
            key = world.system.records.keys[3]
            change_record(world.folder / "system", key, nhan_xet_chung="Đã sửa.", hoc_sinh__dan_toc="Kinh")
            return key, await world.walk(cursor)

    key, pages = run(work())
    assert [(record.key, record.version) for page in pages for record in page.records] == [(key, "2")]
    assert pages[0].records[0].value["nhan_xet_chung"] == "Đã sửa."


def test_a_change_during_a_walk_loses_no_record(tmp_path):
    """Pages keep their places while records move to the end."""

    async def work():
        async with World(tmp_path) as world:
            first = await world.source.pull(None, 25)
            for key in world.system.records.keys[:5]:
                change_record(world.folder / "system", key, lop="5Z")
            return [first, *await world.walk(first.cursor, 25)], world

    pages, world = run(work())
    assert set(keys_of(pages)) == set(world.system.records.keys)
    assert len(keys_of(pages)) == len(world.system.records) + 5


def test_a_page_token_that_is_gone_begins_the_walk_again(tmp_path):
    """410: from the counter of the walk, in the same pull; nothing is passed over."""

    async def work():
        async with World(tmp_path) as world:
            page = await world.source.pull('{"moc": "0", "trang": "dGhlIHBhc3Q"}', 25)
            return page, await world.source.pull(None, 25), world.system.requests

    page, first, requests = run(work())
    assert page.records == first.records
    assert json.loads(page.cursor)["trang"] == json.loads(first.cursor)["trang"]
    assert "trang=" in requests[-3]
    assert "trang=" not in requests[-2]


def test_a_restart_of_both_sides_goes_on_at_the_cursor(tmp_path):
    """System and connector are killed between two pages: no record is lost, no page asked for again."""

    async def work():
        async with World(tmp_path) as world:
            first = await world.source.pull(None, 25)
            await world.restart()
            await world.source.close()
            await world.sink.close()
            world.source, world.sink = world.open()
            rest = await world.walk(first.cursor, 25)
            return [first, *rest], world

    pages, world = run(work())
    assert keys_of(pages) == list(world.system.records.keys)
    assert sum(request.startswith("GET") for request in world.system.requests) == len(pages) - 1


@pytest.mark.parametrize(
    "faults",
    [
        Faults(slow=0.01), Faults(errors=3), Faults(busy=3), Faults(half_written=True), Faults(clock=-86_400 * 30),
        Faults(token=1, slow=0.4), Faults(errors=4, busy=3, half_written=True, duplicate_page=True),
    ],
    ids=["slow", "errors", "busy", "half-written", "clock", "token", "all"],
)  # fmt: skip
def test_every_record_arrives_through_each_fault(tmp_path, faults):
    """What fails is asked again, and nothing is missing at the end."""
    pages, world = walked(tmp_path, faults)
    assert set(keys_of(pages)) == set(world.system.records.keys)
    assert not [page.findings for page in pages if page.findings]


def test_a_busy_system_is_asked_again_when_it_said(tmp_path):
    """Retry-After in seconds, and as a date beside a clock that is wrong by a month, are both short waits."""
    _, world = walked(tmp_path, Faults(busy=2, clock=86_400 * 30), limit=6)
    waits = [wait for code, wait in world.waits if code == "SYSTEM_BUSY"]
    assert len(waits) > 5
    assert all(0 < float(wait) <= 2 for wait in waits)


def test_a_duplicate_page_is_the_same_records(tmp_path):
    """A page that comes twice gives nothing but known (key, version) pairs with equal content."""
    pages, world = walked(tmp_path, Faults(duplicate_page=True))
    found = records_of(pages)
    assert len(keys_of(pages)) > len(found) == len(world.system.records)
    assert all(found[record.key, record.version].value == record.value for page in pages for record in page.records)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("added", {"MAPPING_FIELD_UNKNOWN"}), ("removed", {"MAPPING_FIELD_MISSING"}),
        ("renamed", {"MAPPING_FIELD_UNKNOWN", "MAPPING_FIELD_MISSING"}),
    ],
)  # fmt: skip
def test_a_change_of_the_schema_is_told_from_its_page_on(tmp_path, change, told):
    """The first page is as ever; every record behind it says what changed."""
    pages, world = walked(tmp_path, Faults(schema=change))
    context = the_register(world.made)
    codes = [
        [{found.code for found in world.connector.mapper.forward(record, context).findings} for record in page.records]
        for page in pages
    ]
    assert all(not found for found in codes[0])
    assert all(found == told for page in codes[1:] for found in page)


def test_hostile_answers_are_refused_and_the_walk_goes_on_behind_them(tmp_path):
    """Too large, compressed, elsewhere, too deep, twice the same name, NaN: each an error, none taken or followed."""

    async def work():
        async with World(tmp_path, faults=Faults(hostile=True)) as world:
            codes = []
            while len(codes) < 20:
                try:
                    page = await world.source.pull(None, 25)
                except (Refused, Unavailable) as error:
                    codes.append(error.code)
                else:
                    return codes, page
            raise AssertionError(codes)

    codes, page = run(work())
    assert len(page.records) == 25
    assert {"SYSTEM_ANSWER_TOO_LARGE", "SYSTEM_ANSWER_WRONG", "SYSTEM_REDIRECTS"} <= set(codes)


@pytest.mark.parametrize("cursor", ["", "[]", '{"moc": 3}', '{"moc": "x"}', '{"moc": "1", "mehr": 1}', "null"])
def test_a_cursor_of_something_else_is_refused(tmp_path, cursor):
    """A cursor that this connector did not make is not guessed at."""

    async def work():
        async with World(tmp_path) as world:
            await world.source.pull(cursor, 25)

    with pytest.raises(Refused) as caught:
        run(work())
    assert caught.value.code == "CURSOR_REFUSED"


class Fake:
    """Answers with a given value instead of a system."""

    def __init__(self, *values):
        self.values = list(values)

    async def get(self, *_, **__):
        return HttpAnswer(200, '"1"', self.values.pop(0), 10)


@pytest.mark.parametrize(
    "value",
    [
        None, [], {"du_lieu": None, "trang_sau": None, "moc": "9"}, {"du_lieu": [1], "trang_sau": None, "moc": "9"},
        {"du_lieu": [{}] * 3, "trang_sau": None, "moc": "9"}, {"du_lieu": [], "trang_sau": 4, "moc": "9"},
        {"du_lieu": [], "trang_sau": "t", "moc": "9"}, {"du_lieu": [], "trang_sau": None, "moc": "4"},
        {"du_lieu": [], "trang_sau": None, "moc": 9}, {"du_lieu": [], "trang_sau": "x" * 201, "moc": "9"},
    ],
)  # fmt: skip
def test_a_page_that_is_none_is_refused(value):
    """No list, too many rows, a token without end, a counter that goes back: nothing of it is taken."""
    with pytest.raises(Refused) as caught:
        run(RecordPages(Fake(value), lambda raw, place: raw).pull('{"moc": "5", "trang": "t"}', 2))
    assert caught.value.code == "SYSTEM_ANSWER_WRONG"


def test_the_secret_is_in_a_file_that_nobody_else_may_read(tmp_path):
    """Settings name the file; its mode is that which the transport asks for."""
    _, world = walked(tmp_path, limit=200)
    path = world.settings["http"]["client_secret_file"]
    assert "secret" not in json.dumps({**world.settings["http"], "client_secret_file": ""}).replace("client_secret", "")
    assert (tmp_path / "system" / "secret").stat().st_mode & 0o777 == 0o600
    assert path == str(tmp_path / "system" / "secret")
