"""What the portal asks of Bộ's store: the only way to a record, and each way leaves a row in the log of reads.

A key is what a reader showed: the commitment of a slip, or of a share. It is shown again with each read, because the
school may have issued another slip, or the family may have revoked the share, since. All methods may raise Unavailable.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from hub.domain.consent import Party
from hub.trust import RegisteredSchool, Snapshot
from hub.web.portal.transfer_store import FamilyTransfer, FamilyWish, NewWish

__all__ = [
    "Agreed", "Key", "Look", "NewShare", "Opened", "PortalStore", "Reading", "ShareKey", "Shared", "Standing",
    "StoredVersion", "What",
]  # fmt: skip

What = Literal["history", "year", "sheet", "bundle", "looks", "share", "transfer"]


@dataclass(frozen=True, slots=True)
class Key:
    """What a slip opens: locator (11 symbols), HMAC of the commitment under Bộ's slip key, birth date as typed."""

    locator: str
    commitment_hmac: bytes = field(repr=False)
    birth_date: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShareKey:
    """What a share's code opens: id of the share (UUID), HMAC of the code's commitment."""

    share_id: str
    code_hmac: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one read is for: goes into the log. `years` are school years, empty for all; `network` is /24 or /48."""

    what: What
    purpose: str
    network: str
    years: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One locked version as Bộ took it in, verbatim; UNLOCK leaves are left out."""

    so: str
    document: bytes
    document_sha256: bytes
    signatures: tuple[str, ...]
    version: int
    locator: str
    effective_on: date
    log_index: int
    ingested_at: datetime


class Opened(Protocol):
    """One person's record inside one transaction, for a share only its years."""

    @property
    def birth_date(self) -> date:
        """The pupil's, by the newest version."""

    def versions(self) -> Sequence[StoredVersion]:
        """Return every locked version, in whatever order."""

    def bundle(self, version: StoredVersion) -> bytes:
        """Return the evidence file of a version from Bộ's copy. Raises Refused as `make_bundle_at_bo`."""

    def transfers(self) -> tuple[Sequence[FamilyTransfer], Sequence[FamilyWish]]:
        """Return the person's transfers, and what the family said that is not accepted, newest first.

        Both are empty for a recipient of a share.
        """


@dataclass(frozen=True, slots=True)
class Look:
    """One row of "who looked". `actor` is "family" or "recipient"; `name` is that of a share's recipient, else ""."""

    at: datetime
    actor: str
    name: str
    what: str
    purpose: str
    years: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """One consent: who (pupil or guardian), the subject that the identity provider names, when."""

    party: Party
    issuer: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NewShare:
    """A share as the family makes it; `code_hmac` stands for its code, which nobody keeps."""

    share_id: str
    code_hmac: bytes = field(repr=False)
    recipient: str
    purpose: str
    years: tuple[str, ...]
    expires_at: datetime
    agreed: tuple[Agreed, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A share as it stands."""

    share_id: str
    recipient: str
    purpose: str
    years: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    view_count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What Bộ says of one document by its hash: its version, and the newest of its record."""

    version: int
    newest_version: int


class PortalStore(Protocol):
    """Everything that the portal may do at Bộ."""

    def look_up(self, key: Key, network: str, at: datetime) -> bool:
        """Tell whether a key opens a record. Everything that does not, or is over a limit, is False, in like steps."""

    def look_up_share(self, key: ShareKey, network: str, at: datetime) -> bool:
        """Tell the same of a share's code: False when it is wrong, revoked or over."""

    def open(self, key: Key | ShareKey, reading: Reading, at: datetime) -> AbstractContextManager[Opened | None]:
        """Log the read and open the record, in one transaction; None when the key opens nothing (any more)."""

    def looks(self, key: Key, at: datetime) -> Sequence[Look] | None:
        """Return who looked, newest first, at most the newest 200; None when the key opens nothing."""

    def shares(self, key: Key, at: datetime) -> Sequence[Shared] | None:
        """Return the record's shares, newest first; None when the key opens nothing."""

    def add_share(self, key: Key, share: NewShare, at: datetime) -> bool:
        """Keep a share with its consents. False when the key opens nothing."""

    def revoke_share(self, key: Key, share_id: str, at: datetime) -> bool:
        """End a share of this record at once. False when there is none such."""

    def share_of(self, key: ShareKey, at: datetime) -> Shared | None:
        """Return the share that a code opens; None as `look_up_share`."""

    def wish(self, key: Key, said: NewWish, at: datetime) -> str:
        """Keep what a family says of a transfer: "" when it is kept or waits already, else the code that says why not.

        PORTAL_NOTHING_THERE: no transfer of this pupil, be it another's or nobody's.
        """

    def schools(self, so: str, at: datetime, codes: Sequence[str] | None = None) -> Sequence[RegisteredSchool]:
        """Return the schools of a Sở's register by code, as they were last by `at`: all, or those of these codes."""

    def days_off(self, so: str, at: datetime) -> frozenset[date]:
        """Return the days that a Sở's register declares free beyond the holidays."""

    def standing(self, document_sha256: bytes) -> Standing | None:
        """Say how a document stands; None for one that Bộ does not have. Whoever asks holds its hash."""

    def register(self, so: str) -> Snapshot:
        """Return the newest register of a Sở as Bộ knows it."""
