"""A decision of the Sở on its way into the register: what it says, and what becomes of it."""

from typing import Any

import pytest

from hub.client import extension_entry, opening_entry, signed_entry, until_registered
from hub.domain.statements import RegisterEntry, encode, read
from hub.errors import Refused, Unavailable
from hub.schemas import decode
from hub.store.queries import queries_of
from hub.topics import register
from hub.trust import Entry, Snapshot, instant
from tests.unit.agents.world import Answer, FakeConnection
from tests.unit.client.builders import ISSUED_AT, ISSUED_S, signer

SO, YEAR, SCHOOL = "ha-noi", "2025-2026", "01010001"
SQL = queries_of("common")


def an_extension(to: str = "2026-07-05", decision: str = "12/QĐ-SGDĐT") -> RegisterEntry:
    return extension_entry(SO, YEAR, "completed", to, decision, ISSUED_AT)


def as_entry(made: RegisterEntry, version: int = 1) -> Entry:
    return Entry(made.kind, made.entry_id, instant(made.valid_from), None, made.payload, version)


def test_extension_gives_the_deadline_that_its_decision_names() -> None:
    """From the moment of its publication on; the number stands beside it."""
    snapshot = Snapshot.of([as_entry(an_extension())])
    assert snapshot.extended_deadline(YEAR, "completed", ISSUED_AT) == instant("2026-07-05T17:00:00Z")
    assert snapshot.extending_decision(YEAR, "completed", ISSUED_AT) == "12/QĐ-SGDĐT"


def test_each_decision_has_an_entry_of_its_own_and_the_latest_date_counts() -> None:
    """Sent again, a decision replaces itself; another one stands beside it."""
    first, second = an_extension(), an_extension("2026-07-03", "13/QĐ-SGDĐT")
    assert first.entry_id == an_extension("2026-07-09").entry_id != second.entry_id
    snapshot = Snapshot.of([as_entry(first, 1), as_entry(second, 2)])
    assert snapshot.extended_deadline(YEAR, "completed", ISSUED_AT) == instant("2026-07-05T17:00:00Z")


def test_opening_opens_the_round_that_it_names() -> None:
    """And no other."""
    made = opening_entry(SO, SCHOOL, YEAR, "completed", 2, "12/QĐ", "báo cáo sót", ISSUED_AT)
    snapshot = Snapshot.of([as_entry(made)])
    assert snapshot.is_round_open((SCHOOL, YEAR, "completed", 2), ISSUED_AT)
    assert not snapshot.is_round_open((SCHOOL, YEAR, "completed", 3), ISSUED_AT)


@pytest.mark.parametrize(
    "make",
    [
        lambda: an_extension("in July"),
        lambda: an_extension(decision=""),
        lambda: extension_entry(SO, YEAR, "transfer", "2026-07-05", "12", ISSUED_AT),
        lambda: opening_entry(SO, SCHOOL, YEAR, "completed", 1, "12", "lý do", ISSUED_AT),
        lambda: opening_entry(SO, SCHOOL, YEAR, "completed", 2, "12", "", ISSUED_AT),
    ],
)
def test_decision_that_no_register_takes_is_told_before_it_is_signed(make: Any) -> None:
    """It would stand in quarantine otherwise."""
    with pytest.raises(Refused) as refused:
        make()
    assert refused.value.code == "REGISTER_ENTRY_WRONG"


def test_record_of_an_entry_is_the_registrars() -> None:
    """Key, statement and signature say the same."""
    made = an_extension()
    sending = signed_entry(made, signer("registrar"), ISSUED_S)
    value = decode(sending.value, register(SO).messages).value
    assert (sending.topic, sending.key) == (register(SO).name, f"calendar/{made.entry_id}".encode())
    assert read(value["statement"], RegisterEntry) == made


def a_connection(registered: object = None, quarantined: object = None) -> FakeConnection:
    def script(sql: str, _: Any) -> Answer:
        found = {SQL["entry_registered"]: registered, SQL["entry_quarantined"]: quarantined}.get(sql)
        return Answer([] if found is None else [(found,)])

    return FakeConnection(script)


def test_waiting_ends_with_the_version_or_with_why_it_stands_in_quarantine() -> None:
    """Or with patience."""
    made = an_extension()
    sending = signed_entry(made, signer("registrar"), ISSUED_S)
    connection = a_connection(registered=41)
    assert until_registered(connection, made, sending, (0, 40), 1.0) == 41
    assert connection.calls[0][1] == (SO, "calendar", made.entry_id, encode(made))
    with pytest.raises(Refused) as refused:
        until_registered(a_connection(quarantined="REGISTRAR_UNKNOWN"), made, sending, (0, 40), 1.0)
    assert refused.value.code == "REGISTRAR_UNKNOWN"
    with pytest.raises(Unavailable) as waited:
        until_registered(a_connection(), made, sending, (0, 40), 0.0)
    assert waited.value.code == "WAITED_IN_VAIN"
