"""Send with a journal: intent first, then the broker's acknowledgement; an outage is waited out."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.client.journal import Journal
from hub.errors import Unavailable
from hub.kafka.identity import record_sha256
from hub.kafka.producer import Sender, Sending

__all__ = ["Outbound", "send_all"]

_ATTEMPTS_MAX = 60
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Outbound:
    """A record with what the journal should say about it (ids, hashes, expectation; nothing personal)."""

    sending: Sending
    about: dict[str, Any] = field(default_factory=dict)


async def send_all(
    sender: Sender, journal: Journal, batch: Sequence[Outbound], attempts_max: int = _ATTEMPTS_MAX
) -> list[tuple[int, int]]:
    """Send a batch and return (partition, offset) of each. Raises Unavailable after a minute without a broker."""
    journal.write({"step": "send", "topic": o.sending.topic, **o.about} for o in batch)
    for attempt in range(attempts_max):
        try:
            places = await sender.send([outbound.sending for outbound in batch])
            break
        except Unavailable:
            if attempt == attempts_max - 1:
                raise
            await asyncio.sleep(_PAUSE_S)
    journal.write(_acknowledged(batch, places))
    return places


def _acknowledged(batch: Iterable[Outbound], places: Iterable[tuple[int, int]]) -> Iterable[dict[str, Any]]:
    for outbound, (part, offset) in zip(batch, places, strict=True):
        sending = outbound.sending
        record = record_sha256(part, sending.key, sending.headers, sending.value).hex()
        place = {"topic": sending.topic, "part": part, "offset": offset, "record_sha256": record}
        yield {"step": "acknowledged", **place, **outbound.about}
