"""What every state answers, whichever machine it is of: from the one transition table and the catalogue."""

from datetime import UTC, datetime

import pytest

from hub.catalogue import CATALOGUE
from hub.domain.lifecycle import MACHINES, code_of_state, options, roles_of, rule_of, states
from hub.errors import Corrupt
from hub.operate import answer_of, step_into

AT = datetime(2026, 7, 1, 3, tzinfo=UTC)
EVERY = [(machine.value, state) for machine in MACHINES for state in states(machine)]


@pytest.mark.parametrize(("machine", "state"), EVERY)
def test_every_state_answers_in_whole(machine: str, state: str) -> None:
    """Why, since, by, rule, next step and what may be done."""
    step = step_into(machine, state, AT, "principal")
    shown = answer_of(machine, state, [step]).shown()
    entry = CATALOGUE[code_of_state(machine, state)]
    assert shown == {
        "state": state, "why": {"vi": entry.vi, "en": entry.en, "reason": None}, "since": AT.isoformat(),
        "by": "principal", "rule": rule_of(machine, step.event),
        "next_step": {"vi": entry.next_vi, "en": entry.next_en},
        "may": {event: sorted(roles_of(machine, event)) for event in options(machine, state)},
    }  # fmt: skip


def test_what_may_be_done_is_the_callers() -> None:
    """A principal recalls what is open, an officer of Sở does not."""
    assert "recall" in dict(answer_of("document", "open", (), "principal").may)
    assert "recall" not in dict(answer_of("document", "open", (), "so_officer").may)
    assert answer_of("round", "locked", (), "principal").may == ()


def test_office_is_told_only_where_one_alone_may() -> None:
    """A round is locked by the Sở's machine; who closed it is not guessed."""
    assert (step_into("round", "locked").role, step_into("round", "closing").role) == ("so_seal", None)


@pytest.mark.parametrize(("machine", "state"), [("document", "none"), ("pupil", "open")])
def test_state_outside_the_table_answers_nothing(machine: str, state: str) -> None:
    """It is an error of ours."""
    with pytest.raises(Corrupt) as stopped:
        answer_of(machine, state, ())
    assert stopped.value.code == "LIFECYCLE_UNKNOWN"
