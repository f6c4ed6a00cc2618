"""The end of a Sở that another one took over: its registrar publishes the decision, and Bộ cosigns the final head."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from hub.client import closing_entry, signed_entry
from hub.kafka.producer import Sender
from hub.local.demo.waiting import until
from hub.local.hub import LocalHub
from hub.local.population import Credentials
from hub.operate import ClosingState, closing_state
from hub.store import open_connection

__all__ = ["close_log"]

_DECISION = "202/2025/QH15 (minh họa)"


async def close_log(hub: LocalHub, so: str, successor: str, credentials: Credentials, sender: Sender) -> dict[str, Any]:
    """Close the log of a Sở now and wait until Bộ has cosigned its final head; return what `hub so show` shows.

    Raises Unavailable WAITED_IN_VAIN.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    entry = closing_entry(so, successor, _DECISION, now, now)
    await sender.send([signed_entry(entry, credentials(f"DK-{so}-001"), int(now.timestamp()))])
    await until(f"the final head of {so}", lambda: _state(hub, so).state == "cosigned")
    return (await asyncio.to_thread(_state, hub, so)).shown()


def _state(hub: LocalHub, so: str) -> ClosingState:
    with open_connection(hub.so_url(so)) as connection:
        return closing_state(connection, so)
