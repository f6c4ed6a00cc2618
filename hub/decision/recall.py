"""Thu hồi: a school withdraws one of its transcripts before the lock."""

from hub.decision.command import Prepared
from hub.decision.correction_versions import reopened
from hub.decision.known import CURRENT_STATES, Current, Known, RoundKey
from hub.decision.outcome import Move, Outcome
from hub.decision.submission import closed_facts, freed
from hub.domain.findings import Finding, finding
from hub.domain.lifecycle import next_state
from hub.domain.statements import Recall

__all__ = ["decide_recall"]


def decide_recall(command: Prepared, known: Known, _so: str) -> Outcome:
    """Move the document to `recalled` and free the other claimant of the pupil, or say why not.

    A recalled correction leaves its window open again, and frees nobody: the locked version claims the pupil still.
    """
    assert command.round is not None
    key = known.round_of(command.round)
    row = known.by_hash.get((key.school, _named(command)))
    objection = _objection(known, key, row)
    if objection is not None or row is None:
        return Outcome(command, "refused", (objection or finding("DOCUMENT_UNKNOWN", "$.document_sha256"),))
    recalled = Move(row, next_state("document", row.state, "recall"))
    item = reopened(known, row)
    if item is not None:
        return Outcome(command, moves=(recalled,)).moved([item], "reopen")
    return Outcome(command, moves=(recalled, *freed(known, row.record)))


def _named(command: Prepared) -> bytes:
    statement = command.command
    assert isinstance(statement, Recall)
    return bytes.fromhex(statement.document_sha256)


def _objection(known: Known, key: RoundKey, row: Current | None) -> Finding | None:
    if row is None:
        return finding("DOCUMENT_UNKNOWN", "$.document_sha256")
    if row.state in ("locked", "superseded"):
        return finding("RECORD_LOCKED", "$.document_sha256", facts=closed_facts(known.rounds.get(row.round)))
    if row.state not in CURRENT_STATES:
        return finding("DOCUMENT_NOT_CURRENT", "$.document_sha256", facts={"state": row.state})
    if row.round != key:
        return finding("RECALL_OTHER_ROUND", "$.round", facts={"cohort": row.round.cohort})
    round_row = known.rounds.get(row.round)
    if round_row is not None and round_row.state != "open":
        return finding("ROUND_CLOSED", "$.round", facts=closed_facts(round_row))
    return None
