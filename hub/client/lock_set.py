"""Which documents a school means when it asks to lock (chốt) a round: by its own receipts, not by Sở's database.

Accepted documents count unless the school recalled or replaced them since. One that Sở holds, because another school
claims the pupil, is left out: Sở does not lock it. What the Sở decided about it then, a follow-up receipt tells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.client.commands import SentCommand
from hub.client.receipts import ReadReceipt
from hub.decision import set_root
from hub.domain.statements import ReceiptDocument, RoundName
from hub.errors import Refused

__all__ = ["LockSet", "command_ids_of", "lock_set"]

_NAMED_MAX = 10
_STANDING = frozenset({"open", "pending", "locked"})
_CHANGING = frozenset({"Submission", "Recall"})
_DECIDED = "Conflict"  # a follow-up receipt: what a decision of the Sở made of what was handed in before


@dataclass(frozen=True, slots=True)
class LockSet:
    """The set of one round: `documents` ascending (hex), and what was left out because it is held."""

    documents: tuple[str, ...]
    held: tuple[str, ...]

    @property
    def root(self) -> str:
        """RFC 9162 root over the document hashes (hex), as the lock request states it."""
        return set_root([bytes.fromhex(sha256) for sha256 in self.documents]).hex()


def command_ids_of(receipts: Iterable[ReadReceipt]) -> set[str]:
    """Return the ids of the commands that changed a set: those whose originals are needed."""
    said = (r.statement for r in receipts)
    return {s.command_id for s in said if s.kind in _CHANGING and s.outcome != "refused"}


def lock_set(
    receipts: Sequence[ReadReceipt], sent: Iterable[SentCommand], school_year: str, round_name: RoundName,
    *, including: Iterable[str] = (), leaving_out: Iterable[str] = (),
) -> LockSet:  # fmt: skip
    """Fold the school's receipts, oldest first, into the set of one round; the last two arguments correct it by hand.

    Raises Refused COMMANDS_NOT_KEPT when a receipt answers a command that is not in `sent` (unless documents are named
    by hand), LOCK_SET_EMPTY when nothing is left.
    """
    by_id = {command.command_id: command for command in sent}
    unknown = sorted(command_ids_of(receipts) - by_id.keys())
    if unknown and not including:
        facts = {"count": str(len(unknown)), "commands": ", ".join(unknown[:_NAMED_MAX])}
        raise Refused("COMMANDS_NOT_KEPT", facts)
    states: dict[str, str] = {}
    replacing: dict[str, str] = {}
    for receipt in sorted(receipts, key=lambda r: r.statement.at):
        command = by_id.get(receipt.statement.command_id)
        if command is not None and (command.school_year, command.round) == (school_year, round_name):
            _apply(states, replacing, receipt, command)
    states |= dict.fromkeys(including, "open")
    for sha256 in leaving_out:
        states.pop(sha256, None)
    documents = tuple(sorted(sha256 for sha256, state in states.items() if state in _STANDING))
    if not documents:
        raise Refused("LOCK_SET_EMPTY", {"round": round_name.text(school_year)})
    return LockSet(documents, tuple(sorted(sha256 for sha256, state in states.items() if state == "held")))


def _apply(states: dict[str, str], replacing: dict[str, str], receipt: ReadReceipt, command: SentCommand) -> None:
    """Bring `states` up to date; `replacing` has by document the one that replaces it by now.

    Two corrected documents in turn both name the locked one: the later counts.
    """
    statement = receipt.statement
    if statement.kind == "Recall":
        if statement.outcome == "accepted" and command.recalled is not None:
            states.pop(command.recalled, None)
    elif statement.kind == "Submission":
        accepted = {d.document_sha256: _state(d) for d in statement.documents if d.outcome != "refused"}
        for sha256, superseded in command.supersedes:
            if sha256 in accepted:  # a refused one ends nothing
                states.pop(superseded, None)
                states.pop(replacing.get(superseded, superseded), None)
                replacing[superseded] = sha256
        states.update(accepted)
    elif statement.kind == _DECIDED:
        for document in statement.documents:
            if document.document_sha256 in states:
                states[document.document_sha256] = _state(document)


def _state(document: ReceiptDocument) -> str:
    return document.state if isinstance(document.state, str) else "open"
