"""`hub bench portal`: families look up at a steady rate, read, print and check, at a portal on real servers.

Their transcripts go the whole way to Bộ first, and their slips by signed commands. Then the workers stop: what is
measured is the portal, its children and Bộ's database, with the readers in a process of their own.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from hub.bench.browsing import Line, get_request
from hub.bench.dressing import dress, register_of
from hub.bench.figures import percentiles
from hub.bench.ground import Ground, a_ground, layout_of
from hub.bench.helper import Helper, wait_for
from hub.bench.processes import tree_memory_mib
from hub.bench.queries import queries
from hub.bench.readers import Family, Plan, read_portal
from hub.bench.report import heading, settings_of
from hub.bench.stock import Stock, stock_of
from hub.bench.wanted import SO, Wanted
from hub.bench.wave import run_wave
from hub.client import command_sending
from hub.client.slips import slip_issue
from hub.domain import read
from hub.domain.form import date_text
from hub.domain.slip import printed_secret, secret_of
from hub.errors import Corrupt, Unavailable
from hub.kafka.producer import Sending
from hub.local.hub import portal_spec
from hub.local.ports import port_of
from hub.store import open_connection

__all__ = ["PortalOrder", "measure_portal", "portal_figures"]

_PATIENCE_S, _POLL_S, _EACH_S = 300.0, 0.25, 2.0
_SECRET_BYTES = 10
LOOK_UP_P99_MS_GOAL, SHEET_MS_GOAL, CHECK_MS_GOAL = 50.0, 200.0, 20.0
_GOALS = {
    "look_up_p99_ms": ("look_up", "p99", LOOK_UP_P99_MS_GOAL),
    "sheet_p50_ms": ("sheet", "p50", SHEET_MS_GOAL),
    "sheet_p99_ms": ("sheet", "p99", SHEET_MS_GOAL),
    "check_bundle_p50_ms": ("check_bundle", "p50", CHECK_MS_GOAL),
    "check_bundle_p99_ms": ("check_bundle", "p99", CHECK_MS_GOAL),
}
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class PortalOrder:
    """What to run. `rate` is look-ups a second; the first `warm_s` do not count; `sheets`, `checks`: how many."""

    cache: Path
    jars: Path
    families: int = 200
    rate: float = 100.0
    seconds: float = 30.0
    warm_s: float = 5.0
    sheets: int = 100
    checks: int = 200
    answer_ms: int = 40
    processes: int = 2
    seed: int = 2026


def measure_portal(order: PortalOrder, tell: Tell) -> dict[str, Any]:
    """Run it and return the report; `ok` is False when any answer was not what it should be."""
    stock = stock_of(Wanted(order.families, seed=order.seed), order.cache, order.processes, tell)
    report = heading("portal") | {"wanted": _said(order)}
    with a_ground(order.jars, stock.secrets) as ground:
        at = datetime.now(UTC).replace(microsecond=0)
        families = _families(ground, stock, order, at, tell)
        ground.hub.stop_workers()
        address = _open(ground, order)
        tell("portal open", 1)
        pid = ground.worker_pids()["portal"]
        plan = Plan(address, pid, families, order.rate, order.warm_s, order.seconds, order.sheets, order.checks)
        found = _read(ground, plan, order)
        tell("read", len(found["look_up"]["lines"]))
        memory = round(tree_memory_mib(pid), 1)
        report["settings"] = settings_of(ground)
    return report | portal_figures(found, order.warm_s) | {"memory_mib": {"portal": memory}}


def portal_figures(found: Mapping[str, Mapping[str, Any]], warm_s: float) -> dict[str, Any]:
    """Return percentiles of each part from the intended time on, how late the sender was, and the goals."""
    figures: dict[str, Any] = {"cpu_ms_each": {}}
    counted = {
        name: _counted(part["lines"], warm_s if name in ("look_up", "history") else 0.0) for name, part in found.items()
    }
    for name, lines in counted.items():
        figures[f"{name}_ms"] = percentiles([(line[2] - line[0]) * 1000 for line in lines])
        figures["cpu_ms_each"][name] = round(found[name]["cpu_s"] * 1000 / len(found[name]["lines"]), 2)
    lines = counted["look_up"]
    span_s = lines[-1][1] - lines[0][1]
    wrong = {name: _wrong(part["lines"]) for name, part in found.items()}
    return figures | {
        "sender_late_ms": percentiles([(line[1] - line[0]) * 1000 for line in lines]),
        "rate_reached": round((len(lines) - 1) / span_s, 1) if span_s > 0 else None,
        "wrong_answers": wrong,
        "goals": {goal: _goal(figures[f"{name}_ms"][which], ms) for goal, (name, which, ms) in _GOALS.items()},
        "ok": not any(wrong.values()),
    }


def _wrong(lines: Sequence[Sequence[Any]]) -> dict[str, int]:
    """Count the answers that were not as they should be, by status."""
    return dict(Counter(str(line[3]) for line in lines if not line[4]))


def _goal(value: float | None, goal_ms: float) -> dict[str, object]:
    return {"goal": goal_ms, "reached": value is not None and value < goal_ms}


def _counted(lines: Sequence[Sequence[Any]], warm_s: float) -> list[Sequence[Any]]:
    """Leave the first seconds out; of a part that is shorter than that nothing."""
    first = lines[0][0]
    return [line for line in lines if line[0] - first >= warm_s] or list(lines)


def _said(order: PortalOrder) -> dict[str, object]:
    names = ("families", "rate", "seconds", "warm_s", "sheets", "checks", "answer_ms", "seed")
    return {name: getattr(order, name) for name in names}


def _families(ground: Ground, stock: Stock, order: PortalOrder, at: datetime, tell: Tell) -> list[Family]:
    """Let the transcripts go to Bộ and issue a slip for each; return what stands on the slips."""
    ground.send(register_of(stock, at))
    dressed = dress(stock, at, [order.families], ground.folder)[0]
    ground.start(layout_of(1, "together"))
    tell("registered", 1)
    run_wave(ground, dressed)
    tell("arrived", order.families)
    made = list(_slips(ground, stock, at))
    ground.send([sending for sending, _ in made])
    with open_connection(ground.bo_url) as bo:
        wait_for("slips", lambda: _count(bo.execute(queries()["slips"]).fetchone()) >= len(made), _PATIENCE_S)
    tell("slips", len(made))
    return [family for _, family in made]


def _slips(ground: Ground, stock: Stock, at: datetime) -> Iterator[tuple[Sending, Family]]:
    credentials = stock.founded().credentials
    with open_connection(ground.bo_url) as bo:
        rows = bo.execute(queries()["pupils_at_bo"]).fetchall()
    for school, year, period, version, document, locator in rows:
        transcript = read(document).transcript
        if transcript is None:
            raise Corrupt("DOCUMENT_SHAPE")
        secret = secret_of(secrets.token_bytes(_SECRET_BYTES))
        said = slip_issue(SO, school, year, transcript.student.student_code, locator, secret, at)
        signer = credentials(f"DAU-{school}")
        born = date_text(str(transcript.student.birth_date))
        path = f"/hoc-ba/{year}/{period}/{version}"
        family = Family(locator, printed_secret(secret), born, path)
        yield command_sending(SO, said, signer, "school_seal", int(at.timestamp())), family


def _open(ground: Ground, order: PortalOrder) -> str:
    """Start the portal and wait until it answers; return its address."""
    port = port_of(ground.folder / "portal.port")
    address = f"http://127.0.0.1:{port}"
    spec = portal_spec(address)
    ours = {
        "HUB_PORTAL_PORT": str(port),
        "HUB_PORTAL_ANSWER_MS": str(order.answer_ms),
        "HUB_PORTAL_TRUSTS_PROXY": "true",
    }
    ground.hub.start_workers([replace(spec, environment={**spec.environment, **ours})])
    wait_for("the portal", lambda: _answers(address), _PATIENCE_S, poll_s=_POLL_S)
    return address


def _answers(address: str) -> bool:
    async def asked() -> bool:
        async with Line(address) as line:
            return (await line.ask(get_request(address, "/"))).status == 200

    try:
        return asyncio.run(asked())
    except Unavailable:
        return False


def _read(ground: Ground, plan: Plan, order: PortalOrder) -> dict[str, Any]:
    path = ground.folder / "plan.json"
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(plan))
    readers = Helper("readers", read_portal, ground.folder / "read.json", str(path))
    try:
        readers.until_ready()
        readers.signals.go.set()
        patience_s = 2 * (order.seconds + order.warm_s) + _EACH_S * 2 * (order.sheets + order.checks) + _PATIENCE_S
        return readers.result(patience_s)
    finally:
        readers.end()


def _count(row: tuple[Any, ...] | None) -> int:
    return int(row[0]) if row is not None else 0
