"""Killed before and after every commit, at Sở's door and at the system's: one effect of each record."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.client import Outbound
from hub.connect import add_signal
from hub.domain import read
from tests.connectors.in_memory import folder_in_memory
from tests.unit.connect.world import SCHOOL, SO, Killed, World, a_pupil, a_value

_TURNS_MAX = 400
AT = "2026-06-15T03:00:00Z"


def _story(world: World, restart: Callable[[], None]) -> None:
    """Live through everything, with a new process after each kill: two versions, a refusal, a lock."""

    def alive(step: Callable[[], object]) -> None:
        for _ in range(_TURNS_MAX):
            try:
                step()
            except Killed:
                world.kill_at = None
                restart()
            else:
                return

    world.system.put("k1", a_value(a_pupil(1)))
    world.system.put("k2", a_value(a_pupil(2)))
    world.system.put("bad", a_value(None, codes=["SCHOOL_UNKNOWN"]))
    alive(world.settle)
    world.system.put("k1", a_value(a_pupil(1, remarks="Em ngoan.")))
    world.clock_s += 5
    alive(world.settle)
    if world.states().get("locked", 0) == 0:
        world.door.lock(SO, SCHOOL.code)
    alive(world.settle)


def _outcome(world: World) -> tuple[dict[str, int], set[int], list[str], dict[str, dict[str, int]]]:
    said = sorted(f"{a.outcome} {a.record_key} {[f['code'] for f in a.findings]}" for a in world.system.said())
    return world.states(), set(world.door.effects().values()), said, world.look().answers


def _clean(folder: Path) -> World:
    world = World(folder).start()
    _story(world, lambda: None)
    return world


@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_at_any_commit_leaves_one_effect(tmp_path: Path, when: str) -> None:
    """As if it had not been: the same states, the same answers, each document accepted once."""
    clean = _clean(tmp_path / "clean")
    expected = _outcome(clean)
    assert expected[0] == {"locked": 2, "refused": 1} or expected[0] == {"accepted": 1, "locked": 2, "refused": 1}
    for n in range(1, clean.commits + 1):
        world = World(tmp_path / f"{when}{n}")
        world.kill_at = (n, when)
        try:
            world.start()
        except Killed:
            world.kill_at = None
            world.start()
        _story(world, lambda world=world: world.restart() and None)
        assert _outcome(world) == expected, f"killed {when} commit {n}"
        world.state.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_while_sending_is_a_repetition(tmp_path: Path, when: str) -> None:
    """Sở sees the same bytes twice, and repeats its first receipt."""
    world = World(tmp_path).start()
    send, killed = world.door.send, []

    async def dying(so: str, batch: Sequence[Outbound]) -> None:
        if when == "after" or killed:
            await send(so, batch)
        if not killed:
            killed.append(1)
            raise Killed

    world.door.send = dying  # type: ignore[method-assign]
    world.system.put("k", a_value(a_pupil(1)))
    world.work()
    world.sign()
    with pytest.raises(Killed):
        world.work()
    world.restart().settle()
    assert world.states() == {"accepted": 1}
    assert set(world.door.effects().values()) == {1}
    assert [line["repeats"] for line in world.door.attempts()] == ([False] if when == "before" else [False, True])


def test_kill_while_writing_an_answer_writes_it_again_in_its_bytes(tmp_path: Path) -> None:
    """The system has it once."""
    world = World(tmp_path).start()
    world.system.put("k", a_value(a_pupil(1)))
    world.system.sink_faults.append(Killed())
    world.work()
    world.sign()
    with pytest.raises(Killed):
        world.work()
    world.restart().settle()
    assert list(world.system.offered.values()) == [2]
    assert world.look().answers == {"receipt": {"written": 1}}


def test_cursor_is_not_lost(tmp_path: Path) -> None:
    """A new process asks on from where the last one ended."""
    world = World(tmp_path).start()
    for n in range(20):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    for _ in range(6):
        world.turn()
    before = len(world.system.asked)
    world.restart().work()
    assert world.system.asked[before] == str(2 * before)
    assert sum(world.states().values()) == 20


class Kills(RuleBasedStateMachine):
    """Records, versions, persons, signals, locks and kills in any order; at the end everything is where it belongs."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="hub-connect-", dir=folder_in_memory())
        self.world = World(Path(self.folder.name)).start()
        self.versions: dict[str, int] = {}
        self.closed: set[str] = set()

    @rule(n=st.integers(0, 4))
    def put(self, n: int) -> None:
        key, self.versions[f"k{n}"] = f"k{n}", self.versions.get(f"k{n}", 0) + 1
        remarks = f"Em ngoan {self.versions[key]}."
        self.world.system.put(key, a_value(a_pupil(n, remarks=remarks)))

    @rule(turns=st.integers(1, 6))
    def turn(self, turns: int) -> None:
        for _ in range(turns):
            self.world.turn()
            self.world.clock_s += 1.1

    @rule()
    def sign(self) -> None:
        self.world.sign()

    @rule(commits=st.integers(1, 12), when=st.sampled_from(["before", "after"]))
    def kill(self, commits: int, when: str) -> None:
        self.world.kill_at = (self.world.commits + commits, when)
        try:
            for _ in range(6):
                self.world.turn()
                self.world.clock_s += 1.1
        except Killed:
            pass
        self.world.kill_at = None
        self.world.restart()

    @rule(kind=st.sampled_from(["pause", "resume", "snapshot"]))
    def signal(self, kind: str) -> None:
        add_signal(self.world.state, kind, AT)

    @rule()
    def resend(self) -> None:
        add_signal(self.world.state, "resend", AT, {"from_n": 1, "to_n": 5})

    @precondition(lambda self: bool(self.versions))
    @rule()
    def lock(self) -> None:
        self.world.door.lock(SO, SCHOOL.code)

    @invariant()
    def each_statement_is_decided_once(self) -> None:
        lines = [line for line in self.world.door.attempts() if not line["repeats"]]
        assert len({(line["school"], line["command_id"]) for line in lines}) == len(lines)
        assert not any("COMMAND_ID_REUSED" in line["codes"] for line in self.world.door.attempts())

    def teardown(self) -> None:
        add_signal(self.world.state, "resume", AT)
        self.world.settle()
        left = {"pulled", "ready", "batched", "sent"} & self.world.states().keys()
        assert left <= {"pulled", "batched"}, self.world.look().shown()  # versions that wait for a fresh signature
        by_key = {}
        for document in self.world.door.current(SO):
            transcript = read(document).transcript
            assert transcript is not None
            by_key[transcript.student.student_code] = transcript
        assert len(by_key) == len(self.versions)
        assert set(self.world.system.offered) == set(self.world.system.answers)
        self.world.state.close()
        self.folder.cleanup()


TestKills = Kills.TestCase
TestKills.settings = settings(
    max_examples=15, stateful_step_count=15, suppress_health_check=list(HealthCheck), print_blob=False
)
