"""A store in memory that keeps what the portal's store promises: every read is logged, a dead key opens nothing."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from hub.errors import Corrupt, Unavailable
from hub.trust import RegisteredSchool, Snapshot
from hub.web.portal import Key, Look, NewShare, Reading, Shared, ShareKey, Standing, StoredVersion
from hub.web.portal.transfer_store import FamilyTransfer, FamilyWish, NewWish

SCHOOLS = (
    RegisteredSchool("0101001", "Trường Tiểu học Mẫu 1", "01", (1, 5), "ha-noi", None),
    RegisteredSchool("01000002", "Trường Tiểu học Nguyễn Trãi", "01", (1, 5), "ha-noi", None),
    RegisteredSchool("40000001", "Trường Tiểu học Đặng Thai Mai", "40", (1, 5), "nghe-an", None),
    RegisteredSchool("40000002", "Trường Tiểu học Lê Lợi", "40", (1, 5), "nghe-an", None),
    RegisteredSchool("40000003", "Trường Tiểu học Đã Giải Thể", "40", (1, 5), "nghe-an", date(2025, 1, 1)),
)


@dataclass
class FakeOpened:
    """One record."""

    birth_date: date
    found: Sequence[StoredVersion]
    bundles: dict[bytes, bytes]
    moves: list[FamilyTransfer] = field(default_factory=list)
    wishes: list[FamilyWish] = field(default_factory=list)

    def versions(self) -> Sequence[StoredVersion]:
        return self.found

    def bundle(self, version: StoredVersion) -> bytes:
        return self.bundles[version.document_sha256]

    def transfers(self) -> tuple[Sequence[FamilyTransfer], Sequence[FamilyWish]]:
        return self.moves, self.wishes


@dataclass
class FakeStore:
    """One person's record behind one key."""

    key: Key
    record: FakeOpened
    snapshot: Snapshot
    rows: list[Look] = field(default_factory=list)
    kept: dict[str, tuple[NewShare, Shared]] = field(default_factory=dict)
    failures: list[tuple[Key | ShareKey, str]] = field(default_factory=list)
    is_down: bool = False
    said: list[NewWish] = field(default_factory=list)
    answer: str = ""
    off: frozenset[date] = frozenset()

    def look_up(self, key: Key, network: str, at: datetime) -> bool:
        self._refuse_when_down()
        if key != self.key:
            self.failures.append((key, network))
        return key == self.key

    def look_up_share(self, key: ShareKey, network: str, at: datetime) -> bool:
        _refuse_unless_uuid(key.share_id)
        found = self.share_of(key, at) is not None
        if not found:
            self.failures.append((key, network))
        return found

    @contextmanager
    def open(self, key: Key | ShareKey, reading: Reading, at: datetime) -> Iterator[FakeOpened | None]:
        self._refuse_when_down()
        if isinstance(key, Key):
            if key != self.key:
                yield None
                return
            self.rows.insert(0, Look(at, "family", "", reading.what, reading.purpose, reading.years))
            yield self.record
            return
        share = self.share_of(key, at)
        if share is None:
            yield None
            return
        new, old = self.kept[share.share_id]
        self.kept[share.share_id] = new, replace(old, view_count=old.view_count + 1)
        self.rows.insert(0, Look(at, "recipient", share.recipient, reading.what, share.purpose, share.years))
        yield self.record

    def looks(self, key: Key, at: datetime) -> Sequence[Look] | None:
        return list(self.rows) if key == self.key else None

    def shares(self, key: Key, at: datetime) -> Sequence[Shared] | None:
        return [shared for _, shared in self.kept.values()] if key == self.key else None

    def add_share(self, key: Key, share: NewShare, at: datetime) -> bool:
        shared = Shared(share.share_id, share.recipient, share.purpose, share.years, at, share.expires_at, None, 0)
        self.kept[share.share_id] = share, shared
        return key == self.key

    def revoke_share(self, key: Key, share_id: str, at: datetime) -> bool:
        _refuse_unless_uuid(share_id)
        if share_id not in self.kept:
            return False
        new, old = self.kept[share_id]
        self.kept[share_id] = new, replace(old, revoked_at=at)
        return True

    def share_of(self, key: ShareKey, at: datetime) -> Shared | None:
        new, shared = self.kept.get(key.share_id, (None, None))
        if new is None or shared is None or new.code_hmac != key.code_hmac:
            return None
        return shared if shared.revoked_at is None and at < shared.expires_at else None

    def wish(self, key: Key, said: NewWish, at: datetime) -> str:
        self._refuse_when_down()
        if key != self.key:
            return "PORTAL_SESSION_OVER"
        if not self.answer:
            self.said.append(said)
        return self.answer

    def schools(self, so: str, at: datetime, codes: Sequence[str] | None = None) -> Sequence[RegisteredSchool]:
        self._refuse_when_down()
        return [one for one in SCHOOLS if one.so == so and (codes is None or one.code in codes)]

    def days_off(self, so: str, at: datetime) -> frozenset[date]:
        return self.off

    def standing(self, document_sha256: bytes) -> Standing | None:
        versions = {one.document_sha256: one.version for one in self.record.found}
        if document_sha256 not in versions:
            return None
        return Standing(versions[document_sha256], max(versions.values()))

    def register(self, so: str) -> Snapshot:
        return self.snapshot

    def _refuse_when_down(self) -> None:
        if self.is_down:
            raise Unavailable("DATABASE_UNAVAILABLE", {"sqlstate": "none"})


def _refuse_unless_uuid(share_id: str) -> None:
    """Break as the database does on what is no UUID."""
    try:
        uuid.UUID(share_id)
    except ValueError:
        raise Corrupt("DATABASE_REFUSED", {"sqlstate": "22P02"}) from None
