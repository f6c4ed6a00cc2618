"""Đính chính in the story: a teacher asks, the principal agrees, the school hands it in, Sở opens the window."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.client.corrections import (
    AskedCorrection,
    approve,
    confirm,
    reject,
    request_correction,
    submit_correction,
)
from hub.domain.statements import CorrectionItem, RoundName, encode
from hub.local.demo.acts import Act, Acts, Chosen

__all__ = ["Correction"]

_FIELD = "$.remarks"
_REASON = "Nhập nhầm nhận xét (minh họa)"
_REMARKS = "Đã đính chính nhận xét."
_NUMBER = "01/QĐ-SGDĐT (minh họa)"
_PAPER = hashlib.sha256("Biên bản đính chính (minh họa)".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Correction:
    """A request of one pupil's remarks, and the commands that follow from it; `name` keeps their ids apart."""

    acts: Acts
    chosen: Chosen
    name: str = "correction"
    number: int = 1
    """Of its round: the school's corrections of the year are counted from 1."""

    @property
    def round(self) -> RoundName:
        """The round that its approval opens."""
        return RoundName(cohort="correction", number=self.number)

    def requests(self, outcome: str = "accepted", *codes: str) -> Act:
        """The homeroom teacher asks."""
        return self._step("request", self.asked.statement, "homeroom_teacher", outcome, codes)

    def opens(self, closes_at: datetime) -> Iterator[Act]:
        """Everything from the request to the window that is open until `closes_at` (aware)."""
        yield from self._until_sos_turn()
        said = approve(
            self.asked, self.chosen.submission.so, closes_at=closes_at, number=_NUMBER, reason=_REASON,
            at=self.acts.at, command_id=self._id("approve"),
        )  # fmt: skip
        yield self._step("approve", said, "so_officer")

    def is_rejected(self) -> Iterator[Act]:
        """Everything from the request to Sở's refusal."""
        yield from self._until_sos_turn()
        said = reject(
            self.asked, self.chosen.submission.so, number=_NUMBER, reason=_REASON, at=self.acts.at,
            command_id=self._id("reject"),
        )  # fmt: skip
        yield self._step("reject", said, "so_lead")

    def resubmits(self, outcome: str = "accepted", *codes: str, **changes: Any) -> Act:
        """Hand in the corrected version, which changes the remarks, or what `changes` say."""
        changed = changes or {"remarks": _REMARKS}
        kind = f"{self.name}-{'-'.join(changed)}"
        return self.acts.supersedes(kind, self.chosen, _REASON, outcome, codes, into=self.round, **changed)

    def relocks(self) -> Act:
        """Ask to lock the corrected version."""
        hashes = [self.acts.superseding(self.chosen, _REASON, remarks=_REMARKS).sha256]
        return self.acts.locks(f"{self.name}-lock", self.chosen.submission, hashes, "accepted", into=self.round)

    @property
    def asked(self) -> AskedCorrection:
        """The request as it is signed."""
        of = self.chosen.submission
        item = CorrectionItem(document_sha256=self.chosen.signed.sha256, fields=(_FIELD,))
        statement = request_correction(
            of.school, of.school_year, [item], reason=_REASON, basis="Nếp đính chính của tỉnh (minh họa)",
            evidence_sha256=_PAPER, at=self.acts.at, command_id=self._id("request"),
        )  # fmt: skip
        return AskedCorrection.of(encode(statement))

    def _until_sos_turn(self) -> Iterator[Act]:
        at = self.acts.at
        yield self.requests()
        yield self._step("confirm", confirm(self.asked, at, self._id("confirm")), "principal")
        yield self._step("submit", submit_correction(self.asked, at, self._id("submit")), "school_seal")

    def _step(
        self, step: str, statement: Any, role: str, outcome: str = "accepted", codes: tuple[str, ...] = ()
    ) -> Act:
        person = self.acts.holder(self.chosen.submission, role)
        return self.acts.signs(f"{self.name}-{step}", self.chosen.submission, statement, person, role, outcome, codes)

    def _id(self, step: str) -> str:
        return f"{self.chosen.submission.command_id}-{self.name}-{step}"
