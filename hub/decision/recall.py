"""Thu hồi: a school withdraws one of its transcripts before the lock."""

from hub.decision.command import Prepared
from hub.decision.known import CURRENT_STATES, Known
from hub.decision.outcome import Move, Outcome
from hub.decision.submission import closed_facts, freed
from hub.domain.findings import Finding, finding
from hub.domain.lifecycle import next_state
from hub.domain.statements import Recall

__all__ = ["decide_recall"]


def decide_recall(command: Prepared, known: Known, _so: str) -> Outcome:
    """Move the document to `recalled` and free the other claimant of the pupil, or say why not."""
    statement = command.command
    assert isinstance(statement, Recall)
    row = known.by_hash.get((command.school, bytes.fromhex(statement.document_sha256)))
    objection = _objection(command, known)
    if objection is not None or row is None:
        return Outcome(command, "refused", (objection or finding("DOCUMENT_UNKNOWN", "$.document_sha256"),))
    recalled = Move(row, next_state("document", row.state, "recall"))
    return Outcome(command, moves=(recalled, *freed(known, row.record)))


def _objection(command: Prepared, known: Known) -> Finding | None:
    statement = command.command
    assert isinstance(statement, Recall)
    row = known.by_hash.get((command.school, bytes.fromhex(statement.document_sha256)))
    if row is None:
        return finding("DOCUMENT_UNKNOWN", "$.document_sha256")
    if row.state in ("locked", "superseded"):
        return finding("RECORD_LOCKED", "$.document_sha256", facts=closed_facts(known.rounds.get(row.round)))
    if row.state not in CURRENT_STATES:
        return finding("DOCUMENT_NOT_CURRENT", "$.document_sha256", facts={"state": row.state})
    if row.round != command.round:
        return finding("RECALL_OTHER_ROUND", "$.round", facts={"cohort": row.round.cohort})
    round_row = known.rounds.get(row.round)
    if round_row is not None and round_row.state != "open":
        return finding("ROUND_CLOSED", "$.round", facts=closed_facts(round_row))
    return None
