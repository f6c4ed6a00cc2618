"""What a decision of the Sở about a pupil makes known beside its own receipt.

Each school whose transcript it moved gets a follow-up receipt, about the submission that brought the transcript. A
decision on identifiers, a look-up slip and a step of a transfer go on to Bộ as they were signed. Ids are derived, so a
replay says the same.
"""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import UNSET

from hub.agents.receipts import Receipts, evidence_shown, instant
from hub.agents.stage import Outgoing, as_decided
from hub.decision import FollowUp, Outcome
from hub.domain import render
from hub.domain.statements import ReceiptDocument, ReceiptStatement
from hub.schemas import encode
from hub.store import Connection
from hub.store.so import command_id_of
from hub.topics import locked as locked_topic
from hub.topics import receipt as receipt_topic
from hub.topics import slip as slip_topic
from hub.topics import transfer as transfer_topic

__all__ = ["FOLLOW_UP", "told_besides"]

FOLLOW_UP = "Conflict"  # kind of the receipt: a document that one of two claimants handed in

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def told_besides(connection: Connection, so: str, receipts: Receipts, outcome: Outcome) -> list[Outgoing]:
    """Return the messages of a decision but for its own receipt; none for any other command. Raises as `as_decided`."""
    messages = [_follow_up(connection, so, receipts, outcome, one) for one in outcome.follow_ups]
    if outcome.slip:
        messages.append(_slip(so, outcome))
    if outcome.transfer:
        messages.append(_transfer(so, outcome))
    return messages if outcome.linking is None else [*messages, _link(so, outcome)]


def _follow_up(connection: Connection, so: str, receipts: Receipts, outcome: Outcome, one: FollowUp) -> Outgoing:
    command, row = outcome.command, one.document
    refused = one.state == "refused"
    evidence = UNSET if refused else evidence_shown(row.evidence)
    document = ReceiptDocument(
        document_sha256=row.document_sha256.hex(), evidence=evidence,
        findings=tuple(render(f) for f in one.findings) or UNSET,
        outcome="refused" if refused else "accepted", state=one.state,
    )  # fmt: skip
    statement = ReceiptStatement(
        at=instant(command.at), command_id=command_id_of(connection, row.message_sha256), documents=(document,),
        facts={"decision": command.command_id, "kind": command.kind}, findings=(), kind=FOLLOW_UP,
        outcome="refused" if refused else "accepted", register_version=command.register_version,
        school=row.record.school, so=so, type="vn.hocba.receipt/1",
    )  # fmt: skip
    about = f"{command.message_sha256.hex()}/{row.message_sha256.hex()}/{row.n}"
    receipt_id, value = receipts.signed(statement, about)
    value = as_decided(connection, receipt_topic(so).name, "Receipt", receipt_id, value, offset=command.offset)
    return receipts.outgoing(row.record.school, receipt_id, value=value)


def _link(so: str, outcome: Outcome) -> Outgoing:
    return _as_signed(so, outcome, locked_topic(so).name, "IdentityLink")


def _slip(so: str, outcome: Outcome) -> Outgoing:
    return _as_signed(so, outcome, slip_topic(so).name, "Slip")


def _transfer(so: str, outcome: Outcome) -> Outgoing:
    command = outcome.command
    more = {"school": command.school, "kind": command.kind, "received_at_ms": int(command.at.timestamp() * 1000)}
    return _as_signed(so, outcome, transfer_topic(so).name, "TransferStep", more)


def _as_signed(so: str, outcome: Outcome, topic: str, kind: str, more: Mapping[str, Any] = _NOTHING) -> Outgoing:
    """Return the message that carries a command's statement and signature on to Bộ, with further fields."""
    command = outcome.command
    value = {
        "so": so,
        "command_id": command.command_id,
        "statement": command.statement,
        "signature": command.signature,
        **more,
    }
    message_id = hashlib.sha256(command.statement).hexdigest()
    return Outgoing(topic, so.encode(), kind, message_id, f"/so/{so}", encode(kind, value))
