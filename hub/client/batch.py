"""The batch folder (lô học bạ): what `hub prepare` writes, `hub sign` signs and `hub submit` sends.

    batch.json               school, school year, and the documents in order with their rounds
    documents/<sha256>.json  the canonical bytes that are signed, never changed
    signatures/<sha256>.jws  one compact JWS a line, in chain order
    commands/<id>.json|.jws  statement and signature of each submission, kept so that a repetition sends the same bytes
    sources/<sha256>         what the documents of a sealed batch rest on, byte for byte
    report.jsonl             one line for every row of the files: taken, warned, refused

A batch with `sealed` is not signed by persons: `hub seal` seals each document with what it rests on (ADR 0028).

Invariant: the name of a document, and of a source, is the hash of its bytes; whatever disagrees is BATCH_DAMAGED.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from hub.client.durable import is_of_the_machine, sync, sync_folder
from hub.domain.bytes_faults import DOCUMENT_BYTES_MAX
from hub.domain.statements import RoundName
from hub.domain.transcript import Code, SchoolYear, Sha256
from hub.errors import Refused
from hub.topics import MESSAGE_BYTES_MAX
from hub.trust import Origin, SealedGrade

__all__ = [
    "DOCUMENT_COUNT_MAX",
    "REPORT",
    "Batch",
    "BatchDocument",
    "Sealed",
    "damaged",
    "is_batch",
    "load_batch",
    "read_part",
    "write_batch",
    "write_report",
]

DOCUMENT_COUNT_MAX = 20_000
REPORT = "report.jsonl"
_INDEX = "batch.json"
_SOURCES = "sources"
_INDEX_BYTES_MAX = 16 * 2**20
_SIGNATURES_BYTES_MAX = 12 * 4097


class BatchDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One document: its hash, the round that it is meant for, and the row that it came from.

    `source` is the hash of what a sealed one rests on: a file in `sources`.
    """

    document_sha256: Sha256
    round: RoundName
    sheet: str
    row: int
    source: Sha256 | UnsetType = UNSET


class Sealed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the seals of a batch say of every document: members as in `Origin`, without the source."""

    grade: SealedGrade
    mapping: str | UnsetType = UNSET
    mapping_sha256: Sha256 | UnsetType = UNSET
    system: str

    @property
    def role(self) -> Literal["system_seal", "so_seal"]:
        """Whose seal it is: the system's certificate at its Sở for what it had signed itself, else the Sở's."""
        return "system_seal" if self.grade == "derived" else "so_seal"

    def origin(self, source: str) -> Origin:
        """Return what the seal of a document says that rests on a source (hex hash). ValueError for what none may."""
        fields = msgspec.structs.asdict(self) | {"source_sha256": source}
        return msgspec.convert({name: value for name, value in fields.items() if value is not UNSET}, Origin)


class _Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    type: Literal["vn.hocba.batch/1"]
    school: Code
    school_year: SchoolYear
    documents: tuple[BatchDocument, ...]
    acting: Code | None = None
    sealed: Sealed | None = None


class Batch:
    """A batch on disk; documents, sources and signatures are read when asked for.

    `school` issued the documents; `acting` hands them in, which is another one only for a successor's corrections.
    `sealed` is None where persons sign.
    """

    def __init__(
        self, folder: Path, school: str, school_year: str, documents: Sequence[BatchDocument],
        acting: str | None = None, sealed: Sealed | None = None,
    ) -> None:  # fmt: skip
        self.folder, self.school, self.school_year = folder, school, school_year
        self.acting = acting or school
        self.sealed = sealed
        self.documents = tuple(documents)

    @property
    def commands(self) -> Path:
        """The folder of signed submissions."""
        return self.folder / "commands"

    def document(self, sha256: str) -> bytes:
        """Return the verbatim bytes. Raises Refused BATCH_DAMAGED when they are not those of the hash."""
        path = self.folder / "documents" / f"{sha256}.json"
        data = read_part(path, DOCUMENT_BYTES_MAX)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise damaged(path)
        return data

    def source(self, sha256: str) -> bytes:
        """Return a source document, byte for byte. Raises Refused BATCH_DAMAGED when it is not that of the hash."""
        path = self.folder / _SOURCES / sha256
        data = read_part(path, MESSAGE_BYTES_MAX)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise damaged(path)
        return data

    def signatures(self, sha256: str) -> tuple[str, ...]:
        """Return the compact signatures in chain order; none yet is ()."""
        path = self._signatures(sha256)
        if not path.exists():
            return ()
        try:
            return tuple(read_part(path, _SIGNATURES_BYTES_MAX).decode("ascii").split())
        except UnicodeDecodeError:
            raise damaged(path) from None

    def add_signature(self, sha256: str, compact: str) -> None:
        """Append one signature; the file is replaced whole, so that an interruption leaves the old one."""
        path = self._signatures(sha256)
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text("".join(f"{line}\n" for line in (*self.signatures(sha256), compact)), encoding="ascii")
        fresh.replace(path)

    def _signatures(self, sha256: str) -> Path:
        return self.folder / "signatures" / f"{sha256}.jws"


def is_batch(folder: Path) -> bool:
    """Tell whether the folder has the index of a batch."""
    return (folder / _INDEX).is_file()


def load_batch(folder: Path) -> Batch:
    """Open a batch. Raises Refused BATCH_MISSING, BATCH_DAMAGED or BATCH_EMPTY."""
    if not is_batch(folder):
        raise Refused("BATCH_MISSING", {"folder": str(folder)})
    path = folder / _INDEX
    try:
        index = msgspec.json.decode(read_part(path, _INDEX_BYTES_MAX), type=_Index)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise damaged(path) from None
    if not index.documents:
        raise Refused("BATCH_EMPTY")
    if any((document.source is UNSET) is not (index.sealed is None) for document in index.documents):
        raise damaged(path)
    return Batch(folder, index.school, index.school_year, index.documents, index.acting, index.sealed)


def write_batch(
    folder: Path, school: str, school_year: str, documents: Mapping[BatchDocument, bytes],
    report: Iterable[Mapping[str, Any]], acting: str | None = None, sealed: Sealed | None = None,
    sources: Iterable[bytes] = (),
) -> Batch:  # fmt: skip
    """Write a new batch, all or nothing. Raises Refused BATCH_EXISTS: what may carry signatures stays.

    With `sealed`, every document names its source, and `sources` are these.
    """
    fresh = folder.with_name(folder.name + ".new")
    if folder.exists() or fresh.exists():
        raise Refused("BATCH_EXISTS", {"folder": str(folder if folder.exists() else fresh)})
    (fresh / "documents").mkdir(parents=True)
    for named, data in documents.items():
        (fresh / "documents" / f"{named.document_sha256}.json").write_bytes(data)
    for source in sources:
        (fresh / _SOURCES).mkdir(exist_ok=True)
        (fresh / _SOURCES / hashlib.sha256(source).hexdigest()).write_bytes(source)
    write_report(fresh / REPORT, report)
    index = _Index("vn.hocba.batch/1", school, school_year, tuple(documents), acting, sealed)
    (fresh / _INDEX).write_bytes(msgspec.json.format(msgspec.json.encode(index), indent=1) + b"\n")
    sync_folder(fresh)
    fresh.rename(folder)
    sync(folder.parent)
    return Batch(folder, school, school_year, index.documents, acting, sealed)


def write_report(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON line for each row; they hold what the cells hold, so the file stays at the school."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.writelines(msgspec.json.encode(line) + b"\n" for line in lines)


def read_part(path: Path, bytes_max: int) -> bytes:
    """Return what a file of a batch holds. Raises Refused BATCH_DAMAGED, and OSError where the machine is at fault."""
    try:
        with path.open("rb") as stream:
            data = stream.read(bytes_max + 1)
    except OSError as error:
        if is_of_the_machine(error):
            raise
        raise damaged(path) from None
    if len(data) > bytes_max:
        raise damaged(path)
    return data


def damaged(path: Path) -> Refused:
    """Return the refusal of a file of a batch, by its name in it."""
    return Refused("BATCH_DAMAGED", {"file": f"{path.parent.name}/{path.name}"})
