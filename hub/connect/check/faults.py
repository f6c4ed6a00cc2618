"""Hệ thống trục trặc: slow, failing, busy, half-written, with a wrong clock or short tokens, everything arrives.

Only the faults that a transport can have are played, side by side: each waits most of its time. A simulator whose
system has others says which (`shows`).
"""

import asyncio
from collections.abc import Iterator

from hub.connect.check.outcome import NotApplicable, left_out
from hub.connect.check.pulling import Pulled
from hub.connect.check.subject import Subject
from hub.connect.check.systems import playing, pulled_all
from hub.connectors.simulating import Faults
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["check_faults"]

_DOCUMENT_COUNT = 100
_PATIENCE_S = 120.0
_GROWING_S = 2.0  # a file of the fault `half-written` grows each second
_FAULTS = {
    "slow": Faults(slow=0.2), "errors": Faults(errors=3), "busy": Faults(busy=3), "token": Faults(token=2),
    "half-written": Faults(half_written=True), "clock": Faults(clock=-86_400),
}  # fmt: skip


_SHOWN_BY = {
    "http": tuple(_FAULTS), "sftp": ("slow", "errors", "half-written", "clock"), "folder": ("half-written", "clock"),
    "file": ("half-written", "clock"), "sql": (),
}  # fmt: skip
_NOT_SHOWN = NotApplicable(
    "phương thức này không có lỗi như vậy: thư mục không trả lời, cơ sở dữ liệu chỉ được hỏi",
    "this transport has no such faults: a folder does not answer, a database is only asked",
)


async def check_faults(subject: Subject) -> list[Finding] | NotApplicable:
    """Return a finding for each fault behind which something is missing. Not applicable without a simulator."""
    if subject.simulator is None:
        return subject.unplayed
    async with playing(subject, "faults", _DOCUMENT_COUNT) as (simulator, settings):
        shown = getattr(simulator, "shows", _SHOWN_BY[subject.connector.manifest.transport])
        others = ", ".join(name for name in _FAULTS if name not in shown)
        if not shown:
            return _NOT_SHOWN
        plain = await pulled_all(subject, settings, "faults-0", patience_s=60, enough=lambda p: bool(p.records))
    tried = await asyncio.gather(*(_arrived(subject, name, _FAULTS[name], plain) for name in shown))
    return [*(each for found in tried for each in found), *([left_out(others, _NOT_SHOWN)] if others else [])]


async def _arrived(subject: Subject, name: str, faults: Faults, plain: Pulled) -> list[Finding]:
    async with playing(subject, f"faults-{name}", _DOCUMENT_COUNT, faults) as (_, settings):
        settle_s = _GROWING_S if faults.half_written else settings["settle_s"]
        try:
            pulled = await pulled_all(
                subject,
                {**settings, "settle_s": settle_s},
                f"faults-{name}-1",
                lambda p: plain.keys <= p.keys,
                patience_s=_PATIENCE_S,
            )
        except Refused as refused:
            return list(_missing(f"{name}, {refused.code}", Pulled(), plain))
    return list(_missing(name, pulled, plain))


def _missing(fault: str, pulled: Pulled, plain: Pulled) -> Iterator[Finding]:
    arrived = len(plain.keys & pulled.keys)
    if arrived < len(plain.keys):
        facts = {"fault": fault, "arrived": str(arrived), "count": str(len(plain.keys))}
        yield finding("CONFORMANCE_FAULT_STOPS", facts=facts)
