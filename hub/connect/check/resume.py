"""Tiếp tục sau khi dừng: a new process goes on at the cursor; however often one is killed, each record has one effect.

First the source alone: half of the pages, then a new source with the cursor of the last page. Then the whole runner:
`hub connector run` is killed eight times: as it begins, while it reads and prepares, while it sends, with persons
signing in between. Last what was answered while nothing ran (`late_answers`).
"""

import asyncio
import hashlib
import signal
import time
from collections.abc import Iterator, Mapping
from typing import Any

from hub.connect.check.late_answers import check_late_answers
from hub.connect.check.outcome import NotApplicable
from hub.connect.check.pulling import Pulled, drain
from hub.connect.check.running import MOVING, Phase, Running
from hub.connect.check.subject import Subject
from hub.connect.check.systems import opened_source, playing, pulled_all
from hub.domain.findings import Finding, finding

__all__ = ["check_resume"]

_RECORD_COUNT = 300
_PHASES: tuple[Phase, ...] = ("begun", "begun", "read", "read", "sent", "sent", "sent", "sent")
_PAGE = 20
_SPARE_PULLS = 2
_PATIENCE_S = 300.0
_MOVED_S = 8.0
_PHASE_S = 4.0
_MOMENT_MAX_S = 0.4
_WHEN_ALONE = "con trỏ / cursor"
_WHEN_KILLED = "bị dừng 8 lần / killed 8 times"


async def check_resume(subject: Subject) -> list[Finding] | NotApplicable:
    """Return what was lost, doubled or read again. Not applicable without a simulator."""
    if subject.simulator is None:
        return subject.unplayed
    async with playing(subject, "resume", _RECORD_COUNT) as (_, settings):
        at_once = {**settings, "settle_s": 0}
        found = list(await _cursor_findings(subject, at_once))
        if found:
            return found  # the runner would say the same, in minutes
        pulled = await pulled_all(subject, at_once, "resume-all", patience_s=60)
        found = list(await asyncio.to_thread(_killed, subject, at_once, pulled))
    return found or await check_late_answers(subject)


async def _cursor_findings(subject: Subject, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Compare one reading in small pages with one that changes its process in the middle."""
    whole = await _read(subject, settings, "resume-whole", Pulled())
    if whole.pulls < 3:
        return iter(())
    half = Pulled()
    async with opened_source(subject, settings, "resume-half") as source:
        while half.pulls < whole.pulls // 2:
            half.take(await source.pull(half.cursor, _PAGE))
    rest = Pulled(cursor=half.cursor)
    await _read(subject, settings, "resume-rest", rest)
    enough = whole.pulls - half.pulls + _SPARE_PULLS
    return _judged(whole, half, rest, enough)


def _judged(whole: Pulled, half: Pulled, rest: Pulled, enough: int) -> Iterator[Finding]:
    if rest.pulls > enough or len(half.keys & rest.keys) > _PAGE * _SPARE_PULLS:
        yield finding("CONFORMANCE_CURSOR_LOST", facts={"asked": str(rest.pulls), "enough": str(enough)})
        return
    lost = len(whole.keys - half.keys - rest.keys)
    if lost:
        yield finding("CONFORMANCE_RECORD_LOST", facts={"count": str(lost), "when": _WHEN_ALONE})


async def _read(subject: Subject, settings: Mapping[str, Any], name: str, pulled: Pulled) -> Pulled:
    async with opened_source(subject, settings, name) as source:
        return await drain(source, pulled, patience_s=60, now=subject.now, limit=_PAGE)


def _killed(subject: Subject, settings: Mapping[str, Any], pulled: Pulled) -> Iterator[Finding]:
    """Kill the runner at moments that follow from the connector's name, then let it end its work, and count."""
    running = Running(subject, "resume-run", settings)
    try:
        for number, phase in enumerate(_PHASES):
            running.start()
            running.until_moved(_MOVED_S)
            running.until_further(phase, _PHASE_S)
            time.sleep(_moment_s(subject.connector.manifest.name, number))
            running.end(signal.SIGKILL)
            running.sign()
        running.start()
        states = running.settle(len(pulled.keys), _PATIENCE_S)
    finally:
        running.end()
    return _effects(running, states, len(pulled.keys))


def _moment_s(name: str, number: int) -> float:
    """Return a wait: chance that is the same each time, and short, so that it falls into the work."""
    return hashlib.sha256(f"{name}/{number}".encode()).digest()[0] / 255 * _MOMENT_MAX_S


def _effects(running: Running, states: Mapping[str, int], keys: int) -> Iterator[Finding]:
    doubled = sum(count > 1 for count in running.door.effects().values())
    doubled += sum("COMMAND_ID_REUSED" in line["codes"] for line in running.door.attempts())
    moving = sum(count for state, count in states.items() if state in MOVING)
    accepted = states.get("accepted", 0) + states.get("unchanged", 0)
    lost = max(0, keys - sum(states.values())) + moving + max(0, accepted - len(running.door.effects()))
    if doubled:
        yield finding("CONFORMANCE_RECORD_DOUBLED", facts={"count": str(doubled), "when": _WHEN_KILLED})
    if lost:
        yield finding("CONFORMANCE_RECORD_LOST", facts={"count": str(lost), "when": _WHEN_KILLED})
