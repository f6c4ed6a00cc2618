"""Quần thể tổng hợp: schools, officials and submissions of whole provinces, from one seed, streamed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from hub.domain.transcript import Transcript
from hub.local.pki import Pki
from hub.local.population import disk
from hub.local.population.class_summaries import (
    SUMMARY_FAULTS,
    ClassSummaries,
    SummaryFault,
    write_class_summaries,
)
from hub.local.population.credentials import Credentials
from hub.local.population.officials import Official, officials_of_bo, officials_of_so
from hub.local.population.places import place_of
from hub.local.population.plan import COMMAND_SHARE, DOCUMENT_SHARE, NO_FAULTS, Plan, plan_of
from hub.local.population.planting import Planter, Shipment
from hub.local.population.pupils import PUPIL_COUNT_MAX
from hub.local.population.register import register_entries, roster_entries, school_officials
from hub.local.population.schools import SyntheticSchool, schools_of
from hub.local.population.signed import Keyring, instant_text
from hub.local.population.strangers import has_strangers, sibling_of, strangers_of
from hub.local.population.submissions import ClassSubmission, submissions_of_school
from hub.local.population.workbooks import ROW_FAULTS, RowFault, Workbooks, write_workbooks

__all__ = ["DEFAULT_SOS", "SCHOOL_YEAR_FIRST", "Population"]

DEFAULT_SOS = ("ha-noi", "nghe-an")
RSA_SEAL_COUNT = 4  # so that both algorithms occur; an RSA key takes 100 ms to make
SCHOOL_YEAR_FIRST = "2020-2021"  # the first year of TT 27/2020; earlier ones occur as a year before only


class Population:
    """Everything synthetic that one seed gives. Holds schools and classes, never pupils or documents."""

    def __init__(
        self,
        seed: int,
        *,
        pupil_count: int,
        at: datetime,
        school_year: str,
        school_count: int = 8,
        sos: Sequence[str] = DEFAULT_SOS,
    ) -> None:
        """`at` (aware) is when everything is issued and signed.

        Raises Refused SO_UNKNOWN for a slug that no Sở has, ValueError for a population that cannot be.
        """
        if not sos:
            raise ValueError("no Sở")
        for so in sos:
            place_of(so)
        if school_year < SCHOOL_YEAR_FIRST or at.tzinfo is None:
            raise ValueError("the school year is too early, or the time has no zone")
        if not school_count <= pupil_count <= PUPIL_COUNT_MAX:
            raise ValueError(f"pupils must number from {school_count} to {PUPIL_COUNT_MAX}")
        self.seed = seed
        self.pupil_count = pupil_count
        self.school_count = school_count
        self.sos = tuple(sos)
        self.school_year = school_year
        self.at = at

    @cached_property
    def _schools(self) -> tuple[SyntheticSchool, ...]:
        return tuple(schools_of(self.sos, self.school_count, self.pupil_count, self.school_year))

    @cached_property
    def organisations(self) -> tuple[str, ...]:
        """Every Sở to which a school belongs this year or the year before: `sos`, and who took one of them over."""
        successors = (place_of(so).so_in(self.school_year) for so in self.sos)
        return tuple(dict.fromkeys((*self.sos, *successors)))

    def schools(self) -> tuple[SyntheticSchool, ...]:
        """Return all schools in the order of their numbers."""
        return self._schools

    def officials(self) -> Iterator[Official]:
        """Yield Bộ's seal, each Sở's people, then each school's, with those who exist for faults."""
        return chain(
            officials_of_bo(),
            chain.from_iterable(officials_of_so(so) for so in self.organisations),
            chain.from_iterable(school_officials(school, self._schools) for school in self._schools),
        )

    def submissions(self, schools: Sequence[SyntheticSchool] | None = None) -> Iterator[ClassSubmission]:
        """Stream the submissions, school after school, equal on every run; `schools` narrows to some of them."""
        for school in self._schools if schools is None else schools:
            yield from submissions_of_school(self.seed, school, self.school_year)

    def credentials(self, pki: Pki, *, rsa_seal_count: int = RSA_SEAL_COUNT) -> Credentials:
        """Issue all certificates (and revoke those that faults need): thousands a second; the first 4 seals are RSA."""
        strangers = [strangers_of(s, self._schools) for s in self._schools if has_strangers(s, self._schools)]
        rsa_persons = {f"DAU-{school.code}" for school in self._schools[:rsa_seal_count]}
        return Credentials.issue(self.officials(), strangers, pki, self.at, rsa_persons=rsa_persons)

    def register_entries(
        self, pki: Pki, credentials: Credentials, log_keys: Sequence[tuple[str, str]] = ()
    ) -> Iterator[dict[str, Any]]:
        """Yield the unsigned register statements of all Sở in the order to send them, rosters last.

        `log_keys`: (origin, key).
        """
        return chain(
            register_entries(
                self.organisations,
                self._schools,
                pki,
                credentials,
                school_year=self.school_year,
                at=self.at,
                log_keys=log_keys,
            ),
            roster_entries(self.seed, self._schools, school_year=self.school_year, at=self.at),
        )

    def plan(self, document_share: float = DOCUMENT_SHARE, command_share: float = COMMAND_SHARE) -> Plan:
        """Plan the faults: every kind at least once from 2,000 pupils in 8 schools on."""
        return plan_of(self._schools, self.school_year, document_share=document_share, command_share=command_share)

    def shipments(
        self, keyring: Keyring, plan: Plan = NO_FAULTS, schools: Sequence[SyntheticSchool] | None = None
    ) -> Iterator[Shipment]:
        """Stream the signed submissions with the planned faults, school after school."""
        for school in self._schools if schools is None else schools:
            planter = self._planter(school, keyring, plan)
            for submission in submissions_of_school(self.seed, school, self.school_year):
                yield from planter.shipments(submission)

    def prepare_on_disk(self, folder: Path, keyring: Keyring, plan: Plan = NO_FAULTS) -> int:
        """Sign everything into a new or empty folder; return the number of shipments. Read by `read_shipments`."""
        about = {
            "at": instant_text(self.at),
            "pupil_count": self.pupil_count,
            "school_count": self.school_count,
            "school_year": self.school_year,
            "seed": self.seed,
            "sos": list(self.sos),
        }
        return disk.write_shipments(folder, self.shipments(keyring, plan), about)

    def workbooks(self, folder: Path, school: SyntheticSchool, faults: Sequence[RowFault] = ROW_FAULTS) -> Workbooks:
        """Write the C1 workbooks of the first class of a primary school: those whom the sheets can hold."""
        of = school.classes[0]
        everyone = [t for s in self.submissions([school]) if not s.history for t in s.transcripts]
        kept = [t for t in everyone if t.class_ == of.name and _fits_workbook(t)]
        return write_workbooks(folder, kept, faults)

    def class_summaries(
        self, folder: Path, school: SyntheticSchool, faults: Sequence[SummaryFault] = SUMMARY_FAULTS
    ) -> ClassSummaries:
        """Write the vnEdu class summaries of a primary school, all grades: those whom the sheets can hold."""
        everyone = (t for s in self.submissions([school]) if not s.history for t in s.transcripts)
        return write_class_summaries(folder, [t for t in everyone if _fits_workbook(t) and t.grade <= 5], faults)

    def _planter(self, school: SyntheticSchool, keyring: Keyring, plan: Plan) -> Planter:
        sibling = sibling_of(school, self._schools)
        special = has_strangers(school, self._schools)
        return Planter(
            plan=plan,
            keyring=keyring,
            at=self.at,
            strangers=strangers_of(school, self._schools) if special else None,
            foreign=None if sibling is None else lambda: next(s for s in self.submissions([sibling]) if not s.history),
        )


def _fits_workbook(transcript: Transcript) -> bool:
    """The sheets have no column for half a year, a passport or a pupil who is not assessed."""
    student = transcript.student
    return transcript.period == "year" and student.nationality == "VN" and student.disability_exempt is not True
