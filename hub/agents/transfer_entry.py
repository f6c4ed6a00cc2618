"""One entry of the log of transfers: its message, made and read, and how Bộ signs a step of its own.

What the family said at the portal, a term that ran out, the sending of a history and what the receiving school has to
look at are Bộ's own steps (`so` is "bo"
in the message; the statement names the receiving school and its Sở).
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.agents.stage import Outgoing, Record
from hub.decision import KINDS
from hub.decision.transfer_known import TransferStepIn
from hub.domain.statements import TransferDispatch, TransferFlag, TransferOverdue, TransferStatement, encode, read
from hub.errors import Refused
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.signing import Signer
from hub.topics import bo_transfer
from hub.trust import ChainCache, Snapshot, Status, sign, verify_statement

__all__ = [
    "BO",
    "entry_id",
    "entry_of",
    "own_source",
    "own_step",
    "read_entry",
    "read_step",
    "received_at",
    "verify_own",
]

BO = "bo"
_OWN: Mapping[str, type[Any]] = {
    "TransferOverdue": TransferOverdue, "TransferDispatch": TransferDispatch, "TransferFlag": TransferFlag,
}  # fmt: skip
_SKEW = timedelta(minutes=5)  # what one broker's clock may be ahead of another's


def read_step(value: Mapping[str, Any], at: datetime) -> TransferStatement:
    """Return the statement of a step's message that arrived at `at`; of Bộ's own steps Bộ's clock tells the time.

    Raises Refused: codes of the statement's reading, TRANSFER_FOREIGN where message and statement disagree.
    """
    known = KINDS.get(value["kind"])
    typ = _OWN.get(value["kind"]) or (known.statement if known is not None else None)
    if typ is None or not value["kind"].startswith("Transfer"):
        raise Refused("TRANSFER_FOREIGN")
    said: Any = read(value["statement"], typ)
    is_early = received_at(value) > at + _SKEW and value["so"] != BO
    if (said.command_id, said.school) != (value["command_id"], value["school"]) or is_early:
        raise Refused("TRANSFER_FOREIGN")
    return said  # type: ignore[no-any-return]  # one of the step statements, by the tables of kinds


def received_at(value: Mapping[str, Any]) -> datetime:
    """Return when a step counts. Raises Refused TRANSFER_FOREIGN for a time beyond all calendars."""
    try:
        return datetime.fromtimestamp(value["received_at_ms"] // 1000, UTC) + timedelta(
            milliseconds=value["received_at_ms"] % 1000
        )
    except (OverflowError, ValueError, OSError):
        raise Refused("TRANSFER_FOREIGN") from None


def entry_id(so: str, statement: bytes) -> str:
    """Return the message id of an entry: the same statement by the same Sở is the same entry."""
    return f"{so}/{hashlib.sha256(statement).hexdigest()}"


def entry_of(value: Mapping[str, Any], said: TransferStatement) -> Outgoing:
    """Return the entry of a step (fields as `TransferStep`) for the one log, keyed by its transfer."""
    fields = ("so", "command_id", "school", "kind", "received_at_ms", "statement", "signature")
    message_id = entry_id(value["so"], value["statement"])
    body = encode_message("TransferEntry", {name: value[name] for name in fields})
    return Outgoing(bo_transfer().name, said.about.encode(), "TransferEntry", message_id, "/bo", body)


def read_entry(record: Record) -> tuple[TransferStepIn, Mapping[str, Any]]:
    """Return the step of a record of the one log (its place is still open: 0), and its message. Raises Refused."""
    value = decode(record.value, bo_transfer().messages).value
    said = read_step(value, record.at)
    if record.key != said.about.encode():
        raise Refused("TRANSFER_FOREIGN")
    digest = hashlib.sha256(value["statement"]).hexdigest()
    step = TransferStepIn(value["so"], value["kind"], value["school"], digest, said, received_at(value), 0)
    return step, value


def own_source(said: TransferStatement) -> str:
    """Return under what the outbox has a step of Bộ's own."""
    return f"transfers/{said.command_id}"


def own_step(seal: Signer, said: TransferStatement, at: datetime) -> Outgoing:
    """Return the entry of a step that Bộ's seal signs at `at`."""
    statement, at_ms = encode(said), int(at.timestamp() * 1000)
    signature = sign(seal, statement, role="bo_seal", scope=said.scope, typ=said.type, iat=at_ms // 1000)
    value = {
        "so": BO, "command_id": said.command_id, "school": said.school, "kind": type(said).__name__,
        "received_at_ms": at_ms, "statement": statement, "signature": signature,
    }  # fmt: skip
    return entry_of(value, said)


def verify_own(value: Mapping[str, Any], step: TransferStepIn, snapshot: Snapshot, cache: ChainCache) -> None:
    """Refuse a step of Bộ's that its registered seal did not sign. Raises Refused TRANSFER_UNSIGNED."""
    verdict = verify_statement(
        value["statement"], value["signature"], typ=step.said.type, scope=step.said.scope, roles={"bo_seal"},
        snapshot=snapshot, proven_at=step.at, cache=cache,
    )  # fmt: skip
    if verdict.status is Status.INVALID:
        raise Refused("TRANSFER_UNSIGNED", {"codes": " ".join(f.code for f in verdict.findings)})
