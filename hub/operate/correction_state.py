"""What the state of a correction answers: why, since, by, rule, next step, and what the caller may do.

Pure. There is no second table: transitions, roles and rules are those of `hub.domain.lifecycle`, texts the catalogue's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.catalogue import CATALOGUE
from hub.domain.lifecycle import code_of_state, options, roles_of, rule_of

__all__ = ["CorrectionStep", "StateAnswer", "answer_of"]

_IN_WINDOW = frozenset({"resubmit"})


@dataclass(frozen=True, slots=True)
class CorrectionStep:
    """One step of one pupil's correction (`n`); `message_sha256` is the command that made it, both hashes in hex."""

    n: int
    event: str
    role: str
    person: str | None
    certificate_sha256: str
    at: datetime
    reason: str | None
    message_sha256: str


@dataclass(frozen=True, slots=True)
class StateAnswer:
    """`may`: the events that the caller may cause now, each with all roles that may cause it."""

    state: str
    why_vi: str
    why_en: str
    reason: str | None
    since: datetime | None
    by: str | None
    rule: str | None
    next_vi: str
    next_en: str
    may: tuple[tuple[str, tuple[str, ...]], ...]

    def shown(self) -> dict[str, Any]:
        """Return the answer as one JSON object."""
        return {
            "state": self.state,
            "why": {"vi": self.why_vi, "en": self.why_en, "reason": self.reason},
            "since": None if self.since is None else self.since.isoformat(),
            "by": self.by,
            "rule": self.rule,
            "next_step": {"vi": self.next_vi, "en": self.next_en},
            "may": {event: list(roles) for event, roles in self.may},
        }


def answer_of(state: str, steps: Sequence[CorrectionStep], role: str | None, *, is_over: bool) -> StateAnswer:
    """Answer for one pupil whose steps are given, oldest first; `is_over`: a window was opened and its time has passed.

    Without a role all that may happen is told, with who may cause it.
    """
    entry = CATALOGUE[code_of_state("correction", state)]
    last = steps[-1] if steps else None
    may = [event for event in options("correction", state, role) if not (is_over and event in _IN_WINDOW)]
    return StateAnswer(
        state=state,
        why_vi=entry.vi,
        why_en=entry.en,
        reason=None if last is None else last.reason,
        since=None if last is None else last.at,
        by=None if last is None else last.role,
        rule=None if last is None else rule_of("correction", last.event),
        next_vi=entry.next_vi,
        next_en=entry.next_en,
        may=tuple((event, tuple(sorted(roles_of("correction", event)))) for event in may),
    )
