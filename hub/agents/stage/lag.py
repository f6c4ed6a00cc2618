"""The lag that a worker tells of: of each claimed partition, in messages and seconds, and whether its position moves.

In:  the sentinel's look at positions and ends; the log itself for the time of the oldest record not done.
Out: the gauges of hub.metrics, under our own names and those that existing dashboards know.
Invariant: nothing is read while nothing waits, nor again while the position stands still.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge

from hub.agents.stage.position import Position
from hub.errors import Unavailable
from hub.kafka.deployment import group_prefix
from hub.kafka.lag import Undone, first_undone
from hub.metrics import (
    EXPORTER_LAG,
    EXPORTER_OFFSET,
    GROUP_LAG,
    GROUP_LAG_MAX,
    GROUP_LAG_SECONDS,
    GROUP_LAG_SECONDS_MAX,
    GROUP_OFFSET,
    LAG,
    STATUS,
)
from hub.operate.lag import Sample, Status, judge, standing, worst

__all__ = ["WINDOW", "LagMeter"]

_log = structlog.get_logger()
WINDOW = timedelta(seconds=30)
"""How long a position may stand still with records waiting before its stage is said to stall."""
_SAMPLES_MAX = 32  # of the sentinel's ticks, so that a few more than a window are kept
_Place = tuple[str, int]
_Read = Callable[[str, Mapping[_Place, tuple[int, int]]], Awaitable[dict[_Place, Undone | None]]]


class LagMeter:
    """What one stage of one process shows at /metrics. Not for use from several threads."""

    def __init__(self, owner: str, stage: str, bootstrap: str, *, read: _Read = first_undone) -> None:
        self._stage, self._group = stage, f"{group_prefix(owner)}{stage}"
        self._bootstrap, self._read = bootstrap, read
        self._history: dict[_Place, deque[Sample]] = {}
        self._undone: dict[_Place, tuple[int, Undone]] = {}  # by position
        self._empty: dict[_Place, Sample] = {}  # between these nothing stands: holes of a compacted topic, or markers
        self._clusters: dict[_Place, str] = {}
        self._shown: set[str] = set()

    async def observe(self, positions: Mapping[_Place, Position], ends: Mapping[_Place, int], at: datetime) -> Status:
        """Set every gauge by one look at the claimed partitions; `at` is the time of the look.

        Partitions that are claimed no longer disappear. Raises nothing: where the log does not answer, the seconds
        are those for which the position was seen to stand still, and the next look asks again.
        """
        seen = {place: position for place, position in positions.items() if place in ends}
        self._forget(self._history.keys() - seen.keys())
        for place, position in seen.items():
            self._clusters[place] = position.place.cluster_id
            history = self._history.setdefault(place, deque(maxlen=_SAMPLES_MAX))
            history.append(Sample(at, position.next_offset, ends[place]))
        await self._look(seen)
        status = worst(judge(history, alive=True, window=WINDOW) for history in self._history.values())
        self._show(at, status)
        return status

    async def _look(self, seen: Iterable[_Place]) -> None:
        """Ask the log for the oldest record of those partitions that wait and whose oldest is not known."""
        last = {place: self._history[place][-1] for place in seen}
        self._undone = {place: known for place, known in self._undone.items() if known[0] == last[place].position}
        self._empty = {place: known for place, known in self._empty.items() if _same(known, last[place])}
        asked = {
            place: (sample.position, sample.end)
            for place, sample in last.items()
            if sample.lag and place not in self._undone and place not in self._empty
        }
        try:
            found = await self._read(self._bootstrap, asked) if asked else {}
        except Unavailable as error:
            _log.info("lag_unread", stage=self._stage, code=error.code)
            found = {}
        self._undone |= {place: (last[place].position, undone) for place, undone in found.items() if undone}
        self._empty |= {place: last[place] for place, undone in found.items() if undone is None}
        for place in self._empty:
            self._history[place][-1] = replace(last[place], end=last[place].position)

    def _show(self, at: datetime, status: Status) -> None:
        for place, history in self._history.items():
            sample, age = history[-1], self._age_s(place, at)
            ours, theirs, others = self._labels(place)
            LAG.labels(*ours).set(sample.lag)
            EXPORTER_LAG.labels(*theirs).set(sample.lag)
            EXPORTER_OFFSET.labels(*theirs).set(sample.position)
            GROUP_OFFSET.labels(*others).set(sample.position)
            GROUP_LAG.labels(*others).set(sample.lag)
            GROUP_LAG_SECONDS.labels(*others).set(age)
        self._show_most(at)
        for each in Status:
            STATUS.labels(self._stage, each.value).set(each is status)

    def _show_most(self, at: datetime) -> None:
        for cluster in {*self._shown, *self._clusters.values()}:
            own = [place for place in self._history if self._clusters[place] == cluster]
            lag = max((self._history[place][-1].lag for place in own), default=0)
            GROUP_LAG_MAX.labels(cluster, self._group).set(lag)
            GROUP_LAG_SECONDS_MAX.labels(cluster, self._group).set(max((self._age_s(p, at) for p in own), default=0))
            self._shown.add(cluster)

    def _age_s(self, place: _Place, at: datetime) -> float:
        """Return the age of the oldest record not done; what was seen to stand still where the log did not answer."""
        history, known = self._history[place], self._undone.get(place)
        age = at - known[1].at if known else standing(history)
        return max(0.0, age.total_seconds()) if history[-1].lag else 0.0

    def _labels(self, place: _Place) -> tuple[list[str], list[str], list[str]]:
        topic, part = place[0], str(place[1])
        group = self._group
        return [self._stage, topic, part], [group, topic, part], [self._clusters[place], group, topic, part]

    def _forget(self, places: Iterable[_Place]) -> None:
        """Another worker tells of them now: two lags of one partition would be added up."""
        for place in list(places):
            ours, theirs, others = self._labels(place)
            for gauges, labels in (((LAG,), ours), (_EXPORTER, theirs), (_GROUP, others)):
                for gauge in gauges:
                    gauge.remove(*labels)
            del self._history[place], self._clusters[place]
            self._undone.pop(place, None)
            self._empty.pop(place, None)


def _same(one: Sample, other: Sample) -> bool:
    return (one.position, one.end) == (other.position, other.end)


_EXPORTER: tuple[Gauge, ...] = (EXPORTER_LAG, EXPORTER_OFFSET)
_GROUP: tuple[Gauge, ...] = (GROUP_OFFSET, GROUP_LAG, GROUP_LAG_SECONDS)
