"""In which order a Sở's log is built again: the places and heads that were published, before anything new.

Pure. A head that was published must come out again with its own text; manifests behind the last published head keep
their places, and are covered by a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.errors import Corrupt

__all__ = ["PublishedHead", "Step", "next_step"]


@dataclass(frozen=True, slots=True)
class PublishedHead:
    """A published head: its signed note, its signature by Sở's seal, and the time-stamp token (empty: none)."""

    text: bytes
    signature: str
    sent_at: datetime
    timestamp: bytes = b""


@dataclass(frozen=True, slots=True)
class Step:
    """The locks to append now, in order, and the published head over them, or None where a new one is signed."""

    lock_ids: tuple[bytes, ...]
    head: PublishedHead | None


def next_step(size: int, places: Mapping[int, bytes], heads: Mapping[int, PublishedHead]) -> Step | None:
    """Return what must be appended to a log of `size` next, or None when everything that was published stands in it.

    `places` are the published lock ids by log index, `heads` the published heads by tree size, of which no row tells.
    Raises Corrupt(RECOVERED_DIFFERS) when a published place is missing.
    """
    ahead = sorted(of for of in heads if of > size)
    behind = max(places, default=-1) + 1
    until = ahead[0] if ahead else behind
    if until <= size:
        return None
    missing = [index for index in range(size, until) if index not in places]
    if missing:
        raise Corrupt("RECOVERED_DIFFERS", {"kind": "LockManifest", "message_id": f"log index {missing[0]}"})
    return Step(tuple(places[index] for index in range(size, until)), heads[until] if ahead else None)
