"""The one transition table: documents, rounds and corrections.

The diagram in the docs, the tests' model and the database constraints are derived from it. `START` stands for
"no row yet". A refused document has no row unless a pending or held one is refused later. A recalled document that
is sent again is a new row from START.
"""

from dataclasses import dataclass
from enum import StrEnum

from hub.errors import Corrupt, Refused

__all__ = [
    "MACHINES",
    "START",
    "Machine",
    "Transition",
    "first_event",
    "mermaid",
    "next_state",
    "states",
    "transitions",
]

START = ""


class Machine(StrEnum):
    """Which row has the state."""

    DOCUMENT = "document"
    ROUND = "round"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Transition:
    """From `state`, `event` leads to `next_state`."""

    machine: Machine
    state: str
    event: str
    next_state: str


# event: from states -> to state. A pending document that is contested is held when it has been decided.
_DOCUMENT = """
accept:          -> open
accept_pending:  -> pending
accept_held:     -> held
decide:    pending -> open
hold:      open -> held
release:   held -> open
refuse:    pending held -> refused
recall:    open pending held -> recalled
replace:   open pending held -> replaced
lock:      open -> locked
supersede: locked -> superseded
"""
_ROUND = """
begin:     -> open
close:     open -> closing
lock:      closing -> locked
"""
_CORRECTION = """
request:   -> requested
confirm:   requested -> confirmed
submit:    confirmed -> submitted
approve:   submitted -> approved
reject:    submitted -> rejected
resubmit:  approved -> resubmitted
relock:    resubmitted -> relocked
expire:    approved -> expired
withdraw:  requested confirmed submitted -> withdrawn
"""


def _parse(machine: Machine, table: str) -> tuple[Transition, ...]:
    rows: list[Transition] = []
    for line in table.strip().splitlines():
        event, _, rest = line.partition(":")
        sources, _, target = rest.partition("->")
        rows += [Transition(machine, s, event.strip(), target.strip()) for s in sources.split() or [START]]
    return tuple(rows)


MACHINES: dict[Machine, tuple[Transition, ...]] = {
    Machine.DOCUMENT: _parse(Machine.DOCUMENT, _DOCUMENT),
    Machine.ROUND: _parse(Machine.ROUND, _ROUND),
    Machine.CORRECTION: _parse(Machine.CORRECTION, _CORRECTION),
}
_NEXT = {(t.machine, t.state, t.event): t.next_state for rows in MACHINES.values() for t in rows}

# Why a state takes no more of an event; a pair outside this table is TRANSITION_NOT_ALLOWED.
_REFUSAL = {
    (Machine.DOCUMENT, "locked"): "DOCUMENT_LOCKED",
    (Machine.DOCUMENT, "recalled"): "DOCUMENT_RECALLED",
    (Machine.DOCUMENT, "replaced"): "DOCUMENT_REPLACED",
    (Machine.DOCUMENT, "superseded"): "DOCUMENT_SUPERSEDED",
    (Machine.DOCUMENT, "refused"): "DOCUMENT_REFUSED",
    (Machine.DOCUMENT, "pending"): "DOCUMENT_PENDING",
    (Machine.DOCUMENT, "held"): "DOCUMENT_HELD",
    (Machine.ROUND, "closing"): "ROUND_CLOSING",
    (Machine.ROUND, "locked"): "ROUND_LOCKED",
    (Machine.CORRECTION, "rejected"): "CORRECTION_CLOSED",
    (Machine.CORRECTION, "relocked"): "CORRECTION_CLOSED",
    (Machine.CORRECTION, "expired"): "CORRECTION_CLOSED",
    (Machine.CORRECTION, "withdrawn"): "CORRECTION_CLOSED",
}


def transitions(machine: str) -> tuple[Transition, ...]:
    """Return the rows of a machine: what the database constraint holds. Raises Corrupt(LIFECYCLE_UNKNOWN)."""
    try:
        return MACHINES[Machine(machine)]
    except ValueError:
        raise Corrupt("LIFECYCLE_UNKNOWN", {"machine": machine[:60]}) from None


def states(machine: str) -> tuple[str, ...]:
    """Return every state of a machine in order of first appearance, without START."""
    rows = transitions(machine)
    return tuple(dict.fromkeys(s for t in rows for s in (t.state, t.next_state) if s != START))


def next_state(machine: str, state: str, event: str) -> str:
    """Return the state after an event. Raises Refused with the code that says why not, Corrupt for no such machine."""
    rows = transitions(machine)
    known = Machine(rows[0].machine)
    target = _NEXT.get((known, state, event))
    if target is None:
        code = _REFUSAL.get((known, state), "TRANSITION_NOT_ALLOWED")
        raise Refused(code, {"machine": known.value, "state": state, "event": event})
    return target


def first_event(pending: bool, contested: bool) -> str:
    """Return the event by which an accepted document enters: a status still unknown outweighs a double claim."""
    if pending:
        return "accept_pending"
    return "accept_held" if contested else "accept"


def mermaid(machine: str) -> str:
    """Return the state diagram of a machine as mermaid text."""
    rows = transitions(machine)
    left = {t.state for t in rows}
    lines = ["stateDiagram-v2"]
    lines += [f"    {t.state or '[*]'} --> {t.next_state}: {t.event}" for t in rows]
    lines += [f"    {s} --> [*]" for s in states(machine) if s not in left]
    return "\n".join(lines)
