"""Quyết định khi hai trường cùng báo cáo một học sinh: which of two schools claims a pupil rightly.

The ruling stands between these two schools, for that person, year and period, until the Sở rules otherwise. What was
held for it goes on; what the other school reported is refused, and both stay in the record with their signatures.
Who rules with an older command than the ruling that counts is refused: the later word stands, whichever came first.
A lock is never undone: what the other school has locked stays, and Bộ opens a conflict when both are locked.
"""

from msgspec.structs import replace as with_fields

from hub.catalogue import Severity
from hub.decision.command import Prepared
from hub.decision.known import Current, Known, RecordKey
from hub.decision.outcome import FollowUp, Move, Outcome
from hub.decision.rulings import Ruling
from hub.decision.submission import closed_facts, freed
from hub.domain.findings import Finding, finding
from hub.domain.lifecycle import next_state
from hub.domain.statements import ConflictDecision

__all__ = ["decide_conflict"]


def decide_conflict(command: Prepared, known: Known, _so: str) -> Outcome:
    """Rule for `school`, against `not_of`; move what waited for it, or say why there is nothing to rule."""
    said = command.command
    assert isinstance(said, ConflictDecision)
    right, wrong = (_currents(known, said, school) for school in (said.school, said.not_of))
    objection = _objection(command, said, known, right, wrong)
    if objection is not None:
        return Outcome(command, "refused", (objection,))
    ruling = Ruling(said.school, said.not_of, command.decided(said.number))
    told: list[Finding] = []
    moves: list[Move] = []
    follow_ups: list[FollowUp] = []
    for row in wrong:
        if _is_fixed(known, row):
            told.append(finding("CONFLICT_OTHER_LOCKED", "$.not_of", facts=closed_facts(known.rounds.get(row.round))))
        else:
            moves += _refusal(row)
            why = finding("CONFLICT_RULED_AGAINST", "$.student", facts={"school": said.school, "number": said.number})
            follow_ups.append(FollowUp(row, "refused", (why,)))
    for move in freed(known, *(f.document.record for f in follow_ups)):
        if move.document not in right:
            moves.append(move)
            follow_ups.append(FollowUp(move.document, move.state, ()))
    for row in right:
        if row.state != "held":
            continue
        event, found = _for_the_right(known, row, said)
        told += [with_fields(f, severity=Severity.WARN) for f in found]  # it refuses the transcript, not the ruling
        if event is not None:
            moves.append(Move(row, next_state("document", "held", event)))
            follow_ups.append(FollowUp(row, moves[-1].state, found))
    return Outcome(command, findings=tuple(told), moves=tuple(moves), follow_ups=tuple(follow_ups), ruling=ruling)


def _currents(known: Known, said: ConflictDecision, school: str) -> list[Current]:
    """Return what a school has current of the person, under each identifier that is linked."""
    named = sorted(known.links.same_person(said.pupil))
    rows = (known.current(RecordKey(school, pupil, said.school_year, said.period)) for pupil in named)
    return [row for row in rows if row is not None]


def _objection(
    command: Prepared, said: ConflictDecision, known: Known, right: list[Current], wrong: list[Current]
) -> Finding | None:
    if said.school == said.not_of:
        return finding("CONFLICT_SAME_SCHOOL", "$.not_of")
    earlier = known.ruling(RecordKey(said.school, said.pupil, said.school_year, said.period), said.not_of)
    if earlier is not None and command.decided(said.number) < earlier.decided:  # rulings about one pupil share no key
        return finding("CONFLICT_RULED_LATER", "$.pupil", facts=earlier.decided.facts())
    done = all(_is_fixed(known, row) for row in wrong)  # else a link brought it here after the ruling
    if earlier is not None and earlier.school == said.school and done:
        return finding("CONFLICT_RULED_ALREADY", "$.pupil", facts={"number": earlier.decided.number})
    if earlier is None and not (right and wrong):
        absent = said.not_of if right else said.school
        return finding("CONFLICT_NOT_STANDING", "$.pupil", facts={"school": absent})
    return None


def _is_fixed(known: Known, row: Current) -> bool:
    """Tell whether a document is locked or will be: it stands open in a closed round."""
    return row.state == "locked" or (row.state == "open" and known.closed(row.round) is not None)


def _refusal(row: Current) -> list[Move]:
    """Refuse what was wrongly reported. An open document is held first: the table knows no shorter way."""
    moves = [Move(row, next_state("document", "open", "hold"))] if row.state == "open" else []
    return [*moves, Move(row, next_state("document", "held" if moves else row.state, "refuse"))]


def _for_the_right(known: Known, row: Current, said: ConflictDecision) -> tuple[str | None, tuple[Finding, ...]]:
    """Return the event of the held document that is right, and what is told: it is released where it may still lock."""
    rivals = {rival.record.school for rival in known.rivals(row.record)} - {said.not_of}
    if rivals:
        return None, (finding("CONFLICT_OTHERS_REMAIN", "$.pupil", facts={"count": str(len(rivals))}),)
    closed = known.closed(row.round)
    if closed is None:
        return "release", ()
    return "refuse", (finding("CONFLICT_ROUND_CLOSED", "$.school", facts=closed_facts(closed)),)
