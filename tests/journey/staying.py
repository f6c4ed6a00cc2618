"""A pupil who moves in the middle of a year, on real servers: a semester at one school, the year at another."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import UNSET
from msgspec.structs import replace

from hub.domain.regulations.averages import year_mark
from hub.domain.statements import RoundName, TransferNotice
from hub.domain.transcript import Basis, Result, Transcript, YearLevels
from hub.local.population import SignedDocument, SyntheticSchool
from tests.journey.deciding import lock_this
from tests.journey.transferring import Moving
from tests.journey.world import Answer, LockedRound, World, eventually

__all__ = ["YEAR_END", "Stay", "a_stay", "basis_codes", "first_semester", "lock_years", "state_at_so", "whole_year"]

YEAR_END = RoundName(cohort="supplementary", number=1)
"""A round of the year of the second school of a Sở, which no other test locks."""


@dataclass
class Stay:
    """One pupil: the semester at the old school, the transfer, the year at the new one; `tries` that were refused."""

    world: World
    locked: LockedRound
    moving: Moving
    key: X25519PrivateKey
    year: Transcript
    tries: dict[str, Answer] = field(default_factory=dict)

    @property
    def semester(self) -> SignedDocument:
        """The semester's document as the old school signed it."""
        return self.locked.documents[0]

    def submit(self, year: Transcript | None = None) -> tuple[Answer, SignedDocument]:
        """The new school hands in the year."""
        document = self.world.signed(year or self.year)
        (answer,) = self.world.ask(self.world.submission(self.moving.receiving, [document], YEAR_END))
        return answer, document

    def move(self) -> None:
        """Go from the request to the signature, trying to hand in the year on the way."""
        moving, hashes = self.moving, [self.semester.sha256]
        self.tries["before"] = self.submit()[0]
        for step in (moving.ask(), moving.consent(), moving.accept(), moving.release(hashes)):
            assert moving.take(step).outcome == "accepted"
        moving.delivered()
        self.tries["on its way"] = self.submit()[0]
        assert moving.take(moving.acknowledge(hashes)).state == "closed"
        eventually("the new school's Sở", lambda: state_at_so(self.world, moving) == "closed")

    def flagged(self, code: str) -> TransferNotice:
        """Wait for what Bộ tells the new school about its year."""
        told: TransferNotice = self.moving.notice(
            self.moving.receiving.so,
            lambda n: (n.transfer, n.step) == (self.moving.id, "TransferFlag") and code in n.codes,
        )
        return told


def state_at_so(world: World, moving: Moving) -> str:
    """Return how the new school's Sở was told of the transfer last."""
    found = world.database(moving.receiving.so).execute(
        "SELECT state FROM transfer WHERE (transfer_id, school) = (%s, %s)",
        (bytes.fromhex(moving.id), moving.receiving.code),
    ).fetchone()  # fmt: skip
    return "" if found is None else str(found[0])


def first_semester(transcript: Transcript) -> Transcript:
    """Return what a secondary school issues of a year when the pupil leaves after semester 1."""
    rows = tuple(replace(row, semester_2=UNSET, year=UNSET, retake=UNSET) for row in transcript.subjects)
    levels = {name: YearLevels(semester_1=_levels(transcript, name).semester_1) for name in ("learning", "training")}
    return replace(
        transcript, period="semester_1", subjects=rows, result=Result(completed=False), study_topics=UNSET,
        absences=UNSET, **levels,
    )  # fmt: skip


def whole_year(world: World, semester: Transcript, document: SignedDocument, school: SyntheticSchool) -> Transcript:
    """Return the year's transcript of the new school: its own semester 2, semester 1 as it was issued."""
    base = world.pupil(school)
    person = replace(base.student, personal_id=semester.student.personal_id, name=semester.student.name)
    issued = {row.code: row.semester_1 for row in semester.subjects}
    rows = tuple(
        replace(row, semester_1=issued[row.code], year=year_mark(issued[row.code], row.semester_2) or row.semester_2)
        for row in base.subjects
    )
    levels = {
        name: replace(_levels(base, name), semester_1=_levels(semester, name).semester_1)
        for name in ("learning", "training")
    }
    basis = (Basis(document_sha256=document.sha256, period="semester_1", school=semester.school.code),)
    student = replace(person, birth_date=semester.student.birth_date, gender=semester.student.gender)
    return replace(base, basis=basis, student=student, subjects=rows, **levels)


def _levels(transcript: Transcript, name: str) -> YearLevels:
    levels = getattr(transcript, name)
    assert isinstance(levels, YearLevels)
    return levels


def a_stay(
    world: World, old: SyntheticSchool, new: SyntheticSchool, key: X25519PrivateKey, spoil: bool = False
) -> Stay:
    """Lock a semester at the old school; with `spoil` the year will claim another mark than was issued."""
    semester = first_semester(world.pupil(old))
    locked = lock_this(world, old, semester)
    moving = Moving(world, semester, old, new)
    year = whole_year(world, semester, locked.documents[0], new)
    if spoil:
        first = year.subjects[0]
        other = "9.9" if first.semester_1 != "9.9" else "9.8"
        changed = replace(first, semester_1=other, year=year_mark(other, first.semester_2) or UNSET)
        year = replace(year, subjects=(changed, *year.subjects[1:]))
    return Stay(world, locked, moving, key, year)


def lock_years(world: World, school: SyntheticSchool, documents: list[SignedDocument]) -> None:
    """Lock these years at the end of the year, and wait until Bộ has them."""
    (locked,) = world.ask(world.lock(school, [one.sha256 for one in documents], YEAR_END))
    assert locked.outcome == "accepted", locked
    made = LockedRound(school, YEAR_END, (), tuple(documents), locked, locked, b"")
    world.receipt(school.so, world.lock_id(made).hex(), "ingested")


def basis_codes(answer: Answer) -> set[str]:
    """Codes of bases in the answer to a submission; schools of other provinces stand in another register anyway."""
    found = {code for _, found in answer.documents.values() for code in found if code.startswith("BASIS_")}
    return found - {"BASIS_SCHOOL_UNKNOWN"}
