"""Commands as Kafka records: the message, its key (school code) and its headers, all saying the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from hub.decision import set_root
from hub.domain.statements import Command, LockRequest, Recall, RegisterEntry, RoundName, Unreported
from hub.domain.statements import encode as encode_statement
from hub.errors import Refused
from hub.kafka.headers import headers_of
from hub.kafka.producer import Sending
from hub.schemas import encode
from hub.signing import Signer
from hub.topics import command as command_topic
from hub.topics import register as register_topic
from hub.trust import sign

__all__ = ["checked", "command_sending", "instant", "lock_request", "recall", "register_sending", "submission_sending"]

_C = TypeVar("_C", bound=Command)


def submission_sending(
    so: str, school: str, command_id: str, statement: bytes, signature: str,
    documents: Sequence[tuple[bytes, Sequence[str]]], sources: Sequence[bytes] = (),
) -> Sending:  # fmt: skip
    """Return the record of a submission; `documents` are (verbatim bytes, compact signatures).

    `sources` are the source documents of sealed ones, in the order of the statement.
    """
    rows = [{"document": document, "signatures": list(signatures)} for document, signatures in documents]
    more = {"documents": rows, "sources": list(sources)}
    return _sending(so, "Submission", school, command_id, statement, signature, more)


def command_sending(so: str, command: Command, signer: Signer, role: str, iat: int) -> Sending:
    """Sign a command without transcripts and return its record."""
    statement = encode_statement(command)
    signature = sign(signer, statement, role=role, scope=command.scope, typ=command.type, iat=iat)
    kind = type(command).__name__
    return _sending(so, kind, command.school, command.command_id, statement, signature, {})


def recall(
    command_id: str, school: str, school_year: str, round_name: RoundName, document_sha256: str, reason: str,
    at: datetime,
) -> Recall:  # fmt: skip
    """Return the statement that withdraws one transcript."""
    return Recall(
        command_id=command_id, document_sha256=document_sha256, issued_at=instant(at), reason=reason,
        round=round_name, school=school, school_year=school_year, type="vn.hocba.recall/1",
    )  # fmt: skip


def lock_request(
    command_id: str, school: str, school_year: str, round_name: RoundName, document_hashes: Sequence[str], at: datetime,
    unreported: Sequence[Unreported] = (),
) -> LockRequest:  # fmt: skip
    """Return the statement that means exactly these documents (hex hashes), and lists who is not reported."""
    root = set_root([bytes.fromhex(h) for h in document_hashes]).hex()
    return LockRequest(
        command_id=command_id, count=len(document_hashes), issued_at=instant(at), root=root, round=round_name,
        school=school, school_year=school_year, type="vn.hocba.lock-request/1", unreported=tuple(unreported) or UNSET,
    )  # fmt: skip


def register_sending(statement: RegisterEntry, payload: bytes, signature: str) -> Sending:
    """Return the record of a signed register entry; its key is kind and id, so that compaction keeps the newest."""
    value = {
        "so": statement.so,
        "kind": statement.kind,
        "entry_id": statement.entry_id,
        "statement": payload,
        "signature": signature,
        "encryption": None,
    }
    headers = headers_of("RegisterEntry", statement.entry_id, f"/so/{statement.so}")
    key = f"{statement.kind}/{statement.entry_id}".encode()
    return Sending(register_topic(statement.so).name, key, encode("RegisterEntry", value), headers)


def _sending(
    so: str, kind: str, school: str, command_id: str, statement: bytes, signature: str, more: dict[str, Any]
) -> Sending:
    value = {
        "command_id": command_id,
        "school": school,
        "statement": statement,
        "signature": signature,
        "encryption": None,
    }
    headers = headers_of(kind, command_id, f"/schools/{school}")
    return Sending(command_topic(so).name, school.encode(), encode(kind, value | more), headers)


def instant(at: datetime) -> str:
    """Return an aware datetime as a command writes it, to the second."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def checked(statement: _C) -> _C:
    """Return a command as Sở will read it. Raises Refused OPTION_WRONG for a value that no command may hold."""
    try:
        return msgspec.convert(msgspec.to_builtins(statement), type(statement))
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`")
        raise Refused("OPTION_WRONG", {"option": field, "reason": str(error).partition(" - ")[0]}) from None
