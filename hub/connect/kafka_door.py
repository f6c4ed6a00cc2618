"""The real door: commands and receipts over Kafka, schools, documents and rosters from Sở's database, read-only.

Where the database of a Sở is not within reach of the connector, it sends and hears receipts, and no more: their
signatures stay unchecked, it knows no school, locks and corrections stay unknown, nobody comes in.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from hub.client import Journal, Outbound, ReadReceipt, school_of, send_all, snapshot_of, verify_receipt
from hub.connect.door import Incoming, TransferMessage
from hub.connect.kafka_transfers import read_transfers
from hub.domain import Finding, Severities
from hub.domain.statements import ReceiptStatement, read
from hub.domain.transcript import School
from hub.errors import Refused
from hub.kafka import cluster_id, end_offsets
from hub.kafka.producer import Sender
from hub.kafka.reader import read_range
from hub.schemas import decode
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import receipt as receipt_topic
from hub.trust import ChainCache, Snapshot, Status

__all__ = ["KafkaDoor"]

_SQL = queries_of("so")
_RECEIPTS_MAX = 200  # of one partition at once: one of a full submission may have a megabyte
_ROSTERS_MAX = 100
_LOCKS_MAX = 20
_REGISTER_S = 30.0  # how long a register that was read is good
_AGAIN_S = 1.0  # and how long, when a signature does not fit it: a certificate may be newer


class KafkaDoor:
    """`so_urls`: the Sở that can be reached, each with its database's address, or None. Every call: Unavailable."""

    def __init__(
        self, bootstrap: str, so_urls: Mapping[str, str | None], journal: Path, clock: Callable[[], float]
    ) -> None:
        self._bootstrap, self._urls, self._journal_path, self._clock = bootstrap, dict(so_urls), journal, clock
        self._sender = Sender(bootstrap)
        self._snapshots: dict[str, tuple[float, Snapshot]] = {}
        self._chains = ChainCache()
        self._cluster_id: str | None = None

    @property
    def cluster_id(self) -> str:
        """The id of the Kafka cluster."""
        self._cluster_id = self._cluster_id or cluster_id(self._bootstrap)
        return self._cluster_id

    def serves(self, so: str) -> bool:
        """Tell whether this hub has that Sở."""
        return so in self._urls

    def severities(self, so: str) -> Severities:
        """Return what the policies in force make of warnings; without a register the catalogue counts."""
        snapshot = self._register(so)
        return {} if snapshot is None else snapshot.severities(datetime.now(UTC))

    def school(self, so: str, code: str, school_year: str) -> School | None:
        """Return a school as the register has it in a school year."""
        snapshot = self._register(so)
        try:
            return None if snapshot is None else school_of(snapshot, code, school_year, datetime.now(UTC))
        except Refused:
            return None

    async def send(self, so: str, batch: Sequence[Outbound]) -> None:
        """Write the journal, send, write it again."""
        with Journal(self._journal_path) as journal:
            await send_all(self._sender, journal, batch, attempts_max=1)

    async def receipts(self, so: str, since: Mapping[int, int]) -> tuple[list[ReadReceipt], dict[int, int]]:
        """Return the next receipts of each partition that has new ones; the others cost no consumer."""
        topic = receipt_topic(so)
        parts = [(topic.name, part) for part in range(topic.partitions)]
        ends = await asyncio.to_thread(end_offsets, self._bootstrap, parts)
        found: list[ReadReceipt] = []
        reached = dict(since)
        for part in range(topic.partitions):
            start, end = since.get(part, 0), ends[topic.name, part]
            if start < end:
                until = min(end, start + _RECEIPTS_MAX)
                found += await self._read(so, part, start, until)
                reached[part] = until
        return found, reached

    def judged(self, receipt: ReadReceipt) -> tuple[str, tuple[Finding, ...]]:
        """Judge Sở's signature by the register, by one read just now where the one at hand says invalid."""
        judged: tuple[str, tuple[Finding, ...]] = "unchecked", ()
        for good_s in (_REGISTER_S, _AGAIN_S):
            snapshot = self._register(receipt.statement.so, good_s)
            if snapshot is None:
                break
            judged = verify_receipt(receipt, snapshot, self._chains)
            if judged[0] != Status.INVALID:
                break
        return judged

    def documents(self, so: str, school: str, hashes: Sequence[str]) -> Mapping[str, tuple[bytes, str]] | None:
        """Return bytes and state of those documents of a school."""
        named = (school, [bytes.fromhex(sha256) for sha256 in hashes])
        with self._database(so) as connection:
            if connection is None:
                return None
            rows = connection.execute(_SQL["look_documents"], named).fetchall()
        return {bytes(digest).hex(): (bytes(document), str(state)) for digest, document, state in rows}

    def incoming(self, so: str, schools: Sequence[str], since: int) -> tuple[list[Incoming], int]:
        """Return whom the next rosters put into these schools, and the last of their versions."""
        asked = {"so": so, "schools": list(schools), "since": since, "at": datetime.now(UTC), "pupils": []}
        with self._database(so) as connection:
            if connection is None:
                return [], since
            versions = connection.execute(_SQL["roster_versions"], asked | {"versions_max": _ROSTERS_MAX}).fetchall()
            if not versions:
                return [], since
            newest = int(versions[-1][0])
            rows = connection.execute(_SQL["incoming_pupils"], asked | {"until": newest}).fetchall()
        return [_incoming(*row) for row in rows], newest

    def incoming_by_locks(
        self, so: str, schools: Sequence[str], since: int | None
    ) -> tuple[list[Incoming], int | None]:  # fmt: skip
        """Return whose history the next locks changed, of those whom rosters put into these schools, and the last."""
        asked = {"so": so, "schools": list(schools), "since": 0, "until": 0, "at": datetime.now(UTC)}
        with self._database(so) as connection:
            if connection is None:
                return [], since
            if since is None:
                return [], int(connection.execute(_SQL["newest_lock"]).fetchall()[0][0])
            named = {"since": since, "locks_max": _LOCKS_MAX}
            newest, pupils = connection.execute(_SQL["locked_pupils"], named).fetchall()[0]
            if newest is None:
                return [], since
            rows = connection.execute(_SQL["incoming_pupils"], asked | {"pupils": pupils or []}).fetchall()
        return [_incoming(*row) for row in rows], int(newest)

    async def transfers(self, so: str, since: Mapping[str, int]) -> tuple[list[TransferMessage], dict[str, int], bool]:
        """Return the next messages of `incoming` to these schools; a notice that Bộ did not sign is told as a code."""
        registers = [partial(self._register, so, good_s) for good_s in (_REGISTER_S, _AGAIN_S)]
        return await read_transfers(self._bootstrap, so, since, registers, self._chains)

    async def close(self) -> None:
        """Stop the producer."""
        await self._sender.close()

    async def _read(self, so: str, part: int, start: int, until: int) -> list[ReadReceipt]:
        topic, found = receipt_topic(so), list[ReadReceipt]()
        async with aclosing(read_range(self._bootstrap, topic.name, part, start, until)) as records:
            async for record in records:
                value = decode(record.value, topic.messages).value
                statement = read(value["statement"], ReceiptStatement)
                found.append(
                    ReadReceipt(value["receipt_id"], statement, value["statement"], value["signature"], record.at)
                )
        return found

    def _register(self, so: str, good_s: float = _REGISTER_S) -> Snapshot | None:
        """Return the register of a Sở, at most so many seconds old."""
        url = self._urls.get(so)
        if url is None:
            return None
        read_at, snapshot = self._snapshots.get(so, (0.0, None))
        if snapshot is None or self._clock() - read_at > good_s:
            snapshot = snapshot_of(url, so)
            self._snapshots[so] = (self._clock(), snapshot)
        return snapshot

    @contextmanager
    def _database(self, so: str) -> Iterator[Connection | None]:
        url = self._urls.get(so)
        if url is None:
            yield None
            return
        with open_connection(url) as connection, unavailable():
            connection.execute(_SQL["read_only"])
            yield connection


def _incoming(
    school: str, school_year: str, pupil: str, issued_at: datetime, documents: Sequence[bytes]
) -> Incoming:  # fmt: skip
    held = tuple(bytes(document) for document in documents)
    newest = hashlib.sha256(held[-1]).hexdigest()
    return Incoming(school, school_year, pupil, held, newest, f"{issued_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
