"""One history: workers, cluster and database, and everything that may happen to them."""

from collections.abc import Iterable, Sequence
from typing import Any

from hub.agents.stage import Record
from hub.decision import Prepared
from hub.errors import Corrupt
from tests.unit.agents.model.cluster import COMMAND, NOTE, WHERES, Cluster, Where
from tests.unit.agents.model.database import Memory, Place, Tables
from tests.unit.agents.model.oracle import Oracle, recorded
from tests.unit.agents.model.stage import Catalogue, a_model_stage
from tests.unit.agents.model.steps import CLOCK
from tests.unit.agents.model.worker import Parts, Worker
from tests.unit.decision.builders import OTHER_SCHOOL

WORKERS = 2
_QUIET_ROUNDS_MAX = 60
_STEPS_MAX = 3_000


class History:
    """Several workers over one database and one cluster."""

    def __init__(self, parts: Parts | None = None) -> None:
        CLOCK.now_s = 1_000.0
        self.parts = parts or Parts()
        self.cluster = Cluster()
        self.oracle = Oracle(self.cluster)
        self.memory = Memory(self.oracle.watch)
        self.catalogue = Catalogue()
        self.stage = a_model_stage(self.catalogue, self.oracle.violated)
        self.workers = [self._worker(n) for n in range(WORKERS)]
        self.assigned: list[tuple[Where, ...]] = [()] * WORKERS
        self.passed: set[Where] = set()  # retention has removed what was not done
        self.anew: set[Where] = set()  # another topic stands under the name
        self.low_since: dict[Where, float] = {}
        self.stops: list[str] = []
        self.seen_codes: set[str] = set()
        self.steps = 0

    @property
    def tables(self) -> Tables:
        return self.memory.tables

    # What schools and the cluster do

    def command(self, command: Prepared, *, breaks: bool = False) -> Record:
        value = self.catalogue.bytes_of(command)
        if breaks:
            self.catalogue.breaking.add(value)
        return self.cluster.append(where_of(command.school), command.school.encode(), value)

    def append(self, where: Where, key: bytes, value: bytes) -> Record:
        return self.cluster.append(where, key, value)

    def marker(self, where: Where) -> None:
        self.cluster.parts[where].slots.append(None)

    def retain(self, where: Where, start: int) -> None:
        """Remove what is below `start`, done or not; a compacted topic loses only what is done or replaced."""
        part = self.cluster.parts[where]
        start = min(start, self.next_offset(where)) if where[0] == NOTE.name else start
        part.start = max(part.start, min(start, len(part.slots)))
        if part.start > self.next_offset(where):
            self.passed.add(where)

    def make_anew(self, topic: str) -> None:
        self.anew |= {where for where in WHERES if where[0] == topic}
        self.cluster.make_anew(topic)

    def hide(self, where: Where, count: int) -> None:
        """Show a lower end for a while, as a broker does that was killed; none any more with 0."""
        self.cluster.parts[where].hidden = count
        if count:
            self.low_since.setdefault(where, CLOCK.now_s)

    # What happens to workers

    def assign(self, number: int, wheres: Iterable[Where]) -> None:
        self.assigned[number] = tuple(wheres)
        self.workers[number].assign(wheres)

    def deliver(self, number: int, where: Where, offsets: Sequence[int]) -> None:
        """Hand over what Faust has fetched, as it likes; it may be gone from the log by now."""
        slots = self.cluster.parts[where].slots
        found = [slots[o] for o in offsets if o < len(slots)]
        self.workers[number].deliver([record for record in found if record is not None])

    def look(self, number: int) -> None:
        self.workers[number].look()

    def step(self, number: int, name: str, count: int = 1) -> None:
        """Go on with a task of a worker; an error ends its process, and whoever runs it starts it again."""
        for _ in range(count):
            self.steps += 1
            try:
                if not self.workers[number].step(name):
                    return
            except Exception as error:
                self._stopped(number, error)
                return

    def finish(self, number: int, name: str) -> None:
        for _ in range(_STEPS_MAX):
            if name not in self.workers[number].tasks:
                return
            self.step(number, name)
        self.oracle.violated(f"{name} of worker {number} does not end")

    def crash(self, number: int) -> None:
        """Kill the process; the next one starts without partitions."""
        self.workers[number].kill()
        self.workers[number] = self._worker(number)
        self.assigned[number] = ()

    def fault(self, number: int, at: str, count: int) -> None:
        """Let the database connection of a worker end: "statement", "begin", "before commit" or "after commit"."""
        self.memory.faults.setdefault(number, []).append((at, count))

    def resume(self) -> None:
        """Let every parked school go on, as an operator does."""
        for number, entry in self.tables.parked.items():
            self.tables.parked[number] = type(entry)(entry.key, True)

    def repair(self) -> None:
        """Roll out the version that does not break."""
        self.catalogue.breaking.clear()

    # The end

    def close(self) -> None:
        """End every worker."""
        for worker in self.workers:
            worker.kill()

    def rest(self) -> None:
        """Let everything come to rest with nobody delivering any more, then look whether all is as it must be."""
        self.repair()
        self.cluster.away, self.cluster.send_faults = 0, []
        self.memory.faults.clear()
        for where in WHERES:
            self.hide(where, 0)
        for number in range(WORKERS):
            self.crash(number)
        blocked = sorted(self._blocked())
        for _ in range(_QUIET_ROUNDS_MAX):
            self.assign(0, [where for where in WHERES if where not in blocked])
            self.resume()
            self._round(0)
            if self._is_at_rest(blocked):
                break
        self._complete(blocked)
        self._loud(blocked)

    def next_offset(self, where: Where) -> int:
        row = self.tables.positions.get(where)
        return 0 if row is None else row.next_offset

    def _round(self, number: int) -> None:
        for _ in range(3):
            CLOCK.now_s += 40
            self.look(number)
            self.finish(number, "look")
            self.step(number, "relay", 40)

    def _blocked(self) -> set[Where]:
        gone = {w for w in self.passed if self.cluster.parts[w].start > self.next_offset(w)}
        return gone | {w for w in self.anew if self._is_of_another(w)}

    def _is_of_another(self, where: Where) -> bool:
        row = self.tables.positions.get(where)
        return row is not None and row.topic_id != self.cluster.topic_ids[where[0]]

    def _is_at_rest(self, blocked: Sequence[Where]) -> bool:
        ends = [self.next_offset(w) == self.cluster.parts[w].end for w in WHERES if w not in blocked]
        return all(ends) and not self.tables.parked and all(m.sent for m in self.tables.outbox.values())

    def _complete(self, blocked: Sequence[Where]) -> None:
        done = recorded(self.tables) - {place for place, a in self.tables.aside.items() if not a.done}
        for where in set(WHERES) - set(blocked):
            part = self.cluster.parts[where]
            due = {(*where, r.offset) for r in part.slots if r is not None and r.offset not in part.compacted}
            if lost := sorted(due - done):
                self.oracle.violated(f"never done: {lost}")
        self.oracle.sent(self.tables)
        if not self.anew:
            self.oracle.outcomes(self.tables, self._decide_again)

    def _loud(self, blocked: Sequence[Where]) -> None:
        """What cannot go on says so."""
        for where in blocked:
            self.stops.clear()
            self.assign(1, [where])
            self._round(1)
            expected = "POSITION_FOREIGN" if self._is_of_another(where) else "POSITION_GAP"
            if expected not in self.stops:
                self.oracle.violated(f"{where} can never be done and nobody says {expected}: {self.stops}")

    def _stopped(self, number: int, error: Exception) -> None:
        code = error.code if isinstance(error, Corrupt) else repr(error)
        self.stops.append(code)
        self.seen_codes.add(code)
        facts = error.facts if isinstance(error, Corrupt) else {}
        place = (facts.get("topic", ""), int(facts.get("part", 0)))
        low = place in self.low_since and CLOCK.now_s - self.low_since[place] > 30
        reasons = {"POSITION_GAP": place in self.passed | self.anew, "POSITION_FOREIGN": place in self.anew or low}
        if not reasons.get(code):
            self.oracle.violated(f"stopped without a reason: {error!r}")
        again = self.assigned[number]
        self.crash(number)
        self.assign(number, again)

    def _decide_again(self, tables: Tables, place: Place) -> None:
        record = self.cluster.parts[place[:2]].slots[place[2]]
        assert record is not None
        session: Any = type("Session", (), {"tables": tables})()
        item = self.stage.prepare(record, None)
        effect, _ = self.stage.decide(item, self.stage.load(session, [item]))
        self.stage.write(session, [effect])

    def _worker(self, number: int) -> Worker:
        return Worker(number, self.stage, self.memory, self.cluster, self.parts)


def where_of(school: str) -> Where:
    """Return the partition of a school's commands."""
    return COMMAND.name, int(school == OTHER_SCHOOL)
