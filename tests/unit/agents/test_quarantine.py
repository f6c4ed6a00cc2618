"""The quarantine and what comes back from it: whole where it fits, told of where not, restored as it first came."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.agents.stage import Quarantined, Record
from hub.agents.stage.quarantine import keep, observe_quarantine
from hub.agents.stage.redriven import Redriven, originals
from hub.kafka.dead_letter import REDRIVEN, EntryId, is_sendable, read_kept, sendable, to_keep
from hub.kafka.identity import record_sha256
from hub.metrics import QUARANTINE_OLDEST, QUARANTINE_WAITING
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX, Topic
from tests.unit.agents.stages import a_record, a_stage
from tests.unit.agents.world import AT, Answer, FakeConnection

SQL = queries_of("common")
FIRST = AT - timedelta(days=3)
ENTRY = EntryId("so-x", "sum", "plain", 0, 4)
OWN = (("ce_id", b"1"), ("note", None))


def a_copy(entry: EntryId | bytes = ENTRY, offset: int = 9, **changes: Any) -> Record:
    name = entry if isinstance(entry, bytes) else str(entry).encode()
    return replace(a_record(offset, b"2"), headers=(*OWN, (REDRIVEN, name)), **changes)


def a_row(**changes: Any) -> tuple[Any, ...]:
    row = {"key": b"key", "value": b"2", "headers": to_keep(OWN), "at": FIRST, "append_time": True} | changes
    return tuple(row.values())


def restored(*records: Record, row: tuple[Any, ...] | None = None, **stage: Any) -> tuple[list[Record], list[str]]:
    connection = FakeConnection(lambda *_: Answer([row] if row is not None else []))
    kept, refused = originals(connection, "so-x", a_stage(**stage), records)  # type: ignore[arg-type]
    assert all(entry.code == "REDRIVE_UNKNOWN" for entry in refused)
    return kept, [entry.facts["reason"] for entry in refused]


def kept_rows(record: Record) -> tuple[list[Any], list[Any]]:
    connection = FakeConnection()
    keep(connection, "sum", "so-x", Quarantined(record, "MESSAGE_EMPTY"))  # type: ignore[arg-type]
    return (
        [p for sql, p in connection.calls if sql == SQL["quarantine"]],
        [p for sql, p in connection.calls if sql == SQL["put"]],
    )


def test_redriven_record_is_the_one_that_first_came() -> None:
    """Time, headers and identity are the first ones; only its place is the copy's."""
    (found,), refused = restored(a_copy(), row=a_row())
    assert refused == []
    assert (found.at, found.append_time, found.headers, found.offset) == (FIRST, True, OWN, 9)
    assert isinstance(found, Redriven)
    first = record_sha256(0, b"key", OWN, b"2")
    assert record_sha256(found.part, found.key, found.headers, found.value) == first
    assert found.digest() == a_copy().digest()


def test_record_that_claims_nothing_stays_as_it_is() -> None:
    """No question is asked of the database."""
    connection = FakeConnection()
    records = [a_record(0), a_record(1)]
    assert originals(connection, "so-x", a_stage(), records) == (records, [])  # type: ignore[arg-type]
    assert connection.calls == []


@pytest.mark.parametrize(
    ("record", "row", "reason"),
    [
        (a_copy(), None, "entry"),
        (a_copy(), a_row(key=b"another"), "bytes"),
        (a_copy(), a_row(value=b"3"), "bytes"),
        (a_copy(), a_row(headers=to_keep([("ce_id", b"2")])), "bytes"),
        (a_copy(), a_row(headers=to_keep([*OWN, ("more", b"")])), "bytes"),
        (a_copy(b"\xff/x"), a_row(), "header"),
        (a_copy(b""), a_row(), "header"),
        (a_copy(replace(ENTRY, stage="lock")), a_row(), "place"),
        (a_copy(replace(ENTRY, part=1)), a_row(), "place"),
        (a_copy(replace(ENTRY, topic="other")), a_row(), "place"),
        (a_copy(replace(ENTRY, owner="so-y")), a_row(), "place"),
        (a_copy(replace(ENTRY, offset=9)), a_row(), "place"),
        (replace(a_copy(), headers=((REDRIVEN, None),)), a_row(), "header"),
        (replace(a_copy(), headers=(*a_copy().headers, a_copy().headers[-1])), a_row(), "header"),
    ],
)
def test_forged_claim_is_refused(record: Record, row: tuple[Any, ...] | None, reason: str) -> None:
    """Without a row that an operator asked for, with other bytes, or with a claim that names another place."""
    assert restored(record, row=row) == ([], [reason])


def test_only_what_an_operator_asked_for_is_looked_up() -> None:
    """The query names the intent; a stranger who has the same bytes gains no earlier time."""
    assert "a.action = 'redrive'" in SQL["redriven_original"]


def test_copy_that_another_reader_asked_for_is_passed_over() -> None:
    """The register is read by Sở and Bộ: who did not ask has its own outcome for the first one."""
    shared = Topic("plain", "so-x", "key", ("Recall",), 1, read_by=("so-x", "bo"))
    assert restored(a_copy(replace(ENTRY, owner="bo")), row=a_row(), topics=(shared,)) == ([], [])
    assert restored(a_copy(replace(ENTRY, owner="so-y")), row=a_row(), topics=(shared,)) == ([], ["place"])


def test_record_of_others_on_a_shared_topic_is_not_judged() -> None:
    """It is passed over later like any other that is not ours."""
    record = a_copy(b"nonsense")
    assert restored(record, mine=lambda _: False) == ([record], [])


def test_entry_older_than_the_column_keeps_the_copys_kind_of_time() -> None:
    """What the row does not say, the topic does."""
    (found,), _ = restored(a_copy(append_time=False), row=a_row(append_time=None))
    assert not found.append_time


def test_copy_that_still_fails_opens_its_entry_again() -> None:
    """No second entry, no second message: the chain ends where it began."""
    connection = FakeConnection()
    (copy,), _ = restored(a_copy(), row=a_row())
    keep(connection, "sum", "so-x", Quarantined(copy, "MESSAGE_EMPTY", {"n": "1"}))  # type: ignore[arg-type]
    assert connection.calls == [
        (SQL["return_to_quarantine"], ("sum", "plain", 0, 9, 4, "MESSAGE_EMPTY", b'{"n": "1"}'))
    ]


def test_record_larger_than_any_message_is_kept_by_size_hash_and_first_bytes() -> None:
    """It came compressed; stored whole, it would stop whoever loads it."""
    value = b"ab" * MESSAGE_BYTES_MAX
    ((row,), (told,)) = kept_rows(replace(a_record(3, value), headers=OWN))
    assert (row[4], row[5], read_kept(row[6])) == (b"key", None, OWN)
    assert row[10:] == (True, True, len(value), hashlib.sha256(value).digest(), value[:256])
    assert told[5] == b"key"


@pytest.mark.parametrize(
    "record",
    [
        replace(a_record(3), key=bytes(MESSAGE_BYTES_MAX)),
        replace(a_record(3), headers=(("n", bytes(MESSAGE_BYTES_MAX)),)),
        replace(a_record(3, b""), headers=(("n" * MESSAGE_BYTES_MAX, None),)),
    ],
)
def test_giant_key_or_header_is_withheld_too(record: Record) -> None:
    """Whatever makes a record too large does not get into the tables."""
    ((row,), (told,)) = kept_rows(record)
    assert sum(len(part) for part in (*row, *told) if isinstance(part, bytes)) < 70_000
    assert row[11] is True


def test_record_of_just_the_size_of_a_message_is_kept_whole() -> None:
    """The limit is the broker's own."""
    value = bytes(MESSAGE_BYTES_MAX - 3)
    ((row,), _) = kept_rows(a_record(3, value))
    assert (row[5], row[11]) == (value, False)


_NAMES = st.binary(max_size=12).map(lambda raw: raw.decode("utf-8", "surrogateescape"))


@given(st.lists(st.tuples(_NAMES, st.none() | st.binary(max_size=9)), max_size=5))
def test_any_headers_are_kept_and_can_be_told_of(headers: list[tuple[str, bytes | None]]) -> None:
    """Names that are not UTF-8, null values, repeated names: all come back as they were, in their order."""
    assert list(read_kept(to_keep(headers))) == headers
    shown = sendable(headers)
    assert [value for _, value in shown] == [value for _, value in headers]
    assert all(isinstance(name.encode(), bytes) for name, _ in shown)
    assert is_sendable(headers) == (shown == headers)


@pytest.mark.parametrize("text", ["", "bo", "so-x/a/t/1", "so-x/a/t/-1/2", "so-x/a/t/1/2/3", "x/a/t/1/2", "bo/a/t/1/٢"])
def test_name_that_names_no_entry_is_none(text: str) -> None:
    """Also where digits are not ours."""
    assert EntryId.read(text) is None
    assert EntryId.read(text.encode()) is None


def test_name_of_an_entry_reads_back() -> None:
    """Commands, headers and the audit know it by one name."""
    assert EntryId.read(str(ENTRY).encode()) == EntryId.read(str(ENTRY)) == ENTRY


def test_gauges_show_how_many_wait_and_for_how_long() -> None:
    """Zero, too, so that an alarm ends."""
    for row in [(3, 86_400.0), (0, 0.0)]:
        observe_quarantine(FakeConnection(lambda *_, row=row: Answer([row])), "sum")  # type: ignore[arg-type,misc]
        found = (QUARANTINE_WAITING.labels("sum"), QUARANTINE_OLDEST.labels("sum"))
        assert tuple(gauge._value.get() for gauge in found) == row
