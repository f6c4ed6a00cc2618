"""Bộ's word that a log has ended: kept when it is about our own final head, and under Bộ's cosignature of that head."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.agents.stage import OutOfTurn, Record
from hub.domain.statements import ClosingStatement
from hub.errors import Refused
from hub.recovery import unmet
from hub.store import Connection
from hub.store.queries import queries_of
from hub.trust import Checkpoint, log_origin

__all__ = ["ClosingAnswer", "decide_closing", "load_closing", "write_closing_receipt"]

_SQL = queries_of("so")


@dataclass(frozen=True, slots=True)
class ClosingAnswer:
    """Bộ's verified word; `is_cosigned` tells whether a cosigner of the policy in force signed a head."""

    record: Record
    statement: ClosingStatement
    payload: bytes
    signature: str
    cosignature: str
    is_cosigned: Callable[[Checkpoint], bool]


def load_closing(connection: Connection, topic: str, answer: ClosingAnswer) -> tuple[int, bytes, str] | None:
    """Return size, root and successor of our final head. Raises OutOfTurn while one that was published is lost."""
    named = f"{answer.statement.tree_size}/closed"
    if unmet(connection, topic, "Checkpoint", named, None) is not None:
        raise OutOfTurn(answer.record.offset, f"Checkpoint {named}")
    row = connection.execute(_SQL["closing"]).fetchone()
    return None if row is None else (row[0], bytes(row[1]), row[2])


def decide_closing(so: str, answer: ClosingAnswer, closing: tuple[int, bytes, str] | None) -> None:
    """Refuse a word about another end than ours: INGEST_RECEIPT_DIFFERS, INGEST_RECEIPT_NOT_COSIGNED."""
    said = answer.statement
    if closing is None or (said.tree_size, bytes.fromhex(said.root), said.successor) != closing:
        raise Refused("INGEST_RECEIPT_DIFFERS")
    size, root, successor = closing
    if not answer.is_cosigned(Checkpoint(log_origin(so), size, root, successor)):
        raise Refused("INGEST_RECEIPT_NOT_COSIGNED")


def write_closing_receipt(connection: Connection, answer: ClosingAnswer) -> None:
    """Keep Bộ's word; the same again changes nothing."""
    connection.execute(_SQL["add_closing_receipt"], (answer.payload, answer.signature, answer.cosignature))
