"""The suite: every check in its order, each in a folder of its own; one that ends badly is one that failed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from traceback import extract_tb
from types import MappingProxyType

from hub.connect.check.answers import check_answers
from hub.connect.check.back_pressure import check_back_pressure
from hub.connect.check.codes import check_codes
from hub.connect.check.encodings import check_encodings
from hub.connect.check.faults import check_faults
from hub.connect.check.golden import check_golden
from hub.connect.check.hostile import check_hostile
from hub.connect.check.limits import check_limits
from hub.connect.check.loss_report import check_loss_report
from hub.connect.check.manifest import check_manifest
from hub.connect.check.outcome import CheckOutcome, NotApplicable, failed_or_passed, not_applicable, stopped
from hub.connect.check.pages import check_pages
from hub.connect.check.privacy import check_privacy
from hub.connect.check.resume import check_resume
from hub.connect.check.round_trip import check_round_trip
from hub.connect.check.sources import check_sources
from hub.connect.check.subject import Subject
from hub.domain.findings import Finding
from hub.errors import HubError

__all__ = ["CHECKS", "outcome_of", "run_checks"]

Check = Callable[[Subject], Awaitable[list[Finding] | NotApplicable]]

CHECKS: Mapping[str, Check] = MappingProxyType({
    "manifest": check_manifest, "codes": check_codes, "golden": check_golden, "round_trip": check_round_trip,
    "loss_report": check_loss_report, "encodings": check_encodings, "pages": check_pages, "resume": check_resume,
    "faults": check_faults, "limits": check_limits, "back_pressure": check_back_pressure, "hostile": check_hostile,
    "answers": check_answers, "privacy": check_privacy, "sources": check_sources,
})  # fmt: skip


async def run_checks(
    subject: Subject, only: Sequence[str] = (), tell: Callable[[CheckOutcome], None] = lambda _: None
) -> tuple[CheckOutcome, ...]:
    """Run the checks named in `only`, or all, one after another in this process; tell each outcome when it is there."""
    outcomes = []
    for check in only or CHECKS:
        outcome = await outcome_of(check, subject)
        tell(outcome)
        outcomes.append(outcome)
    return tuple(outcomes)


async def outcome_of(check: str, subject: Subject) -> CheckOutcome:
    """Run one check; an error that it does not expect is its outcome."""
    try:
        found = await CHECKS[check](subject)
    except Exception as error:  # a vendor's code may raise anything; that is what is told
        return stopped(check, _reason(error, subject.at))
    return not_applicable(check, found) if isinstance(found, NotApplicable) else failed_or_passed(check, found)


def _reason(error: Exception, at: Path) -> str:
    """Return the error's code or name, with the last place in the connector's own files: "KeyError, source.py:41"."""
    name = error.code if isinstance(error, HubError) else type(error).__name__
    folder = at if at.is_dir() else at.parent
    own = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(folder)]
    return f"{name}, {Path(own[-1].filename).relative_to(folder)}:{own[-1].lineno}" if own else name
