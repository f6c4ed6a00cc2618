"""What is kept of each record when its topic is read: hashes and ids, so that millions fit into memory."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from hub.audit.evidence import NATIVE
from hub.audit.messages import decode, statement
from hub.audit.notes import read_head
from hub.audit.signatures import Register, fault
from hub.audit.sources import Record

__all__ = [
    "CommandFact", "LockedFact", "ReceiptFact", "RegisterFact", "TranscriptFact", "command_fact", "digest_of",
    "document_pair", "fact_of", "head_digest", "told_digest",
]  # fmt: skip

_COUNTED = ("ce_id", "ce_source", "ce_specversion", "ce_type", "content-type")


class CommandFact(NamedTuple):
    """`same` is (school, command id, statement hash), None when it does not decode; `pairs` 64 bytes a document."""

    record_sha256: bytes
    same: tuple[str, str, bytes] | None
    pairs: bytes


class ReceiptFact(NamedTuple):
    """What a receipt says, and what is wrong with its signature."""

    kind: str
    outcome: str
    command_id: str
    school: str
    root: str
    documents: tuple[str, ...]
    fault: str | None


class LockedFact(NamedTuple):
    """A chunk, manifest or checkpoint: its name, lock id (or ""), number, and the hash of what it carries.

    The final checkpoint of a closed log is named `Closing`: it has the number of the one before it.
    """

    name: str
    lock_id: str
    number: int
    carries: bytes


class RegisterFact(NamedTuple):
    """Hash of statement and signature."""

    entry: bytes


class TranscriptFact(NamedTuple):
    """A message of the national stream: its pupil key, the hash of everything else it says, its grade of evidence."""

    pupil_key: str
    told: bytes
    evidence: str = "native"


def digest_of(key: bytes | None, value: bytes | None) -> bytes:
    """Return SHA-256 over key and value with their lengths: also how a position remembers its last record."""
    key, value = key or b"", value or b""
    return hashlib.sha256(b"%d:%d:" % (len(key), len(value)) + key + value).digest()


def document_pair(document: bytes, signatures: list[str]) -> bytes:
    """Return document hash and envelope hash, 64 bytes."""
    envelope = "\n".join(signatures).encode("utf-8", "replace")
    return hashlib.sha256(document).digest() + hashlib.sha256(envelope).digest()


def head_digest(text: bytes, token: bytes) -> bytes:
    """Return the hash of a head and of the time-stamp over it (empty: none)."""
    return hashlib.sha256(hashlib.sha256(text).digest() + hashlib.sha256(token).digest()).digest()


def told_digest(told: Mapping[str, Any]) -> bytes:
    """Return the hash of what a message of the national stream says, without its pupil key."""
    shown = {k: v.hex() if isinstance(v, bytes) else v for k, v in told.items() if k != "pupil_key"}
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).digest()


def fact_of(family: str, record: Record, register: Register | None) -> Any:
    """Return what is kept of a record; None for one that does not decode, or of which nothing is needed."""
    reader = _READERS.get(family)
    found = decode(record.value) if reader is not None else None
    return None if reader is None or found is None else reader(record, {"message": found[0], **found[1]}, register)


def command_fact(record: Record, quarantined: bool) -> CommandFact:
    """Return the identity of a command; what stands in quarantine is not decoded, it may be hostile."""
    headers = sorted((name, bytes(data or b"")) for name, data in record.headers if name in _COUNTED)
    parts = [str(record.part).encode(), record.key or b"", *(b"%s=%s" % (n.encode(), d) for n, d in headers)]
    identity = hashlib.sha256(b"".join(b"%d:%s" % (len(p), p) for p in [*parts, record.value or b""])).digest()
    found = None if quarantined else decode(record.value)
    if found is None or record.key is None or "statement" not in found[1]:
        return CommandFact(identity, None, b"")
    value = found[1]
    pairs = b"".join(document_pair(d["document"], d["signatures"]) for d in value.get("documents", ()))
    same = (record.key.decode("utf-8", "replace"), value["command_id"], hashlib.sha256(value["statement"]).digest())
    return CommandFact(identity, same, pairs)


def _receipt(record: Record, value: dict[str, Any], register: Register | None) -> ReceiptFact:
    said = statement(value["statement"])
    scope = {"owner": f"so-{said.get('so')}"}
    wrong = "RECEIPT_OF_NOBODY"
    if register is not None:
        wrong = fault(
            value["signature"], value["statement"], register, typ="vn.hocba.receipt/1", roles=("so_seal",), scope=scope
        ) or ("" if record.key == said.get("school", "").encode() else "RECEIPT_KEY_WRONG")  # fmt: skip
    return ReceiptFact(
        said.get("kind", ""), said.get("outcome", ""), said.get("command_id", ""), said.get("school", ""),
        str(said.get("facts", {}).get("root", "")),
        tuple(_named(said.get("kind"), said.get("documents", ()))),
        wrong or None,
    )  # fmt: skip


def _named(kind: object, documents: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what a follow-up receipt is about; of one after a decision of the Sở with its state."""
    for document in documents if kind in ("Recheck", "Conflict") else ():
        state = f" {document.get('state')}" if kind == "Conflict" else ""
        yield f"{document.get('document_sha256', '')}{state}"


def _locked(_: Record, value: dict[str, Any], __: Register | None) -> LockedFact:
    name = value["message"]
    if name == "LockedChunk":
        rows = b"".join(
            document_pair(d["document"], d["signatures"]) + hashlib.sha256(b"\0" + d["leaf"]).digest()
            for d in value["documents"]
        )
        return LockedFact(name, value["lock_id"], value["index"], hashlib.sha256(rows).digest())
    if name in ("IdentityLink", "Acceptance"):
        return LockedFact(name, "", -1, hashlib.sha256(value["statement"]).digest())
    if name == "LockManifest":
        return LockedFact(name, value["lock_id"], value["log_index"], hashlib.sha256(value["statement"]).digest())
    head = read_head(value.get("text", b""))
    return LockedFact(
        "Closing" if head is not None and head.successor else name, "", value.get("tree_size", -1),
        head_digest(value.get("text", b""), value.get("timestamp", b"")),
    )  # fmt: skip


def _statement_hash(_: Record, value: dict[str, Any], __: Register | None) -> bytes:
    return hashlib.sha256(value["statement"]).digest()


def _lock_id(_: Record, value: dict[str, Any], __: Register | None) -> str:
    return str(value.get("lock_id", ""))


def _register(_: Record, value: dict[str, Any], __: Register | None) -> RegisterFact:
    return RegisterFact(hashlib.sha256(value["statement"] + value["signature"].encode()).digest())


def _transcript(_: Record, value: dict[str, Any], __: Register | None) -> TranscriptFact:
    told = {"evidence": NATIVE} | {k: v for k, v in value.items() if k != "message"}  # version 1 had no grades
    return TranscriptFact(str(value.get("pupil_key", "")), told_digest(told), told["evidence"])


_READERS: dict[str, Callable[[Record, dict[str, Any], Register | None], Any]] = {
    "receipt": _receipt,
    "locked": _locked,
    "lock-command": _lock_id,
    "bo-receipt": _lock_id,
    "register": _register,
    "slip": _statement_hash,
    "transfer": _statement_hash,
    "transcript": _transcript,
}
