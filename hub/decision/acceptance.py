"""A Sở's receipt for a submission on its way to Bộ: kept beside the lock that rests on it, and deciding nothing."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Accepted"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A receipt as the school got it; `documents` are the hashes (32 bytes) that it accepts, `at` its append time."""

    so: str
    statement_sha256: bytes
    statement: bytes
    signature: str
    documents: tuple[bytes, ...]
    at: datetime
