"""What becomes of a command: pure decisions over what is known, folded over a batch.

`decide(command, known, so)` gives one outcome, equal on every replay. Nothing here reads a database, a clock or a
setting; the agents load what is known and write what was decided.
"""

from hub.decision.command import Act, Judged, Prepared
from hub.decision.kinds import KINDS, Kind
from hub.decision.known import Current, Known, RecordKey, RoundKey, RoundRow, Seen
from hub.decision.lock_request import lock_id_of, set_root
from hub.decision.outcome import Answer, FollowUp, Move, NewDocument, Outcome
from hub.decision.rulings import Ruling
from hub.decision.so_lock import second_person_fault
from hub.domain.findings import finding

__all__ = [
    "KINDS", "Act", "Answer", "Current", "FollowUp", "Judged", "Kind", "Known", "Move", "NewDocument", "Outcome",
    "Prepared", "RecordKey", "RoundKey", "RoundRow", "Ruling", "Seen", "decide", "lock_id_of", "second_person_fault",
    "set_root",
]  # fmt: skip


def decide(command: Prepared, known: Known, so: str) -> tuple[Outcome, Known]:
    """Decide one command and return its outcome; `known` is brought up to date and handed on."""
    outcome = _decide(command, known, so)
    outcome.add_to(known)
    return outcome, known


def _decide(command: Prepared, known: Known, so: str) -> Outcome:
    same = known.messages.get(command.message_sha256)
    if same is not None:
        return Outcome(command, repeats=same.message_sha256)
    if not command.stands:
        return _refused_whole(command)
    earlier = known.commands.get((command.school, command.command_id))
    if earlier is not None and earlier.statement_sha256 == command.statement_sha256:
        return Outcome(command, repeats=earlier.message_sha256)
    if earlier is not None:
        return _refused_whole(command, "COMMAND_ID_REUSED")
    return KINDS[command.kind].decide(command, known, so)


def _refused_whole(command: Prepared, *codes: str) -> Outcome:
    """Refuse the command; each of its transcripts counts as refused."""
    found = (*command.findings, *(finding(code) for code in codes))
    answers = tuple(Answer(d.n, d.document_sha256, "refused", d.findings) for d in command.documents)
    return Outcome(command, "refused", found, answers)
