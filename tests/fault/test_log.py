"""Attacks "nothing is skipped, nothing stands still": holes in the log, aborted records, a group that was moved."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from itertools import cycle
from typing import Any

import pytest
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from hub.client import lag_of, so_source
from hub.kafka import end_offsets
from hub.kafka.deployment import group_prefix
from hub.kafka.headers import headers_of
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sender, Sending
from hub.kafka.reader import Found, read_topic
from hub.operate import Status
from hub.topics import Topic, command, register
from tests.fault import blows
from tests.fault.lengths import only_long
from tests.fault.result import Result
from tests.fault.rig import BO, SMALL, SO, SO_WORKER, Case, Rig, Run, specs

Held = Callable[[Result], None]
_TOPIC, _REGISTER = command(SO), register(SO)
_GARBAGE = b"no message of ours"
_TICKS_S = 7.0  # two looks of the sentinel
_IDLE_S = 30.0  # within this every marker at an end is passed
_COMPACTED_S = 30.0
_SWEEPING = {"segment.ms": "100", "min.cleanable.dirty.ratio": "0.001"}
_SWEEPER = {"log.cleaner.backoff.ms": "100"}


@only_long
def test_journey_is_whole_when_a_producer_aborts_some_of_its_transactions(rig: Rig, held: Held) -> None:
    """What was aborted is treated like any record: only its signature counts. Markers are passed, also at the end.

    A transaction that nobody ends holds up nobody.
    """

    def fault(run: Run) -> None:
        run.until_share("validate", 0.12)
        known = {parcel.command_id: parcel.outbound().sending for parcel in run.stock.parcels}
        acknowledged = [known[c] for c in blows.acknowledged(run)]
        repeats = run.rng.choices(acknowledged, k=24)
        hit = run.strike("transactions", "validate", lambda: _transactions(run, repeats))
        with _left_open(run):
            run.recovered(hit)
            run.over.wait(run.case.patience_s)
        _transactions(run, [])  # what each partition ends with is a marker
        run.until("silence", run.eyes.is_quiet, _IDLE_S)
        hit.what = f"{_markers(run)} markers, {_aborted(run)} aborted records"
        _idle(run)

    held(rig.run(Case("aborted transactions", "holes hold up nobody", SMALL, batch=1, pace_s=0.15), 51, fault))


def test_register_is_projected_when_compaction_has_left_holes(rig: Rig, held: Held) -> None:
    """Workers that start from zero find offsets without a record, at the beginning and between others."""

    def fault(run: Run) -> None:
        records, end = len(asyncio.run(_read(run, _REGISTER))), _ends(run, _REGISTER)[0]
        hit = run.strike(f"{end - records} holes before {records} records", "register", lambda: None)
        hit.named, hit.before = True, 0
        run.recovered(hit)
        run.until("both registers", run.eyes.is_registered)
        for name, database in ((SO_WORKER, "so"), (BO, "bo")):
            run.until(f"{name} at the end", partial(_is_at, run, database, end))
            if not any(line["stage"] == "register" for line in blows.said(run, name, "gap_read")):
                run.problem(f"{name} met no hole")
        blows.unharmed(run, dict.fromkeys(blows.lives(run), 0))

    case = Case("holes of a compacted topic", "holes hold up nobody", SMALL, before=_compact)
    held(rig.run(case, 52, fault))


@pytest.mark.parametrize("to", ["the end", pytest.param("the beginning", marks=only_long)])
def test_nothing_is_lost_or_doubled_when_the_group_is_moved(rig: Rig, held: Held, to: str) -> None:
    """While the worker is down for a moment, somebody sets the offsets of its group."""

    def fault(run: Run) -> None:
        run.until_share("validate", 0.12)
        with _down(run):
            done = run.eyes.position("validate")
            run.until("more commands", lambda: sum(_ends(run)) > done + 4)
            target = _ends(run) if to == "the end" else [0] * _TOPIC.partitions
            skipped = f"{sum(_ends(run)) - done} not done" if to == "the end" else f"{done} done already"
            hit = run.strike(f"group moved over {skipped}", "validate", lambda: _move(run, target))
        run.recovered(hit)
        run.over.wait(run.case.patience_s)  # what was skipped is read when its partition is next looked at
        if to == "the end" and not any(line["stage"] == "validate" for line in blows.said(run, SO_WORKER, "gap_read")):
            run.problem("nothing was skipped")

    held(rig.run(Case(f"group moved to {to}", "lost = doubled = 0", SMALL, batch=1, pace_s=0.35), 53, fault))


# -- transactions


def _transactions(run: Run, repeats: Sequence[Sending]) -> None:
    """Send repeats and garbage in two transactions for each school; the second of them is aborted."""
    producer, left = _producer(run, "hands"), iter(repeats)
    schools = [school[0].school for school in run.stock.schools]
    for n, school in zip(range(2 * len(schools)), cycle(schools), strict=False):
        producer.begin_transaction()
        for good in (next(left, None), next(left, None)):
            if good is not None:
                _produce(producer, good)
        _produce(producer, _garbage(school, f"garbage-{run.rng.getrandbits(64)}"))
        producer.flush(10)  # so that what is aborted stands in the log
        if n >= len(schools):
            producer.abort_transaction(10)
        else:
            producer.commit_transaction(10)


@contextmanager
def _left_open(run: Run) -> Iterator[None]:
    """Hold a transaction open: who reads committed records only gets nothing behind it."""
    producer = _producer(run, "hanging")
    producer.begin_transaction()
    for school in run.stock.schools:
        _produce(producer, _garbage(school[0].school, f"hanging-{school[0].school}"))
    producer.flush(10)
    try:
        yield
    finally:
        producer.abort_transaction(10)


def _producer(run: Run, name: str) -> Producer:
    producer = Producer(
        {
            "bootstrap.servers": run.hub.bootstrap,
            "transactional.id": f"{name}-{run.rng.getrandbits(32)}",
            "linger.ms": 0,
        }
    )
    producer.init_transactions(20)
    return producer


def _garbage(school: str, name: str) -> Sending:
    return Sending(_TOPIC.name, school.encode(), _GARBAGE, headers_of("Submission", name, f"/schools/{school}"))


def _produce(producer: Producer, sending: Sending) -> None:
    assert sending.key is not None
    part = partition_of(sending.key, _TOPIC.partitions)
    producer.produce(sending.topic, sending.value, sending.key, partition=part, headers=list(sending.headers))


def _markers(run: Run) -> int:
    """Return how many offsets of the commands hold no record: those are markers."""
    found = asyncio.run(_read(run, _TOPIC))
    garbage = sum(record.value == _GARBAGE for record in found)
    if run.eyes.quarantined() != garbage:
        run.problem(f"{garbage} records of garbage, {run.eyes.quarantined()} in quarantine")
    ends = _ends(run)
    used = {record.part for record in found}
    last = {part: max(record.offset for record in found if record.part == part) for part in used}
    if any(ends[part] != last[part] + 2 for part in used):
        run.problem(f"not every partition ends with a marker: {last}, {ends}")
    return sum(ends) - len(found)


def _aborted(run: Run) -> int:
    """Return how many records a reader of committed records does not see; there must be some."""
    everything, seen = len(asyncio.run(_read(run, _TOPIC))), 0
    ends = dict(enumerate(_ends(run)))
    settings = {"bootstrap.servers": run.hub.bootstrap, "group.id": "of nobody", "isolation.level": "read_committed"}
    with closing(Consumer({**settings, "enable.partition.eof": True, "enable.auto.commit": False})) as reader:
        reader.assign([TopicPartition(_TOPIC.name, part, 0) for part in ends])
        left, deadline = set(ends), time.monotonic() + 20
        while left:
            assert time.monotonic() < deadline, "the committed records do not end"
            message = reader.poll(1)
            if message is not None and message.error():
                left.discard(message.partition())
            elif message is not None:
                seen += 1
    if everything == seen:
        run.problem("nothing was aborted")
    return everything - seen


def _idle(run: Run) -> None:
    """Require that nothing waits, for the command and for the sentinel, although partitions end with markers."""
    gaps = len(blows.said(run, SO_WORKER, "gap_read"))
    (lag,) = lag_of(run.hub.bootstrap, [so_source(SO, run.hub.so_url(SO))], window=timedelta(seconds=3))
    waiting = {stage.stage: stage.lag_messages for stage in lag.stages if stage.lag_messages}
    if lag.status is not Status.OK or waiting:
        run.problem(f"hub lag says {lag.status}: {waiting}")
    time.sleep(_TICKS_S)
    if (later := len(blows.said(run, SO_WORKER, "gap_read"))) != gaps:
        run.problem(f"the sentinel goes on reading where nothing stands: {gaps} -> {later}")
    if any(blows.lives(run).values()) or run.eyes.parked():
        run.problem(f"workers were restarted or schools parked: {blows.lives(run)}")


# -- compaction


def _compact(run: Run) -> None:
    """Send most of the register again and have what is old removed, before any worker reads."""
    _set(run, ResourceType.TOPIC, _REGISTER.name, _SWEEPING)
    _set(run, ResourceType.BROKER, "1", _SWEEPER)
    try:
        again = [s for s in run.stock.register[:-1] if run.rng.random() < 0.7]  # the last one stays in the middle
        for batch in (again[::2], again[1::2], again[-1:]):
            time.sleep(0.3)  # longer than a segment
            asyncio.run(_send(run, batch))
        end = _ends(run, _REGISTER)[0]
        run.until("compaction", lambda: len(asyncio.run(_read(run, _REGISTER))) < end - len(again) // 2, _COMPACTED_S)
    finally:
        _set(run, ResourceType.BROKER, "1", dict.fromkeys(_SWEEPER, None))


def _set(run: Run, kind: ResourceType, name: str, settings: Any) -> None:
    made = [
        ConfigEntry(
            key, value, incremental_operation=AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET
        )
        for key, value in settings.items()
    ]
    client = _admin(run)
    for done in client.incremental_alter_configs([ConfigResource(kind, name, incremental_configs=made)]).values():
        done.result(10)


def _is_at(run: Run, database: str, end: int) -> bool:
    return run.eyes.position("register", database) == end


# -- groups


@contextmanager
def _down(run: Run) -> Iterator[None]:
    """Let Sở's worker leave in order, and start it again."""
    keeper = run.hub.worker(SO_WORKER)
    keeper.stop()
    run.hub.workers.remove(keeper)
    yield
    run.hub.start_workers(specs(bo=0), run.logs)


def _move(run: Run, offsets: Sequence[int]) -> None:
    """Set the group's committed offsets by hand, once its member has been forgotten."""
    group = f"{group_prefix(f'so-{SO}')}validate"
    places = [TopicPartition(_TOPIC.name, part, offset) for part, offset in enumerate(offsets)]

    def moved() -> bool:
        try:
            client = _admin(run)
            answer = client.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)])[group].result(
                10
            )
        except KafkaException:  # it has members still
            time.sleep(0.3)
            return False
        return all(place.error is None for place in answer.topic_partitions)

    run.until("an empty group", moved, 20)


# -- the log


def _admin(run: Run) -> AdminClient:
    return AdminClient({"bootstrap.servers": run.hub.bootstrap, "log_level": 0})


def _ends(run: Run, topic: Topic = _TOPIC) -> list[int]:
    """Return the end of each partition."""
    found = end_offsets(run.hub.bootstrap, [(topic.name, part) for part in range(topic.partitions)])
    return [found[topic.name, part] for part in range(topic.partitions)]


async def _read(run: Run, topic: Topic) -> list[Found]:
    return [record async for record in read_topic(run.hub.bootstrap, topic.name, topic.partitions)]


async def _send(run: Run, batch: Sequence[Sending]) -> None:
    sender = Sender(run.hub.bootstrap)
    try:
        await sender.send(batch)
    finally:
        await sender.close()
