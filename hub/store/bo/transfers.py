"""Transfers at Bộ: the rows to which the steps fold, and all that a batch of steps must know."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from hub.decision.transfer_known import HeldDocument, KnownTransfers, Registers, Transfer, TransferStepIn
from hub.decision.transfer_outcome import TransferOutcome
from hub.domain.linking import Links
from hub.domain.statements import TransferDispatch, TransferParty
from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = [
    "Place", "add_delivery", "add_document", "add_notice", "add_step", "known_transfers", "next_notice", "next_place",
    "place_of", "receiving_key", "rows_of", "sealed_document", "write_rows",
]  # fmt: skip

_SQL = queries_of("bo")
Place = tuple[str, bytes, int, str, str, str, str, int]
"""Sở, lock, number in it, pupil, school, school year, period and version of a locked transcript."""


def known_transfers(
    connection: Connection, registers: Registers, about: Iterable[str], pupils: Iterable[str] = (),
    statements: Iterable[str] = (), hashes: Iterable[str] = (),
) -> KnownTransfers:  # fmt: skip
    """Return what is known of these transfers and pupils, and of everybody who is the same person.

    `statements`: hashes of steps that may have been decided; `hashes`: of documents that a step names.
    """
    named = {row.pupil for row in rows_of(connection, sorted(set(about)), [])} | set(pupils)
    near = {one for (one,) in connection.execute(_SQL["transfer_linked"], (sorted(named),))}
    links = Links(connection.execute(_SQL["links_of"], (sorted(near),)).fetchall())
    persons = {one: links.person(one) for one in near}
    rows = rows_of(connection, sorted(set(about)), sorted(near))
    asked = {"pupils": sorted(near), "hashes": [bytes.fromhex(one) for one in sorted(set(hashes))]}
    documents = [_document(row, persons) for row in connection.execute(_SQL["transfer_documents"], asked)]
    decided = connection.execute(_SQL["transfer_steps_known"], (sorted(set(statements)),))
    return KnownTransfers(
        registers, {row.transfer_id: row for row in rows}, persons, {one.sha256: one for one in documents},
        {one for (one,) in decided},
    )  # fmt: skip


def rows_of(connection: Connection, transfers: Sequence[str], pupils: Sequence[str]) -> list[Transfer]:
    """Return the rows of these transfers and of all transfers of these pupils, in the order of their requests."""
    named = {"transfers": list(transfers), "pupils": list(pupils)}
    return [_row(row) for row in connection.execute(_SQL["transfers"], named)]


def next_place(connection: Connection) -> int:
    """Return the place of the next step in the order of decisions."""
    row = connection.execute(_SQL["transfer_next_place"]).fetchone()
    assert row is not None
    return int(row[0])


def add_step(
    connection: Connection, outcome: TransferOutcome, statement: bytes, signature: str, appended_at: datetime
) -> None:
    """Keep a step as it was signed, with what became of it."""
    step, state = outcome.step, None if outcome.row is None else outcome.row.state
    connection.execute(
        _SQL["add_transfer_step"],
        (step.statement_sha256, step.place, step.said.about, step.so, step.school, step.kind, step.said.command_id,
         step.at, appended_at, outcome.outcome, list(outcome.codes), state, statement, signature),
    )  # fmt: skip


def write_rows(connection: Connection, rows: Iterable[Transfer]) -> None:
    """Write rows as a step leaves them."""
    for row in rows:
        moving = (
            row.state, row.since, row.awaited, row.due_at, list(row.overdue), row.is_overdue, sorted(row.consents),
            sorted(row.referrals), None if row.released is None else list(row.released), row.delivery,
            list(row.documents), row.count, row.root, row.resend, row.acknowledged_delivery, row.closed_at,
            row.transfer_id,
        )  # fmt: skip
        if connection.execute(_SQL["move_transfer"], moving).rowcount == 0:
            asked = (
                row.pupil, row.birth_date, row.school_year, row.grade, row.receiving.so, row.receiving.school,
                row.sending.so, row.sending.school, row.procedure, row.request_sha256, row.opened_at, row.group,
                row.place,
            )  # fmt: skip
            connection.execute(_SQL["add_transfer"], (*moving, *asked))


def next_notice(connection: Connection, row: Transfer, to: TransferParty) -> int:
    """Return the number of the next notice of a transfer to a school."""
    found = connection.execute(_SQL["transfer_notice_count"], (row.transfer_id, to.so, to.school)).fetchone()
    assert found is not None
    return int(found[0]) + 1


def add_notice(
    connection: Connection, row: Transfer, to: TransferParty, n: int, step: TransferStepIn, notice_id: str
) -> None:
    """Keep who was told of which step."""
    values = (row.transfer_id, to.so, to.school, n, step.statement_sha256, notice_id)
    connection.execute(_SQL["add_transfer_notice"], values)


def place_of(connection: Connection, document_sha256: str) -> Place | None:
    """Return where a document of that hash stands, or None when Bộ has none."""
    found = connection.execute(_SQL["transfer_place_of"], {"sha256": bytes.fromhex(document_sha256)}).fetchone()
    return None if found is None else tuple(found)


def receiving_key(connection: Connection, party: TransferParty, key_sha256: str) -> bytes | None:
    """Return the raw key (32 bytes) of that hash which was entered for the school, or None."""
    found = connection.execute(_SQL["receiving_key_of_hash"], (party.so, party.school, key_sha256)).fetchone()
    return None if found is None else bytes.fromhex(found[0])


def add_delivery(connection: Connection, row: Transfer, step: TransferStepIn, said: TransferDispatch) -> None:
    """Keep a delivery."""
    values = (row.transfer_id, said.delivery, step.statement_sha256, said.cause, said.key, said.count, said.root)
    connection.execute(_SQL["add_transfer_delivery"], values)


def add_document(
    connection: Connection, said: TransferDispatch, n: int, document_sha256: str, place: Place, sealed: bytes
) -> None:
    """Keep one sealed document of a delivery."""
    values = (said.transfer, said.delivery, n, document_sha256, *place[:3], sealed)
    connection.execute(_SQL["add_transfer_document"], values)


def sealed_document(
    connection: Connection, transfer: str, delivery: int, n: int
) -> tuple[str, bytes, str, int, str] | None:
    """Return (document's hash, box, hash of the key, count of the delivery, school) of one document that was sent."""
    found = connection.execute(_SQL["transfer_document"], (transfer, delivery, n)).fetchone()
    return None if found is None else tuple(found)


def _row(row: Sequence[Any]) -> Transfer:
    (transfer_id, pupil, birth_date, school_year, grade, receiving_so, receiving, sending_so, sending, state, procedure,
     request_sha256, opened_at, since, group, place, awaited, due_at, overdue, is_overdue, consents, referrals,
     released, delivery, documents, count, root, resend, acknowledged, closed_at) = row  # fmt: skip
    return Transfer(
        transfer_id, pupil, birth_date, school_year, grade, TransferParty(school=receiving, so=receiving_so),
        TransferParty(school=sending, so=sending_so), state, procedure, request_sha256, opened_at, since, group, place,
        awaited, due_at, tuple(overdue), is_overdue, frozenset(consents), frozenset(referrals),
        None if released is None else tuple(released), delivery, tuple(documents), count, root, resend, acknowledged,
        closed_at,
    )  # fmt: skip


def _document(row: Sequence[Any], persons: dict[str, str]) -> HeldDocument:
    sha256, pupil, school, school_year, period, is_current, locked_at, birth_date = row
    person = persons.get(pupil, pupil)
    return HeldDocument(sha256, person, school, school_year, period, is_current, locked_at, birth_date or "")
