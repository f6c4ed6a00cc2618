"""Attacks "nothing lost, nothing doubled" wherever a process can end: kill -9 at named points of every stage."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fault.crashing import Point, dying, follow
from tests.fault.lengths import LONG
from tests.fault.result import Result
from tests.fault.rig import SMALL, Case, Rig, Run, apart

_PACE_S = 0.4  # so that there are many small transactions, and work is left whenever a worker comes back
_TABLES = {
    "register": ("position", "register_entry"),
    "validate": ("position", "inbox", "round", "claim", "document", "outbox"),
    "lock": ("position", "lock", "locator", "leaf", "document", "round", "outbox"),
    "acknowledge": ("position", "ingest_receipt", "outbox"),
    "ingest": ("position", "staged_chunk", "manifest", "checkpoint", "lock", "pupil", "document", "outbox"),
}
_COMMIT = ("before_kafka_commit", "after_kafka_commit")
_AROUND = ("before_transaction", "after_claim", "after_transaction")
_ROW = 5  # so many deaths without a finished batch at most: after eight the record itself would be suspected
_BESIDE = {
    "relay": ("before_produce", "after_produce", "after_mark"),
    "sequencer": ("before_sequencer", "inside:lock", "inside:checkpoint", "before_sequencer_commit", "after_sequencer"),
}


_SHORT = {  # every kind of point, each at one stage or two; LONG=1 plays all of them
    "register": ("inside:register_entry", "after_transaction"),
    "validate": ("before_kafka_commit", "before_transaction", "inside:outbox", "after_transaction"),
    "lock": ("inside:leaf", "after_transaction"),
    "acknowledge": ("after_claim", "inside:ingest_receipt"),
    "ingest": ("after_kafka_commit", "inside:document", "after_transaction"),
    "relay": _BESIDE["relay"],
    "sequencer": ("inside:checkpoint", "after_sequencer"),
}


def _points(stage: str) -> list[Point]:
    """Return the points of one stage; Kafka's commit comes a second after the batch, and the register has only one."""
    if not LONG:
        named = list(_SHORT[stage])
    elif stage in _BESIDE:
        named = list(_BESIDE[stage])
    else:
        named = [*(f"inside:{table}" for table in _TABLES[stage]), *_AROUND]
        for place in range(len(named) - len(named) % _ROW, 0, -_ROW):
            named.insert(place, "after_transaction")
        named = named if stage == "register" else [*_COMMIT, *named]
    return [Point(point, stage, number=n) for n, point in enumerate(named)]


@pytest.mark.parametrize(
    "stages", [("validate", "ingest"), ("lock", "acknowledge"), ("register",), ("relay",), ("sequencer",)]
)
def test_journey_is_whole_when_workers_die_at_each_point(
    rig: Rig, held: Callable[[Result], None], tmp_path: Path, stages: tuple[str, ...]
) -> None:
    """One journey: the worker of each stage dies at one point after another, and comes back each time."""
    points = {stage: _points(stage) for stage in stages}
    workers = [dying(spec, points.get(stage, ()), tmp_path) for stage, spec in apart(*stages).items()]

    def fault(run: Run) -> None:
        with ThreadPoolExecutor(len(stages), "follow") as pool:
            for done in [pool.submit(follow, run, points[stage], tmp_path) for stage in stages]:
                done.result()
        if run.eyes.quarantined() or run.eyes.parked():
            run.problem("a crash put good records into quarantine or parked a school")

    name = f"kill -9 at each point of {' and '.join(stages)}"
    held(rig.run(Case(name, "one outcome per command", SMALL, workers, batch=1, pace_s=_PACE_S), 1, fault))
