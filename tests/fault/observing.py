"""Eyes on a run: how far each stage is and whether all is quiet, from the tables, also while servers come and go."""

import asyncio
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

import psycopg

from hub.client import read_receipts
from hub.errors import Unavailable
from hub.kafka import end_offsets
from hub.local.hub import LocalHub
from hub.topics import command, lock_command, locked
from tests.fault.stock import SO, Stock

__all__ = ["Eyes"]

_POSITION = "SELECT coalesce(sum(next_offset), 0) FROM position WHERE stage = %s"
_LOCKS_ANSWERED = "SELECT (SELECT count(*) FROM lock), (SELECT count(*) FROM ingest_receipt)"
_MESSAGES = "SELECT count(*) FROM outbox"
_UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
_DONE: Mapping[str, tuple[str, str]] = {  # stage: (database, how much it has done)
    "register": ("so", "SELECT count(*) FROM register_entry"),
    "bo-register": ("bo", "SELECT count(*) FROM register_entry"),
    "validate": ("so", "SELECT count(*) FROM document"),
    "lock": ("so", "SELECT count(*) FROM leaf"),
    "sequencer": ("so", "SELECT count(*) FROM leaf JOIN lock USING (lock_id) WHERE log_index IS NOT NULL"),
    "relay": ("so", "SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL"),
    "ingest": ("bo", "SELECT count(*) FROM document"),
    "chunks": ("bo", "SELECT count(*) FROM staged_chunk"),
    "acknowledge": ("so", "SELECT count(*) FROM ingest_receipt"),
}
_PERCENT_OF = {"acknowledge": "schools", "register": "register", "bo-register": "register", "relay": "messages"}
_MESSAGES_PER_SCHOOL = 4  # lock order, chunks, manifest, receipt of Bộ; checkpoints come on top


class Eyes:
    """Connections of the workers' roles, one a thread and database; a lost one is opened again at the next look."""

    def __init__(self, hub: LocalHub, stock: Stock) -> None:
        self._hub, self._stock = hub, stock
        self._here = threading.local()
        self._every: list[psycopg.Connection[tuple[Any, ...]]] = []

    def count(self, database: str, query: str, *values: object) -> int:
        """Return the one number of a query at "so" or "bo"; -1 while the database does not answer."""
        try:
            row = self._connection(database).execute(query.encode(), values or None).fetchone()
        except (psycopg.OperationalError, psycopg.InterfaceError):
            self._forget(database)
            return -1
        return int(row[0]) if row is not None else 0

    def text(self, database: str, query: str) -> str:
        """Return the one text of a query."""
        row = self._connection(database).execute(query.encode()).fetchone()
        return str(row[0]) if row is not None else ""

    def rows(self, database: str, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._connection(database).execute(query.encode()).fetchall()

    def done(self, stage: str) -> int:
        """Return how much a stage has done, in its own unit; -1 while its database does not answer."""
        database, query = _DONE[stage]
        return self.count(database, query)

    def share(self, stage: str) -> float:
        """Return the same as a share of what it will have done at the end, 0 to 1."""
        whole = {
            "schools": len(self._stock.schools),
            "register": len(self._stock.register),
            "messages": len(self._stock.parcels) + _MESSAGES_PER_SCHOOL * len(self._stock.schools),
        }.get(_PERCENT_OF.get(stage, ""), len(self._stock.documents))
        return max(0, self.done(stage)) / whole

    def position(self, stage: str, database: str = "so") -> int:
        """Return how many records a stage has passed, over all partitions."""
        return self.count(database, _POSITION, stage)

    def is_registered(self) -> bool:
        """Tell whether Sở and Bộ have projected the whole register."""
        wanted = len(self._stock.register)
        return self.done("register") >= wanted and self.done("bo-register") >= wanted

    def is_all_there(self) -> bool:
        """Tell whether everything is locked, at Bộ and answered."""
        return self.done("acknowledge") >= len(self._stock.schools) and self.done("ingest") >= len(
            self._stock.documents
        )

    def is_quiet(self) -> bool:
        """Tell whether every record is handled and every message sent."""
        if (decided := self._decided()) is None:
            return False
        stages = [("so", "validate", command(SO)), ("so", "lock", lock_command(SO)), ("bo", "ingest", locked(SO))]
        try:
            for database, stage, topic in stages:
                ends = end_offsets(self._hub.bootstrap, [(topic.name, part) for part in range(topic.partitions)])
                if self.position(stage, database) != sum(ends.values()):
                    return False
        except Unavailable:
            return False
        return self._decided() == decided  # what was decided while positions and ends were compared is under way

    def _decided(self) -> tuple[int, int] | None:
        """Return how many messages there are to send at Sở and Bộ; None while one of them waits."""
        if self.count("so", _UNSENT) or self.count("bo", _UNSENT):
            return None
        return self.count("so", _MESSAGES), self.count("bo", _MESSAGES)

    def quarantined(self) -> int:
        """Return how many records stand in quarantine, in both databases."""
        return sum(max(0, self.count(database, "SELECT count(*) FROM quarantine")) for database in ("so", "bo"))

    def parked(self) -> int:
        """Return how many schools are parked; 0 where there is no such table."""
        try:
            return sum(max(0, self.count(database, "SELECT count(*) FROM parked")) for database in ("so", "bo"))
        except psycopg.errors.UndefinedTable:
            return 0

    def parked_codes(self) -> str:
        """Return why schools are parked, in both databases."""
        every = "SELECT coalesce(string_agg(DISTINCT stage || ' ' || code, ', '), '') FROM parked"
        return ", ".join(filter(None, (self.text(database, every) for database in ("so", "bo"))))

    def receipt_problems(self) -> list[str]:
        """Read the topic of receipts as a school does: one answer for each command and each lock, all of them good."""
        found = asyncio.run(self._receipts())
        wanted = Counter({parcel.command_id: 1 for parcel in self._stock.parcels})
        told = Counter(key for key, _, kind in found if kind != "Lock")
        locks = Counter(outcome for _, outcome, kind in found if kind == "Lock")
        problems = [f"receipt of {key}: {told[key]} instead of 1" for key in wanted if told[key] != 1]
        problems += [f"{key} was answered {outcome}" for key, outcome, kind in found
                     if kind != "Lock" and key in wanted and outcome != "accepted"]  # fmt: skip
        if locks["ingested"] != len(self._stock.schools):
            problems.append(f"receipts about locks: {dict(locks)}")
        return problems[:5]

    def told(self) -> dict[str, int]:
        """Return how far everything is, for messages."""
        return {stage: self.done(stage) for stage in _DONE}

    def leave(self) -> None:
        """Close this thread's connections."""
        for database in ("so", "bo"):
            self._forget(database)

    def close(self) -> None:
        """Close all connections."""
        for connection in self._every:
            connection.close()

    async def _receipts(self) -> set[tuple[str, str, str]]:
        """Distinct receipts by id: a repeated message is one."""
        found: dict[str, tuple[str, str, str]] = {}
        async for receipt in read_receipts(self._hub.bootstrap, SO):
            statement = receipt.statement
            found[receipt.receipt_id] = (statement.command_id, statement.outcome, statement.kind)
        return set(found.values())

    def _connection(self, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
        known: dict[str, psycopg.Connection[tuple[Any, ...]]] = self._here.__dict__.setdefault("open", {})
        if database not in known:
            url = self._hub.so_url(SO) if database == "so" else self._hub.bo_url
            known[database] = psycopg.connect(url, autocommit=True, connect_timeout=3)
            self._every.append(known[database])
        return known[database]

    def _forget(self, database: str) -> None:
        connection = self._here.__dict__.get("open", {}).pop(database, None)
        if connection is not None:
            connection.close()
