"""A model of Sở's database in dictionaries: it loads what the store loads and refuses what the constraints refuse.

The one difference: it also loads the rounds of every document that it loads, whichever school they are of.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

from hub.decision import Current, Known, Outcome, Prepared, RoundKey, RoundRow, Seen
from hub.decision.known import CURRENT_STATES
from hub.domain.lifecycle import transitions
from hub.domain.statements import LockRequest, Recall, Submission

Place = tuple[bytes, int]  # message and number: a transcript of a command
_ALLOWED = {(t.state, t.next_state) for t in transitions("document")}


@dataclass
class Database:
    inbox: dict[bytes, tuple[Seen, Prepared]] = field(default_factory=dict)
    rounds: dict[RoundKey, RoundRow] = field(default_factory=dict)
    documents: dict[Place, Current] = field(default_factory=dict)
    answers: dict[Place, str] = field(default_factory=dict)

    def load(self, commands: Sequence[Prepared]) -> Known:
        """Do what hub.store.so.load_known does."""
        known, alive = Known(), [c for c in commands if c.stands]
        for c in alive:
            if isinstance(c.command, Submission) and c.round is not None and c.round.cohort != "correction":
                self.rounds.setdefault(c.round, RoundRow(c.round, "open"))
        years = {(c.round.school, c.round.school_year) for c in alive if c.round is not None}
        known.rounds = {k: row for k, row in self.rounds.items() if (k.school, k.school_year) in years}
        pupils = {(d.record.pupil, d.record.school_year) for c in alive for d in c.documents if d.record is not None}
        named = {(c.school, bytes.fromhex(c.command.document_sha256)) for c in alive if isinstance(c.command, Recall)}
        pupils |= {_pupil(d) for d in self.documents.values() if (d.record.school, d.document_sha256) in named}
        locked = {c.round for c in alive if isinstance(c.command, LockRequest)}
        self._add(known, lambda d: _pupil(d) in pupils)
        self._add(known, lambda d: d.round in locked)
        self._commands(known, commands)
        return known

    def apply(self, outcome: Outcome) -> None:
        """Do what hub.store.so.write_outcome does, with the constraints of the tables."""
        command = outcome.command
        if outcome.repeats is not None:
            assert outcome.repeats in self.inbox, "a repetition gets the receipt of a stored command"
            return
        assert command.message_sha256 not in self.inbox, "inbox_pkey"
        self.inbox[command.message_sha256] = (outcome.seen, command)
        holders = [c for s, c in self.inbox.values() if s.holds_id]
        assert len({(c.school, c.command_id) for c in holders}) == len(holders), "inbox_command"
        for move in outcome.moves:
            self.move((move.document.message_sha256, move.document.n), move.state)
        for new in outcome.accepted:
            place = (new.current.message_sha256, new.current.n)
            assert place not in self.documents, "document_pkey"
            self.documents[place] = new.current
        self.answers |= {(command.message_sha256, a.n): a.outcome for a in outcome.answers if a.outcome != "accepted"}
        if outcome.closing is not None:
            assert self.rounds[outcome.closing.key].state == "open", "round_moves_by_table"
            self.rounds[outcome.closing.key] = outcome.closing

    def lock(self, key: RoundKey) -> list[bytes]:
        """Do what the lock stage does; return the hashes of what it locked, ascending."""
        places = [p for p, d in self.documents.items() if d.round == key and d.state == "open"]
        for place in places:
            self.move(place, "locked")
        self.rounds[key] = replace(self.rounds[key], state="locked")
        return sorted(self.documents[p].document_sha256 for p in places)

    def move(self, place: Place, state: str) -> None:
        row = self.documents[place]
        assert (row.state, state) in _ALLOWED, "document_moves_by_table"
        self.documents[place] = replace(row, state=state)

    def copy(self) -> "Database":
        return deepcopy(self)

    def current(self) -> list[Current]:
        return [d for d in self.documents.values() if d.state in CURRENT_STATES]

    def _add(self, known: Known, wanted: Callable[[Current], bool]) -> None:
        rows = [d for d in self.documents.values() if wanted(d)]
        known.rounds |= {d.round: self.rounds[d.round] for d in rows}
        known.add(reversed(rows))  # the store gives no order

    def _commands(self, known: Known, commands: Sequence[Prepared]) -> None:
        ids, hashes = {(c.school, c.command_id) for c in commands}, {c.message_sha256 for c in commands}
        for message, (seen, command) in self.inbox.items():
            place = (command.school, command.command_id)
            if message in hashes or (seen.holds_id and place in ids):
                known.messages[message] = seen
                if seen.holds_id:
                    known.commands[place] = seen


def _pupil(row: Current) -> tuple[str, str]:
    return row.record.pupil, row.record.school_year
