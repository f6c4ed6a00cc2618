"""The register as a stage uses it: one snapshot per Sở, read again only when a new version is there.

After a recovery, a command whose receipt was sent before is judged on the register that this receipt names.
"""

import hashlib
from collections.abc import Mapping
from operator import lt
from threading import Lock

import msgspec

from hub.agents.stage import Record
from hub.kafka.identity import record_sha256
from hub.recovery import await_registers, unmet_values
from hub.schemas import decode
from hub.store import Connection
from hub.store.queries import queries_of
from hub.trust import Entry, Snapshot

__all__ = ["Snapshots", "Versions", "answer_id_of", "receipt_id_of"]

_SQL = queries_of("common")
_MADE_MAX = 8


class Snapshots:
    """Caches the newest snapshot of each Sở; a snapshot itself never changes.

    One for all stages of a process, since a province's officials are many; each stage asks in its own thread.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int], Snapshot]] = {}
        self._making = Lock()

    def of(self, connection: Connection, so: str) -> Snapshot:
        """Return the newest snapshot of one Sở's register."""
        return self.all(connection).get(so) or Snapshot.of(())

    def all(self, connection: Connection) -> dict[str, Snapshot]:
        """Return the newest snapshot of every Sở whose register this organisation has."""
        rows = connection.execute(_SQL["snapshot_versions"]).fetchall()
        with self._making:  # a stage that waits here would read the same entries itself
            for so, newest, version, count in rows:
                self._take(connection, so, newest, (version, count))
            return {so: snapshot for so, (_, snapshot) in self._known.items()}

    def _take(self, connection: Connection, so: str, newest: int, wanted: tuple[int, int]) -> None:
        """Know at least what was seen; another stage may have seen more since."""
        if so not in self._known or any(map(lt, self._known[so][0], wanted)):
            grown = self._grown(connection, so, wanted[1])
            self._known[so] = wanted, grown or Snapshot.of(_entries(connection, so))
        made, snapshot = self._known[so]
        if snapshot.version < newest:
            self._known[so] = made, snapshot.at_version(newest)

    def _grown(self, connection: Connection, so: str, count: int) -> Snapshot | None:
        """Return what is known with what came behind it; None where that is not all, or not simply added."""
        if so not in self._known:
            return None
        (version, known_count), snapshot = self._known[so]
        rows = connection.execute(_SQL["register_entries_since"], (so, version)).fetchall()
        if known_count + len(rows) != count:
            return None
        return snapshot.at_version(version).grown([Entry(*row) for row in rows])


def receipt_id_of(so: str, of: str, step: str) -> str:
    """Return the id of a receipt: derived from what it answers (`of`) and its kind of answer."""
    return hashlib.sha256(f"{so}\n{of}\n{step}".encode()).hexdigest()[:32]


def answer_id_of(so: str, record: Record) -> str:
    """Return the id of the receipt that answers a command as it stands in the log."""
    digest = record_sha256(record.part, record.key, record.headers, record.value)
    return receipt_id_of(so, digest.hex(), "answer")


class Versions:
    """The registers that recovered receipts name, for the replay of their commands; empty when nothing is replayed."""

    def __init__(self, so: str) -> None:
        self._so = so
        self._named: Mapping[str, int] | None = None  # by receipt id; what was read once holds until the worker ends
        self._entries: list[Entry] = []
        self._made: dict[int, Snapshot] = {}

    def read(self, connection: Connection) -> None:
        """Read which versions are named. Raises Unavailable(REPLAY_BEHIND) until the register has come so far."""
        if self._named is None:
            await_registers(connection)
            found = unmet_values(connection, "Receipt")
            self._named = {receipt_id: _version(message) for receipt_id, message, _ in found}
            if self._named:
                self._entries = _entries(connection, self._so)

    def of(self, record: Record) -> Snapshot | None:
        """Return the register on which this command was judged before, or None when it was not."""
        if not self._named:
            return None
        version = self._named.get(answer_id_of(self._so, record))
        return None if version is None else self.at(version)

    def at(self, version: int) -> Snapshot:
        """Return the register as it was at a version."""
        if version not in self._made:
            if len(self._made) >= _MADE_MAX:
                self._made.clear()
            made = Snapshot.of(entry for entry in self._entries if entry.version <= version)
            made.version = version  # compaction may have taken the entry that made it
            self._made[version] = made
        return self._made[version]


def _version(receipt: bytes) -> int:
    said = msgspec.json.decode(decode(receipt, ("Receipt",)).value["statement"])
    return int(said["register_version"])


def _entries(connection: Connection, so: str) -> list[Entry]:
    return [Entry(*row) for row in connection.execute(_SQL["register_entries"], (so,))]
