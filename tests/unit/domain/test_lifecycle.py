"""The transition table: random walks, refusals, derived forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.catalogue import CATALOGUE, Severity
from hub.decision import KINDS
from hub.domain.lifecycle import (
    MACHINES,
    START,
    Machine,
    code_of_state,
    first_event,
    mermaid,
    next_state,
    options,
    roles_of,
    rule_of,
    states,
    transitions,
)
from hub.errors import Corrupt, Refused

EVENTS = sorted({t.event for rows in MACHINES.values() for t in rows})


@given(st.sampled_from(list(Machine)), st.lists(st.sampled_from(EVENTS), max_size=30))
def test_random_walk_never_leaves_the_table(machine: Machine, events: list[str]) -> None:
    """Every step stands in the table, and every other step is refused with a documented code and changes nothing."""
    state = START
    table = {(t.state, t.event): t.next_state for t in transitions(machine)}
    for event in events:
        if (state, event) in table:
            state = next_state(machine, state, event)
            assert state in states(machine)
        else:
            with pytest.raises(Refused) as caught:
                next_state(machine, state, event)
            assert caught.value.code in CATALOGUE


@pytest.mark.parametrize("event", [e for e in EVENTS if e != "supersede"])
def test_locked_document_takes_nothing_but_supersession(event: str) -> None:
    """After lock every path is closed, and the code says so."""
    with pytest.raises(Refused) as caught:
        next_state("document", "locked", event)
    assert caught.value.code == "DOCUMENT_LOCKED"
    assert next_state("document", "locked", "supersede") == "superseded"


@pytest.mark.parametrize(
    ("machine", "state", "event", "code"),
    [
        ("document", "pending", "lock", "DOCUMENT_PENDING"),
        ("document", "held", "lock", "DOCUMENT_HELD"),
        ("document", "recalled", "replace", "DOCUMENT_RECALLED"),
        ("document", "replaced", "recall", "DOCUMENT_REPLACED"),
        ("document", "superseded", "recall", "DOCUMENT_SUPERSEDED"),
        ("document", "refused", "lock", "DOCUMENT_REFUSED"),
        ("document", "open", "decide", "TRANSITION_NOT_ALLOWED"),
        ("document", START, "lock", "TRANSITION_NOT_ALLOWED"),
        ("round", "closing", "close", "ROUND_CLOSING"),
        ("round", "locked", "close", "ROUND_LOCKED"),
        ("correction", "approved", "withdraw", "TRANSITION_NOT_ALLOWED"),
        ("correction", "expired", "resubmit", "CORRECTION_CLOSED"),
    ],
)
def test_refused_step_says_why(machine: str, state: str, event: str, code: str) -> None:
    """Each state that takes no more has a code that a clerk can act on."""
    with pytest.raises(Refused) as caught:
        next_state(machine, state, event)
    assert caught.value.code == code


def test_unknown_machine_is_our_own_fault() -> None:
    """A machine that does not exist is a bug, not a refusal."""
    with pytest.raises(Corrupt) as caught:
        next_state("submission", "open", "lock")
    assert caught.value.code == "LIFECYCLE_UNKNOWN"


def test_document_enters_pending_before_held_before_open() -> None:
    """A signature whose status is unknown outweighs a double claim, so that neither is ever locked by mistake."""
    for pending, contested, state in [
        (False, False, "open"),
        (True, False, "pending"),
        (False, True, "held"),
        (True, True, "pending"),
    ]:
        assert next_state("document", START, first_event(pending, contested)) == state


def test_table_is_deterministic_and_drawn_in_full() -> None:
    """No state and event has two outcomes, and the diagram shows every row."""
    for machine, rows in MACHINES.items():
        assert len({(t.state, t.event) for t in rows}) == len(rows)
        drawn = mermaid(machine)
        assert all(f"{t.state or '[*]'} --> {t.next_state}: {t.event}" in drawn for t in rows)
    assert set(states("document")) == {
        "open", "pending", "held", "refused", "recalled", "replaced", "locked", "superseded"
    }  # fmt: skip


@pytest.mark.parametrize("machine", list(Machine))
def test_every_state_says_why_by_which_rule_and_what_comes_next(machine: Machine) -> None:
    """A clerk who sees a state can ask what it means; every event names its ground and who may cause it."""
    for state in states(machine):
        entry = CATALOGUE[code_of_state(machine, state)]
        assert entry.severity is Severity.WARN
        for event in options(machine, state):
            assert rule_of(machine, event)
            assert roles_of(machine, event)
    assert len({code_of_state(machine, state) for state in states(machine)}) == len(states(machine))


@pytest.mark.parametrize(
    ("state", "role", "events"),
    [
        (START, "homeroom_teacher", ("request",)),
        ("requested", "principal", ("confirm", "withdraw")),
        ("requested", "school_seal", ()),
        ("submitted", "so_officer", ("approve", "reject")),
        ("approved", "so_seal", ("resubmit", "expire")),
        ("resubmitted", "principal", ("resubmit", "reopen", "relock")),
        ("relocked", "principal", ()),
    ],
)
def test_options_of_a_state_are_those_of_the_role(state: str, role: str, events: tuple[str, ...]) -> None:
    """Who asks hears what he himself may do next, from the one table."""
    assert options("correction", state, role) == events
    assert set(events) <= set(options("correction", state))


def test_steps_of_a_correction_are_signed_by_the_roles_of_the_table() -> None:
    """The table promises nobody a step that his signature cannot make, and hides none from him."""
    signed = {
        "request": "CorrectionRequest", "confirm": "CorrectionConfirmation", "submit": "UnlockRequest",
        "approve": "UnlockDecision", "reject": "UnlockDecision", "withdraw": "CorrectionWithdrawal",
        "expire": "WindowClosed", "resubmit": "Submission", "relock": "LockRequest",
    }  # fmt: skip
    assert {event: roles_of("correction", event) for event in signed} == {
        event: KINDS[kind].roles | KINDS[kind].seals for event, kind in signed.items()
    }


def test_unknown_state_and_event_are_our_own_fault() -> None:
    """What the table lacks is a bug, not an answer."""
    for ask in (code_of_state, rule_of, roles_of):
        with pytest.raises(Corrupt):
            ask("correction", "nowhere")
    with pytest.raises(Corrupt):
        code_of_state("submission", "open")
