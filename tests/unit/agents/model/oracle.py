"""What must hold at each commit, told apart from the loop: from the log as it was appended and the tables alone."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from hub.domain.lifecycle import START, transitions
from tests.unit.agents.model.cluster import Cluster, Where
from tests.unit.agents.model.database import Place, Tables

_DOCUMENT = {(t.state, t.next_state) for t in transitions("document")}
_ROUND = {(t.state, t.next_state) for t in transitions("round")} | {(START, "open")}
_H = TypeVar("_H", bound=Hashable)


class Oracle:
    """Watches commits; what it finds stays in `violations`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.violations: list[str] = []

    def violated(self, text: str) -> None:
        self.violations.append(text)

    def watch(self, before: Tables, after: Tables) -> None:
        """Compare the tables before and after one commit."""
        self._positions(before, after)
        self._effects(before, after)
        self._states(before, after)

    def _positions(self, before: Tables, after: Tables) -> None:
        """A position moves forward, and over exactly the records that the same commit disposed of."""
        new = recorded(after) - recorded(before)
        moved: set[Place] = set()
        for where, row in after.positions.items():
            first = before.positions[where].next_offset if where in before.positions else 0
            if row.next_offset < first:
                self.violated(f"position of {where} moved back from {first} to {row.next_offset}")
            if self._is_foreign(where, row.topic_id):
                moved |= {p for p in new if p[:2] == where}
                continue
            due = set(self._due(where, first, row.next_offset))
            moved |= {p for p in new if p[:2] == where and first <= p[2] < row.next_offset}
            if lost := sorted(due - new):
                self.violated(f"position of {where} passed {lost} that was not done")
        if strange := sorted(new - moved):
            self.violated(f"done without moving the position: {strange}")

    def _is_foreign(self, where: Where, topic_id: str) -> bool:
        return self._cluster.topic_ids[where[0]] != topic_id

    def _due(self, where: Where, first: int, end: int) -> Iterable[Place]:
        part = self._cluster.parts[where]
        for offset in range(first, end):
            record = part.slots[offset] if offset < len(part.slots) else None
            if record is not None and offset not in part.compacted:
                yield (*where, offset)

    def _effects(self, before: Tables, after: Tables) -> None:
        """Nothing is done twice, and the records of one key are done in their order."""
        done = {place for place, _, _ in before.effects} | set(before.quarantine)
        last: dict[tuple[str, int, Any], int] = {}
        for (topic, part, offset), key, _ in before.effects:
            last[topic, part, key] = max(offset, last.get((topic, part, key), -1))
        for place, key, _ in after.effects[len(before.effects) :]:
            topic, part, offset = place
            if place in done:
                self.violated(f"{place} was done twice")
            if offset <= last.get((topic, part, key), -1):
                self.violated(f"{place} was done behind a later record of its key")
            waiting = [p for p, a in after.aside.items() if a.key == (topic, key or b"") and not a.done and p < place]
            if waiting:
                self.violated(f"{place} was done before {waiting}, which waits aside")
            done.add(place)
            last[topic, part, key] = offset

    def _states(self, before: Tables, after: Tables) -> None:
        """Documents and rounds move by the table only; what is locked does not change."""
        old, new = before.schools, after.schools
        for number, row in new.documents.items():
            known = old.documents.get(number)
            move = (START if known is None else known.state, row.state)
            if move[0] != move[1] and move not in _DOCUMENT:
                self.violated(f"document {move}")
            if known is not None and known.state == "locked" and known != row:
                self.violated("a locked document changed")
            fixed = None if known is None else (known.document_sha256, known.record, known.round, known.version)
            if fixed not in (None, (row.document_sha256, row.record, row.round, row.version)):
                self.violated("a stored document changed")
        for key, round_ in new.rounds.items():
            was = old.rounds[key].state if key in old.rounds else START
            if was != round_.state and (was, round_.state) not in _ROUND:
                self.violated(f"round {was} -> {round_.state}")
        if old.documents.keys() - new.documents.keys() or old.inbox.keys() - new.inbox.keys():
            self.violated("a row is gone")

    def sent(self, tables: Tables) -> None:
        """At rest: every message is out, one content an id, first copies in the order of their effects."""
        if waiting := [n for n, m in tables.outbox.items() if not m.sent]:
            self.violated(f"the outbox still holds {waiting}")
        contents: dict[tuple[str, str], bytes | None] = {}
        for sending in self._cluster.sent:
            name = (sending.topic, _id(sending.headers))
            if contents.setdefault(name, sending.value) != sending.value:
                self.violated(f"{name} has two contents")
        out = _first((s.topic, _id(s.headers)) for s in self._cluster.sent)
        for source in {(*m.source[:2], m.key) for m in tables.outbox.values()}:
            rows = sorted(tables.outbox.items(), key=lambda entry: entry[0])
            expected = _first((m.topic, m.message_id) for _, m in rows if (*m.source[:2], m.key) == source)
            names = set(expected)
            if [name for name in out if name in names] != expected:
                self.violated(f"messages of {source} were sent out of order or never")

    def outcomes(self, tables: Tables, again: Callable[[Tables, Place], None]) -> None:
        """At rest: one outcome a transcript, and the same effects when all is decided again one by one."""
        schools = tables.schools
        expected = {(m, d.n) for m, (_, c) in schools.inbox.items() for d in c.documents}
        if schools.documents.keys() | schools.answers.keys() != expected:
            self.violated("a transcript has no outcome, or one too many")
        if schools.documents.keys() & schools.answers.keys():
            self.violated("a transcript has two outcomes")
        copy = Tables()
        for place, _, _ in tables.effects:
            again(copy, place)
        if (copy.schools.documents, copy.receipts) != (schools.documents, tables.receipts):
            self.violated("the same records in the same order give something else")


def recorded(tables: Tables) -> set[Place]:
    """Return what the loop has disposed of: done, quarantined or set aside."""
    resumed = {place for place, a in tables.aside.items()}
    return {place for place, _, _ in tables.effects} | set(tables.quarantine) | resumed


def _first(names: Iterable[_H]) -> list[_H]:
    return list(dict.fromkeys(names))


def _id(headers: Iterable[tuple[str, bytes | None]]) -> str:
    return next((value or b"").decode() for name, value in headers if name == "ce_id")
