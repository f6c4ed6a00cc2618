"""What Bộ knows of one Sở's log, what comes in, and what is decided about it: the nouns of ingest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.decision.forks import SignedText
from hub.decision.ingest_correction import Record, Standing
from hub.decision.ingest_missing import Listed
from hub.decision.ingest_request import Asked, Request
from hub.domain.statements import Manifest, Missing
from hub.domain.transcript import Transcript
from hub.errors import Refused
from hub.trust import Frontier, Leaf, leaf_hash

__all__ = [
    "Again", "Chunk", "Closing", "Head", "Ingested", "KnownLog", "LockVerdict", "ManifestRow", "NewClosing", "NewHead",
    "Refusal", "Staged", "Told",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chunk:
    """A LockedChunk: `rows` are (document, signatures, leaf bytes); empty for one whose bytes are gone."""

    so: str
    lock_id: bytes
    n: int
    of: int
    sha256: bytes
    message: bytes | None
    rows: tuple[tuple[bytes, tuple[str, ...], bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A LockManifest whose signature was verified; `requests` are the commands that came beside it, newest last.

    `at_s` is the append time of one that has just come, Unix seconds.
    """

    so: str
    lock_id: bytes
    log_index: int
    statement: bytes
    signature: str
    manifest: Manifest
    requests: tuple[Request, ...] = ()
    at_s: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """A Checkpoint whose signatures were verified; `at_s` is its append time, Unix seconds.

    `signed` judges the request behind a lock by the register that the head is judged on. `timestamp` is the token as it
    came, `stamped_at` its time where it verified; `unstamped` is why it does not stand, told when the head is new.
    `successor` of the final head of a closed log is the slug of the Sở that follows.
    """

    so: str
    size: int
    root: bytes
    text: bytes
    signature: str
    at_s: int
    signed: Callable[[ManifestRow, Request, Asked], bool]
    timestamp: bytes = b""
    stamped_at: datetime | None = None
    unstamped: Refused | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Ingested:
    """One transcript of a promoted lock."""

    document: bytes
    signatures: tuple[str, ...]
    leaf_bytes: bytes
    leaf_sha256: bytes
    leaf: Leaf
    transcript: Transcript
    pupil: str


@dataclass(frozen=True, slots=True)
class LockVerdict:
    """What became of one lock: promoted with its transcripts in manifest order, or refused with codes."""

    row: ManifestRow
    codes: tuple[str, ...]
    documents: tuple[Ingested, ...]
    missing: Missing | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Staged:
    """A chunk or manifest that now waits, or nothing when it came again.

    `returned`: the bytes of a chunk of a refused lock. `requested`: a manifest known before, beside another request.
    """

    chunk: Chunk | None = None
    manifest: ManifestRow | None = None
    returned: Chunk | None = None
    requested: ManifestRow | None = None


@dataclass(frozen=True, slots=True)
class NewHead:
    """A head that Bộ accepts and cosigns, with the locks that it decides."""

    head: Head
    frontier: tuple[str, ...]
    locks: tuple[LockVerdict, ...]


@dataclass(frozen=True, slots=True)
class NewClosing:
    """The final head of a log that Bộ accepts and cosigns: it decides nothing, and nothing follows it."""

    head: Head


@dataclass(frozen=True, slots=True)
class Closing:
    """The final head that stands."""

    size: int
    root: bytes
    successor: str
    signed: SignedText


@dataclass(frozen=True, slots=True)
class Again:
    """A head that came again behind parts of refused locks: `considered` were decided anew, `locks` otherwise."""

    head: Head
    locks: tuple[LockVerdict, ...]
    considered: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The last decision on a lock that stands refused."""

    attempt: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """In a replay, what was said of a lock before: at which time (Unix seconds), with which codes."""

    at_s: int
    codes: tuple[str, ...]


@dataclass
class KnownLog:
    """What Bộ knows of one Sở: its log, the manifests at or beyond its size, their chunks, decided records.

    `reported`: pupils by school and year; `heads`: signed heads by size, at least the newest; `requested_from`: the
    first place in the log that came with a request; `rosters` by lock; `refused` locks; `told`: what a replay must
    repeat, by lock and attempt.
    """

    so: str
    frontier: Frontier = field(default_factory=Frontier)
    roots: dict[int, bytes] = field(default_factory=dict)
    manifests: dict[int, ManifestRow] = field(default_factory=dict)
    indexes: dict[bytes, int] = field(default_factory=dict)
    chunks: dict[bytes, dict[int, Chunk]] = field(default_factory=dict)
    records: set[tuple[str, str, str, str, int, bool]] = field(
        default_factory=set
    )  # with version, and whether it ended
    recorded: set[Record] = field(default_factory=set)  # those of `records`, in whatever version
    standing: dict[Record, Standing] = field(default_factory=dict)  # of the schools and years of waiting corrections
    reported: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    heads: dict[int, SignedText] = field(default_factory=dict)
    requested_from: int | None = None
    rosters: dict[bytes, Sequence[Listed]] = field(default_factory=dict)
    refused: dict[bytes, Refusal] = field(default_factory=dict)
    told: Mapping[tuple[bytes, int], Told] = field(default_factory=dict)
    closing: Closing | None = None

    def leaf_hashes(self, size: int) -> list[bytes]:
        """Return the log's leaf hashes [0, size); KeyError when a manifest is missing."""
        return [leaf_hash(self.manifests[index].statement) for index in range(size)]
