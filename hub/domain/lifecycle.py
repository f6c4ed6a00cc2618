"""The one transition table: documents, rounds, corrections and transfers.

The diagram in the docs, the tests' model, the database constraints, and what each state answers to who asks for the
rule and the next step are derived from it. `START` stands for "no row yet". A refused document has no row unless a
pending or held one is refused later. A recalled document that is sent again is a new row from START.
Legal source: each event names its rule; "[secondary]" marks what was read in a report of the practice, not in a text.
"""

from dataclasses import dataclass
from enum import StrEnum

from hub.errors import Corrupt, Refused

__all__ = [
    "MACHINES",
    "START",
    "Machine",
    "Transition",
    "code_of_state",
    "first_event",
    "mermaid",
    "next_state",
    "options",
    "roles_of",
    "rule_of",
    "states",
    "transitions",
]

START = ""


class Machine(StrEnum):
    """Which row has the state."""

    DOCUMENT = "document"
    ROUND = "round"
    CORRECTION = "correction"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Transition:
    """From `state`, `event` leads to `next_state`; holders of `roles` may cause it, by `rule`."""

    machine: Machine
    state: str
    event: str
    next_state: str
    roles: frozenset[str]
    rule: str


_RULES = {
    "hub": "contract of the hub: docs/design.md",
    "pilot": "practice of the 2024 pilot [secondary]",
    "tt27": "TT 27/2020; 1396/BGDĐT-GDTH, 119/BGDĐT-GDTH [secondary]",
    "nghe-an": "practice of Nghệ An [secondary]",
    "tt15": "TT 15/2026; before 10/5/2026 QĐ 51/2002 [secondary]",
}
# event: from states -> to state | who may cause it | its rule. so_seal is the Sở's own machine, without a person.
# A pending document that is contested is held when it has been decided.
_DOCUMENT = """
accept:          -> open | school_seal principal so_seal system_seal | tt27
accept_pending:  -> pending | school_seal principal so_seal system_seal | hub
accept_held:     -> held | school_seal principal so_seal system_seal | hub
decide:    pending -> open | so_seal | hub
hold:      open -> held | so_seal | hub
release:   held -> open | so_seal so_officer so_lead | hub
refuse:    pending held -> refused | so_seal so_officer so_lead | hub
recall:    open pending held -> recalled | principal | pilot
replace:   open pending held -> replaced | school_seal principal so_seal system_seal | pilot
lock:      open -> locked | principal so_lead | pilot
supersede: locked -> superseded | principal | nghe-an
"""
_ROUND = """
begin:     -> open | school_seal principal so_seal system_seal so_officer so_lead | pilot
close:     open -> closing | principal so_lead | pilot
lock:      closing -> locked | so_seal | pilot
"""
_CORRECTION = """
request:   -> requested | homeroom_teacher subject_teacher | nghe-an
confirm:   requested -> confirmed | principal | nghe-an
submit:    confirmed -> submitted | school_seal | nghe-an
approve:   submitted -> approved | so_officer so_lead | nghe-an
reject:    submitted -> rejected | so_officer so_lead | nghe-an
resubmit:  approved resubmitted -> resubmitted | school_seal principal so_seal system_seal | nghe-an
reopen:    resubmitted -> approved | principal so_seal | hub
relock:    resubmitted -> relocked | principal | nghe-an
expire:    approved -> expired | so_seal | hub
withdraw:  requested confirmed submitted -> withdrawn | homeroom_teacher subject_teacher principal | nghe-an
"""
_TRANSFER = """
request:   -> requested | principal school_seal bo_seal | tt15
contest:   -> contested | principal school_seal bo_seal | hub
prefer:    contested -> requested | so_officer so_lead | hub
consent:   requested -> consented | principal school_seal bo_seal | tt15
refer:     consented -> referred | so_officer so_lead | tt15
accept:    consented referred -> accepted | principal | tt15
refuse:    requested consented referred -> refused | principal | tt15
release:   accepted released -> released | principal so_officer so_lead | tt15
dispatch:  released sent -> sent | bo_seal | hub
amend:     closed amended -> amended | bo_seal | hub
acknowledge: sent amended -> closed | principal school_seal | hub
withdraw:  {live} -> withdrawn | principal school_seal bo_seal | tt15
cancel:    {live} -> cancelled | so_officer so_lead | hub
""".replace("{live}", "contested requested consented referred accepted released sent")


def _parse(machine: Machine, table: str) -> tuple[Transition, ...]:
    rows: list[Transition] = []
    for line in table.strip().splitlines():
        event, _, rest = line.partition(":")
        states_, roles, rule = rest.split("|")
        sources, _, target = states_.partition("->")
        who, by = frozenset(roles.split()), _RULES[rule.strip()]
        rows += [Transition(machine, s, event.strip(), target.strip(), who, by) for s in sources.split() or [START]]
    return tuple(rows)


MACHINES: dict[Machine, tuple[Transition, ...]] = {
    Machine.DOCUMENT: _parse(Machine.DOCUMENT, _DOCUMENT),
    Machine.ROUND: _parse(Machine.ROUND, _ROUND),
    Machine.CORRECTION: _parse(Machine.CORRECTION, _CORRECTION),
    Machine.TRANSFER: _parse(Machine.TRANSFER, _TRANSFER),
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
    (Machine.TRANSFER, "contested"): "TRANSFER_CONTESTED",
    (Machine.TRANSFER, "closed"): "TRANSFER_ENDED",
    (Machine.TRANSFER, "amended"): "TRANSFER_ENDED",
    (Machine.TRANSFER, "refused"): "TRANSFER_ENDED",
    (Machine.TRANSFER, "withdrawn"): "TRANSFER_ENDED",
    (Machine.TRANSFER, "cancelled"): "TRANSFER_ENDED",
}

# What each state means and what comes next, as texts of the catalogue.
_CODES = {
    (Machine.DOCUMENT, "open"): "STATE_DOCUMENT_OPEN",
    (Machine.DOCUMENT, "pending"): "STATE_DOCUMENT_PENDING",
    (Machine.DOCUMENT, "held"): "STATE_DOCUMENT_HELD",
    (Machine.DOCUMENT, "refused"): "STATE_DOCUMENT_REFUSED",
    (Machine.DOCUMENT, "recalled"): "STATE_DOCUMENT_RECALLED",
    (Machine.DOCUMENT, "replaced"): "STATE_DOCUMENT_REPLACED",
    (Machine.DOCUMENT, "locked"): "STATE_DOCUMENT_LOCKED",
    (Machine.DOCUMENT, "superseded"): "STATE_DOCUMENT_SUPERSEDED",
    (Machine.ROUND, "open"): "STATE_ROUND_OPEN",
    (Machine.ROUND, "closing"): "STATE_ROUND_CLOSING",
    (Machine.ROUND, "locked"): "STATE_ROUND_LOCKED",
    (Machine.CORRECTION, "requested"): "STATE_CORRECTION_REQUESTED",
    (Machine.CORRECTION, "confirmed"): "STATE_CORRECTION_CONFIRMED",
    (Machine.CORRECTION, "submitted"): "STATE_CORRECTION_SUBMITTED",
    (Machine.CORRECTION, "approved"): "STATE_CORRECTION_APPROVED",
    (Machine.CORRECTION, "rejected"): "STATE_CORRECTION_REJECTED",
    (Machine.CORRECTION, "resubmitted"): "STATE_CORRECTION_RESUBMITTED",
    (Machine.CORRECTION, "relocked"): "STATE_CORRECTION_RELOCKED",
    (Machine.CORRECTION, "expired"): "STATE_CORRECTION_EXPIRED",
    (Machine.CORRECTION, "withdrawn"): "STATE_CORRECTION_WITHDRAWN",
    (Machine.TRANSFER, "contested"): "STATE_TRANSFER_CONTESTED",
    (Machine.TRANSFER, "requested"): "STATE_TRANSFER_REQUESTED",
    (Machine.TRANSFER, "consented"): "STATE_TRANSFER_CONSENTED",
    (Machine.TRANSFER, "referred"): "STATE_TRANSFER_REFERRED",
    (Machine.TRANSFER, "accepted"): "STATE_TRANSFER_ACCEPTED",
    (Machine.TRANSFER, "released"): "STATE_TRANSFER_RELEASED",
    (Machine.TRANSFER, "sent"): "STATE_TRANSFER_SENT",
    (Machine.TRANSFER, "closed"): "STATE_TRANSFER_CLOSED",
    (Machine.TRANSFER, "amended"): "STATE_TRANSFER_AMENDED",
    (Machine.TRANSFER, "refused"): "STATE_TRANSFER_REFUSED",
    (Machine.TRANSFER, "withdrawn"): "STATE_TRANSFER_WITHDRAWN",
    (Machine.TRANSFER, "cancelled"): "STATE_TRANSFER_CANCELLED",
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


def options(machine: str, state: str, role: str | None = None) -> tuple[str, ...]:
    """Return the events that may happen next in a state, or of these what a holder of `role` may cause.

    START gives the beginnings. Raises Corrupt(LIFECYCLE_UNKNOWN).
    """
    rows = transitions(machine)
    return tuple(t.event for t in rows if t.state == state and (role is None or role in t.roles))


def rule_of(machine: str, event: str) -> str:
    """Return the ground of an event. Raises Corrupt(LIFECYCLE_UNKNOWN)."""
    return _first(machine, event).rule


def roles_of(machine: str, event: str) -> frozenset[str]:
    """Return the offices whose holders may cause an event. Raises Corrupt(LIFECYCLE_UNKNOWN)."""
    return _first(machine, event).roles


def _first(machine: str, event: str) -> Transition:
    for row in transitions(machine):
        if row.event == event:
            return row
    raise Corrupt("LIFECYCLE_UNKNOWN", {"machine": f"{machine[:40]} {event[:20]}"})


def code_of_state(machine: str, state: str) -> str:
    """Return the catalogue code whose texts say why a row is in that state (`vi`, `en`) and what comes next.

    Raises Corrupt(LIFECYCLE_UNKNOWN).
    """
    code = _CODES.get((Machine(machine), state)) if machine in MACHINES else None
    if code is None:
        raise Corrupt("LIFECYCLE_UNKNOWN", {"machine": f"{machine[:40]} {state[:20]}"})
    return code


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
