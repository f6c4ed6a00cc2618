"""The one wiring place: settings -> keys, stages, relay, tasks. It decides nothing."""

import asyncio
import signal
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import structlog

from hub.agents.acknowledge import acknowledge_stage
from hub.agents.anchoring import anchoring
from hub.agents.backlog import backlog
from hub.agents.ingest import ingest_stage
from hub.agents.lock import lock_stage
from hub.agents.matching import matching
from hub.agents.recheck import recheck
from hub.agents.references import bo_build, so_build
from hub.agents.register import register_stage
from hub.agents.reminding import reminding
from hub.agents.sequencer import sequencer
from hub.agents.slips import slips_stage
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Stage
from hub.agents.stage.process import Beside, run_process
from hub.agents.stage.worker import fatal
from hub.agents.stamping import SEALING_ALARM_S, Stamper
from hub.agents.transfer_clock import transfer_clock
from hub.agents.transfer_notices import transfer_notices_stage
from hub.agents.transfer_steps import steps_stage
from hub.agents.transfers import transfers_stage
from hub.agents.validate import validate_stage
from hub.agents.windows import windows
from hub.errors import Corrupt, Unavailable
from hub.kafka.admin import end_offsets
from hub.metrics import serve_metrics
from hub.recovery import refuse_if_behind
from hub.signing import COSIGNER, Keyring, TimestampClient, load_keyring, log_origin
from hub.sources import check_sources
from hub.topics import command
from hub.web import serve_registry

__all__ = ["run_bo", "run_so", "so_keyring"]

_log = structlog.get_logger()
_WAIT_S = 1.0
_SWITCH_S = 0.0005  # every hash and query lets go of the interpreter; getting it back should take no ten times longer


def so_keyring(secrets: Path, so: str) -> Keyring:
    """Load the keys of one Sở."""
    return load_keyring(secrets / f"so-{so}", log_origin(so))


def run_so(
    so: str, *, database_url: str, bootstrap: str, secrets: Path, slot: str, stages: Collection[str],
    metrics_port: int, standstill_s: float, timestamp_url: str | None = None, sealing_alarm_s: float = SEALING_ALARM_S,
) -> None:  # fmt: skip
    """Run a worker of one Sở with the named stages until SIGTERM or SIGINT.

    `timestamp_url` is the time-stamp authority that is asked for each head of the log, None for none.
    """
    keyring, snapshots = so_keyring(secrets, so), Snapshots()
    every: dict[str, Stage[Any, Any, Any, Any]] = {
        "register": register_stage((so,), keyring.anchors, snapshots),
        "validate": validate_stage(so, keyring.seal, snapshots, check_sources),
        "lock": lock_stage(so, keyring),
        "acknowledge": acknowledge_stage(so, keyring.seal, snapshots),
        "transfers": transfer_notices_stage(so, keyring.seal, snapshots),
    }
    beside: list[Beside] = [lambda _: backlog(f"so-{so}", database_url, stages)]
    if "validate" in stages:
        beside.append(lambda kick: recheck(so, keyring.seal, snapshots, database_url, kick))
        beside.append(lambda _: matching(so, database_url))
        beside.append(lambda kick: windows(so, keyring.seal, database_url, kick))
    if "lock" in stages:
        client = None if timestamp_url is None else TimestampClient(timestamp_url, keyring.secret)
        stamper = Stamper(so, client, snapshots, sealing_alarm_s)
        commands = [(command(so).name, part) for part in range(command(so).partitions)]

        def ends() -> dict[int, int]:
            return {part: end for (_, part), end in end_offsets(bootstrap, commands).items()}

        beside.append(lambda kick: sequencer(so, keyring, database_url, kick, stamper.stamp, ends))
        beside.append(lambda kick: reminding(so, database_url, kick))
    chosen = [stage for name, stage in every.items() if name in stages]
    serve_metrics(metrics_port)
    _run(f"so-{so}", chosen, database_url, bootstrap, slot, so_build(so), beside, standstill_s)


def run_bo(
    slugs: Collection[str], *, database_url: str, bootstrap: str, secrets: Path, slot: str, stages: Collection[str],
    metrics_port: int, standstill_s: float, registry_port: int | None = None, look_anchor: Path | None = None,
) -> None:  # fmt: skip
    """Run a worker of Bộ over the topics of these Sở until SIGTERM or SIGINT.

    With the stage `slips` it keeps in the file `look_anchor` where the portal's logs end.
    """
    keyring, snapshots = load_keyring(secrets / "bo", COSIGNER), Snapshots()
    every: dict[str, Stage[Any, Any, Any, Any]] = {
        "register": register_stage(slugs, keyring.anchors, snapshots),
        "ingest": ingest_stage(slugs, keyring, snapshots),
        "slips": slips_stage(slugs, keyring.slip_key, snapshots),
        "steps": steps_stage(slugs, snapshots),
        "transfers": transfers_stage(keyring.seal, snapshots),
    }
    chosen = [stage for name, stage in every.items() if name in stages]
    serve_metrics(metrics_port)
    beside: list[Beside] = [lambda _: backlog("bo", database_url, stages)]
    if "transfers" in stages:
        beside.append(lambda kick: transfer_clock(keyring.seal, snapshots, database_url, kick))
    if look_anchor is not None and "slips" in stages:
        beside.append(lambda _: anchoring(database_url, look_anchor, keyring.slip_key))
    if registry_port is not None:
        beside.append(lambda _: serve_registry(slugs, registry_port))
    _run("bo", chosen, database_url, bootstrap, slot, bo_build(keyring.secret), beside, standstill_s, slugs)


def _run(
    owner: str, stages: list[Stage[Any, Any, Any, Any]], url: str, bootstrap: str, slot: str, build: Any,
    beside: list[Beside], standstill_s: float, slugs: Collection[str] = (),
) -> None:  # fmt: skip
    sys.setswitchinterval(_SWITCH_S)

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        try:
            await _not_behind(owner, url, bootstrap, slugs, stop)
            await run_process(owner, stages, url, bootstrap, slot, build, beside, stop, standstill_s)
        except Exception as error:  # leaving here would wait for tasks of the client that listen to nobody any more
            fatal("process", error)

    asyncio.run(main())


async def _not_behind(owner: str, url: str, bootstrap: str, slugs: Collection[str], stop: asyncio.Event) -> None:
    """Return when the database knows what its organisation wrote last; a worker behind it ends with its own code."""
    while not stop.is_set():
        try:
            await refuse_if_behind(owner, url, bootstrap, slugs)
        except Unavailable as error:
            _log.warning("worker_waits", owner=owner, code=error.code, **error.facts)
            await asyncio.sleep(_WAIT_S)
        except Corrupt as error:
            fatal("start", error)
        else:
            return
