"""What is done to a run: kill, freeze, storm, take the database away. Each notes its hit and how long recovery took."""

import json
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

from hub.local.kafka import Kafka
from hub.local.postgres import Postgres
from hub.local.workers import WorkerSpec
from tests.fault.fresh import administrator
from tests.fault.rig import BO, SO_WORKER, Rig, Run

__all__ = [
    "acknowledged", "freeze_longer_than_session", "kafka_of", "kill_backend", "kill_broker", "kill_postmaster",
    "kill_some_worker", "kill_some_workers", "lives", "lose_database", "postgres_of", "rss_mib", "said", "storm",
    "unharmed",
]  # fmt: skip

_SHARES = (0.15, 0.7)  # what is committed before the signal arrives comes on top
_SESSION_S = 6.0
_STAGES = {"validate": SO_WORKER, "lock": SO_WORKER, "sequencer": SO_WORKER, "ingest": BO}
_STORM_COUNT, _STORM_PAUSE_S = 4, 2.0


def postgres_of(run: "Run | Rig") -> Postgres:
    """Return the database server of the rig."""
    postgres = run.hub.servers.postgres
    assert postgres is not None
    return postgres


def kafka_of(run: "Run | Rig") -> Kafka:
    """Return the only broker of the rig."""
    kafka = run.hub.servers.kafka
    assert kafka is not None
    return kafka


def acknowledged(run: Run) -> list[str]:
    """Return the commands that the broker has acknowledged so far, as the client's journal says."""
    lines = run.journals[0].read_text(encoding="utf-8").splitlines() if run.journals[0].exists() else []
    entries = [json.loads(line) for line in lines if line.endswith("}")]
    return [entry["command_id"] for entry in entries if entry["step"] == "acknowledged"]


def said(run: Run, name: str, event: str) -> list[dict[str, Any]]:
    """Return what a worker has logged under the name of an event, in order."""
    path = run.logs / f"{name}.log"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}") and event in line]
    return [line for line in found if line.get("event") == event]


def kill_some_worker(run: Run) -> None:
    """Kill -9 of the worker of a stage, both chosen by the seed, at a moment that the seed chooses."""
    stage = run.rng.choice(sorted(_STAGES))
    run.until_share(stage, run.rng.uniform(*_SHARES))
    run.recovered(run.strike(f"kill -9 {stage}", stage, lambda: run.kill_worker(_STAGES[stage])))


def kill_some_workers(run: Run) -> None:
    """Kill -9 of Sở's worker and later of Bộ's."""
    for stage in ("validate", "ingest"):
        run.until_share(stage, run.rng.uniform(*_SHARES))
        run.recovered(run.strike(f"kill -9 {stage}", stage, partial(run.kill_worker, _STAGES[stage])))


def kill_broker(run: Run) -> None:
    """Kill -9 of the only broker in the middle of everything, and a start on what it left."""
    kafka = kafka_of(run)
    run.until_share("validate", run.rng.uniform(*_SHARES))
    hit = run.strike("kill -9 broker", "validate", kafka.kill)
    time.sleep(run.rng.uniform(0.0, 2.0))
    hit.stage, hit.before = "ingest", run.eyes.done("ingest")  # what Sở has fetched it does without a broker
    again = time.monotonic()
    kafka.start()
    kafka.wait_until_ready()
    run.recovered(hit, since=again)


def freeze_longer_than_session(run: Run) -> None:
    """SIGSTOP of one of two workers for longer than its session, then SIGCONT: what it still holds is fenced."""
    run.until_share("validate", run.rng.uniform(0.12, 0.4))
    frozen = run.pid(SO_WORKER)
    hit = run.strike("SIGSTOP of one of two", "validate", lambda: os.kill(frozen, signal.SIGSTOP))
    try:
        run.recovered(hit)
        time.sleep(max(0.0, _SESSION_S + 3.0 - (time.monotonic() - hit.at)))
    finally:
        os.kill(frozen, signal.SIGCONT)


def storm(run: Run) -> None:
    """Let further workers of the same groups come and go every two seconds, in order and by kill -9."""
    run.until_share("validate", 0.12)
    hit = run.strike("rebalance storm", "validate", lambda: None)
    for n in range(_STORM_COUNT):
        name = f"{SO_WORKER}-guest-{n}"
        run.hub.start_workers([WorkerSpec(name, ("so", "ha-noi", "--slot", f"guest-{n}"))], run.logs)
        time.sleep(_STORM_PAUSE_S)
        guest = run.hub.worker(name)
        run.hub.workers.remove(guest)
        if n % 2:
            guest.kill(name)
        guest.stop()
    run.recovered(hit)


def kill_postmaster(run: Run) -> None:
    """Kill -9 of the database server while transactions commit; it starts again after a few seconds."""
    postgres = postgres_of(run)
    run.until_share("validate", run.rng.uniform(*_SHARES))
    before = lives(run)
    hit = run.strike("kill -9 postmaster", "validate", postgres.kill)
    time.sleep(run.rng.uniform(0.5, 4.0))
    again = time.monotonic()
    _start_patiently(run)
    run.recovered(hit, since=again)
    unharmed(run, before)


def kill_backend(run: Run) -> None:
    """Kill -9 of the backend in which validate commits: the server throws all others out and recovers."""
    run.until_share("validate", run.rng.uniform(0.12, 0.4))
    before = lives(run)
    with administrator(postgres_of(run)) as connection:
        query = (
            b"SELECT pid FROM pg_stat_activity WHERE datname = 'so_ha_noi' AND usename = 'so_ha_noi' "
            b"ORDER BY state = 'active' DESC, xact_start NULLS LAST LIMIT 1"
        )
        row = connection.execute(query).fetchone()
    assert row is not None
    run.recovered(run.strike("kill -9 one backend", "validate", lambda: os.kill(int(str(row[0])), signal.SIGKILL)))
    unharmed(run, before)


def lose_database(run: Run, seconds: float, growth_mib_max: float = 60.0) -> None:
    """Stop the database for long: the workers wait, do not grow, are not restarted, and quarantine nothing."""
    postgres = postgres_of(run)
    run.until_share("validate", run.rng.uniform(0.12, 0.5))
    before, names = lives(run), (SO_WORKER, BO)
    rss_before = {name: rss_mib(run.pid(name)) for name in names}
    hit = run.strike(f"database down {seconds:.0f} s", "validate", postgres.stop)
    deadline = time.monotonic() + seconds
    rss_most = dict(rss_before)
    while time.monotonic() < deadline:
        time.sleep(1.0)
        for name in names:
            rss_most[name] = max(rss_most[name], rss_mib(run.pid(name)))
    again = time.monotonic()
    _start_patiently(run)
    run.recovered(hit, since=again)
    unharmed(run, before)
    for name in names:
        grown = rss_most[name] - rss_before[name]
        hit.what += f", {name} {rss_before[name]:.0f}+{grown:.0f} MiB"
        if grown > growth_mib_max:
            run.problem(f"{name} grew by {grown:.0f} MiB while the database was away")


def rss_mib(pid: int) -> float:
    """Return the resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def _start_patiently(run: Run) -> None:
    """Start the server; children of a killed one may still hold its shared memory for a moment."""
    postgres = postgres_of(run)
    for _ in range(5):
        postgres.start()
        try:
            postgres.wait_until_ready()
        except Exception:  # the next attempt decides
            time.sleep(1.0)
        else:
            return
    raise AssertionError("the database does not come back")


def lives(run: Run) -> dict[str, int]:
    """Return how often each of the two workers was started again."""
    return {name: run.restarts(name) for name in (SO_WORKER, BO)}


def unharmed(run: Run, before: dict[str, int]) -> None:
    """Require that an outage restarted nobody, quarantined nothing and parked no school."""
    if lives(run) != before:
        run.problem(f"an outage restarted workers: {before} -> {lives(run)}")
    if run.eyes.quarantined() or run.eyes.parked():
        run.problem(f"an outage quarantined {run.eyes.quarantined()} records and parked {run.eyes.parked()} schools")
