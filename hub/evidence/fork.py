"""Bằng chứng rẽ nhánh: a file with two texts that one log or seal signed and that cannot both be true. Pure.

Two heads of one size with different roots prove the fork by the log's key alone. Of two sizes it is proved when `log`
(the leaf hashes, which the larger head binds) gives another root at the smaller size. A manifest does not say where it
stands, so two of them prove a fork only when they are of one lock. A final head contradicts every larger head, and a
final head that names another successor, by the log's key alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hub.domain.statements import Manifest, read
from hub.errors import Refused
from hub.trust import (
    Checkpoint,
    Frontier,
    NoteKey,
    certificate_of,
    decode_base64,
    fingerprint,
    verify,
    verify_checkpoint,
)
from hub.trust import read as read_signature

__all__ = ["FORK_BYTE_COUNT_MAX", "ForkFile", "ForkReport", "ForkText", "ForkVerdict", "fork_bytes", "verify_fork"]

FORK_BYTE_COUNT_MAX = 33_554_432
_Hash = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class ForkText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signed text: `text` in base64, the seal's detached JWS, `place` its tree size or log index."""

    place: int
    signature: str
    text: str


class ForkFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One pair. `log_keys`: note keys of the log by its policy; `certificates`: DER in base64 of the seals."""

    certificates: tuple[str, ...]
    code: str
    first: ForkText
    id: int
    kind: Literal["checkpoint", "manifest"]
    log: tuple[_Hash, ...]
    log_keys: tuple[str, ...]
    second: ForkText
    seen_at: str
    so: str
    type: Literal["vn.hocba.fork/1"]


class ForkVerdict(StrEnum):
    """proved: both are signed and contradict; claimed: both are signed, the rest is the keeper's word; broken."""

    PROVED = "proved"
    CLAIMED = "claimed"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class ForkReport:
    """What became of one file; `codes` say what is broken, `facts` what was compared."""

    verdict: ForkVerdict
    codes: tuple[str, ...]
    facts: Mapping[str, str]

    def shown(self) -> dict[str, Any]:
        """Return the report as one JSON object."""
        return {"verdict": self.verdict.value, "codes": list(self.codes), "facts": dict(self.facts)}


def fork_bytes(file: ForkFile) -> bytes:
    """Return the canonical bytes of a file."""
    return msgspec.json.encode(file, order="sorted")


def verify_fork(data: bytes, log_keys: Sequence[NoteKey] = ()) -> ForkReport:
    """Judge a file by the log's keys as the reader has them; without any, by those in the file, which it then names."""
    try:
        if len(data) > FORK_BYTE_COUNT_MAX:
            raise Refused("FORK_FILE_UNREADABLE")
        file = msgspec.json.decode(data, type=ForkFile)
        keys = list(log_keys) or [NoteKey.of(text) for text in file.log_keys]
        verdict, facts = _manifests(file) if file.kind == "manifest" else _heads(file, keys)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ForkReport(ForkVerdict.BROKEN, ("FORK_FILE_UNREADABLE",), {})
    except Refused as refused:
        return ForkReport(ForkVerdict.BROKEN, (refused.code,), {})
    trusted = "reader" if log_keys else "file"
    return ForkReport(verdict, (), {"so": file.so, "kind": file.kind, "keys_from": trusted, **facts})


def _heads(file: ForkFile, keys: Sequence[NoteKey]) -> tuple[ForkVerdict, dict[str, str]]:
    first, second = (verify_checkpoint(decode_base64(one.text), keys) for one in (file.first, file.second))
    facts = {"origin": first.origin}
    for name, head in (("first", first), ("second", second)):
        facts |= {f"{name}_size": str(head.size), f"{name}_root": head.root.hex()}
        facts |= {} if head.successor is None else {f"{name}_successor": head.successor}
    if first.origin != second.origin:
        raise Refused("FORK_NOT_ONE")
    if _outgrown(first, second) or _outgrown(second, first):
        return ForkVerdict.PROVED, facts
    if first.size == second.size:
        if first.root == second.root:
            raise Refused("FORK_NOT_ONE")
        return ForkVerdict.PROVED, facts
    return _of_two_sizes(file, first, second), facts


def _outgrown(final: Checkpoint, other: Checkpoint) -> bool:
    """Tell whether a head says that the log ended, and another that it went on, or ended otherwise."""
    if final.successor is None:
        return False
    return other.size > final.size or other.successor not in (None, final.successor)


def _of_two_sizes(file: ForkFile, first: Checkpoint, second: Checkpoint) -> ForkVerdict:
    """The leaves are bound by the first head up to its size; what the second says of these can be recomputed."""
    if len(file.log) < max(first.size, second.size) or _root(file.log, first.size) != first.root:
        return ForkVerdict.CLAIMED
    if _root(file.log, second.size) == second.root:
        raise Refused("FORK_NOT_ONE")
    return ForkVerdict.PROVED if second.size < first.size else ForkVerdict.CLAIMED


def _root(leaves: Sequence[str], size: int) -> bytes:
    frontier = Frontier()
    for leaf in leaves[:size]:
        frontier.append(bytes.fromhex(leaf))
    return frontier.root


def _manifests(file: ForkFile) -> tuple[ForkVerdict, dict[str, str]]:
    certificates = {fingerprint(der): der for der in map(decode_base64, file.certificates)}
    said = [read(decode_base64(one.text), Manifest) for one in (file.first, file.second)]
    for one in (file.first, file.second):
        _sealed(one, certificates)
    if file.first.text == file.second.text or {manifest.so for manifest in said} != {file.so}:
        raise Refused("FORK_NOT_ONE")
    facts = {f"{name}_lock": m.lock_id for name, m in zip(("first", "second"), said, strict=True)}
    seals = sorted({sha256.hex() for sha256 in certificates})
    same = said[0].lock_id == said[1].lock_id
    return (ForkVerdict.PROVED if same else ForkVerdict.CLAIMED), facts | {"certificates_sha256": " ".join(seals)}


def _sealed(one: ForkText, certificates: Mapping[bytes, bytes]) -> None:
    parsed = read_signature(one.signature)
    der = certificates.get(parsed.certificate_sha256)
    if der is None:
        raise Refused("SIGNER_UNKNOWN")
    verify(parsed, decode_base64(one.text), certificate_of(der).public_key())  # type: ignore[arg-type]
