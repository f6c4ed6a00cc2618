"""Corrections beside the one of the story: a window that closes unused, one that stays open, one that Sở rejects."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hub.client import Journal, send_all
from hub.kafka.producer import Sender
from hub.local.demo.acts import Act, Acts, Chosen
from hub.local.demo.corrections import Correction
from hub.local.founding import Founded
from hub.local.hub import LocalHub
from hub.local.population import Population
from hub.store import open_connection
from tests.fault.run import count, until

__all__ = ["ask_for_windows"]

_SOON, _LATER = timedelta(seconds=8), timedelta(days=5)
_EXPIRED = "SELECT count(*) FROM correction WHERE state = 'expired'"
_UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
_UNANSWERED = "SELECT count(*) FROM lock LEFT JOIN ingest_receipt r USING (lock_id) WHERE r.lock_id IS NULL"
_LOCKED = "SELECT document_sha256 FROM document WHERE state = 'locked' AND cohort = 'completed'"


def ask_for_windows(hub: LocalHub, so: str, population: Population, founded: Founded) -> list[Act]:
    """Send all of it when the story is over, and wait until the first window has closed; return what was sent."""
    acts = Acts(population, founded.credentials, population.at)
    url = hub.so_url(so)
    with open_connection(url) as eyes:
        locked = {bytes(digest).hex() for (digest,) in eyes.execute(_LOCKED)}
        chosen = [c for c in acts.choose() if c.submission.so == so and c.signed.sha256 in locked]
        asked = list(_asked(acts, chosen[-3:]))
        asyncio.run(_sent(hub, asked))
        until("the unused window to close", lambda: count(eyes, _EXPIRED) == 1)
        until("what was told of it", lambda: count(eyes, _UNSENT) == count(eyes, _UNANSWERED) == 0)
    return asked


def _asked(acts: Acts, chosen: list[Chosen]) -> Iterator[Act]:
    unused, waiting, rejected = (Correction(acts, c, f"closing-{n}") for n, c in enumerate(chosen))
    yield from rejected.is_rejected()
    yield from waiting.opens(acts.at + _LATER)
    yield from unused.opens((datetime.now(UTC) + _SOON).replace(microsecond=0))


async def _sent(hub: LocalHub, acts: list[Act]) -> None:
    sender = Sender(hub.bootstrap)
    try:
        with Journal(hub.data / "journal.jsonl") as journal:
            await send_all(sender, journal, [act.outbound for act in acts])
    finally:
        await sender.close()
