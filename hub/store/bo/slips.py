"""The look-up slips that Bộ knows: commitments under its own key."""

from datetime import datetime
from typing import NamedTuple

from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = ["Slip", "add_slip"]

_SQL = queries_of("bo")


class Slip(NamedTuple):
    """One slip: hash of its statement, locator, school, HMAC (32 bytes), append time and place in its Sở's topic."""

    so: str
    statement_sha256: bytes
    locator: str
    school: str
    commitment_hmac: bytes
    at: datetime
    offset: int


def add_slip(connection: Connection, slip: Slip) -> None:
    """Keep a slip; nothing when it came before."""
    connection.execute(_SQL["add_slip"], slip)
