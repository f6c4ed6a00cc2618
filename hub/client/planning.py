"""Plan (chia lô): which documents of a batch go into which submission, by round and by size.

Invariant: the same batch gives the same submissions under the same ids; each fits a message, with the sources of its
documents, each of which is in it once.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec import UNSET, UnsetType

from hub.client.batch import Batch, BatchDocument
from hub.client.signing_batch import missing_roles
from hub.domain.statements import RoundName
from hub.errors import Refused
from hub.topics import MESSAGE_BYTES_MAX
from hub.trust import envelope_sha256

__all__ = ["Mode", "Planned", "check_sizes", "plan_submissions", "size_with_source"]

Mode = Literal["each", "all_or_nothing"]
DOCUMENT_COUNT_MAX = 500  # of one statement
_FRAME_BYTES = 12_288  # headers, statement without its list, its signature, and the broker's own frame
_DOCUMENT_FRAME_BYTES = 96  # the hash in the statement, lengths and block counts
_SEAL_BYTES_MAX = 4_096  # no signature is longer
_DIGEST_LENGTH = 16
_COMMAND_ID = re.compile(r"[0-9A-Za-z._\-]{8,60}", re.ASCII)  # shorter than a statement allows: a number may follow


Row = tuple[str, bytes, tuple[str, ...]]
"""One document of a submission: hash, bytes, signatures."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One submission before it is signed: `documents` and `sources` (hash, bytes) in message order."""

    command_id: str
    round: RoundName
    mode: Mode
    documents: tuple[Row, ...]
    sources: tuple[tuple[str, bytes], ...] = ()


@dataclass(slots=True)
class _Part:
    """What goes into one message; `size` is an upper bound in bytes."""

    rows: list[Row] = field(default_factory=list)
    sources: dict[str, bytes] = field(default_factory=dict)
    size: int = _FRAME_BYTES

    def add(self, row: Row, source: tuple[str, bytes] | None) -> None:
        self.size += self.more(row, source)
        self.rows.append(row)
        if source is not None:
            self.sources[source[0]] = source[1]

    def more(self, row: Row, source: tuple[str, bytes] | None) -> int:
        """Return how many bytes a document would add, with its source unless that is here already."""
        own = _DOCUMENT_FRAME_BYTES + len(row[1]) + sum(len(compact) + 4 for compact in row[2])
        return own if source is None or source[0] in self.sources else own + _DOCUMENT_FRAME_BYTES + len(source[1])


def plan_submissions(batch: Batch, mode: Mode, command_id: str | None = None) -> list[Planned]:
    """Split a batch by round and by size; nothing is sent and nothing written.

    `command_id` names the only submission, or is the beginning of all. Raises Refused OPTION_WRONG, BATCH_NOT_SIGNED,
    BATCH_NOT_SEALED, BATCH_DAMAGED, and SUBMISSION_TOO_LARGE for a document (with its source), or an all-or-nothing
    round, that no message can hold.
    """
    if command_id is not None and _COMMAND_ID.fullmatch(command_id) is None:
        raise Refused("OPTION_WRONG", {"option": "--command-id", "reason": _COMMAND_ID.pattern})
    for role, count in missing_roles(batch).items():
        code = "BATCH_NOT_SIGNED" if batch.sealed is None else "BATCH_NOT_SEALED"
        raise Refused(code, {"role": role, "count": str(count)})
    parts = [
        (round_name, part)
        for round_name in dict.fromkeys(d.round for d in batch.documents)
        for part in _parts(batch, round_name, mode)
    ]
    return [
        Planned(
            _command_id(batch, round_name, mode, part.rows, command_id, n, len(parts)), round_name, mode,
            tuple(part.rows), tuple(part.sources.items()),
        )
        for n, (round_name, part) in enumerate(parts, start=1)
    ]  # fmt: skip


def size_with_source(document: bytes, source: bytes) -> int:
    """Return an upper bound (bytes) of the smallest message that a sealed document can travel in."""
    return _FRAME_BYTES + _Part().more(("", document, (" " * _SEAL_BYTES_MAX,)), ("", source))


def check_sizes(batch: Batch) -> None:
    """Look whether every document fits a message with its source, before anything is sealed.

    Raises Refused SUBMISSION_TOO_LARGE, BATCH_DAMAGED.
    """
    for document in batch.documents:
        _, source = _source(batch, document) or ("", b"")
        _check_fits(size_with_source(batch.document(document.document_sha256), source))


def _parts(batch: Batch, round_name: RoundName, mode: Mode) -> Iterator[_Part]:
    """Fill messages in order; a round that must stand or fall together is never cut."""
    part = _Part()
    for document in _together([d for d in batch.documents if d.round == round_name]):
        sha256 = document.document_sha256
        row, source = (sha256, batch.document(sha256), batch.signatures(sha256)), _source(batch, document)
        size = part.size + part.more(row, source)
        full = size > MESSAGE_BYTES_MAX or len(part.rows) >= DOCUMENT_COUNT_MAX
        if full and (not part.rows or mode == "all_or_nothing"):
            raise _too_large(size)
        if full:
            yield part
            part = _Part()
            _check_fits(part.size + part.more(row, source))
        part.add(row, source)
    if part.rows:
        yield part


def _together(documents: Sequence[BatchDocument]) -> list[BatchDocument]:
    """Return documents in order, but those of one source beside each other, so that it travels once."""
    first: dict[object, int] = {}
    for number, document in enumerate(documents):
        first.setdefault(document.source, number)
    return sorted(documents, key=lambda d: -1 if d.source is UNSET else first[d.source])


def _source(batch: Batch, document: BatchDocument) -> tuple[str, bytes] | None:
    return None if isinstance(document.source, UnsetType) else (document.source, batch.source(document.source))


def _check_fits(size: int) -> None:
    if size > MESSAGE_BYTES_MAX:
        raise _too_large(size)


def _too_large(size: int) -> Refused:
    return Refused("SUBMISSION_TOO_LARGE", {"size": f"{size} bytes", "limit": f"{MESSAGE_BYTES_MAX} bytes"})


def _command_id(
    batch: Batch, round_name: RoundName, mode: Mode, part: Sequence[Row],
    given: str | None, n: int, count: int,
) -> str:  # fmt: skip
    """Derive the id from what is said: round, mode, documents and their signatures."""
    if given is not None:
        return given if count == 1 else f"{given}-{n}"
    said = [mode, *(f"{sha256}{envelope_sha256(signatures).hex()}" for sha256, _, signatures in part)]
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{batch.school_year}-{round_name.cohort}-{round_name.number}-{digest}"
