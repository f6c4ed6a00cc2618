"""The readers' side of `hub bench portal`: families that look up, read, print, and check, in a process of its own.

Look-ups and reads are an open loop: each has its own time, and its clock starts then, also when this sender is late.
Sheets and checks follow one after the other: what one of them takes when nobody else is there.
"""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from hub.bench.browsing import Answer, Form, Line, form_of, get_request, post_request
from hub.bench.helper import Signals
from hub.bench.processes import tree_cpu_s

__all__ = ["Family", "Plan", "read_portal"]

_SESSION = "phien"
_WRONG_KEY = "0000-0000-0000-0000-0"
_WRONG_EVERY = 10  # one look-up in ten does not match
_OK, _SEE_OTHER, _FORBIDDEN = 200, 303, 403
_VALID = b'data-verdict="valid"'
Line4 = tuple[float, float, float, int, bool]  # intended, sent, answered (Unix seconds), status, as it should be


class Family(msgspec.Struct, array_like=True, frozen=True):
    """What stands on one slip, and where the sheet of the year is."""

    locator: str
    secret: str
    birth: str
    path: str


class Plan(msgspec.Struct, frozen=True):
    """What to do at `address`, whose process is `pid`. `rate` is a second; the first `warm_s` do not count."""

    address: str
    pid: int
    families: list[Family]
    rate: float
    warm_s: float
    seconds: float
    sheets: int
    checks: int


def read_portal(signals: Signals, result: Path, plan: str) -> None:
    """Do all of a plan (a file of it as JSON). Writes the lines of each part, and processor seconds of the portal."""
    asyncio.run(_Readers(msgspec.json.decode(Path(plan).read_bytes(), type=Plan)).run(signals, result))


@dataclass
class _Readers:
    plan: Plan
    sessions: dict[int, str] = field(default_factory=dict)
    free: list[Line] = field(default_factory=list)

    async def run(self, signals: Signals, result: Path) -> None:
        plan = self.plan
        async with Line(plan.address) as line:
            form = form_of(await line.ask(get_request(plan.address, "/")))
            signals.ready.set()
            signals.go.wait()
            found = {"look_up": await self._measured(self._open_loop(plan.rate, self._look_ups(form)))}
            found["history"] = await self._measured(self._open_loop(plan.rate / 4, self._reads()))
            bundles: list[bytes] = []
            sheets: list[bytes] = []
            found["sheet"] = await self._measured(self._in_turn(line, self._files("to.pdf", b"%PDF-", sheets)))
            found["bundle"] = await self._measured(self._in_turn(line, self._files("bang-chung.json", b"{", bundles)))
            found["check_bundle"] = await self._measured(self._in_turn(line, self._checks(form, bundles)))
            found["check_sheet"] = await self._measured(self._in_turn(line, self._checks(form, sheets)))
        for one in self.free:
            one.close()
        result.write_text(json.dumps(found), encoding="utf-8")

    async def _measured(self, work: Any) -> dict[str, Any]:
        """Return the lines of one part with the processor seconds that the portal took for it."""
        before = tree_cpu_s(self.plan.pid)
        return {"lines": await work, "cpu_s": tree_cpu_s(self.plan.pid) - before}

    async def _open_loop(self, rate: float, asks: "Sequence[_Ask]") -> list[Line4]:
        began, lines, tasks = time.time() + 0.1, list[Line4](), set[asyncio.Task[None]]()

        async def one(intended: float, ask: _Ask) -> None:
            line = self.free.pop() if self.free else Line(self.plan.address)
            lines.append(await _asked(line, ask, intended))
            self.free.append(line)

        for n, ask in enumerate(asks):
            intended = began + n / rate
            await asyncio.sleep(max(0.0, intended - time.time()))
            tasks.add(asyncio.create_task(one(intended, ask)))
        await asyncio.gather(*tasks)
        return sorted(lines)

    async def _in_turn(self, line: Line, asks: "Sequence[_Ask]") -> list[Line4]:
        return [await _asked(line, ask, time.time()) for ask in asks]

    def _count(self, rate: float) -> int:
        return round(rate * (self.plan.warm_s + self.plan.seconds))

    def _look_ups(self, form: Form) -> "list[_Ask]":
        return [self._look_up(form, n) for n in range(self._count(self.plan.rate))]

    def _look_up(self, form: Form, n: int) -> "_Ask":
        """Return the n-th look-up; every family comes in once before any mistypes, and they take turns at that."""
        turn, number = divmod(n, len(self.plan.families))
        one, is_right = self.plan.families[number], turn == 0 or (number + turn) % _WRONG_EVERY != 0

        def good(answer: Answer) -> bool:
            if is_right:
                self.sessions[number] = answer.cookies.get(_SESSION, "")
            return answer.status == (_SEE_OTHER if is_right else _FORBIDDEN)

        fields = {"locator": one.locator, "secret": one.secret if is_right else _WRONG_KEY, "birth": one.birth}
        seen_from = f"10.{number // 256}.{number % 256}.1"
        return _Ask(post_request(self.plan.address, "/tra-cuu", form, fields, seen_from=seen_from), good)

    def _reads(self) -> "list[_Ask]":
        return [self._read(n % len(self.plan.families)) for n in range(self._count(self.plan.rate / 4))]

    def _read(self, number: int) -> "_Ask":
        path = self.plan.families[number].path.encode()
        return _Ask(self._get(number, "/hoc-ba"), lambda answer: answer.status == _OK and path in answer.body)

    def _files(self, name: str, begin: bytes, kept: list[bytes]) -> "list[_Ask]":
        def good(answer: Answer) -> bool:
            kept.append(answer.body)
            return answer.status == _OK and answer.body.startswith(begin)

        families = self.plan.families
        count = max(self.plan.sheets, 1)
        return [
            _Ask(self._get(n % len(families), f"{families[n % len(families)].path}/{name}"), good) for n in range(count)
        ]

    def _checks(self, form: Form, files: list[bytes]) -> "list[_Ask]":
        address = self.plan.address
        return [
            _Ask(post_request(address, "/kiem-tra", form, {"qr": ""}, file=files[n % len(files)]), _is_valid)
            for n in range(self.plan.checks)
        ]

    def _get(self, number: int, path: str) -> bytes:
        return get_request(self.plan.address, path, {_SESSION: self.sessions.get(number, "")})


@dataclass(frozen=True, slots=True)
class _Ask:
    request: bytes
    is_good: Callable[[Answer], bool]


async def _asked(line: Line, ask: _Ask, intended: float) -> Line4:
    sent = time.time()
    answer = await line.ask(ask.request)
    return intended, sent, time.time(), answer.status, ask.is_good(answer)


def _is_valid(answer: Answer) -> bool:
    return answer.status == _OK and _VALID in answer.body
