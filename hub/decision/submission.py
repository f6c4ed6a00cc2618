"""Tiếp nhận: which transcripts of a submission may stand, given what is known.

Good ones are accepted even when others fail, unless the submission asks for all or nothing. A document that is
already current is unchanged; a changed one names what it supersedes; a recalled one may be sent again. The round of a
correction takes other ones: new versions of what is locked (`hub.decision.correction_versions`).
"""

from dataclasses import dataclass, replace

from hub.decision.basis import with_basis
from hub.decision.command import Judged, Prepared
from hub.decision.correction_rows import CORRECTION, CorrectionRow
from hub.decision.correction_versions import correct
from hub.decision.evidence import weakening
from hub.decision.known import Current, Known, RecordKey, RoundKey, RoundRow
from hub.decision.outcome import Answer, Move, NewDocument, Outcome
from hub.domain.findings import Finding, finding, refuses
from hub.domain.lifecycle import next_state
from hub.domain.rounds import is_late

__all__ = ["decide_submission"]


@dataclass(frozen=True, slots=True)
class _Verdict:
    answer: Answer
    new: NewDocument | None = None
    moves: tuple[Move, ...] = ()
    item: CorrectionRow | None = None  # whose window it came through


def decide_submission(command: Prepared, known: Known, _so: str) -> Outcome:
    """Answer every transcript of the submission."""
    assert command.round is not None
    key = known.round_of(command.round)
    verdicts = [_judge(command, document, known, key) for document in command.documents]
    refused = sum(v.answer.outcome == "refused" for v in verdicts)
    if refused and getattr(command.command, "mode", "each") == "all_or_nothing":
        verdicts = [_withdrawn(v) for v in verdicts]
        refused = len(verdicts)
    outcome = "accepted" if refused == 0 else "refused" if refused == len(verdicts) else "partly_accepted"
    decided = Outcome(
        command,
        outcome,
        answers=tuple(v.answer for v in verdicts),
        accepted=tuple(v.new for v in verdicts if v.new is not None),
        moves=tuple(move for v in verdicts for move in v.moves),
    )
    return decided.moved((v.item for v in verdicts if v.item is not None), "resubmit")


def _judge(command: Prepared, document: Judged, known: Known, key: RoundKey) -> _Verdict:
    if not refuses(document.findings) and not _stands(document, known):
        document = with_basis(document, command.message_sha256, known.basis, known.links)
    if refuses(document.findings) or document.record is None:
        return _refused(document)
    if key.cohort == CORRECTION:
        return _corrected(command, document, known, key)
    latest, current = known.latest.get(document.record), known.current(document.record)
    weaker = weakening(document, current)
    if weaker is not None:
        return _refused(document, weaker)
    if current is not None and current.document_sha256 == document.document_sha256:
        return _Verdict(Answer(document.n, document.document_sha256, "unchanged", document.findings, current.state))
    objection = _objection(command, document, known, key, current, latest)
    if objection is not None:
        return _refused(document, objection)
    return _accepted(command, document, known, key, current, latest)


def _stands(document: Judged, known: Known) -> bool:
    """Tell whether this very document is current already: what was found about its basis was told then."""
    current = None if document.record is None else known.current(document.record)
    return current is not None and current.document_sha256 == document.document_sha256


def _corrected(command: Prepared, document: Judged, known: Known, key: RoundKey) -> _Verdict:
    """Judge a new version of a locked transcript. It claims nobody anew: the locked one does already."""
    found = correct(command, document, known, key)
    if found.same is not None:
        return _Verdict(Answer(document.n, document.document_sha256, "unchanged", document.findings, found.same.state))
    closed = known.closed(key)
    if closed is not None:
        return _refused(document, finding("ROUND_CLOSED", facts=closed_facts(closed)))
    if found.row is None:
        return _refused(document, *found.objections)
    answer = Answer(document.n, document.document_sha256, "accepted", document.findings, found.row.state)
    return _Verdict(answer, NewDocument(document, found.row, late=False), found.moves, found.item)


def _objection(
    command: Prepared, document: Judged, known: Known, key: RoundKey, current: Current | None, latest: Current | None
) -> Finding | None:
    if current is not None and current.state == "locked":
        return finding("RECORD_LOCKED", facts=closed_facts(known.rounds.get(current.round)))
    closed = known.closed(key) or (known.closed(current.round) if current is not None else None)
    if closed is not None:
        return finding("ROUND_CLOSED", facts=closed_facts(closed))
    if current is None:
        elsewhere = _belongs_elsewhere(command, known, document)
        if elsewhere is not None:
            return elsewhere
    elif current.round != key and is_further(key):
        return finding("ROUND_PUPIL_REPORTED", "$.student", facts=_round_facts(current.round))
    named = getattr(document.transcript, "supersedes", None) or None
    if current is not None:
        held_facts = {"current": current.document_sha256.hex()}
        return (
            None if named == held_facts["current"] else finding("SUPERSEDES_MISSING", "$.supersedes", facts=held_facts)
        )
    sent_again = latest is not None and latest.document_sha256 == document.document_sha256
    return finding("SUPERSEDES_UNKNOWN", "$.supersedes", named) if named and not sent_again else None


def _belongs_elsewhere(command: Prepared, known: Known, document: Judged) -> Finding | None:
    """Tell that a decision of the Sở keeps the record out: it ruled for another school, or linked the identifier."""
    record = document.record
    assert record is not None
    ruling, twin = known.ruled_against(record), known.twin(record)
    if ruling is not None:
        return finding(
            "CONFLICT_RULED_AGAINST", "$.student", facts={"school": ruling.school, "number": ruling.decided.number}
        )
    if twin is not None:
        return finding("IDENTITY_RECORD_STANDS", "$.student", facts={"current": twin.document_sha256.hex()})
    named = known.links.same_person(record.pupil)
    if len(named) > 1 and sum(d.record is not None and d.record.pupil in named for d in command.documents) > 1:
        return finding("PUPIL_TWICE_IN_SUBMISSION", "$.student")
    return None


def _accepted(
    command: Prepared, document: Judged, known: Known, key: RoundKey, current: Current | None, latest: Current | None
) -> _Verdict:
    record = document.record
    assert record is not None
    others = known.rivals(record)
    state = "pending" if document.pending else "held" if others else "open"
    found = (*document.findings, finding("PUPIL_CLAIMED_TWICE", "$.student")) if others else document.findings
    version = 1 if latest is None else latest.version + 1
    row = Current(
        command.message_sha256, document.n, document.document_sha256, record, key, version, state, document.evidence
    )  # fmt: skip
    late = is_late(command.at, record.school_year, key.cohort, command.extended_to)
    moves = [Move(current, next_state("document", current.state, "replace"))] if current is not None else []
    moves += [Move(o, next_state("document", o.state, "hold")) for o in others if _may_be_held(known, o)]
    answer = Answer(document.n, document.document_sha256, "accepted", found, state)
    return _Verdict(answer, NewDocument(replace(document, findings=found), row, late), tuple(moves))


def _may_be_held(known: Known, other: Current) -> bool:
    """Tell whether the other claimant can still be kept out of its lock; in a closed round it is locked as asked."""
    return other.state == "open" and known.closed(other.round) is None


def _refused(document: Judged, *more: Finding) -> _Verdict:
    return _Verdict(Answer(document.n, document.document_sha256, "refused", (*document.findings, *more)))


def _withdrawn(verdict: _Verdict) -> _Verdict:
    answer = verdict.answer
    if answer.outcome == "refused":
        return verdict
    found = (*answer.findings, finding("ALL_OR_NOTHING"))
    return _Verdict(Answer(answer.n, answer.document_sha256, "refused", found))


def is_further(key: RoundKey) -> bool:
    """Tell whether a round is one that the Sở opened beside the first: for pupils of whom nothing stands."""
    return key.number > 1 and key.cohort in ("completed", "supplementary")


def _round_facts(key: RoundKey) -> dict[str, str]:
    return {"cohort": key.cohort, "number": str(key.number)}


def closed_facts(row: RoundRow | None) -> dict[str, str]:
    """Return who closed a round, and since when: what a refusal after lock tells."""
    if row is None or row.closing_at is None:
        return {"by": "?", "since": "?"}
    return {"by": row.closed_by or "?", "since": row.closing_at.strftime("%Y-%m-%dT%H:%M:%SZ")}


def freed(known: Known, *gone: RecordKey) -> tuple[Move, ...]:
    """Return the release of those who were held for the claims that are now gone, and for no other.

    In a closed round it stays held: released, it would join a set that was asked for without it.
    """
    claims = {row.record: row for record in gone for row in known.claims(record)}
    alone = [
        row
        for row in claims.values()
        if row.state == "held" and known.closed(row.round) is None
        if all(rival.record in gone for rival in known.rivals(row.record))
    ]
    return tuple(Move(row, next_state("document", "held", "release")) for row in alone)
