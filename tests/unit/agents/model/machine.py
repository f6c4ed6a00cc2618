"""The state machine: what Hypothesis may do to a history, and what must hold after each step and at the end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hub.decision import Judged, Prepared, RoundKey
from tests.unit.agents.model.cluster import COMMAND, NOTE, ORDER, WHERES, Where
from tests.unit.agents.model.history import WORKERS, History, where_of
from tests.unit.agents.model.steps import CLOCK
from tests.unit.agents.model.worker import Parts
from tests.unit.decision.builders import (
    OTHER_SCHOOL,
    SCHOOL,
    THIRD_SCHOOL,
    YEAR,
    a_judged,
    a_lock_request,
    a_recall,
    a_submission,
    sha,
)

NUMBERS = st.integers(0, WORKERS - 1)
SCHOOLS = st.sampled_from([SCHOOL, OTHER_SCHOOL, THIRD_SCHOOL])
PUPILS = st.lists(st.sampled_from(["id:1", "id:2", "id:3"]), min_size=1, max_size=2, unique=True)
WHERE = st.sampled_from(WHERES)
ASSIGNMENTS = st.sampled_from([WHERES, WHERES, WHERES[:2], WHERES[2:], WHERES[:1], WHERES[1:], ()])
TASKS = st.sampled_from(["handle", "handle", "look", "relay"])
SHAPES = st.sampled_from(["next", "next", "again", "ahead", "holes", "backwards", "twice", "late"])
MEANWHILE = st.sampled_from(
    ["nothing", "nothing", "rebalance", "lose", "zombie", "retention", "retention below", "crash"]
)
FAULTS = st.sampled_from(["statement", "begin", "before commit", "after commit", "after commit"])
FIGURES: Counter[str] = Counter()


class Faults(RuleBasedStateMachine):
    """Any history of schools, workers, cluster and database."""

    parts = Parts()

    def __init__(self) -> None:
        super().__init__()
        self.history = History(self.parts)
        self.sent: list[Prepared] = []
        self.notes = 0
        self.prepare_history()
        for number in range(WORKERS):
            self.history.assign(number, WHERES[2 * number :])

    def prepare_history(self) -> None:
        """Mutations of the database are put in here."""

    # What schools send

    @rule(
        school=SCHOOLS, pupils=PUPILS, text=st.sampled_from(["first", "second"]), breaks=st.sampled_from([0, 0, 0, 1])
    )
    def submit(self, school: str, pupils: list[str], text: str, breaks: int) -> None:
        made = [self._document(school, pupil, text) for pupil in pupils]
        self._send(a_submission(*made, school=school, command_id=self._id()), breaks=bool(breaks))

    @rule(school=SCHOOLS, number=NUMBERS, together=st.booleans(), steps=st.integers(10, 40))
    def break_a_school(self, school: str, number: int, together: bool, steps: int) -> None:
        """Something of ours breaks about one record while others of its school stand behind it."""
        where = where_of(school)
        self.submit_broken(school)
        if not together:
            self.history.deliver(number, where, self._offsets(where, "next"))
            self.history.step(number, "handle", steps)
        for _ in range(2):
            self._send(a_recall(sha("nothing"), school=school, command_id=self._id()))
        self.history.deliver(number, where, self._offsets(where, "next"))
        self.history.step(number, "handle", steps)

    def submit_broken(self, school: str) -> None:
        made = self._document(school, "id:1", "broken")
        self._send(a_submission(made, school=school, command_id=self._id()), breaks=True)

    @rule(school=SCHOOLS, choice=st.integers(0, 9))
    def recall(self, school: str, choice: int) -> None:
        own = [d for d in self.history.tables.schools.documents.values() if d.record.school == school]
        digest = own[choice % len(own)].document_sha256 if own else sha("nothing")
        self._send(a_recall(digest, school=school, command_id=self._id()))

    @rule(school=SCHOOLS)
    def ask_for_lock(self, school: str) -> None:
        key = RoundKey(school, YEAR, "completed", 1)
        rows = [d for d in self.history.tables.schools.current() if d.round == key and d.state == "open"]
        self._send(a_lock_request([d.document_sha256 for d in rows], school=school, command_id=self._id()))

    @rule(choice=st.integers(0, 9), other=st.sampled_from(["same", "signature", "statement"]))
    def send_again(self, choice: int, other: str) -> None:
        if not self.sent:
            return
        again = self.sent[choice % len(self.sent)]
        if other == "signature":
            again = replace(again, message_sha256=sha(f"again {again.message_sha256!r}"), signature="other..signature")
        elif other == "statement":
            again = a_recall(sha(self._id()), school=again.school, command_id=again.command_id)
        self._send(again)

    @rule(where=WHERE, key=st.sampled_from([b"a", b"b"]))
    def poison(self, where: Where, key: bytes) -> None:
        self.history.append(where, SCHOOL.encode() if where[0] == COMMAND.name else key, b"poison")

    @rule(key=st.sampled_from([b"a", b"b"]), breaks=st.sampled_from([False, False, True]))
    def note(self, key: bytes, breaks: bool) -> None:
        self.notes += 1
        value = b"note %d" % self.notes
        if breaks:
            self.history.catalogue.breaking.add(value)
        self.history.append((NOTE.name, 0), key, value)

    # What the cluster does

    @rule(where=WHERE)
    def marker(self, where: Where) -> None:
        self.history.marker(where)

    @rule()
    def compact(self) -> None:
        self.history.cluster.compact((NOTE.name, 0))

    @rule(where=WHERE, beyond=st.sampled_from([-2, -1, 0, 0, 0, 1, 3]))
    def retain(self, where: Where, beyond: int) -> None:
        """Retention passes below, at, or above what is done."""
        self.history.retain(where, self.history.next_offset(where) + beyond)

    @rule(calls=st.integers(1, 4))
    def lose_cluster(self, calls: int) -> None:
        self.history.cluster.away = calls

    @rule(where=WHERE, count=st.integers(0, 3))
    def hide(self, where: Where, count: int) -> None:
        self.history.hide(where, count)

    @rule(arrive=st.integers(0, 3))
    def fail_send(self, arrive: int) -> None:
        self.history.cluster.send_faults.append(arrive)

    @rule(topic=st.sampled_from([COMMAND.name, ORDER.name, NOTE.name]), really=st.sampled_from([False, True]))
    def make_topic_anew(self, topic: str, really: bool) -> None:
        """The topic is deleted and made again; the group sees that by a rebalance, at once or later."""
        if really:
            self.history.make_anew(topic)

    # What Faust and the group do

    @rule(number=NUMBERS, where=WHERE, shape=SHAPES, steps=st.integers(0, 20), meanwhile=MEANWHILE)
    def deliver(self, number: int, where: Where, shape: str, steps: int, meanwhile: str) -> None:
        """Hand over a batch, stop it anywhere, let something happen, and go on or not."""
        self.history.deliver(number, where, self._offsets(where, shape))
        self.history.step(number, "handle", steps)
        self._meanwhile(number, where, meanwhile)
        if meanwhile != "nothing":
            self.history.step(number, "handle", 20)

    def _meanwhile(self, number: int, where: Where, what: str) -> None:
        other = (number + 1) % WORKERS
        if what == "rebalance":
            self.history.assign(number, self.history.assigned[number])
        elif what == "lose":
            self.history.assign(number, ())
        elif what == "zombie":  # the group has given the partition away, and this worker does not know
            self.history.assign(other, WHERES)
            self.history.deliver(other, where, self._offsets(where, "next"))
            self.history.step(other, "handle", 60)
        elif what == "retention":
            self.history.retain(where, self.history.next_offset(where) + 1)
        elif what == "retention below":
            self.history.retain(where, self.history.next_offset(where))
        elif what == "crash":
            self.history.crash(number)
            self.history.assign(number, WHERES)

    def _offsets(self, where: Where, shape: str) -> list[int]:
        first, end = self.history.next_offset(where), len(self.history.cluster.parts[where].slots)
        offsets = list(range(first, min(first + 4, end)))
        shaped = {
            "next": offsets,
            "again": list(range(max(0, first - 2), first)) + offsets,
            "ahead": list(range(min(first + 2, end), end)),
            "holes": offsets[::2],
            "backwards": offsets[::-1],
            "twice": offsets + offsets,
            "late": list(range(max(0, end - 1), end)),
        }
        return shaped[shape]

    @rule(number=NUMBERS, wheres=ASSIGNMENTS)
    def assign(self, number: int, wheres: Sequence[Where]) -> None:
        """Whatever is said to whom: two may hold the same partition for a while, or nobody."""
        self.history.assign(number, wheres)

    @rule(number=NUMBERS, name=TASKS, steps=st.integers(1, 12))
    def go_on(self, number: int, name: str, steps: int) -> None:
        self.history.step(number, name, steps)

    @rule(number=NUMBERS, steps=st.integers(4, 40))
    def relay(self, number: int, steps: int) -> None:
        self.history.step(number, "relay", steps)

    @rule(number=NUMBERS, steps=st.integers(0, 12), seconds=st.sampled_from([0, 4, 31]))
    def tick(self, number: int, steps: int, seconds: int) -> None:
        CLOCK.now_s += seconds
        self.history.look(number)
        self.history.step(number, "look", steps)

    # What breaks, and who repairs it

    @rule(number=NUMBERS)
    def crash(self, number: int) -> None:
        self.history.crash(number)
        self.history.assign(number, WHERES)

    @rule(number=NUMBERS, at=FAULTS, count=st.sampled_from([0, 0, 1, 3]))
    def lose_database(self, number: int, at: str, count: int) -> None:
        self.history.fault(number, at, count)

    @rule(repaired=st.booleans())
    def resume(self, repaired: bool) -> None:
        if repaired:
            self.history.repair()
        self.history.resume()

    # What must hold

    @invariant()
    def nothing_is_violated(self) -> None:
        assert self.history.oracle.violations == []

    def teardown(self) -> None:
        if not self.history.oracle.violations:
            self.history.rest()
        self.history.close()
        FIGURES["histories"] += 1
        FIGURES["steps"] += self.history.steps
        FIGURES["effects"] += len(self.history.tables.effects)
        for code in self.history.seen_codes:
            FIGURES[f"stopped {code}"] += 1
        assert self.history.oracle.violations == []

    def _document(self, school: str, pupil: str, text: str) -> Judged:
        rows = self.history.tables.schools.current()
        standing = [d.document_sha256 for d in rows if (d.record.school, d.record.pupil) == (school, pupil)]
        return a_judged(pupil, text, school, supersedes=standing[0] if standing else None)

    def _send(self, command: Prepared, *, breaks: bool = False) -> None:
        self.history.command(command, breaks=breaks)
        self.sent.append(command)

    def _id(self) -> str:
        return f"command-{len(self.sent):05d}"
