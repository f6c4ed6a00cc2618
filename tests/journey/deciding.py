"""Decisions of a Sở about pupils, as its lead (or somebody else) signs them, for tests on real servers."""

from dataclasses import replace as with_id
from typing import Any

from msgspec.structs import replace

from hub.client import command_sending
from hub.domain import pupil_of
from hub.domain.statements import ConflictDecision, IdentityCorrection
from hub.domain.transcript import Transcript
from hub.kafka.producer import Sending
from hub.local.population import SyntheticSchool
from hub.local.population.signed import instant_text
from tests.journey.world import LockedRound, World

__all__ = ["a_link", "a_ruling", "link_statement", "lock_this", "same_pupil"]


def same_pupil(world: World, known: Transcript, school: SyntheticSchool) -> Transcript:
    """Return a transcript by which another school reports the pupil of a transcript who left after semester I."""
    made = world.leaver(school)
    person = {"personal_id": known.student.personal_id, "name": known.student.name}
    return replace(made, student=replace(made.student, **person))


def a_ruling(
    world: World, right: SyntheticSchool, wrong: SyntheticSchool, about: Transcript, **changes: Any
) -> Sending:
    """Return the decision that `right` claims a pupil rightly, signed by the lead unless `person`, `role` say else."""
    statement = ConflictDecision(
        command_id=world.command_id(), issued_at=instant_text(world.at), not_of=wrong.code, number="QĐ 12/SGDĐT",
        period=about.period, pupil=pupil_of(about), reason="Đã xác minh nơi học", school=right.code,
        school_year=about.school_year, so=changes.pop("so", right.so), type="vn.hocba.conflict-decision/1",
    )  # fmt: skip
    return _signed(world, right, statement, **changes)


def a_link(
    world: World, school: SyntheticSchool, former: Transcript, present: Transcript, action: str = "correct",
    **changes: Any,
) -> Sending:  # fmt: skip
    """Return the decision on two identifiers of one person."""
    return _signed(world, school, link_statement(world, school, former, present, action), **changes)


def link_statement(
    world: World, school: SyntheticSchool, former: Transcript, present: Transcript, action: str = "correct"
) -> IdentityCorrection:
    """Return what is signed."""
    return IdentityCorrection(
        action=action, command_id=world.command_id(), evidence_sha256="0f" * 32,  # type: ignore[arg-type]
        former=pupil_of(former), issued_at=instant_text(world.at), number="QĐ 13/SGDĐT", present=pupil_of(present),
        reason="Theo giấy khai sinh", school=school.code, school_year=former.school_year, so=school.so,
        type="vn.hocba.identity-correction/1",
    )  # fmt: skip


def lock_this(world: World, school: SyntheticSchool, transcript: Transcript) -> LockedRound:
    """Lock one transcript of a leaving pupil in a round of its own, and wait until Bộ has it."""
    name, document = world.round_of(), world.signed(transcript)
    submitted, requested = world.ask(
        world.submission(school, [document], name), world.lock(school, [document.sha256], name)
    )
    assert (submitted.outcome, requested.outcome) == ("accepted", "accepted"), (submitted, requested)
    made = LockedRound(school, name, (transcript,), (document,), submitted, requested, b"")
    lock_id = world.lock_id(made)
    world.receipt(school.so, lock_id.hex(), "ingested")
    return with_id(made, lock_id=lock_id)


def _signed(
    world: World, school: SyntheticSchool, statement: Any, *, person: str | None = None, role: str = "so_lead"
) -> Sending:
    signer = world.people(person or f"LD-{school.so}-001")
    return command_sending(school.so, statement, signer, role, world.iat)
