"""Source documents of sealed transcripts, as they were deposited."""

from hub.errors import Refused
from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = ["source_of"]

_SQL = queries_of("so")


def source_of(connection: Connection, sha256: bytes) -> bytes:
    """Return the source whose SHA-256 (32 bytes) this is, byte for byte. Raises Refused SOURCE_NOT_KEPT."""
    row = connection.execute(_SQL["source_of"], (sha256,)).fetchone()
    if row is None:
        raise Refused("SOURCE_NOT_KEPT", {"source": sha256.hex()})
    return bytes(row[0])
