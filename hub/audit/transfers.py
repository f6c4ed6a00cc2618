"""The steps of transfers folded once more, by rules written down again: what each row must say in the end.

A step that was accepted leads to one of few states; a delivery has the documents of its dispatch, whose root is worked
out here; only the receiving school's signature under the latest one closes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hub.audit.merkle import leaf_hash, root

__all__ = ["Folded", "Step", "fold", "root_of"]

_ENDED = frozenset({"closed", "amended", "refused", "withdrawn", "cancelled"})
_RELEASED = frozenset({"released", "sent", "closed", "amended"})
_LEADS: Mapping[str, frozenset[str]] = {  # where a decision decides, its kind has it behind a slash
    "TransferRequest": frozenset({"requested", "contested"}),
    "TransferConsent": frozenset({"requested", "consented"}),
    "TransferReferral": frozenset({"consented", "referred"}),
    "TransferAnswer/accept": frozenset({"accepted"}),
    "TransferAnswer/refuse": frozenset({"refused"}),
    "TransferRelease": frozenset({"released"}),
    "TransferDispatch": frozenset({"sent", "amended"}),
    "TransferAcknowledgement": frozenset({"closed"}),
    "TransferWithdrawal": frozenset({"withdrawn"}),
    "TransferDecision/cancel": frozenset({"cancelled"}),
    "TransferDecision/release": frozenset({"released"}),
}
_STAYS = frozenset({"TransferOverdue", "TransferFlag", "TransferDecision/resend"})


class Step(NamedTuple):
    """An accepted step: its transfer, what it says, the state that Bộ noted behind it, its group of contenders."""

    transfer: str
    kind: str
    said: Mapping[str, Any]
    state: str
    group: str


@dataclass
class Folded:
    """What the steps make of one transfer. `faults`: codes of what no step may do."""

    group: str
    state: str = ""
    parties: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    delivery: int = 0
    acknowledged: int = 0
    documents: tuple[str, ...] = ()
    root: str | None = None
    faults: list[str] = field(default_factory=list)


def root_of(documents: Iterable[str]) -> str:
    """Return the RFC 9162 root over document hashes (hex) in ascending order, as hex."""
    return root([leaf_hash(bytes.fromhex(one)) for one in sorted(documents)]).hex()


def fold(steps: Iterable[Step]) -> Mapping[str, Folded]:
    """Fold accepted steps, in the order of decision, to what stands of each transfer."""
    found: dict[str, Folded] = {}
    for step in steps:
        row = found.setdefault(step.transfer, Folded(step.group))
        was_open = row.state not in _ENDED
        row.faults += _take(step, row)
        rivals = [r for r in found.values() if r is not row and r.group == row.group and r.state not in _ENDED]
        if _name(step) == "TransferDecision/prefer":
            for rival in rivals:
                rival.state = "cancelled"
        elif was_open and row.state in _ENDED and len(rivals) == 1 and rivals[0].state == "contested":
            rivals[0].state = "requested"
    return found


def _name(step: Step) -> str:
    decision = step.said.get("decision")
    return f"{step.kind}/{decision}" if decision is not None else step.kind


def _take(step: Step, row: Folded) -> Iterator[str]:
    before, name = row.state, _name(step)
    if name == "TransferDecision/prefer":
        row.state = "requested" if before == "contested" else before
    elif name not in _STAYS:
        if step.state not in _LEADS.get(name, ()):
            yield "STEP_LEADS_ELSEWHERE"
        row.state = step.state
    if step.state != row.state:
        yield "STEP_STATE_DIFFERS"
    row.kinds.add(name)
    row.parties |= set(step.said.get("parties", ()))
    if step.kind == "TransferDispatch":
        yield from _sent(step.said, row, before)
    elif step.kind == "TransferAcknowledgement":
        row.acknowledged = step.said["delivery"]
        if (row.acknowledged, step.said["root"], step.said["count"]) != (row.delivery, row.root, len(row.documents)):
            yield "CLOSED_BY_ANOTHER_ROOT"


def _sent(said: Mapping[str, Any], row: Folded, before: str) -> Iterator[str]:
    """Nothing is sent before consent, acceptance and release; the root is that of the documents."""
    if before not in _RELEASED or not row.parties or "TransferAnswer/accept" not in row.kinds:
        yield "SENT_TOO_EARLY"
    if said["delivery"] != row.delivery + 1:
        yield "DELIVERY_NUMBER_WRONG"
    row.delivery, row.documents, row.root = said["delivery"], tuple(said.get("documents", ())), said["root"]
    if (said["root"], said["count"]) != (root_of(row.documents), len(row.documents)):
        yield "DELIVERY_ROOT_WRONG"
