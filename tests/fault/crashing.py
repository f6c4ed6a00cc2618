"""Crash points from outside: tell one worker where to die, and watch its markers (see `inside/crash_points.py`)."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hub.local.workers import WorkerSpec
from tests.fault.result import Hit
from tests.fault.rig import Run

__all__ = ["INSIDE", "Point", "dying", "follow", "inside"]

INSIDE = Path(__file__).with_name("inside")
_POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class Point:
    """Where a worker kills itself: the n-th time that a stage reaches a named point in one life."""

    point: str
    stage: str
    n: int = 1
    number: int = 0  # apart from others of the same name
    signal: str = "SIGKILL"
    gate: Path | None = None  # nothing counts before this file is there

    def marker(self, folder: Path) -> Path:
        """Return the file that says that it happened."""
        return folder / f"{self.stage}-{self.point.replace(':', '-')}-{self.number}.marker"


def inside() -> dict[str, str]:
    """Return the environment of a worker that finds our `sitecustomize` first."""
    return {"PYTHONPATH": os.pathsep.join((str(INSIDE), str(INSIDE.parents[2]), os.environ.get("PYTHONPATH", "")))}


def dying(spec: WorkerSpec, points: Sequence[Point], folder: Path) -> WorkerSpec:
    """Return the worker as one that dies at each of the points, in order, once each; without points as it is."""
    if not points:
        return spec
    listed = [_listed(point, folder) for point in points]
    environment = {"HUB_FAULT_POINTS": json.dumps(listed), **inside()}
    return WorkerSpec(spec.name, spec.arguments, {**spec.environment, **environment}, spec.backoff_s_max)


def _listed(point: Point, folder: Path) -> dict[str, object]:
    told = {"point": point.point, "stage": point.stage, "n": point.n, "signal": point.signal}
    told |= {} if point.gate is None else {"gate": str(point.gate)}
    return {**told, "marker": str(point.marker(folder))}


def follow(run: Run, points: Sequence[Point], folder: Path, patience_s: float = 150.0) -> None:
    """Note each death; it has recovered with the next progress of its stage, or when it got to its next death."""
    for n, point in enumerate(points):
        run.until(f"death at {point}", point.marker(folder).exists, patience_s)
        stage = point.stage
        hit = Hit(f"{point.stage} {point.point}", stage, run.eyes.share(stage), run.eyes.done(stage), time.monotonic())
        hit.named = True
        run.result.hits.append(hit)
        following = points[n + 1].marker(folder) if n + 1 < len(points) else None
        run.until(f"{stage} to go on after {point}", partial(_goes_on, run, hit, following), patience_s)
        hit.recovery_s = time.monotonic() - hit.at


def _goes_on(run: Run, hit: Hit, following: Path | None) -> bool:
    nothing_left = run.eyes.share(hit.stage) >= 1.0  # it died behind its last record
    return nothing_left or (following is not None and following.exists()) or run.eyes.done(hit.stage) > hit.before
