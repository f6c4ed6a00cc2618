"""The people and pupils of a founded hub, for tests: made-up transcripts, signed documents, signed commands.

A test takes pupils and rounds that nobody else has: `pupil`, `leaver` and `round_of` never give the same one twice. A
school has one round of completed classes a year (`COMPLETED`), which stays open for all tests; what is locked here
are the rounds of pupils who leave, of which a school has many. Schools that belong to one test alone: the fourth of
ha-noi (its round is locked), the third of ha-noi (its roster; its round is locked), the third and fifth of nghe-an
(they are closed), the fourth of nghe-an (workbooks).
"""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from msgspec import UNSET

from hub.client import command_sending, lock_request, recall, register_sending, submission_sending
from hub.domain import canonical, civil_date
from hub.domain.statements import RegisterEntry, RoundName, Submission, Unreported, encode
from hub.domain.transcript import Result, Transcript
from hub.kafka.producer import Sending
from hub.local.founding import Founded
from hub.local.population import (
    ClassSubmission,
    Population,
    SignedDocument,
    Signer,
    SyntheticSchool,
    sign_chain,
    sign_statement,
)
from hub.local.population.signed import document_scope, instant_text
from hub.trust import sign

__all__ = ["CANARY", "COMPLETED", "People"]

CANARY = "Hầm Lò"  # stands in the name of every pupil of these tests, and nowhere else
COMPLETED = RoundName(cohort="completed", number=1)
_LETTERS = "ABCDEGHIKLMNOPQRSTUVXY"
_SEQUENCE_FIRST = 500_001


class People:
    """Makes what schools send. Every number in it is taken once."""

    def __init__(self, population: Population, founded: Founded) -> None:
        self.population, self.people, self.pki = population, founded.credentials, founded.pki
        self._numbers, self._rounds = itertools.count(_SEQUENCE_FIRST), itertools.count(2)

    # -- who and what

    def school(self, so: str, nth: int = 0) -> SyntheticSchool:
        """Return a school of a Sở; 0 is a primary school."""
        return [s for s in self.population.schools() if s.so == so][nth]

    @cached_property
    def _classes(self) -> dict[str, ClassSubmission]:
        found: dict[str, ClassSubmission] = {}
        for submission in self.population.submissions():
            if submission.round.cohort == "completed" and not submission.history:
                found.setdefault(submission.school, submission)
        return found

    def class_of(self, school: SyntheticSchool) -> ClassSubmission:
        """Return the class that all made-up pupils of a school sit in: who signs for them."""
        return self._classes[school.code]

    def pupil(self, school: SyntheticSchool) -> Transcript:
        """Return the year transcript of a pupil whom no other test knows."""
        number = next(self._numbers)
        base = next(t for t in self.class_of(school).transcripts if t.student.nationality == "VN")
        person = f"{base.student.personal_id}"[:6] + f"{number:06d}"
        student = msgspec.structs.replace(
            base.student, name=f"Bạch Yến {CANARY} {_word(number)}", personal_id=person, student_code=f"T{number:09d}"
        )
        return msgspec.structs.replace(base, student=student)

    def leaver(self, school: SyntheticSchool) -> Transcript:
        """Return the transcript of a primary pupil who leaves after semester I."""
        made = self.pupil(school)
        return msgspec.structs.replace(made, period="semester_1", rating=UNSET, result=Result(completed=False))

    def round_of(self) -> RoundName:
        """Return a transfer round that no other test uses, in any school."""
        return RoundName(cohort="transfer", number=next(self._rounds))

    def command_id(self) -> str:
        """Return a command id that was never used."""
        return f"test-{next(self._numbers)}"

    @property
    def at(self) -> datetime:
        """When everything is signed."""
        return self.population.at

    @property
    def iat(self) -> int:
        """The same in seconds."""
        return int(self.at.timestamp())

    # -- signing

    def signed(self, transcript: Transcript, school: SyntheticSchool | None = None) -> SignedDocument:
        """Sign a transcript by the people of its school (or of another one)."""
        return self.signed_bytes(canonical(transcript), transcript, school)

    def signed_bytes(
        self, document: bytes, like: Transcript, school: SyntheticSchool | None = None, **scope: str
    ) -> SignedDocument:
        """Sign any bytes as if they were this transcript."""
        code = like.school.code if school is None else school.code
        chain = self._classes[code].signers[0]
        said = document_scope(like.school.code, like.school_year, like.period) | scope
        return sign_chain(document, chain, said, self.people, self.iat)

    def edited(self, transcript: Transcript, edit: Callable[[dict[str, Any]], None]) -> SignedDocument:
        """Sign a transcript after a change of its JSON that the types would not allow."""
        value = msgspec.json.decode(canonical(transcript))
        edit(value)
        document = msgspec.json.encode(value, order="sorted")
        return self.signed_bytes(document, transcript, school_year=value["school_year"])

    # -- commands

    def submission(
        self, school: SyntheticSchool, documents: Sequence[SignedDocument], name: RoundName, *,
        command_id: str | None = None, issuer: Signer | None = None, school_year: str | None = None,
    ) -> Sending:  # fmt: skip
        """Return the record that hands in these documents."""
        statement = Submission(
            command_id=command_id or self.command_id(),
            documents=tuple(d.sha256 for d in documents),
            issued_at=instant_text(self.at),
            mode="each",
            round=name,
            school=school.code,
            school_year=school_year or self.population.school_year,
            type="vn.hocba.submission/1",
        )
        signature = sign_statement(statement, issuer or self.class_of(school).issued_by, self.people, self.iat)
        rows = [(d.document, d.signatures) for d in documents]
        return submission_sending(school.so, school.code, statement.command_id, encode(statement), signature, rows)

    def recall(self, school: SyntheticSchool, document_sha256: str, name: RoundName) -> Sending:
        """Return the record that recalls a document."""
        statement = recall(
            self.command_id(), school.code, self.population.school_year, name, document_sha256, "Nhập nhầm", self.at
        )
        return self._command(school, statement)

    def lock(
        self, school: SyntheticSchool, hashes: Sequence[str], name: RoundName, unreported: Sequence[Unreported] = ()
    ) -> Sending:
        """Return the record that asks to lock exactly these documents."""
        statement = lock_request(
            self.command_id(), school.code, self.population.school_year, name, list(hashes), self.at, unreported
        )
        return self._command(school, statement)

    def _command(self, school: SyntheticSchool, statement: Any) -> Sending:
        issuer = self.class_of(school).issued_by
        return command_sending(school.so, statement, self.people(issuer.person), issuer.role, self.iat)

    def register(self, entry: RegisterEntry) -> Sending:
        """Return the record of a register entry, signed by the registrar of its Sở."""
        payload = encode(entry)
        signature = sign(
            self.people(f"DK-{entry.so}-001"), payload, role="registrar", scope={"owner": f"so-{entry.so}"},
            typ=entry.type, iat=self.iat,
        )  # fmt: skip
        return register_sending(entry, payload, signature)

    @property
    def today(self) -> str:
        """The civil date (UTC+7) of the population's time."""
        return civil_date(self.at).isoformat()


def _word(number: int) -> str:
    """Return the number in letters, because names have no digits."""
    text = ""
    while number:
        number, rest = divmod(number, len(_LETTERS))
        text = _LETTERS[rest] + text
    return text.capitalize()
