"""Đối soát: school = Sở = Bộ = national stream, by root; a difference is followed from school to round to pupil.

Read in this order, so that a hub at work is never blamed for what is on its way: first the stream, then for each school
Sở's locks, then Bộ's. What Bộ has answered is at Bộ; what Bộ had sent before the stream was read stands in the stream.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hub.reconcile.comparing import Sources, compare
from hub.reconcile.differences import Difference, LockName
from hub.reconcile.locks import Lock, StoredLock, lock_of
from hub.reconcile.publishing import Expected, Stands, extra_in_stream, stream_differences
from hub.reconcile.rows import Row, StoredRow, row_of
from hub.reconcile.sources import BoRows, SoRows, opened
from hub.reconcile.stream import PARTS, Standing, lay_down, part_of_school, taken_up
from hub.trust import ChainCache, Snapshot

__all__ = ["Sums", "reconcile"]


@dataclass
class Sums:
    """What was compared: transcripts are those that a lock really has; `waiting` are locks on their way to Bộ."""

    schools: int = 0
    locks: int = 0
    transcripts: int = 0
    in_stream: int = 0
    waiting: int = 0
    differences: int = 0


def reconcile(
    so_urls: Mapping[str, str], bo_url: str, bootstrap: str, secret: bytes, sums: Sums, *, school: str | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> Iterator[Difference]:  # fmt: skip
    """Compare all locks of these Sở, or of one school, and yield every difference; `sums` is counted up.

    `secret` is Bộ's (32 bytes). Call it where no event loop runs. Raises Unavailable without a database or cluster.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-reconcile-")))
        bo = BoRows(stack.enter_context(opened(bo_url)))
        read_at = bo.now()
        sums.in_stream = asyncio.run(lay_down(bootstrap, folder, lambda s: school in (None, s), tell))
        so = {slug: SoRows(stack.enter_context(opened(url)), slug) for slug, url in so_urls.items()}
        work = _Work(so, bo, secret, read_at, sums)
        for difference in work.parts(folder, school):
            sums.differences += 1
            yield difference


class _Work:
    """The databases of one run, and what was read of the registers."""

    def __init__(self, so: Mapping[str, SoRows], bo: BoRows, secret: bytes, read_at: datetime, sums: Sums) -> None:
        self._so, self._bo, self._secret, self._read_at, self._sums = so, bo, secret, read_at, sums
        self._registers: dict[str, Snapshot] = {}
        self._cache = ChainCache()

    def parts(self, folder: Path, only: str | None) -> Iterator[Difference]:
        """Go through the schools, one part of them after the other; a part of the stream is in memory at a time."""
        schools = {
            (school, so)
            for so, rows in self._so.items()
            for school in (*rows.schools(), *self._bo.schools(so))
            if only in (None, school)
        }
        for part in range(PARTS):
            stands = taken_up(folder, part)
            for school in sorted({school for school, _ in schools if part_of_school(school) == part}):
                yield from self._school(school, [so for so in self._so if (school, so) in schools], stands)
            for left in stands.values():  # schools that neither Sở nor Bộ knows
                yield from extra_in_stream(list(self._so), left)

    def _school(
        self, school: str, owners: Sequence[str], every: dict[str, dict[tuple[int, bytes], Standing]]
    ) -> Iterator[Difference]:
        self._sums.schools += 1
        stands: Stands = every.pop(school, {})
        expected: list[Expected] = []
        for so in owners:
            for lock in self._locks(so, school):
                yield from self._lock(lock, stands, expected)
        yield from stream_differences(expected, stands)
        yield from extra_in_stream(list(self._so), stands)

    def _locks(self, so: str, school: str) -> Iterator["_Pair"]:
        at_so = {lock.lock_id: lock for lock in self._so[so].locks(school)}
        at_bo = {lock.lock_id: lock for lock in self._bo.locks(so, school, list(at_so))}
        if at_bo.keys() - at_so.keys():  # locked in the meantime, or Bộ puts the lock of another school here
            at_so |= {lock.lock_id: lock for lock in self._so[so].locks(school)}
        elsewhere = self._so[so].known(sorted(at_bo.keys() - at_so.keys()))
        late = self._bo.unpublished(list(at_bo), self._read_at)
        for lock_id in sorted((at_so.keys() | at_bo.keys()) - elsewhere):
            yield _Pair(so, school, lock_id, at_so.get(lock_id), at_bo.get(lock_id), lock_id not in late)

    def _lock(self, pair: "_Pair", stands: Stands, expected: list[Expected]) -> Iterator[Difference]:
        if pair.is_on_its_way:
            self._sums.waiting += 1
            return
        so, bo = self._read(pair.so, pair.at_so), self._read(pair.so, pair.at_bo)
        name = next((lock.name(pair.so) for lock in (so, bo) if lock is not None), LockName(pair.so, pair.school))
        at_so = [row_of(row) for row in self._so[pair.so].rows(pair.at_so or pair.unknown)]
        at_bo, documents = _with_documents(self._bo.rows(pair.so, pair.lock_id))
        told = {s.leaf for s in stands.values() if s.lock_id == pair.lock_id}
        sources = Sources(self._so[pair.so], self._bo, self._secret)
        found = compare(name, so, bo, (at_so, at_bo), documents, told, sources, published=pair.is_published)
        self._sums.locks += 1
        self._sums.transcripts += len(found.expected)
        expected += found.expected
        yield from found.differences

    def _read(self, so: str, stored: StoredLock | None) -> Lock | None:
        if stored is None:
            return None
        if so not in self._registers:
            self._registers[so] = self._bo.register(so)
        return lock_of(so, stored, self._registers[so], self._cache)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One lock as both databases have it."""

    so: str
    school: str
    lock_id: bytes
    at_so: StoredLock | None
    at_bo: StoredLock | None
    is_published: bool

    @property
    def is_on_its_way(self) -> bool:
        """Tell whether Bộ has not decided it and Sở has no answer: nothing can be missed yet."""
        undecided = self.at_bo is None or self.at_bo.outcome is None
        return self.at_so is not None and self.at_so.outcome is None and undecided

    @property
    def unknown(self) -> StoredLock:
        """A lock of which Sở has no row: leaves may still stand."""
        return StoredLock(self.lock_id, *[None] * (len(StoredLock._fields) - 1))


def _with_documents(stored: Iterator[StoredRow]) -> tuple[list[Row], dict[bytes, bytes]]:
    rows: list[Row] = []
    documents: dict[bytes, bytes] = {}
    for one in stored:
        rows.append(row_of(one))
        if not rows[-1].faults and one.document is not None:
            documents[rows[-1].leaf] = one.document
    return rows, documents
