"""What a worker shows of its own lag, with a scripted log."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from hub.agents.backlog import show
from hub.agents.stage.lag import WINDOW, LagMeter
from hub.agents.stage.position import Place, Position
from hub.errors import Unavailable
from hub.kafka import Undone
from hub.operate import Status

AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
TOPIC = "hocba.so-ha-noi.command.v1"
GROUP = "hocba.so-ha-noi.lag-test"
Where = tuple[str, int]


@dataclass
class Log:
    """Answers with one append time for everything that is asked, or not at all."""

    came_at: datetime | None = AT
    away: bool = False
    asked: list[dict[Where, tuple[int, int]]] = field(default_factory=list)

    async def read(self, _: str, waiting: Mapping[Where, tuple[int, int]]) -> dict[Where, Undone | None]:
        self.asked.append(dict(waiting))
        if self.away:
            raise Unavailable("KAFKA_UNAVAILABLE")
        return {w: Undone(offset, self.came_at) if self.came_at else None for w, (offset, _) in waiting.items()}


@dataclass
class Worker:
    """A stage with its meter; one look says second -> {partition: (position, end)}."""

    log: Log = field(default_factory=Log)

    def __post_init__(self) -> None:
        self.meter = LagMeter("so-ha-noi", "lag-test", "nowhere", read=self.log.read)

    def look(self, second: float, places: Mapping[int, tuple[int, int]]) -> Status:
        positions = {(TOPIC, part): a_position(part, offset) for part, (offset, _) in places.items()}
        ends = {(TOPIC, part): end for part, (_, end) in places.items()}
        return asyncio.run(self.meter.observe(positions, ends, AT + timedelta(seconds=second)))


def a_position(part: int, next_offset: int) -> Position:
    return Position(Place("lag-test", TOPIC, part, "cluster-1", "topic-1"), next_offset, 1, None, 0)


def shown(name: str, part: int | None = None) -> float | None:
    """Return a value as /metrics has it."""
    place = {} if part is None else {"topic": TOPIC, "partition": str(part)}
    if name == "hub_stage_lag_messages":
        return REGISTRY.get_sample_value(name, {"stage": "lag-test", **place})
    if name in ("kafka_consumergroup_lag", "kafka_consumergroup_current_offset"):
        return REGISTRY.get_sample_value(name, {"consumergroup": GROUP, **place})
    return REGISTRY.get_sample_value(name, {"cluster_name": "cluster-1", "group": GROUP, **place})


def test_lag_is_told_under_every_name() -> None:
    """Ours, kafka_exporter's and kafka-lag-exporter's say the same."""
    worker = Worker()
    assert worker.look(4, {0: (7, 10), 1: (3, 3)}) is Status.OK
    for name in ("hub_stage_lag_messages", "kafka_consumergroup_lag", "kafka_consumergroup_group_lag"):
        assert (shown(name, 0), shown(name, 1)) == (3, 0)
    for name in ("kafka_consumergroup_current_offset", "kafka_consumergroup_group_offset"):
        assert (shown(name, 0), shown(name, 1)) == (7, 3)
    assert shown("kafka_consumergroup_group_lag_seconds", 0) == 4
    assert shown("kafka_consumergroup_group_lag_seconds", 1) == 0
    assert (shown("kafka_consumergroup_group_max_lag"), shown("kafka_consumergroup_group_max_lag_seconds")) == (3, 4)


def test_log_is_asked_only_for_what_waits_and_once_a_position() -> None:
    """No reading without lag, nor again while the position stands."""
    worker = Worker()
    worker.look(0, {0: (5, 5), 1: (2, 2)})
    assert worker.log.asked == []
    worker.look(3, {0: (5, 8), 1: (2, 2)})
    worker.look(6, {0: (5, 9), 1: (2, 2)})
    assert worker.log.asked == [{(TOPIC, 0): (5, 8)}]
    worker.look(9, {0: (6, 9), 1: (2, 2)})
    assert worker.log.asked[1:] == [{(TOPIC, 0): (6, 9)}]


def test_seconds_grow_while_the_position_stands_and_then_the_stage_stalls() -> None:
    """And both end when the records are done."""
    worker, window_s = Worker(), WINDOW.total_seconds()
    assert worker.look(1, {0: (5, 8)}) is Status.OK
    assert worker.look(1 + window_s, {0: (5, 8)}) is Status.STALL
    assert shown("kafka_consumergroup_group_lag_seconds", 0) == 1 + window_s
    assert REGISTRY.get_sample_value("hub_stage_status", {"stage": "lag-test", "status": "STALL"}) == 1
    assert worker.look(2 + window_s, {0: (8, 8)}) is Status.OK
    assert shown("kafka_consumergroup_group_lag_seconds", 0) == 0
    assert REGISTRY.get_sample_value("hub_stage_status", {"stage": "lag-test", "status": "STALL"}) == 0
    assert REGISTRY.get_sample_value("hub_stage_status", {"stage": "lag-test", "status": "OK"}) == 1


def test_holes_at_the_end_of_a_compacted_topic_are_no_lag() -> None:
    """Offsets without records can never be done; asked once, until the end moves on."""
    worker = Worker(Log(came_at=None))
    for second in (0, 30, 60):
        assert worker.look(second, {0: (5, 8)}) is Status.OK
        assert (shown("kafka_consumergroup_lag", 0), shown("kafka_consumergroup_group_lag_seconds", 0)) == (0, 0)
    assert len(worker.log.asked) == 1
    worker.log.came_at = AT + timedelta(seconds=80)
    worker.look(90, {0: (5, 9)})
    assert (shown("kafka_consumergroup_lag", 0), shown("kafka_consumergroup_group_lag_seconds", 0)) == (4, 10)


def test_log_that_does_not_answer_leaves_what_was_seen() -> None:
    """Messages are told, seconds are those of the standstill, and the log is asked again."""
    worker = Worker(Log(away=True))
    worker.look(100, {0: (5, 8)})
    worker.look(105, {0: (5, 8)})
    assert (shown("kafka_consumergroup_lag", 0), shown("kafka_consumergroup_group_lag_seconds", 0)) == (3, 5)
    worker.log.away = False
    worker.look(106, {0: (5, 8)})
    assert shown("kafka_consumergroup_group_lag_seconds", 0) == 106
    assert len(worker.log.asked) == 3


def test_partition_that_another_worker_has_disappears() -> None:
    """Its lag would be added up twice."""
    worker = Worker()
    worker.look(0, {0: (5, 8), 1: (1, 9)})
    worker.look(3, {0: (5, 8)})
    for name in ("hub_stage_lag_messages", "kafka_consumergroup_lag", "kafka_consumergroup_group_lag_seconds"):
        assert shown(name, 1) is None
    assert shown("kafka_consumergroup_group_max_lag") == 3
    worker.look(6, {})
    assert shown("kafka_consumergroup_lag", 0) is None
    assert shown("kafka_consumergroup_group_max_lag") == 0


def test_position_that_fell_is_rewind() -> None:
    """Whoever set it back: what follows would be done again."""
    worker = Worker()
    worker.look(0, {0: (5, 8)})
    assert worker.look(3, {0: (2, 8)}) is Status.REWIND


@pytest.mark.parametrize(("oldest", "seconds"), [(12.5, 12.5), (None, 0), (-3.0, 0)])
def test_backlog_is_told_by_owner_and_kind(oldest: float | None, seconds: float) -> None:
    """None waits for no time; a clock that went back gives no negative age."""
    show("so-lag-test", [("outbox", 7, oldest)])
    labels = {"owner": "so-lag-test", "kind": "outbox"}
    assert REGISTRY.get_sample_value("hub_waiting_count", labels) == 7
    assert REGISTRY.get_sample_value("hub_waiting_oldest_seconds", labels) == seconds
