"""What becomes of a command: events only, no effects. The store writes them, the receipt tells them."""

from dataclasses import dataclass, replace

from hub.decision.command import Judged, Prepared
from hub.decision.known import Current, Known, RoundKey, RoundRow, Seen
from hub.domain.findings import Finding

__all__ = ["Answer", "Move", "NewDocument", "Outcome"]


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
    repeats: bytes | None = None

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
        if self.repeats is None:
            seen = self.seen
            known.messages[seen.message_sha256] = seen
            if seen.holds_id:
                known.commands[self.command.school, self.command.command_id] = seen

    def closed(self, key: RoundKey, lock_id: bytes) -> "Outcome":
        """Return the outcome with the round closing."""
        at, signer = self.command.at, self.command.signer
        return replace(self, closing=RoundRow(key, "closing", at, signer), lock_id=lock_id)
