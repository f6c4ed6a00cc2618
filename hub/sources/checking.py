"""Ask of many sealed documents whether their sources bear them out, in children that are kept and replaced.

Invariant: one answer for each document, in order. A source that kills its reader is judged by a second, fresh one; only
when that is lost too, the source is to blame, and its own documents alone are refused. A child that does not start, or
gets no processor, is the world's fault: `Unavailable`, and the record waits. All sources of one call share its time
(`budget`): those that it does not suffice for are refused as not read, and can be handed in again.
"""

import atexit
import threading
from collections.abc import Sequence
from hashlib import sha256

from hub.domain.findings import Finding, finding
from hub.errors import Corrupt, Unavailable
from hub.sources.budget import Budget
from hub.sources.reader import ChildLimits, Lost, Reader
from hub.sources.wire import Answer, Asked, Request
from hub.trust import SealedItem

__all__ = ["SourceReaders", "check_sources", "signing_of"]

IDLE_COUNT_MAX = 2
_ERRORS = {"Corrupt": Corrupt, "Unavailable": Unavailable}


class SourceReaders:
    """Children that read sources; several threads may ask, each of its own child."""

    def __init__(self, limits: ChildLimits | None = None) -> None:
        self._limits = limits or ChildLimits()
        self._idle: list[Reader] = []
        self._lock = threading.Lock()

    def check(self, items: Sequence[SealedItem]) -> Sequence[tuple[Finding, ...]]:
        """Return the findings of each item (implements `SourceCheck`).

        Raises Unavailable SOURCE_READER_UNAVAILABLE (try again), and Corrupt for a damaged mapping.
        """
        answers: list[tuple[Finding, ...]] = [()] * len(items)
        budget = Budget(self._limits.call_s)
        for places in _by_source(items):
            for place, found in zip(places, self._of_source([items[place] for place in places], budget), strict=True):
                answers[place] = found
        return answers

    def signing_of(self, item: SealedItem) -> dict[str, str]:
        """Return who signed a source and when, as verified facts; none where nobody did, or it cannot be read.

        Raises Unavailable as `check`.
        """
        asked = Asked(item.document, item.origin, item.at, item.allows_rs256)
        try:
            request = Request(item.source, item.system, item.signers, (asked,))
            return self._answer(request, Budget(self._limits.call_s)).signing
        except Lost:
            return {}

    def close(self) -> None:
        """End the children that are idle."""
        with self._lock:
            readers, self._idle = self._idle, []
        for reader in readers:
            reader.close()

    def _of_source(self, items: Sequence[SealedItem], budget: Budget) -> Sequence[tuple[Finding, ...]]:
        """Judge the documents of one source, all with one request."""
        if budget.spent():
            return self._not_read(len(items))
        first = items[0]
        asked = tuple(Asked(item.document, item.origin, item.at, item.allows_rs256) for item in items)
        try:
            answer = self._answer(Request(first.source, first.system, first.signers, asked), budget)
        except Lost as lost:
            if lost.reason == "time":
                return self._not_read(len(items))
            return [(finding("SOURCE_KILLS_READER", facts={"reason": lost.reason}),)] * len(items)
        if answer.code:
            raise _ERRORS[answer.kind](answer.code, answer.facts)
        if len(answer.findings) != len(items):
            return [(finding("SOURCE_KILLS_READER", facts={"reason": "answer"}),)] * len(items)
        return answer.findings

    def _not_read(self, count: int) -> Sequence[tuple[Finding, ...]]:
        return [(finding("SOURCE_NOT_READ", facts={"seconds": f"{self._limits.call_s:g}"}),)] * count

    def _answer(self, request: Request, budget: Budget) -> Answer:
        """Ask a child, and a fresh one when it is lost: what it had read before may have been the reason.

        One that had read nothing before and stalls is not tried again: that would cost others their time.
        """
        reader = self._taken(budget)
        is_fresh = reader.requests == 0
        try:
            return self._asked(reader, request, budget)
        except Lost as lost:
            if (is_fresh and lost.reason == "stalled") or lost.reason == "time":
                raise
            if budget.spent():
                raise Lost("time") from None
        return self._asked(Reader(self._limits, budget), request, budget)

    def _asked(self, reader: Reader, request: Request, budget: Budget) -> Answer:
        try:
            answer = reader.ask(request, budget)
        except BaseException:
            reader.close()
            raise
        self._give_back(reader)
        return answer

    def _taken(self, budget: Budget) -> Reader:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Reader(self._limits, budget)

    def _give_back(self, reader: Reader) -> None:
        with self._lock:
            if len(self._idle) < IDLE_COUNT_MAX:
                self._idle.append(reader)
                return
        reader.close()


def _by_source(items: Sequence[SealedItem]) -> list[list[int]]:
    """Return the places of items that share source, system and pinned signers."""
    groups: dict[object, list[int]] = {}
    for place, item in enumerate(items):
        groups.setdefault((sha256(item.source).digest(), item.system, item.signers), []).append(place)
    return list(groups.values())


_readers = SourceReaders()
atexit.register(_readers.close)


def signing_of(item: SealedItem) -> dict[str, str]:
    """Return who signed the source of an item, and when, as `SourceReaders.signing_of`."""
    return _readers.signing_of(item)


def check_sources(items: Sequence[SealedItem]) -> Sequence[tuple[Finding, ...]]:
    """Return what the sources of items do not bear out, one tuple for each item, with the hub's own connectors.

    Raises as `SourceReaders.check`.
    """
    return _readers.check(items)
