"""The register as a stage uses it: one snapshot per Sở, read again only when a new version is there."""

from hub.store import Connection
from hub.store.queries import queries_of
from hub.trust import Entry, Snapshot

__all__ = ["Snapshots"]

_SQL = queries_of("common")


class Snapshots:
    """Caches the newest snapshot of each Sở; a snapshot itself never changes."""

    def __init__(self) -> None:
        self._known: dict[str, Snapshot] = {}

    def of(self, connection: Connection, so: str) -> Snapshot:
        """Return the newest snapshot of one Sở's register."""
        return self.all(connection).get(so) or Snapshot.of(())

    def all(self, connection: Connection) -> dict[str, Snapshot]:
        """Return the newest snapshot of every Sở whose register this organisation has."""
        for so, version in connection.execute(_SQL["register_versions"]).fetchall():
            known = self._known.get(so)
            if known is None or known.version != version:
                self._known[so] = Snapshot.of(_entries(connection, so))
        return dict(self._known)


def _entries(connection: Connection, so: str) -> list[Entry]:
    return [Entry(*row) for row in connection.execute(_SQL["register_entries"], (so,))]
