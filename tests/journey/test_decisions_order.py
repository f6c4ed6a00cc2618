"""Decisions of one moment, read again from the database: their place in the log orders them, never a hash."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hub.decision import Known, RecordKey
from hub.store import Connection, open_connection
from hub.store.queries import queries_of
from hub.store.so.decisions import load_links, load_rulings
from tests.journey.world import World

_SO, _BO = queries_of("so"), queries_of("bo")
_AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
_FORMER, _YEAR = "id:990000000001", "1999-2000"


@pytest.fixture
def owner(world: World) -> Iterator[dict[str, Connection]]:
    """Connections of the owner roles; whatever is written is taken back."""
    servers = world.hub.servers
    urls = {"so": servers.so_urls("ha-noi").owner_url, "bo": servers.bo_urls().owner_url}
    opened = {name: open_connection(url or "") for name, url in urls.items()}
    for connection in opened.values():
        connection.execute("BEGIN")
    yield opened
    for connection in opened.values():
        connection.execute("ROLLBACK")
        connection.close()


def _command(so: Connection, message: bytes, part: int, offset: int) -> bytes:
    """Write a command of that place, all of one moment."""
    so.execute(
        "INSERT INTO inbox (message_sha256, topic, part, record_offset, school, command_id, kind, statement, signature,"
        " statement_sha256, holds_id, outcome, codes, transcript_count, register_version, appended_at, receipt_id,"
        " receipt) VALUES (%s, 't', %s, %s, 's', 'c', 'k', '', '', '', false, 'accepted', '{}', 0, 1, %s, '', '')",
        (message, part, offset, _AT),
    )
    return message


def _link(so: Connection, message: bytes, action: str, present: str, place: tuple[int, int]) -> None:
    said = (action, _FORMER, present, b"", f"{place}", "r", "so_lead", None, b"", _AT)
    so.execute(_SO["add_link"], (_command(so, message, *place), *said))


def test_links_of_one_moment_count_by_partition_and_offset_at_so(owner: dict[str, Connection]) -> None:
    """The hashes say the opposite; an ended link is remembered with its decision."""
    so = owner["so"]
    _link(so, b"z", "merge", "id:990000000002", (1, 8))
    _link(so, b"y", "correct", "id:990000000003", (0, 9))
    assert load_links(so, [_FORMER]).present_of(_FORMER) == "id:990000000002"
    _link(so, b"a", "separate", "id:990000000002", (1, 9))
    links = load_links(so, [_FORMER])
    assert links.present_of(_FORMER) is None
    assert links.decided(_FORMER) == (_AT, 1, 9, "(1, 9)")


def test_rulings_of_one_moment_count_by_partition_and_offset_at_so(owner: dict[str, Connection]) -> None:
    """The hashes say the opposite."""
    so = owner["so"]
    for message, schools, place in (
        (b"z", ("S", "T"), (2, 1)),
        (b"a", ("T", "S"), (2, 2)),
        (b"zz", ("S", "T"), (1, 7)),
    ):
        said = (_FORMER, _YEAR, "year", *schools, f"{place}", "r", "so_lead", None, b"", _AT)
        so.execute(_SO["add_ruling"], (_command(so, message, *place), *said))
    known = Known()
    load_rulings(so, known, [(_FORMER, _YEAR)])
    counting = known.ruling(RecordKey("S", _FORMER, _YEAR, "year"), "T")
    assert counting is not None
    assert (counting.school, counting.decided) == ("T", (_AT, 2, 2, "(2, 2)"))


def test_links_count_by_offset_for_one_so_and_by_time_between_several_at_bo(owner: dict[str, Connection]) -> None:
    """Rows from before the offset was kept come first."""
    steps: list[tuple[bytes, str, str, str, datetime, int | None, list[str]]] = [
        (b"old", "ha-noi", "merge", "X", _AT, None, ["X"]),
        (b"z", "ha-noi", "merge", "B", _AT, 5, ["B"]),
        (b"a", "ha-noi", "separate", "B", _AT, 6, []),
        (b"0", "ha-noi", "merge", "C", _AT - timedelta(milliseconds=1), 7, ["C"]),
        (b"1", "khanh-hoa", "merge", "D", _AT + timedelta(milliseconds=1), 1, ["D"]),
    ]
    for digest, so, action, present, at, offset, expected in steps:
        owner["bo"].execute(_BO["add_link"], (digest, so, action, _FORMER, present, b"", "", at, offset))
        rows = owner["bo"].execute(_BO["links_of"], ([_FORMER],)).fetchall()
        assert [to for former, to in rows if former == _FORMER] == expected
