"""A record as Kafka gave it, and what a stage may say about it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

__all__ = ["Outgoing", "Quarantined", "Record"]


@dataclass(frozen=True, slots=True)
class Record:
    """Raw bytes with their place. `at` is the timestamp in UTC; it is the broker's own when `append_time` holds."""

    topic: str
    part: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    at: datetime
    append_time: bool

    @property
    def own_key(self) -> bytes:
        """The key under which a school is parked; empty for none."""
        return self.key or b""

    def digest(self) -> bytes:
        """SHA-256 over key and value with their lengths: enough to notice another record at this offset."""
        key, value = self.own_key, self.value or b""
        return hashlib.sha256(b"%d:%d:" % (len(key), len(value)) + key + value).digest()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for the outbox: its bytes, or a reference to immutable rows that the relay rebuilds it from."""

    topic: str
    key: bytes | None
    kind: str
    message_id: str
    source: str  # CloudEvents source, such as "/so/ha-noi"
    value: bytes | None = None
    reference: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that does not decode: kept byte for byte, with the code that says why."""

    record: Record
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
