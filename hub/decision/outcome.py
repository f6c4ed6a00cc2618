"""What becomes of a command: events only, no effects. The store writes them, the receipt tells them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hub.decision.command import Judged, Prepared
from hub.decision.correction_rows import CorrectionRow, Step
from hub.decision.known import Current, Known, RoundKey, RoundRow, Seen
from hub.decision.rulings import Ruling
from hub.domain.decided import Decided
from hub.domain.findings import Finding
from hub.domain.lifecycle import next_state
from hub.domain.statements import ConflictDecision

__all__ = ["Answer", "FollowUp", "Linking", "Move", "NewDocument", "Outcome", "step_of"]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document that now stands in Sở's record."""

    judged: Judged
    current: Current
    late: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A document that changes its state."""

    document: Current
    state: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receipt says of one transcript: outcome accepted | unchanged | refused, and the state it stands in."""

    n: int
    document_sha256: bytes
    outcome: str
    findings: tuple[Finding, ...]
    state: str | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a decision of the Sở made of a document of an earlier submission: its school is told by a receipt.

    `state` as it stands then; `findings` say why.
    """

    document: Current
    state: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Linking:
    """A link between two identifiers; `present` None: the link of `former` is ended."""

    former: str
    present: str | None
    decided: Decided


@dataclass(frozen=True)
class Outcome:
    """One per command, equal on every replay. `repeats` names the stored message when this is a repetition."""

    command: Prepared
    outcome: str = "accepted"
    findings: tuple[Finding, ...] = ()
    answers: tuple[Answer, ...] = ()
    accepted: tuple[NewDocument, ...] = ()
    moves: tuple[Move, ...] = ()
    closing: RoundRow | None = None
    lock_id: bytes | None = None
    corrections: tuple[CorrectionRow, ...] = ()  # each with the step that this command made as its last one
    opens: RoundKey | None = None  # the round of a correction that was approved
    repeats: bytes | None = None
    follow_ups: tuple[FollowUp, ...] = ()
    ruling: Ruling | None = None
    linking: Linking | None = None
    slip: bool = False  # a new look-up secret: its commitment goes on to Bộ
    transfer: bool = False  # a step of a transfer: it goes on to Bộ, which decides

    @property
    def seen(self) -> Seen:
        """How a later command will know this one."""
        command = self.command
        return Seen(command.message_sha256, command.statement_sha256, command.authentic and not self._reused())

    def _reused(self) -> bool:
        return any(f.code == "COMMAND_ID_REUSED" for f in self.findings)

    def codes(self) -> list[str]:
        """All codes of the command itself, sorted."""
        return sorted({f.code for f in self.findings})

    def add_to(self, known: Known) -> None:
        """Bring what is known up to date: the next command is decided behind this one."""
        known.add(replace(move.document, state=move.state) for move in self.moves)
        known.add(new.current for new in self.accepted)
        for new in self.accepted:
            known.signatures[new.current.message_sha256, new.current.n] = list(new.judged.signatures)
        if self.closing is not None:
            known.rounds[self.closing.key] = self.closing
        if self.opens is not None:
            known.rounds[self.opens] = RoundRow(self.opens, "open")
        known.corrections.update((row.key, row) for row in self.corrections)
        if self.ruling is not None:
            said = self.command.command
            assert isinstance(said, ConflictDecision)
            known.rulings.setdefault((said.pupil, said.school_year, said.period), []).append(self.ruling)
        if self.linking is not None:
            known.links = known.links.changed(self.linking.former, self.linking.present, self.linking.decided)
        if self.repeats is None:
            seen = self.seen
            known.messages[seen.message_sha256] = seen
            if seen.holds_id:
                known.commands[self.command.school, self.command.command_id] = seen

    def closed(self, key: RoundKey, lock_id: bytes) -> "Outcome":
        """Return the outcome with the round closing."""
        at, signer = self.command.at, self.command.signer
        return replace(self, closing=RoundRow(key, "closing", at, signer), lock_id=lock_id)

    def moved(self, rows: Iterable[CorrectionRow], event: str, **changes: Any) -> "Outcome":
        """Return the outcome with the items of a correction after an event; `changes` hold for each. Raises Refused."""
        reason = getattr(self.command.command, "reason", None)
        moved = tuple(
            replace(
                row,
                state=next_state("correction", row.state, event),
                steps=(*row.steps, step_of(self.command, event, reason)),
                **changes,
            )
            for row in rows
        )
        return replace(self, corrections=self.corrections + moved)


def step_of(command: Prepared, event: str, reason: str | None = None) -> Step:
    """Return the step that a command makes in a correction. Only for a command that stands: somebody signed it."""
    by = command.signatory
    assert by is not None
    return Step(command.message_sha256, event, by.role, by.person, by.certificate_sha256, command.at, reason)
