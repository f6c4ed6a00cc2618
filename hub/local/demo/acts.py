"""What schools do beside handing in: recall, replace, claim a pupil of another school, lock, and try after the lock."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from hub.client import Outbound, command_sending, lock_request, recall, submission_sending
from hub.domain import canonical
from hub.domain.statements import RoundName
from hub.domain.transcript import Transcript
from hub.local.population import ClassSubmission, Credentials, Population, SignedDocument, sign_chain
from hub.local.population.officials import officials_of_so
from hub.local.population.signed import document_scope, sign_submission

__all__ = ["Act", "Acts", "Chosen"]


@dataclass(frozen=True, slots=True)
class Act:
    """One command of the story. `codes`: what its answer must hold; outcome as the receipt says it."""

    kind: str
    outbound: Outbound
    command_id: str
    outcome: str
    codes: tuple[str, ...] = ()
    transcripts: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """One good document of a class submission: the first, which never carries a fault."""

    submission: ClassSubmission
    signed: SignedDocument


class Acts:
    """Makes commands for the persons of a population."""

    def __init__(self, population: Population, credentials: Credentials, at: datetime) -> None:
        self.at = at
        self._credentials, self._iat = credentials, int(at.timestamp())
        self._population = population

    def choose(self) -> Iterator[Chosen]:
        """Yield the first document of each class that completes the current year, school after school."""
        for submission in self._population.submissions():
            if submission.round.cohort == "completed" and not submission.history:
                yield Chosen(submission, self._signed(submission, submission.transcripts[0]))

    def recalls(self, kind: str, chosen: Chosen, outcome: str, *codes: str) -> Act:
        """Recall the chosen document."""
        s = chosen.submission
        statement = recall(
            f"{s.command_id}-{kind}", s.school, s.school_year, s.round, chosen.signed.sha256, "Nhập nhầm (minh họa)",
            self.at,
        )  # fmt: skip
        return self._command(kind, s, statement, outcome, codes)

    def replaces(self, kind: str, chosen: Chosen, outcome: str, *codes: str) -> Act:
        """Hand in a changed document that names the chosen one as what it supersedes."""
        return self.supersedes(kind, chosen, "Sửa nhận xét (minh họa)", outcome, codes, remarks="Đã sửa nhận xét.")

    def supersedes(
        self, kind: str, chosen: Chosen, reason: str, outcome: str, codes: tuple[str, ...] = (),
        into: RoundName | None = None, **changes: Any,
    ) -> Act:  # fmt: skip
        """Hand in another version of the chosen document, into its own round or another one."""
        of = chosen.submission if into is None else replace(chosen.submission, round=into)
        return self._submits(kind, of, _other_version(chosen, reason, changes), outcome, codes)

    def superseding(self, chosen: Chosen, reason: str, **changes: Any) -> SignedDocument:
        """Return another version of the chosen document as it is handed in."""
        return self._signed(chosen.submission, _other_version(chosen, reason, changes))

    def claims(self, kind: str, other: ClassSubmission, pupil_of: Chosen) -> tuple[Act, Chosen]:
        """Let another school hand in a document for the chosen pupil."""
        mine = other.transcripts[0]
        claimed = msgspec.structs.replace(mine, student=pupil_of.submission.transcripts[0].student)
        act = self._submits(kind, other, claimed, "accepted", ("PUPIL_CLAIMED_TWICE",))
        return act, Chosen(other, self._signed(other, claimed))

    def locks(
        self, kind: str, of: ClassSubmission, hashes: list[str], outcome: str, *codes: str,
        into: RoundName | None = None,
    ) -> Act:  # fmt: skip
        """Ask to lock the round, or another one, with exactly these documents."""
        name = into or of.round
        command_id = f"{of.school}-{of.school_year}-{name.cohort}-{name.number}-{kind}"
        statement = lock_request(command_id, of.school, of.school_year, name, hashes, self.at)
        return self._command(kind, of, statement, outcome, codes)

    def holder(self, of: ClassSubmission, role: str) -> str:
        """Return who holds an office for a class: among those who sign its documents, or at its Sở. KeyError."""
        of_so = {official.role: official.person for official in officials_of_so(of.so)}
        return (of_so | {signer.role: signer.person for signer in of.signers[0]})[role]

    def signs(
        self, kind: str, of: ClassSubmission, statement: Any, person: str, role: str, outcome: str,
        codes: tuple[str, ...] = (),
    ) -> Act:  # fmt: skip
        """Let a person sign a command of the class's school."""
        sending = command_sending(of.so, statement, self._credentials(person), role, self._iat)
        about = {"command_id": statement.command_id, "decodes": True, "so": of.so, "transcripts": 0}
        return Act(kind, Outbound(sending, about), statement.command_id, outcome, codes)

    def _command(self, kind: str, of: ClassSubmission, statement: Any, outcome: str, codes: tuple[str, ...]) -> Act:
        return self.signs(kind, of, statement, of.issued_by.person, of.issued_by.role, outcome, codes)

    def _submits(
        self, kind: str, of: ClassSubmission, transcript: Transcript, outcome: str, codes: tuple[str, ...]
    ) -> Act:
        named = replace(of, command_id=f"{of.command_id}-{kind}")
        signed = self._signed(of, transcript)
        sent = sign_submission(named, [signed], of.issued_by, self._credentials, self.at)
        sending = submission_sending(
            of.so, of.school, sent.command_id, sent.statement, sent.signature, [(signed.document, signed.signatures)]
        )
        about = {"command_id": sent.command_id, "decodes": True, "so": of.so, "transcripts": 1}
        return Act(kind, Outbound(sending, about), sent.command_id, outcome, codes, 1)

    def _signed(self, of: ClassSubmission, transcript: Transcript) -> SignedDocument:
        scope = document_scope(transcript.school.code, transcript.school_year, transcript.period)
        return sign_chain(canonical(transcript), of.signers[0], scope, self._credentials, self._iat)


def _other_version(chosen: Chosen, reason: str, changes: dict[str, Any]) -> Transcript:
    return msgspec.structs.replace(
        chosen.submission.transcripts[0], supersedes=chosen.signed.sha256, reason=reason, **changes
    )
