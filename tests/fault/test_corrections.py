"""Attacks "a correction ends in one lock, and a window closes once" by kill -9 in every stage that has a hand in it."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hub.local.demo import draw_balance, play
from hub.local.workers import WorkerSpec
from tests.fault.crashing import Point, dying
from tests.fault.lengths import only_long
from tests.fault.restoring import audited
from tests.fault.run import SO, Run, a_run, count, worker_specs_apart
from tests.fault.windows import ask_for_windows

_SEED = 71
_POLL_S = 0.005
_RELOCKS = "SELECT count(*) FROM round WHERE cohort = 'correction' AND state = 'closing'"
_ENDS = "SELECT count(*) FROM correction WHERE state IN ('relocked', 'expired', 'rejected')"
_POINTS = {  # the first ones only a correction comes by; those behind them are reached in the same work, done again
    "validate": (("validate", "inside:correction_step"), ("windows", "after_windows")),
    "lock": (("lock", "inside:correction"), ("sequencer", "inside:checkpoint")),
    "ingest": (("ingest", "inside:document"),),
}
_LONG = {
    "validate": (
        ("validate", "inside:correction"), ("validate", "inside:round"), ("validate", "inside:document"),
        ("validate", "after_transaction"), ("windows", "inside:outbox"), ("windows", "after_windows"),
    ),
    "lock": (
        ("lock", "inside:correction_step"), ("lock", "inside:correction"), ("lock", "inside:leaf"),
        ("lock", "after_transaction"), ("sequencer", "inside:lock"), ("sequencer", "after_sequencer"),
    ),
    "ingest": (
        ("ingest", "inside:manifest"), ("ingest", "inside:lock"), ("ingest", "inside:outbox"),
        ("ingest", "after_transaction"),
    ),
}  # fmt: skip


def _points(stage: str, folder: Path, *, long: bool) -> list[Point]:
    """Return where the worker of a stage dies, in order; Bộ's from the gate on: no table there is a correction's."""
    named = (_LONG if long else _POINTS)[stage]
    gate = folder / "gate" if stage == "ingest" else None
    return [Point(point, of, number=n, gate=gate) for n, (of, point) in enumerate(named)]


@contextmanager
def _dying_hub(folder: Path, *, long: bool) -> Iterator[tuple[Run, Sequence[Point]]]:
    points = {stage: _points(stage, folder, long=long) for stage in _POINTS}
    specs = worker_specs_apart("validate", "lock")
    of = dict(zip(("validate", "lock", "rest", "ingest"), specs, strict=True))
    workers = [dying(_patient(spec), points.get(stage, ()), folder) for stage, spec in of.items()]
    with a_run(_SEED, workers) as run:
        yield run, [point for listed in points.values() for point in listed]


def _patient(spec: WorkerSpec) -> WorkerSpec:
    return WorkerSpec(spec.name, spec.arguments, spec.environment, 0.3)  # a worker that was killed on purpose


def _opened(run: Run, folder: Path, over: threading.Event) -> None:
    """Let Bộ's worker die from the first lock of a correction on, however long the story takes to come there."""
    with run.worker(SO) as eyes:
        while not over.wait(_POLL_S):
            if count(eyes, _RELOCKS):
                (folder / "gate").touch()
                return


def _ends_well(folder: Path, *, long: bool) -> None:
    with _dying_hub(folder, long=long) as (run, points):
        over = threading.Event()
        gate = threading.Thread(target=_opened, args=(run, folder, over), name="gate")
        gate.start()
        try:
            story = asyncio.run(play(run.hub, run.population, run.founded, lambda *_: None))
            story.acts += ask_for_windows(run.hub, SO, run.population, run.founded)
        finally:
            over.set()
            gate.join()
        assert [p for p in points if not p.marker(folder).exists()] == [], "a point was never reached"
        with run.worker(SO) as eyes:
            assert count(eyes, _ENDS) == 3
        run.hub.stop_workers()
        report = audited(run)
        assert report.violations == 0, [(c.name, c.examples) for c in report.checks if c.violations]
        balance = draw_balance(run.hub, story)
        assert (balance.lost, balance.doubled, balance.corrected) == (0, 0, 1)
        assert balance.problems == []


def test_correction_is_whole_when_workers_die_in_validate_windows_lock_sequencer_and_ingest(tmp_path: Path) -> None:
    """One request, one window, one lock of two leaves, one receipt each, whatever dies in between."""
    _ends_well(tmp_path, long=False)


@only_long
def test_correction_is_whole_when_workers_die_at_each_table(tmp_path: Path) -> None:
    """The same inside every table that a correction writes."""
    _ends_well(tmp_path, long=True)
