"""The portal's door to Bộ's database: its own role, which reads what a logged look has opened, and nothing else.

Each read is two transactions: the first checks the key and commits a row of the log, the second shows that row's
ticket. So whatever was read stands in the log, also where the reader's process dies or lies.
"""

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from hub.metrics import LOOK_MISSES, LOOKS
from hub.store.connection import Connection, open_connection, unavailable
from hub.store.queries import queries_of

__all__ = ["Consented", "PortalDatabase", "PortalKey", "PortalShareKey", "PortalVersion", "open_portal"]

_SQL, _COMMON = queries_of("bo"), queries_of("common")
_IDLE_COUNT_MAX = 8
_TICKET_BYTES = 32


@dataclass(frozen=True, slots=True)
class PortalKey:
    """What a slip opens: locator (11 symbols), HMAC of the commitment, birth date as typed."""

    locator: str
    commitment_hmac: bytes = field(repr=False)
    birth_date: date = field(repr=False)


@dataclass(frozen=True, slots=True)
class PortalShareKey:
    """What a share's code opens: its id (UUID), HMAC of the code's commitment."""

    share_id: str
    code_hmac: bytes = field(repr=False)


class PortalVersion(NamedTuple):
    """One locked version as Bộ took it in; `superseded`: it is in force no more."""

    so: str
    lock_id: bytes
    pupil: str
    school: str
    school_year: str
    period: str
    document: bytes
    document_sha256: bytes
    signatures: Sequence[str]
    leaf: bytes
    version: int
    locator: str
    effective_on: date
    evidence: str
    log_index: int
    ingested_at: datetime
    superseded: bool


class Consented(NamedTuple):
    """One consent: party (pupil or guardian), who names the subject, the subject, when."""

    party: str
    issuer: str
    subject: str
    at: datetime


class PortalDatabase:
    """Call it from any thread; it keeps a few connections. `slip_key` is `Keyring.slip_key`; `chance` makes tickets."""

    def __init__(self, url: str, slip_key: bytes, chance: Callable[[int], bytes]) -> None:
        self._url, self._key, self._chance = url, slip_key, chance
        self._idle: list[Connection] = []
        self._taking = threading.Lock()

    def close(self) -> None:
        """Close every idle connection."""
        with self._taking:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def knows(self, key: PortalKey | PortalShareKey, network: str, at: datetime) -> bool:
        """Tell whether a key opens anything now. Whatever does not, or is over a limit, is False in the same steps."""
        query = "portal_knows" if isinstance(key, PortalKey) else "portal_share_known"
        found = bool(self._row(query, self._shown(key, network) | {"at": at})[0])
        if not found:
            LOOK_MISSES.inc()
        return found

    @contextmanager
    def read(
        self, key: PortalKey | PortalShareKey, record: str, purpose: str, network: str, years: Sequence[str],
        at: datetime,
    ) -> Iterator[Connection | None]:  # fmt: skip
        """Log one read, commit it, and yield a connection that sees what it opens; None when the key opens nothing.

        `years` empty: all, or all of the share.
        """
        ticket = self._chance(_TICKET_BYTES).hex()
        named = self._shown(key, network) | {
            "seen_from": self._hash("network", network), "record": record, "purpose": purpose, "years": list(years),
            "ticket": hashlib.sha256(ticket.encode()).digest(), "at": at,
        }  # fmt: skip
        query = "portal_look" if isinstance(key, PortalKey) else "portal_look_share"
        with self._connection() as connection:
            row = connection.execute(_SQL[query], named).fetchone()
            if row is None or not row[0]:
                LOOK_MISSES.inc()
                yield None
                return
            LOOKS.labels(record).inc()
            with connection.transaction():
                connection.execute("SET TRANSACTION READ ONLY")
                connection.execute(_SQL["portal_show"], (ticket,))
                yield connection

    def versions(self, connection: Connection) -> list[PortalVersion]:
        """Return every locked version that a read opened, by year."""
        with unavailable():
            return [PortalVersion(*row) for row in connection.execute(_SQL["portal_versions"])]

    def looks(self, key: PortalKey, at: datetime, count_max: int) -> list[tuple[Any, ...]] | None:
        """Return (at, who, recipient, record, purpose, years) of each look, newest first; None without a record."""
        return self._opened("portal_looks", self._shown(key, None) | {"at": at, "count_max": count_max})

    def shares(self, key: PortalKey, at: datetime) -> list[tuple[Any, ...]] | None:
        """Return (id, recipient, purpose, years, created, until, revoked, views) of each share; None as `looks`."""
        return self._opened("portal_shares", self._shown(key, None) | {"at": at})

    def share_of(self, key: PortalShareKey, at: datetime) -> tuple[Any, ...] | None:
        """Return the same of the share that a code opens."""
        rows = self._rows("portal_share_of", self._shown(key, None) | {"at": at})
        return rows[0] if rows else None

    def add_share(
        self, key: PortalKey, share: PortalShareKey, recipient: str, purpose: str, years: Sequence[str],
        until: datetime, consents: Sequence[Consented], at: datetime,
    ) -> bool:  # fmt: skip
        """Keep a share; False when the key opens nothing, or somebody who must has not agreed."""
        columns = [list(column) for column in zip(*consents, strict=True)] if consents else [[]] * 4
        named = self._shown(key, None) | {
            "id": share.share_id, "code": share.code_hmac, "recipient": recipient, "purpose": purpose,
            "years": list(years), "until": until, "at": at,
            **dict(zip(("parties", "issuers", "subjects", "ats"), columns, strict=True)),
        }  # fmt: skip
        return bool(self._row("portal_add_share", named)[0])

    def revoke(self, key: PortalKey, share_id: str, at: datetime) -> bool:
        """End a share at once; False when the record has none such that stands."""
        return bool(self._row("portal_revoke", self._shown(key, None) | {"id": share_id, "at": at})[0])

    def transfers(self, connection: Connection) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Return transfers of the pupil whom a slip's read opened, and what the family said that is not accepted."""
        with unavailable():
            return (
                connection.execute(_SQL["portal_transfers"]).fetchall(),
                connection.execute(_SQL["portal_wishes"]).fetchall(),
            )

    def wish(self, key: PortalKey, said: Mapping[str, Any], consents: Sequence[Consented], at: datetime) -> str:
        """Keep what a family says of a transfer (fields of `portal_wish`); "" or the code that says why not."""
        names = ("parties", "issuers", "subjects")
        agreed = {name: [one[n] for one in consents] for n, name in enumerate(names)}
        return str(self._row("portal_transfer_wish", self._shown(key, None) | dict(said) | agreed | {"at": at})[0])

    def register_part(self, so: str, kind: str, ids: Sequence[str] | None = None) -> list[tuple[Any, ...]]:
        """Return the entries of one kind of a Sở's register, as `hub.trust.Entry` takes them."""
        return self._rows("portal_register", {"so": so, "kind": kind, "ids": None if ids is None else list(ids)})

    def standing(self, document_sha256: bytes) -> tuple[int, int] | None:
        """Return (version, newest version of the record) of a document; None for one that Bộ does not have."""
        rows = self._rows("portal_standing", (document_sha256,))
        return (int(rows[0][0]), int(rows[0][1])) if rows and rows[0][0] is not None else None

    def register_rows(self, so: str) -> list[tuple[Any, ...]]:
        """Return every entry of a Sở's register but the rosters, as `hub.trust.Entry` takes it."""
        with self._connection() as connection:
            return connection.execute(_COMMON["register_entries"], (so,)).fetchall()

    def _shown(self, key: PortalKey | PortalShareKey, network: str | None) -> dict[str, Any]:
        counted = None if network is None else self._hash("network", network)
        if isinstance(key, PortalShareKey):
            id_hash = self._hash("share", key.share_id)
            return {"id": key.share_id, "code": key.code_hmac, "id_hash": id_hash, "network": counted}
        return {
            "locator": key.locator, "hmac": key.commitment_hmac, "birth_date": key.birth_date.isoformat(),
            "locator_hash": self._hash("locator", key.locator), "network": counted,
        }  # fmt: skip

    def _hash(self, kind: str, text: str) -> bytes:
        """Name what is counted without keeping it."""
        return hmac.digest(self._key, f"vn.hocba.look/{kind}\n{text}".encode(), "sha256")

    def _opened(self, query: str, named: dict[str, Any]) -> list[tuple[Any, ...]] | None:
        """Return rows without their first column, which tells whether the key opened anything at all."""
        rows = self._rows(query, named)
        return [row[1:] for row in rows if row[1] is not None] if rows and rows[0][0] else None

    def _row(self, query: str, named: Any) -> tuple[Any, ...]:
        return self._rows(query, named)[0]

    def _rows(self, query: str, named: Any) -> list[tuple[Any, ...]]:
        with self._connection() as connection:
            return connection.execute(_SQL[query], named).fetchall()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """Lend a connection; one that broke, or was in use when something broke, is not lent again."""
        with self._taking:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = open_connection(self._url)
        try:
            with unavailable():
                yield connection
        except BaseException:
            connection.close()
            raise
        with self._taking:
            kept = len(self._idle) < _IDLE_COUNT_MAX and not connection.closed
            if kept:
                self._idle.append(connection)
        if not kept:
            connection.close()


def open_portal(url: str, slip_key: bytes, chance: Callable[[int], bytes]) -> PortalDatabase:
    """Return the door; nothing is opened before it is used. Its methods raise Unavailable without a database."""
    return PortalDatabase(url, slip_key, chance)
