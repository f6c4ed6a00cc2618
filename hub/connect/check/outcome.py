"""What one check of the suite came to, and how often it may say the same thing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from hub.domain.findings import Finding, finding, refuses, render

__all__ = [
    "FINDING_COUNT_MAX", "NO_DOCUMENT", "NO_SIMULATOR", "CheckOutcome", "NotApplicable", "failed_or_passed", "left_out",
    "not_applicable", "stopped",
]  # fmt: skip

_SIMULATOR = "simulator"
FINDING_COUNT_MAX = 12  # a result is a signed note of at most 64 KiB
_SHOWN = ("code", "severity", "path", "vi", "en", "next_vi", "next_en", "facts")

What = Literal["passed", "failed", "not_applicable"]


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """Why a check, or a part of one, has nothing to look at in this connector; for people, in both languages.

    `unplayed`: it has something, and there is no system to look at it with.
    """

    vi: str
    en: str
    unplayed: bool = False


NO_SIMULATOR = NotApplicable(
    "kết nối không có hệ thống mô phỏng; thêm simulator() ở __init__.py để kiểm được phần này",
    "the connector has no simulator; add simulator() in __init__.py so that this can be checked",
    unplayed=True,
)
NO_DOCUMENT = NotApplicable(
    "bản khai không nhận học bạ tổng hợp nào (grades, cannot_express)",
    "the manifest claims none of the synthetic transcripts (grades, cannot_express)",
)


class CheckOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One check: `findings` are rendered in both languages and hold no value of a record."""

    id: str
    outcome: What
    findings: tuple[dict[str, Any], ...] = ()

    @property
    def unplayed(self) -> bool:
        """Tell whether it does not apply for want of a simulator alone."""
        return any(found.get("facts", {}).get("lacks") == _SIMULATOR for found in self.findings)


def failed_or_passed(check: str, findings: Iterable[Finding]) -> CheckOutcome:
    """Return the outcome of a check that ran to its end: one finding that refuses fails it."""
    found = list(findings)
    shown = tuple(_shown(each) for each in found[:FINDING_COUNT_MAX])
    return CheckOutcome(check, "failed" if refuses(found) else "passed", shown)


def not_applicable(check: str, reason: NotApplicable) -> CheckOutcome:
    """Return the outcome of a check that this connector gives nothing to check for, with the reason."""
    return CheckOutcome(check, "not_applicable", (_shown(left_out(check, reason)),))


def left_out(what: str, reason: NotApplicable) -> Finding:
    """Return the warning that a check, or a part of one, was left out and why."""
    facts = {"what": what, "reason_vi": reason.vi, "reason_en": reason.en}
    if reason.unplayed:
        facts["lacks"] = _SIMULATOR
    return finding("CONFORMANCE_NOT_APPLICABLE", facts=facts)


def stopped(check: str, reason: str) -> CheckOutcome:
    """Return the outcome of a check that an error ended; `reason` is a code or the name of an error, never a value."""
    facts = {"check": check, "reason": reason[:120]}
    return failed_or_passed(check, [finding("CONFORMANCE_CHECK_STOPPED", facts=facts)])


def _shown(found: Finding) -> dict[str, Any]:
    rendered = render(found)
    return {name: rendered[name] for name in _SHOWN if name in rendered}
