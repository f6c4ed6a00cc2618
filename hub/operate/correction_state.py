"""What a state of a transcript, a round or a correction answers: why, since, by, rule, next step, and what may be done.

Pure. There is no second table: transitions, roles and rules are those of `hub.domain.lifecycle`, texts the catalogue's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hub.catalogue import CATALOGUE
from hub.domain.lifecycle import code_of_state, options, roles_of, rule_of, transitions

__all__ = ["CorrectionStep", "StateAnswer", "StateStep", "answer_of", "step_into"]

_IN_WINDOW = frozenset({"resubmit"})


class _Step(Protocol):
    """What an answer tells of the step that led into a state."""

    @property
    def event(self) -> str: ...
    @property
    def role(self) -> str | None: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def reason(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class StateStep:
    """The step into a state, as far as the row tells it: None is what was not kept beside it."""

    event: str
    role: str | None = None
    at: datetime | None = None
    reason: str | None = None


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


def step_into(machine: str, state: str, at: datetime | None = None, role: str | None = None) -> StateStep:
    """Return the first event of the table that leads into a state; where only one office may cause it, that one did.

    Raises Corrupt(LIFECYCLE_UNKNOWN).
    """
    event = next((t.event for t in transitions(machine) if t.next_state == state), state)
    roles = roles_of(machine, event)
    return StateStep(event, next(iter(roles)) if role is None and len(roles) == 1 else role, at)


def answer_of(
    machine: str, state: str, steps: Sequence[_Step], role: str | None = None, *, is_over: bool = False
) -> StateAnswer:
    """Answer for one row whose steps are given, oldest first; `is_over`: a window was opened and its time has passed.

    Without a role all that may happen is told, with who may cause it. Raises Corrupt(LIFECYCLE_UNKNOWN).
    """
    entry = CATALOGUE[code_of_state(machine, state)]
    last = steps[-1] if steps else None
    may = [event for event in options(machine, state, role) if not (is_over and event in _IN_WINDOW)]
    return StateAnswer(
        state=state,
        why_vi=entry.vi,
        why_en=entry.en,
        reason=None if last is None else last.reason,
        since=None if last is None else last.at,
        by=None if last is None else last.role,
        rule=None if last is None else rule_of(machine, last.event),
        next_vi=entry.next_vi,
        next_en=entry.next_en,
        may=tuple((event, tuple(sorted(roles_of(machine, event)))) for event in may),
    )
