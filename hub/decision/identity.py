"""Đính chính, hợp nhất định danh: two identifiers name one person from now on, or no longer; documents stay as signed.

An identifier has at most one link. `correct` and `merge` make it, in the place of an earlier one; `separate` ends it.
An older command than the one that counts is refused, so that what stands is the later word, whichever came first.
Two schools that reported the person under both identifiers now claim one pupil, and are held like any other two.
"""

from dataclasses import replace

from hub.decision.command import Prepared
from hub.decision.known import Current, Known
from hub.decision.outcome import FollowUp, Linking, Move, Outcome
from hub.domain.findings import Finding, finding
from hub.domain.lifecycle import next_state
from hub.domain.linking import Links, is_identifier
from hub.domain.statements import IdentityCorrection

__all__ = ["decide_identity"]


def decide_identity(command: Prepared, known: Known, _so: str) -> Outcome:
    """Link two identifiers or end a link, and hold or free the documents that this concerns; or say why not."""
    said = command.command
    assert isinstance(said, IdentityCorrection)
    objection = _objection(command, said, known)
    if objection is not None:
        return Outcome(command, "refused", (objection,))
    present = None if said.action == "separate" else said.present
    linking = Linking(said.former, present, command.decided(said.number))
    after = replace(known, links=known.links.changed(linking.former, linking.present, linking.decided))
    rows = {row.record: row for one in (said.former, said.present) for k in (known, after) for row in k.of_person(one)}
    follow_ups = tuple(_moved(after, rows[record]) for record in sorted(rows))
    moved = tuple(f for f in follow_ups if f is not None)
    moves = tuple(Move(f.document, f.state) for f in moved)
    told = tuple(_told(after, said, moved))
    return Outcome(command, findings=told, moves=moves, follow_ups=moved, linking=linking)


def _objection(command: Prepared, said: IdentityCorrection, known: Known) -> Finding | None:
    if said.former == said.present:
        return finding("IDENTITY_LINK_TO_ITSELF", "$.present")
    last = known.links.decided(said.former)
    if last is not None and command.decided(said.number) < last:  # decisions about one person share no key
        return finding("IDENTITY_DECIDED_LATER", "$.former", facts=last.facts())
    standing = known.links.present_of(said.former)
    if said.action == "separate":
        return None if standing == said.present else finding("IDENTITY_LINK_NONE", "$.former")
    if not is_identifier(said.present):
        return finding("IDENTITY_FORM_WRONG", "$.present")
    if said.former not in known.heard_of and not _has_documents(known, said.former):
        return finding("IDENTITY_UNKNOWN", "$.former")
    if standing == said.present:
        return finding("IDENTITY_LINK_STANDS", "$.present")
    return finding("IDENTITY_LINK_CIRCLE", "$.present") if said.former in _way(known.links, said.present) else None


def _has_documents(known: Known, pupil: str) -> bool:
    return any(row.record.pupil == pupil for row in known.latest.values())


def _way(links: Links, identifier: str) -> list[str]:
    """Return the identifiers on the way to the person's present one."""
    way = [identifier]
    while (following := links.present_of(way[-1])) is not None and following not in way:
        way.append(following)
    return way


def _moved(after: Known, row: Current) -> FollowUp | None:
    """Return what becomes of one document: held for a claimant that there is now, or released when there is none."""
    if after.closed(row.round) is not None:
        return None
    rivals = after.rivals(row.record)
    if row.state == "open" and rivals:
        return FollowUp(row, next_state("document", "open", "hold"), (finding("PUPIL_CLAIMED_TWICE", "$.student"),))
    if row.state == "held" and not rivals:
        return FollowUp(row, next_state("document", "held", "release"), ())
    return None


def _told(after: Known, said: IdentityCorrection, moved: tuple[FollowUp, ...]) -> list[Finding]:
    held = sum(f.state == "held" for f in moved)
    told = [finding("IDENTITY_CLAIMED_TWICE", "$.former", facts={"count": str(held)})] if held else []
    doubled = [row for row in after.of_person(said.former) if after.twin(row.record) is not None]
    if doubled and said.action != "separate":
        told.append(finding("IDENTITY_RECORD_DOUBLED", "$.former", facts={"count": str(len(doubled))}))
    return told
