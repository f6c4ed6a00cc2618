"""The door of a Sở, as a connector sees it: send, read receipts, and what the Sở knows of schools and documents.

Two doors are shipped: `KafkaDoor`, the real one, and `FolderDoor`, which answers like a Sở out of a folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.client import Outbound, ReadReceipt
from hub.client.transfer_incoming import Box, HeardNotice
from hub.domain import Finding, Severities
from hub.domain.transcript import School

__all__ = ["Door", "Incoming", "TransferMessage"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A pupil whom a roster puts into a school, and the history that another school of this Sở has locked.

    `documents` are verbatim bytes, oldest first; `newest_sha256` (hex) is the hash of the last one; `at` is the UTC
    instant at which the roster was issued.
    """

    school: str
    school_year: str
    pupil: str
    documents: tuple[bytes, ...]
    newest_sha256: str
    at: str


@dataclass(frozen=True, slots=True)
class TransferMessage:
    """What Bộ sent to a school about a transfer: a notice, a sealed document, or the code of why it is neither.

    `place` is where it stands ("hocba.so-nghe-an.incoming.v1/3/120").
    """

    school: str
    place: str
    said: HeardNotice | Box | str


class Door(Protocol):
    """What the runner asks of Sở. Every call may raise Unavailable: then the same call is made again later."""

    @property
    def cluster_id(self) -> str:
        """Which Sở, or which cluster, this is: state of another one is never mixed with it."""

    def serves(self, so: str) -> bool:
        """Tell whether records of this Sở can be handed in here."""

    def severities(self, so: str) -> Severities:
        """Return what the policies in force make of warnings."""

    def school(self, so: str, code: str, school_year: str) -> School | None:
        """Return a school as the register has it in a school year, or None."""

    async def send(self, so: str, batch: Sequence[Outbound]) -> None:
        """Hand in commands; they are safe when this returns. A repetition is answered as the first time."""

    async def receipts(self, so: str, since: Mapping[int, int]) -> tuple[list[ReadReceipt], dict[int, int]]:
        """Return the next receipts, of every school, and where to begin next time (offset by partition)."""

    def judged(self, receipt: ReadReceipt) -> tuple[str, tuple[Finding, ...]]:
        """Judge Sở's signature over a receipt: valid, unknown, invalid (with why); unchecked without a register."""

    def documents(self, so: str, school: str, hashes: Sequence[str]) -> Mapping[str, tuple[bytes, str]] | None:
        """Return bytes and state of those documents (hex hashes) of a school that the Sở has.

        None where this door does not lead to them.
        """

    def incoming(self, so: str, schools: Sequence[str], since: int) -> tuple[list[Incoming], int]:
        """Return whom rosters newer than `since` put into these schools, and the newest version there is."""

    def incoming_by_locks(
        self, so: str, schools: Sequence[str], since: int | None
    ) -> tuple[list[Incoming], int | None]:  # fmt: skip
        """Return whom rosters put into these schools whose history locks newer than `since` changed, and the last lock.

        A lock is named by its place in Sở's log. Without `since` nobody is looked for, only the newest lock.
        """

    async def transfers(self, so: str, since: Mapping[str, int]) -> tuple[list[TransferMessage], dict[str, int], bool]:
        """Return the next messages about transfers to these schools (with the offset where each begins), in order.

        With where to begin next time, and whether there is more now.
        """

    async def close(self) -> None:
        """Give connections back."""
