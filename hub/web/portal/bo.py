"""The portal's store on Bộ's database: what the pages ask, by way of the portal's own role."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from hub.client import make_bundle_at_bo
from hub.domain import read
from hub.domain.civil import last_day
from hub.errors import Corrupt, Refused
from hub.store import Connection
from hub.store.bo.portal import Consented, PortalDatabase, PortalKey, PortalShareKey, PortalVersion, open_portal
from hub.trust import Entry, RegisteredSchool, Snapshot
from hub.web.portal.store import Key, Look, NewShare, Opened, Reading, Shared, ShareKey, Standing, StoredVersion
from hub.web.portal.transfer_rows import transfer_of, wish_fields, wish_of
from hub.web.portal.transfer_store import FamilyTransfer, FamilyWish, NewWish

__all__ = ["BoPortalStore"]

_LOOK_COUNT_MAX = 200
_ACTORS = {"slip": "family", "share": "recipient"}


@dataclass(frozen=True, slots=True)
class _Record:
    """What one logged read opened."""

    database: PortalDatabase = field(repr=False)
    connection: Connection = field(repr=False)
    rows: Sequence[PortalVersion] = field(repr=False)

    @property
    def birth_date(self) -> date:
        newest = max(self.rows, key=lambda row: (row.school_year, row.effective_on, row.version))
        transcript = read(newest.document).transcript
        if transcript is None:  # ingest promotes none that does not read
            raise Corrupt("DOCUMENT_SHAPE")
        return last_day(transcript.student.birth_date)

    def versions(self) -> Sequence[StoredVersion]:
        return [
            StoredVersion(
                r.so, r.document, r.document_sha256, tuple(r.signatures), r.version, r.locator, r.effective_on,
                r.log_index, r.ingested_at,
            )
            for r in self.rows
        ]  # fmt: skip

    def bundle(self, version: StoredVersion) -> bytes:
        wanted = (version.so, version.document_sha256, version.version)
        row = next((r for r in self.rows if (r.so, r.document_sha256, r.version) == wanted), None)
        if row is None:
            raise Refused("BUNDLE_NOTHING_LOCKED", {"year": ""})
        return make_bundle_at_bo(
            self.connection, row.so, [row.pupil], row.school_year, school=row.school, period=row.period,
            version=row.version,
        ).bundle  # fmt: skip

    def transfers(self) -> tuple[Sequence[FamilyTransfer], Sequence[FamilyWish]]:
        rows, wishes = self.database.transfers(self.connection)
        return [transfer_of(row) for row in rows], [wish_of(row) for row in wishes]


class BoPortalStore:
    """A `PortalStore`; call it from any thread. `chance` gives random bytes."""

    def __init__(self, url: str, slip_key: bytes, chance: Callable[[int], bytes]) -> None:
        self._database: PortalDatabase = open_portal(url, slip_key, chance)

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def look_up(self, key: Key, network: str, at: datetime) -> bool:
        """Tell whether a key opens a record."""
        return self._database.knows(_key(key), network, at)

    def look_up_share(self, key: ShareKey, network: str, at: datetime) -> bool:
        """Tell the same of a share's code."""
        return self._database.knows(_share_key(key), network, at)

    @contextmanager
    def open(self, key: Key | ShareKey, reading: Reading, at: datetime) -> Iterator[Opened | None]:
        """Log the read, commit it, and open the record; None when the key opens nothing (any more)."""
        shown = _share_key(key) if isinstance(key, ShareKey) else _key(key)
        with self._database.read(shown, reading.what, reading.purpose, reading.network, reading.years, at) as opened:
            if opened is None:
                yield None
            else:
                yield _Record(self._database, opened, self._database.versions(opened))

    def looks(self, key: Key, at: datetime) -> Sequence[Look] | None:
        """Return who looked, newest first."""
        rows = self._database.looks(_key(key), at, _LOOK_COUNT_MAX)
        if rows is None:
            return None
        return [
            Look(when, _ACTORS[who], recipient or "", record, purpose, tuple(years or ()))
            for when, who, recipient, record, purpose, years in rows
        ]

    def shares(self, key: Key, at: datetime) -> Sequence[Shared] | None:
        """Return the record's shares, newest first."""
        rows = self._database.shares(_key(key), at)
        return None if rows is None else [_shared(*row) for row in rows]

    def add_share(self, key: Key, share: NewShare, at: datetime) -> bool:
        """Keep a share with its consents."""
        consents = [Consented(a.party, a.issuer, a.subject, a.at) for a in share.agreed]
        return self._database.add_share(
            _key(key), PortalShareKey(share.share_id, share.code_hmac), share.recipient, share.purpose, share.years,
            share.expires_at, consents, at,
        )  # fmt: skip

    def revoke_share(self, key: Key, share_id: str, at: datetime) -> bool:
        """End a share of this record at once."""
        return self._database.revoke(_key(key), share_id, at)

    def share_of(self, key: ShareKey, at: datetime) -> Shared | None:
        """Return the share that a code opens."""
        row = self._database.share_of(_share_key(key), at)
        return None if row is None else _shared(*row)

    def wish(self, key: Key, said: NewWish, at: datetime) -> str:
        """Keep what a family says of a transfer."""
        consents = [Consented(*one, at) for one in said.agreed]
        return self._database.wish(_key(key), wish_fields(said), consents, at)

    def schools(self, so: str, at: datetime, codes: Sequence[str] | None = None) -> Sequence[RegisteredSchool]:
        """Return schools of a register; the newest version that has begun counts."""
        rows = [Entry(*row) for row in self._database.register_part(so, "school", codes)]
        register = Snapshot.of(rows)
        known = (register.school_known_by(code, at) for code in sorted({one.payload["code"] for one in rows}))
        return [one for one in known if one is not None]

    def days_off(self, so: str, at: datetime) -> frozenset[date]:
        """Return the days off of a register."""
        return Snapshot.of(Entry(*row) for row in self._database.register_part(so, "calendar")).days_off(at)

    def standing(self, document_sha256: bytes) -> Standing | None:
        """Say how a document stands."""
        found = self._database.standing(document_sha256)
        return None if found is None else Standing(*found)

    def register(self, so: str) -> Snapshot:
        """Return the newest register of a Sở as Bộ knows it; rosters are not in it."""
        return Snapshot.of(Entry(*row) for row in self._database.register_rows(so))


def _key(key: Key) -> PortalKey:
    return PortalKey(key.locator, key.commitment_hmac, key.birth_date)


def _share_key(key: ShareKey) -> PortalShareKey:
    return PortalShareKey(key.share_id, key.code_hmac)


def _shared(
    share_id: object, recipient: str, purpose: str, years: Sequence[str], created_at: datetime, until: datetime,
    revoked_at: datetime | None, view_count: int,
) -> Shared:  # fmt: skip
    return Shared(str(share_id), recipient, purpose, tuple(years), created_at, until, revoked_at, view_count)
