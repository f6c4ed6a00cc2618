"""What every connector has: a source, a mapper, and where it answers, a sink."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from hub.connectors.sdk.answers import Answer
from hub.connectors.sdk.losses import Loss
from hub.connectors.sdk.manifest import Manifest
from hub.connectors.sdk.records import Page, Raw, SourceRecord
from hub.domain.findings import Finding
from hub.domain.transcript import School, Transcript

__all__ = [
    "Connector", "Context", "Kept", "Mapped", "Mapper", "Opened", "SealedConnector", "Sink", "Source",
    "sealed_connector",
]  # fmt: skip


class Source(Protocol):
    """Reads the system. Unavailable: try again later (fact `retry_after_s` where the system named a time).

    One that waits until a file stands still may have `settles_in_s() -> float | None` too: after how many seconds a
    pull may find more. A single run (`--once`) waits for that.
    """

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next page behind `cursor` (None: from the beginning), of at most `limit` records."""

    async def close(self) -> None:
        """Give connections back."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a mapper may ask: a school as the register has it in a school year, or None."""

    school: Callable[[str, str], School | None]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A transcript, or why there is none; `reason` is that of a replacing document.

    `province`, `school` (codes) and `school_year` are what the record itself states, even where there is no transcript:
    whose record it is, and who is answered about it.
    """

    transcript: Transcript | None
    findings: tuple[Finding, ...]
    losses: tuple[Loss, ...]
    reason: str | None = None
    province: str | None = None
    school: str | None = None
    school_year: str | None = None


class Mapper(Protocol):
    """Says what a record means as a transcript, and a transcript as a record. Pure; never raises for bad data."""

    version: str

    def forward(self, record: SourceRecord, context: Context) -> Mapped:
        """Return the transcript of a record."""

    def backward(self, transcript: Transcript) -> tuple[Raw, tuple[Loss, ...]]:
        """Return the record of a transcript, and what it cannot say."""


class Sink(Protocol):
    """Writes answers into the system, in its own form."""

    async def write(self, answers: Sequence[Answer]) -> None:
        """Write the answers of one group, idempotent by their ids. Unavailable: again; Refused: it says no to them.

        A SYSTEM_ code other than SYSTEM_REFUSES says no to whoever asks (login, address, protocol): then all wait.
        """

    async def close(self) -> None:
        """Give connections back."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One instance: its settings, a private folder, and a clock that only goes on (seconds)."""

    settings: Mapping[str, Any]
    folder: Path
    now: Callable[[], float]


class Connector(Protocol):
    """A connector; the door of its folder has `connector(file: Path | None = None) -> Connector`."""

    manifest: Manifest
    mapper: Mapper

    def source(self, opened: Opened) -> Source:
        """Open its source."""

    def sink(self, opened: Opened) -> Sink | None:
        """Open its sink, or None where the system takes no answers."""


class Kept(Protocol):
    """One version of a system's mapping that is kept for ever: `name` is "tien-giang/2", `sha256` that of its rules."""

    @property
    def name(self) -> str:
        """Return connector and version."""

    @property
    def version(self) -> str:
        """Return the version alone."""

    @property
    def sha256(self) -> str:
        """Return the hash (hex) of its rules, which a seal names."""

    @property
    def mapper(self) -> Mapper:
        """Return the mapper of that version."""


class SealedConnector(Connector, Protocol):
    """A connector whose records are sealed and not signed here: its manifest's `evidence` is not `native`.

    Whoever checks a sealed record reads its source with `rows` again, and maps it with the version that the seal names.
    `mapper` is that of the newest.
    """

    @property
    def mappings(self) -> Sequence[Kept]:
        """Return every version of the mapping, oldest first; the last is the one for new records."""

    def rows(self, data: bytes) -> Sequence[SourceRecord]:
        """Return the records of a source: of the signed part of an XML document, or of one extract.

        Pure. Raises Refused when the bytes are no such thing.
        """


def sealed_connector(connector: Connector) -> SealedConnector | None:
    """Return a connector as one whose records are sealed, None where persons sign them."""
    return None if connector.manifest.evidence == "native" else cast(SealedConnector, connector)
