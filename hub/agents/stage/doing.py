"""Doing a batch: one thread and one connection a stage; the world's absence is waited out here and nowhere else.

What breaks about one record parks its school (`parking`); what breaks about the log or the tables ends the worker.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import structlog

from hub.agents.stage import parking, resuming
from hub.agents.stage.outbox import OutOfTurn
from hub.agents.stage.position import Fenced, Place, Position, attempt, claim
from hub.agents.stage.record import Record
from hub.agents.stage.stage import Stage
from hub.agents.stage.transaction import Done, prepare_delivered, transact
from hub.errors import Corrupt, Unavailable
from hub.metrics import BATCH_RECORDS, BATCH_SECONDS, QUARANTINED, RETRIES
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of

__all__ = ["Doing"]

_log = structlog.get_logger()
_T = TypeVar("_T")
_BACKOFF_FIRST_S = 0.1
_BACKOFF_MAX_S = 2.0
_TURN_S = 15.0  # a record that is out of turn is tried again every few seconds
_RESUMED_MAX = 50  # records of a parked school at once; the others wait meanwhile
_CANCELED = "57014"  # a statement ran into its time limit: the database is there, so this is no outage


class Doing:
    """Claims positions and does batches for one stage. Its methods are called one at a time."""

    def __init__(self, stage: Stage[Any, Any, Any, Any], owner: str, database_url: str) -> None:
        self._stage, self._owner, self._url = stage, owner, database_url
        self._thread = ThreadPoolExecutor(1, f"{stage.name}-database")
        self._connection: Connection | None = None
        self._closing = False
        self.waiting_since: float | None = None  # since when the database is not there (monotonic), or None
        self._out_of_turn_at: float | None = None  # when another partition of a replay last had to come first

    @property
    def waits(self) -> bool:
        """Tell whether a standstill has a known reason that ends by itself: an outage, or the order of a replay."""
        turn = self._out_of_turn_at
        return self.waiting_since is not None or (turn is not None and time.monotonic() - turn < _TURN_S)

    async def claim(self, where: Place) -> Position:
        """Take over a partition. Raises Corrupt(POSITION_FOREIGN)."""
        return await self._in_thread(lambda: self._retry(lambda connection: claim(connection, where)))

    async def batch(self, position: Position, records: Sequence[Record], after: int) -> Position:
        """Do records and move the position to `after`; without records it only moves. Raises Fenced."""
        return await self._in_thread(lambda: self._batch(position, records, after))

    async def resume(self) -> int:
        """Do what was set aside for schools that an operator has let go on; return how many records were done."""
        return await self._in_thread(self._resume)

    def close(self) -> None:
        """Let the running transaction end, then close; called once at shutdown."""
        self._closing = True
        self._thread.submit(self._disconnect)
        self._thread.shutdown(wait=True)

    def _batch(self, position: Position, records: Sequence[Record], after: int) -> Position:
        if position.untried:
            position = self._retry(lambda connection: attempt(connection, position))
        snapshot = self._retry(self._stage.read)
        if position.suspicious:
            return self._one_by_one(position, records, after, snapshot)
        try:
            return self._in_turn(position, records, after, snapshot)
        except Exception as error:
            if not parking.parks(error):
                raise
            return self._one_by_one(position, records, after, snapshot)

    def _one_by_one(self, position: Position, records: Sequence[Record], after: int, snapshot: Any) -> Position:
        """Find the record that breaks, and park its school with it; the others are done as ever."""
        for record in records:
            end = after if record is records[-1] else record.offset + 1
            try:
                if position.deadly:
                    raise Corrupt("RECORD_DEADLY", {"attempts": str(position.attempt_count)})
                position = self._in_turn(position, [record], end, snapshot)
            except Exception as error:
                if not parking.parks(error):
                    raise
                position = self._park(position, record, end, error)
        return position if records else self._transact(position, records, after, snapshot)

    def _park(self, position: Position, record: Record, after: int, error: Exception) -> Position:
        moved = self._retry(lambda connection: parking.park(connection, position, record, after, error))
        place = {"topic": record.topic, "part": record.part, "offset": record.offset}
        code = parking.code_of(error)
        _log.critical("school_parked", stage=self._stage.name, code=code, **place, exc_info=code == "UNEXPECTED")
        return moved

    def _in_turn(self, position: Position, records: Sequence[Record], after: int, snapshot: Any) -> Position:
        """Do a batch. In a replay a record may have to wait for another partition: what stands before it is done."""
        try:
            self._retry(lambda connection: self._refuse_out_of_turn(connection, records))
            return self._transact(position, records, after, snapshot)
        except OutOfTurn as turn:
            self._out_of_turn_at = time.monotonic()
            self._transact(position, [r for r in records if r.offset < turn.offset], turn.offset, snapshot)
            raise

    def _refuse_out_of_turn(self, connection: Connection, records: Sequence[Record]) -> None:
        number = self._stage.out_of_turn(connection, records)
        if number is not None:
            raise OutOfTurn(records[number].offset, f"{self._stage.name} {records[number].offset}")

    def _transact(self, position: Position, records: Sequence[Record], after: int, snapshot: Any) -> Position:
        started, stage = time.perf_counter(), self._stage
        batch = self._retry(
            lambda connection: prepare_delivered(
                connection, stage, self._owner, records, after, snapshot, position.suspicious
            )
        )
        done = self._retry(lambda connection: transact(connection, stage, position, batch))
        self._count(done)
        BATCH_RECORDS.labels(stage.name).observe(len(records))
        BATCH_SECONDS.labels(stage.name).observe(time.perf_counter() - started)
        return done.position

    def _count(self, done: Done) -> None:
        self._stage.done(done.effects)
        for entry in done.quarantined:
            QUARANTINED.labels(self._stage.name, entry.code).inc()

    def _resume(self) -> int:
        entries = self._retry(lambda connection: resuming.resumable(connection, self._stage.name))
        return sum(self._resume_entry(entry) for entry in entries)

    def _resume_entry(self, entry: int) -> int:
        """Do some of what one parked school has waiting; it is parked again when the cause is still there."""
        done, snapshot = 0, self._retry(self._stage.read)

        def one(connection: Connection) -> bool:
            suspicious = resuming.begin(connection, entry)
            return resuming.resume_one(connection, self._stage, self._owner, snapshot, entry, suspicious=suspicious)

        try:
            while done < _RESUMED_MAX and self._retry(one):
                done += 1
        except Fenced:  # in a replay another partition comes first
            return done
        except Exception as failed:
            error = failed
            if not parking.parks(error):
                raise
            self._retry(lambda connection: resuming.park_again(connection, entry, error))
            _log.critical("school_parked", stage=self._stage.name, code=parking.code_of(error), parked=entry)
        return done

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _retry(self, work: Callable[[Connection], _T]) -> _T:
        """Try until the world is there. Only Unavailable is retried; a commit whose answer was lost ends Fenced."""
        pause_s = _BACKOFF_FIRST_S
        while True:
            try:
                with unavailable():
                    result = work(self._connect())
            except Unavailable as error:
                if error.facts.get("sqlstate") == _CANCELED:
                    self._innocent()
                else:
                    self.waiting_since = self.waiting_since or time.monotonic()
                RETRIES.labels(self._stage.name).inc()
                _log.warning("stage_waits", stage=self._stage.name, code=error.code, **error.facts)
                self._disconnect()
                if self._closing:
                    raise
                time.sleep(pause_s)
                pause_s = min(pause_s * 2, _BACKOFF_MAX_S)
            else:
                self.waiting_since = None
                return result

    def _innocent(self) -> None:
        """A statement waited for too long: no record of this stage is what ends its owners."""
        with suppress(Unavailable), unavailable():
            self._connect().execute(queries_of("common")["innocent"], (self._stage.name,))

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = open_connection(self._url)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
