"""`hub bench profile`: where the processor time of one process goes, in microseconds a transcript.

With py-spy (extra `bench`) it samples a worker during a wave, from outside and without a change to it; without py-spy
it runs the bare loop under cProfile, whose own cost falls on small Python functions: then read shares, not times.
"""

import cProfile
import pstats
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.bench.apart import in_own_process
from hub.bench.dressing import Dressed, dress, register_of
from hub.bench.driving import records_of
from hub.bench.figures import us_each
from hub.bench.floor import FloorOrder, Writing, bare_loop, snapshot_in
from hub.bench.ground import Ground, a_ground, layout_of
from hub.bench.processes import cpu_s
from hub.bench.report import heading, settings_of
from hub.bench.stock import stock_of
from hub.bench.wanted import Wanted
from hub.bench.wave import run_wave
from hub.kafka.producer import Sending
from hub.store import open_connection
from hub.trust import ChainCache

__all__ = ["PARTS", "ProfileOrder", "measure_profile", "read_stacks"]

PARTS = ("so-worker", "bo-worker", "bare-loop")
_PROCESS = {"so-worker": "so-0", "bo-worker": "bo"}
_RATE_HZ = 200
_STOP_S = 60.0
_WAITS = (  # a thread that stands here uses no processor, though the sampler may take it for busy
    "EpollSelector.select", "_PollLikeSelector.select", "SelectSelector.select", "Condition.wait", "_worker",
    "Connection.wait", "wait_c", "Thread._wait_for_tstate_lock", "select", "poll",
)  # fmt: skip
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class ProfileOrder:
    """`part` is one of PARTS; `shown`: how many functions to name."""

    part: str
    wanted: Wanted
    cache: Path
    jars: Path
    shown: int = 30
    processes: int = 2


def measure_profile(order: ProfileOrder, tell: Tell) -> dict[str, Any]:
    """Return the functions with the most time of their own, and those with the most time in all they call."""
    stock = stock_of(order.wanted, order.cache, order.processes, tell)
    spy = _spy()
    sampled = order.part in _PROCESS and spy is not None
    report = heading("profile") | {
        "wanted": {"part": order.part, "transcripts": order.wanted.transcripts, "signatures": order.wanted.signatures},
        "tool": "py-spy" if sampled else "cProfile of the bare loop",
    }
    with a_ground(order.jars, stock.secrets) as ground:
        at = datetime.now(UTC).replace(microsecond=0)
        register = register_of(stock, at)
        dressed = dress(stock, at, [order.wanted.transcripts], ground.folder)[0]
        if sampled and spy is not None:
            found = _sampled(ground, register, dressed, order, spy)
        else:
            url = ground.copy_so_database("floor_0")
            floor = FloorOrder(url, url, stock.secrets, tuple(register), dressed.path, order.wanted.transcripts)
            found = in_own_process(_under_cprofile, floor, order.shown)
        report["settings"] = settings_of(ground)
    return report | found | {"ok": True}


def read_stacks(lines: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Return samples by function: of its own, and with all it calls. A line is "outer;inner;innermost count".

    Stacks that end in a wait are left out.
    """
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for line in lines:
        stack, _, count = line.rstrip().rpartition(" ")
        frames = stack.split(";")
        if frames[-1].partition(" (")[0] in _WAITS:
            continue
        own[frames[-1]] += int(count)
        for frame in set(frames):
            whole[frame] += int(count)
    return own, whole


def _spy() -> str | None:
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy")


def _sampled(
    ground: Ground, register: list[Sending], dressed: Dressed, order: ProfileOrder, spy: str
) -> dict[str, Any]:
    ground.send(register)
    ground.start(layout_of(1, "together"))
    pid, stacks = ground.worker_pids()[_PROCESS[order.part]], ground.folder / "stacks.txt"
    command = [spy, "record", "--pid", str(pid), "--format", "raw", "--function", "--rate", str(_RATE_HZ)]
    with subprocess.Popen([*command, "--output", str(stacks)], stdout=subprocess.DEVNULL) as watcher:
        before = cpu_s(pid)
        wave = run_wave(ground, dressed)
        used = cpu_s(pid) - before
        watcher.send_signal(signal.SIGINT)
        watcher.wait(_STOP_S)
    own, whole = read_stacks(stacks.read_text(encoding="utf-8").splitlines())
    each = 1 / _RATE_HZ
    return {
        "cpu_us_each": us_each(used, wave.transcripts),
        "sampled_us_each": us_each(own.total() * each, wave.transcripts),
        "own": [_line(name, n * each, wave.transcripts) for name, n in own.most_common(order.shown)],
        "whole": [_line(name, n * each, wave.transcripts) for name, n in _ours(whole)[: order.shown]],
    }


def _ours(whole: Counter[str]) -> list[tuple[str, int]]:
    """Return the hub's own functions: what starts a process and turns its loop says nothing."""
    return [(name, n) for name, n in whole.most_common() if "(hub/" in name and "(hub/cli" not in name]


def _line(name: str, seconds: float, count: int) -> dict[str, Any]:
    return {"function": name, "us_each": us_each(seconds, count)}


def _under_cprofile(order: FloorOrder, shown: int) -> dict[str, Any]:
    """Run in a process of its own."""
    records = records_of(order.parcels, transcripts=order.transcripts)
    with open_connection(order.url) as connection:
        snapshot, cache, profiler = snapshot_in(connection, order), ChainCache(), cProfile.Profile()
        profiler.enable()
        count = bare_loop(connection, records, snapshot, cache, Writing())
        profiler.disable()
    stats: Any = pstats.Stats(profiler)
    named = {_named(*key): (row[2], row[3]) for key, row in stats.stats.items()}
    own = sorted(named.items(), key=lambda item: -item[1][0])[:shown]
    whole = sorted(named.items(), key=lambda item: -item[1][1])[:shown]
    return {
        "cpu_us_each": us_each(stats.total_tt, count),
        "own": [_line(name, times[0], count) for name, times in own],
        "whole": [_line(name, times[1], count) for name, times in whole],
    }


def _named(file: str, line: int, function: str) -> str:
    """Write a function as py-spy does; no path of this machine but the one inside the packages."""
    parts = Path(file).parts
    at = next((n for n, part in enumerate(parts) if part in {"hub", "site-packages"}), max(0, len(parts) - 1))
    return f"{function} ({'/'.join(parts[at:])}:{line})" if line else function
