"""What an operator sees at /metrics of each worker: counts, batches, lag from true positions; nothing personal."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from psycopg import sql

from hub.store import Connection, open_connection
from tests.journey.world import CANARY, COMPLETED, LockedRound, World, eventually

_LABELS = {"so", "code", "stage", "topic", "partition", "owner", "le", "status", "kind", "state"}
_TIMEOUT_S = 5


def _text(world: World, worker: str) -> str:
    """/metrics of a worker, at the port that it last logged."""
    lines = (world.hub.data / "logs" / f"{worker}.log").read_text(encoding="utf-8").splitlines()
    ports = [json.loads(line)["port"] for line in lines if '"metrics_up"' in line]
    with urllib.request.urlopen(f"http://127.0.0.1:{ports[-1]}/metrics", timeout=_TIMEOUT_S) as answer:
        return str(answer.read().decode())


def _samples(world: World, worker: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(_text(world, worker)):
        yield from family.samples


def _value(world: World, worker: str, name: str, **labels: str) -> float:
    """Return the sum of all samples of that name with these labels."""
    return sum(s.value for s in _samples(world, worker) if s.name == name and labels.items() <= s.labels.items())


@pytest.fixture(scope="module")
def walked(world: World) -> LockedRound:
    """Three pupils who went the whole way, and one who was refused."""
    made = world.lock_in(world.school("nghe-an"), 3)
    bad = world.edited(world.pupil(made.school), lambda value: value.update(note="x"))
    world.ask(world.submission(made.school, [bad], COMPLETED))
    return made


@pytest.mark.parametrize(
    ("worker", "name", "labels"),
    [
        ("so-nghe-an", "hub_validate_accepted_transcripts_total", {"so": "nghe-an"}),
        ("so-nghe-an", "hub_lock_locked_transcripts_total", {"so": "nghe-an"}),
        ("bo", "hub_ingest_ingested_transcripts_total", {"so": "nghe-an"}),
    ],
)
def test_transcripts_are_counted_at_each_station(
    world: World, walked: LockedRound, worker: str, name: str, labels: dict[str, str]
) -> None:
    """A lock of two more moves each counter by two."""
    before = _value(world, worker, name, **labels)
    world.lock_in(walked.school, 2)
    assert _value(world, worker, name, **labels) == before + 2


def test_refusals_are_counted_by_code(world: World, walked: LockedRound) -> None:
    """The first refusing code of a transcript is its label."""
    counted = {"so": "nghe-an", "code": "MARK_TOO_PRECISE"}
    name = "hub_validate_refused_transcripts_total"
    before = _value(world, "so-nghe-an", name, **counted)
    school = world.school("nghe-an", 1)
    bad = world.edited(world.pupil(school), lambda value: value["subjects"][0].update(year="8.25"))
    (answer,) = world.ask(world.submission(school, [bad], COMPLETED))
    assert "MARK_TOO_PRECISE" in answer.every_code
    assert _value(world, "so-nghe-an", name, **counted) == before + 1


def test_quarantined_messages_are_counted_by_code(world: World, walked: LockedRound) -> None:
    """What does not decode is counted by stage and code."""
    labels = {"stage": "validate", "code": "MESSAGE_MAGIC"}
    before = _value(world, "so-nghe-an", "hub_stage_quarantined_messages_total", **labels)
    good = world.submission(walked.school, [world.signed(world.pupil(walked.school))], COMPLETED)
    world.ask(replace(good, value=b"\x05" + (good.value or b"")[1:]))
    assert _value(world, "so-nghe-an", "hub_stage_quarantined_messages_total", **labels) == before + 1


def test_batches_have_size_and_duration(world: World, walked: LockedRound) -> None:
    """Each stage that worked has counted its batches, their records and their seconds."""
    for worker, stage in (("so-nghe-an", "validate"), ("so-nghe-an", "lock"), ("bo", "ingest")):
        batches = _value(world, worker, "hub_stage_batch_records_count", stage=stage)
        assert batches >= 1
        assert _value(world, worker, "hub_stage_batch_records_sum", stage=stage) >= batches
        assert _value(world, worker, "hub_stage_batch_seconds_count", stage=stage) == batches
        assert _value(world, worker, "hub_stage_batch_seconds_sum", stage=stage) > 0


@pytest.fixture
def owner(world: World) -> Iterator[Connection]:
    """The owner's role of Nghệ An's database."""
    with open_connection(world.hub.servers.so_urls("nghe-an").owner_url or "") as connection:
        yield connection


def test_lag_is_the_distance_to_the_true_position(world: World, walked: LockedRound, owner: Connection) -> None:
    """Commands that the database does not take yet show as lag, also while their batch waits; then it is 0 again."""

    def lag() -> float:
        return _value(world, "so-nghe-an", "hub_stage_lag_messages", stage="validate")

    school = world.school("nghe-an", 4)
    records = [world.submission(school, [world.signed(world.pupil(school))], COMPLETED) for _ in range(3)]
    with owner.transaction():
        owner.execute(sql.SQL("LOCK TABLE inbox IN SHARE MODE"))
        places = world.send(*records)
        eventually("lag", lambda: lag() == len(records), patience_s=15)
    assert {world.answer(place).outcome for place in places} == {"accepted"}
    eventually("no lag", lambda: lag() == 0, patience_s=15)


def test_every_claimed_partition_shows_its_lag(world: World, walked: LockedRound) -> None:
    """Idle partitions are claimed and watched too."""

    def parts() -> set[str]:
        return {
            s.labels["partition"]
            for s in _samples(world, "so-nghe-an")
            if s.name == "hub_stage_lag_messages" and s.labels["stage"] == "validate"
        }

    assert eventually("all partitions", lambda: found if len(found := parts()) == 8 else None, patience_s=20)


@pytest.mark.parametrize("worker", ["so-nghe-an", "so-ha-noi", "bo"])
def test_metrics_hold_nothing_personal(world: World, walked: LockedRound, worker: str) -> None:
    """Labels are slugs, codes, stages, states, topics and partitions; no name, number or school stands in any."""
    ours = [s for s in _samples(world, worker) if s.name.startswith("hub_")]
    assert ours
    assert {label for s in ours for label in s.labels} <= _LABELS
    text = _text(world, worker)
    for transcript in walked.transcripts:
        student = transcript.student
        for personal in (CANARY, student.name, student.personal_id, student.student_code, walked.school.code):
            assert str(personal) not in text
