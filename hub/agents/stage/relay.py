"""The relay: from the outbox to Kafka, in the order in which effects were committed, retried for ever.

One relay per database leads (advisory lock on the connection that reads the outbox: leadership ends with it). A row
is marked as sent only after the broker's acknowledgement, so a crash between the two repeats a message under the same
id, never loses one.
"""

import asyncio
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import structlog

from hub.errors import Unavailable
from hub.kafka.headers import headers_of
from hub.kafka.producer import Sender, Sending
from hub.metrics import RELAYED
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX

__all__ = ["Build", "Relay"]

Build = Callable[
    [Connection, dict[str, Any]], Iterator[tuple[bytes | None, str, bytes | None, Sequence[tuple[str, bytes | None]]]]
]
"""Rebuild the messages of a reference: (key, message id, value, extra headers) each."""

_log = structlog.get_logger()
_SQL = queries_of("common")
_ROW_COUNT_MAX = 64
_BYTES_MAX = 4 * MESSAGE_BYTES_MAX  # of one sending, and one message more: chunks of a lock have a megabyte each
_IN_ORDER = "Receipt"  # decisions of several partitions hang together, and their receipts must show in which order
_POLL_S = 0.1
_BACKOFF_S = 1.0
_IDLE_S_MAX = 180  # longer than any send: a leader that is frozen must not keep the lead


class Relay:
    """Relays one database's outbox. `build` knows the references of that database."""

    def __init__(self, owner: str, database_url: str, bootstrap: str, build: Build) -> None:
        self._owner, self._url, self._build = owner, database_url, build
        self._sender = Sender(bootstrap, "gzip" if owner == "bo" else "zstd")  # what Bộ publishes is for everybody
        self._kick = asyncio.Event()
        self._stopping = False

    def kick(self) -> None:
        """Look at once: something was committed. Must be called in the event loop's thread."""
        self._kick.set()

    async def run(self) -> None:
        """Relay until cancelled; an outage of database or cluster is waited out."""
        while not self._stopping:
            try:
                await self._lead()
            except Unavailable as error:
                _log.warning("relay_waits", owner=self._owner, code=error.code, **error.facts)
                await asyncio.sleep(_BACKOFF_S)

    async def stop(self) -> None:
        """Stop after the batch in flight."""
        self._stopping = True
        self._kick.set()
        await self._sender.close()

    async def _lead(self) -> None:
        connection = await asyncio.to_thread(open_connection, self._url, idle_s_max=_IDLE_S_MAX)
        try:
            while not self._stopping:
                if await asyncio.to_thread(self._take_lead, connection):
                    while not self._stopping:
                        if not await self._relay_once(connection):
                            await self._pause()
                await self._pause()
        finally:
            connection.close()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._kick.wait(), _POLL_S)
        except TimeoutError:
            return
        finally:
            self._kick.clear()

    def _take_lead(self, connection: Connection) -> bool:
        with unavailable():
            row = connection.execute(_SQL["lead"], (zlib.crc32(b"relay"),)).fetchone()
        return bool(row and row[0])

    async def _relay_once(self, connection: Connection) -> int:
        ids, batch = await asyncio.to_thread(self._next, connection)
        if not ids:
            return 0
        await self._sender.send(batch)
        await asyncio.to_thread(self._mark, connection, ids)
        RELAYED.labels(self._owner).inc(len(batch))
        return len(ids)

    def _next(self, connection: Connection) -> tuple[list[int], list[Sending]]:
        with unavailable():
            ids, batch, size = list[int](), list[Sending](), 0
            for row in connection.execute(_SQL["unsent"], (_ROW_COUNT_MAX,)).fetchall():
                sendings = list(self._sendings(connection, row))
                ids, batch = [*ids, row[0]], [*batch, *sendings]
                size += sum(len(sending.value or b"") for sending in sendings)
                if size >= _BYTES_MAX:
                    break
            return ids, batch

    def _sendings(self, connection: Connection, row: Sequence[Any]) -> Iterator[Sending]:
        number, topic, key, kind, message_id, value, reference, extra = row
        sequence = number if kind == _IN_ORDER else None
        if reference is None:
            yield Sending(topic, key, value, headers_of(kind, message_id, extra["ce_source"], sequence=sequence))
            return
        for built_key, built_id, built_value, headers in self._build(connection, reference):
            own = headers or headers_of(kind, built_id, extra["ce_source"], sequence=sequence)
            yield Sending(topic, built_key, built_value, own)

    def _mark(self, connection: Connection, ids: list[int]) -> None:
        with unavailable():
            connection.execute(_SQL["sent"], (ids,))
