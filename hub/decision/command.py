"""A command as it stands before the decision: decoded, signatures verified, documents judged; no database asked yet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.decision.keys import RecordKey, RoundKey
from hub.domain.decided import Decided
from hub.domain.findings import Finding, refuses
from hub.domain.rounds import asks_roster
from hub.domain.statements import Command, RoundCommand, SoLock
from hub.domain.transcript import Transcript
from hub.trust.lock_policy import LOCK_POLICY_DEFAULT, LockPolicy
from hub.trust.origin import Grade
from hub.trust.verdict import Signatory

__all__ = ["Act", "JudgeAgain", "Judged", "Prepared"]

JudgeAgain = Callable[[Sequence[str]], Sequence[Finding]]
"""What is wrong by now with the signatures of a document that was valid when it came."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One document of a submission. `transcript` is None when it does not read; `pending` when trust is unknown.

    `evidence` is the grade that its signatures claim, verified where there is a record; `source_sha256` (32 bytes) is
    of what a sealed one rests on, None for a native one.
    """

    n: int
    document: bytes
    document_sha256: bytes
    envelope_sha256: bytes
    signatures: Sequence[str]
    transcript: Transcript | None
    record: RecordKey | None
    findings: tuple[Finding, ...]
    pending: bool = False
    evidence: Grade = "native"
    source_sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A Sở's act as one of its commands carries it: the whole, who signed it, and the second signature ("": none)."""

    statement: SoLock
    first: Signatory
    second: Signatory | None = None
    second_signature: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One command. `authentic` means that its signer may speak for that school: only then can it use up its id."""

    message_sha256: bytes
    topic: str
    part: int
    offset: int
    at: datetime
    kind: str
    school: str
    command_id: str
    statement: bytes
    statement_sha256: bytes
    signature: str
    register_version: int
    authentic: bool
    findings: tuple[Finding, ...]
    command: Command | None
    signer: str | None  # "principal 010101": who closed a round is told to whoever comes later
    documents: tuple[Judged, ...] = ()
    transcript_count: int = 0
    judge_again: JudgeAgain | None = None  # of a lock request: revocation is judged again at its time
    extended_to: datetime | None = None  # the first late instant by decisions of Bộ or Sở; None: the default counts
    lock_policy: LockPolicy = LOCK_POLICY_DEFAULT  # what the Sở asks of a lock at its time
    signatory: Signatory | None = None  # who signed, as the register has it; None where no signature could be read
    sources: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)  # of sealed documents, by their SHA-256
    act: Act | None = None  # where `command` is only what a Sở's act asks of this school

    @property
    def stands(self) -> bool:
        """Tell whether the command as a whole may be decided: authentic and without a refusing finding."""
        return self.authentic and not refuses(self.findings)

    def decided(self, number: str) -> Decided:
        """Return where this decision stands in the order in which decisions count; `number` is that of its paper."""
        return Decided(self.at, self.part, self.offset, number)

    @property
    def asks_roster(self) -> bool:
        """Tell whether the roster counts for a lock of this round: who leaves or is corrected locks on his own."""
        key = self.round
        return key is not None and asks_roster(key.cohort) and self.lock_policy.completeness != "ignore"

    @property
    def round(self) -> RoundKey | None:
        """The round that the statement names, if it is about one."""
        if not isinstance(self.command, RoundCommand):
            return None
        return RoundKey(self.school, self.command.school_year, self.command.round.cohort, self.command.round.number)
