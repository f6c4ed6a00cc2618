"""The steps of a correction on real servers: each signed by whom it needs, sent, and answered."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from hub.client import command_sending
from hub.client.corrections import (
    AskedCorrection,
    approve,
    confirm,
    reject,
    request_correction,
    submit_correction,
    withdraw,
)
from hub.domain.statements import CorrectionItem, RoundName, encode
from hub.domain.transcript import Transcript
from hub.kafka.producer import Sending
from hub.local.population import SignedDocument, SyntheticSchool
from tests.journey.world import Answer, LockedRound, World

__all__ = ["FIELDS", "Correcting", "corrected"]

FIELDS = ("$.remarks",)
_BASIS, _PAPER = "Nếp đính chính của tỉnh", hashlib.sha256(b"bien ban").hexdigest()


def corrected(transcript: Transcript, base: SignedDocument, **changes: Any) -> Transcript:
    """Return another version of a locked transcript: its remarks are another, unless `changes` say what is."""
    said = {"supersedes": base.sha256, "reason": "Nhập nhầm nhận xét"} | (changes or {"remarks": "Đã đính chính."})
    return msgspec.structs.replace(transcript, **said)


@dataclass(frozen=True)
class Correcting:
    """One request of one school; `acting` is that school, or the one that succeeds it."""

    world: World
    acting: SyntheticSchool
    asked: AskedCorrection

    @classmethod
    def request(
        cls, world: World, made: LockedRound, acting: SyntheticSchool | None = None, fields: Sequence[str] = FIELDS,
        of: slice = slice(None),
    ) -> tuple["Correcting", Answer]:  # fmt: skip
        """Ask to correct the documents of a locked round; return the correction with what was answered."""
        school = acting or made.school
        items = [CorrectionItem(document_sha256=d.sha256, fields=tuple(fields)) for d in made.documents[of]]
        statement = request_correction(
            school.code, world.population.school_year, items, reason="Nhập nhầm nhận xét", basis=_BASIS,
            evidence_sha256=_PAPER, at=world.at, issuer=made.school.code, command_id=world.command_id(),
        )  # fmt: skip
        correction = cls(world, school, AskedCorrection.of(encode(statement)))
        (answer,) = world.ask(correction._signed(statement, correction.teacher, "homeroom_teacher"))
        return correction, answer

    @property
    def teacher(self) -> str:
        """The homeroom teacher of the acting school's class."""
        signers = self.world.class_of(self.acting).signers[0]
        return next(s.person for s in signers if s.role == "homeroom_teacher")

    def confirm(self, person: str | None = None) -> Sending:
        """The principal agrees."""
        statement = confirm(self.asked, self.world.at, self.world.command_id())
        return self._signed(statement, person or f"HT-{self.acting.code}-001", "principal")

    def submit(self) -> Sending:
        """The school hands the request to Sở."""
        statement = submit_correction(self.asked, self.world.at, self.world.command_id())
        return self._signed(statement, f"DAU-{self.acting.code}", "school_seal")

    def approve(self, closes_at: datetime, so: str | None = None) -> Sending:
        """An officer of Sở opens the window; of another Sở, if it is named."""
        said = approve(
            self.asked, self.acting.so, closes_at=closes_at, number="QĐ-12/SGDĐT", reason="Đủ căn cứ",
            at=self.world.at, command_id=self.world.command_id(),
        )  # fmt: skip
        return self._signed(said, f"CV-{so or self.acting.so}-001", "so_officer")

    def reject(self) -> Sending:
        """The lead of Sở ends the request."""
        said = reject(
            self.asked, self.acting.so, number="QĐ-13/SGDĐT", reason="Chưa đủ căn cứ", at=self.world.at,
            command_id=self.world.command_id(),
        )  # fmt: skip
        return self._signed(said, f"LD-{self.acting.so}-001", "so_lead")

    def withdraw(self) -> Sending:
        """The teacher who asked takes the request back."""
        said = withdraw(self.asked, reason="Đã nhầm", at=self.world.at, command_id=self.world.command_id())
        return self._signed(said, self.teacher, "homeroom_teacher")

    def opened(self, closes_at: datetime) -> RoundName:
        """Go all the way to an open window and return its round."""
        for step in (self.confirm(), self.submit(), self.approve(closes_at)):
            (answer,) = self.world.ask(step)
            assert answer.outcome == "accepted", answer
        return self.name

    @property
    def name(self) -> RoundName:
        """The round that the approval gave."""
        return RoundName(cohort="correction", number=self.rows()[0][1])

    def rows(self) -> list[tuple[str, Any, Any]]:
        """Return (state, round number, closing time) of each pupil, in order."""
        found = self.world.database(self.acting.so).execute(
            "SELECT state, round_number, closes_at FROM correction WHERE school = %s AND correction_id = %s ORDER BY n",
            (self.acting.code, self.asked.statement.command_id),
        )
        return [tuple(row) for row in found.fetchall()]

    @property
    def states(self) -> list[str]:
        """The state of each pupil, in order."""
        return [row[0] for row in self.rows()]

    def steps(self) -> list[tuple[int, str, str, str | None]]:
        """Return (n, event, role, person) of every step, oldest first."""
        found = self.world.database(self.acting.so).execute(
            "SELECT n, event, role, person FROM correction_step "
            "WHERE school = %s AND correction_id = %s ORDER BY n, nth",
            (self.acting.code, self.asked.statement.command_id),
        )
        return [tuple(row) for row in found.fetchall()]

    def _signed(self, statement: Any, person: str, role: str) -> Sending:
        return command_sending(self.acting.so, statement, self.world.people(person), role, self.world.iat)
