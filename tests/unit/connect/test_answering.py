"""Back into the system: receipts, locks, corrections and incoming pupils, each written once."""

import dataclasses
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.connect import add_signal
from hub.connectors.sdk import SourceRecord
from hub.domain import canonical, finding, read, render
from hub.domain.statements import ReceiptDocument, ReceiptStatement
from hub.domain.transcript import Transcript
from hub.errors import Refused, Unavailable
from tests.unit.connect.world import SCHOOL, SO, World, a_pupil, a_value, sha256


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def _with_one(world: World) -> Transcript:
    world.system.put("k", a_value(a_pupil(1)))
    world.settle()
    (document,) = world.door.current(SO)
    transcript = read(document).transcript
    assert transcript is not None
    return transcript


def test_lock_is_answered_for_each_record(world: World) -> None:
    """Its receipt names no document; Sở's database is asked."""
    _with_one(world)
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    assert world.system.outcomes() == {"accepted": 1, "locked": 1}
    assert world.system.said()[-1].record_key == "k"


def test_correction_is_written_back_with_its_document(world: World) -> None:
    """And what the system then sends is known to be there already."""
    first = _with_one(world)
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    corrected = replace(first, class_="3B", supersedes=sha256(canonical(first)), reason="Nhầm lớp.")
    world.door.correct(SO, canonical(corrected))
    world.settle()
    answer = world.system.said()[-1]
    assert (answer.kind, answer.outcome, answer.record_key) == ("correction", "corrected", "k")
    assert answer.documents == (canonical(corrected).decode(),)
    world.system.put("k", a_value(a_pupil(1, class_="3B")))
    world.settle()
    assert world.states() == {"locked": 2}


def test_second_correction_is_written_back_too(world: World) -> None:
    """The newest version is what the next one names."""
    transcript = _with_one(world)
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    for class_ in ("3B", "3C"):
        transcript = replace(transcript, class_=class_, supersedes=sha256(canonical(transcript)), reason="Nhầm lớp.")
        world.door.correct(SO, canonical(transcript))
        world.settle()
    assert world.system.outcomes()["corrected"] == 2


def test_incoming_pupil_comes_with_a_history(world: World) -> None:
    """Once, though rosters are looked at again and again."""
    _with_one(world)
    history = canonical(a_pupil(7, school=replace(SCHOOL, code="0101009")))
    world.door.add_incoming(SO, SCHOOL.code, "2026-2027", [history])
    world.clock_s += 60
    world.settle()
    world.clock_s += 60
    world.settle()
    (answer,) = [a for a in world.system.said() if a.kind == "incoming_pupil"]
    assert (answer.outcome, answer.school_year, answer.documents) == ("incoming", "2026-2027", (history.decode(),))
    assert world.system.offered[answer.answer_id] == 1


def test_answer_is_written_again_in_the_same_bytes_when_a_write_was_cut_off(world: World) -> None:
    """The system knows it by its id."""
    world.system.sink_faults.append(Unavailable("SYSTEM_UNREACHABLE"))
    _with_one(world)
    world.clock_s += 10
    world.settle()
    (answer,) = world.system.said()
    assert world.system.offered[answer.answer_id] == 2
    assert world.look().answers == {"receipt": {"written": 1}}


def test_answer_that_the_system_refuses_is_told_and_the_next_goes_on(world: World) -> None:
    """It degrades the connector, and can be sent again."""
    world.system.sink_faults.append(Refused("SYSTEM_REFUSES"))
    _with_one(world)
    world.door.lock(SO, SCHOOL.code)
    world.settle()
    assert world.look().answers == {"receipt": {"refused": 1, "written": 1}}
    assert world.look().state == "DEGRADED"
    add_signal(world.state, "resume", "2026-06-15T03:00:00Z")
    add_signal(world.state, "resend", "2026-06-15T03:00:00Z", {"from_n": 1, "to_n": 1})
    world.settle()
    assert world.look().answers == {"receipt": {"written": 2}}
    assert world.look().state == "RUNNING"


@pytest.mark.parametrize(
    "code", ["SYSTEM_REFUSES_LOGIN", "SYSTEM_REDIRECTS", "SYSTEM_ANSWER_WRONG", "SYSTEM_HOST_UNKNOWN"]
)  # fmt: skip
def test_answers_wait_when_the_system_refuses_whoever_asks(world: World, code: str) -> None:
    """A secret that expired says nothing of an answer, and must not use them up one after another."""
    world.system.sink_faults += [Refused(code)] * 3
    for n in range(3):
        world.system.put(f"k{n}", a_value(a_pupil(n, class_=f"3{'ABC'[n]}")))
    world.settle()
    look = world.look()
    assert (look.state, look.reason, look.answers) == ("FAILED", f"write {code}", {"receipt": {"waiting": 3}})
    for _ in range(4):
        world.clock_s += 400
        world.settle()
    assert (world.look().state, world.look().answers) == ("RUNNING", {"receipt": {"written": 3}})


def test_kind_that_the_system_does_not_take_is_kept_for_people(tmp_path: Path) -> None:
    """Nothing is offered to it."""
    world = World(tmp_path, answers=[]).start()
    world.system.put("k", a_value(None, codes=["SCHOOL_UNKNOWN"]))
    world.settle()
    assert world.look().answers == {"receipt": {"kept": 1}}
    assert world.system.answers == {}


def test_rows_of_one_file_are_answered_together(world: World) -> None:
    """One group is one workbook."""
    for n in range(3):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    world.system.records[2] = replace_place(world, 2, "khac.xlsx!9")
    world.settle()
    groups = {answer.record_key: answer.group for answer in world.system.said()}
    assert groups["k0"] == groups["k1"] != groups["k2"]


def replace_place(world: World, n: int, place: str) -> SourceRecord:
    """Return a record of the system at another place."""
    return dataclasses.replace(world.system.records[n], place=place)


def test_refusal_is_answered_with_its_findings(world: World) -> None:
    """In both languages, as the receipt says; here the system has a pupil twice, and none takes the other's place."""
    world.system.put("k1", a_value(a_pupil(1)))
    world.settle()
    world.system.put("k2", a_value(a_pupil(1, remarks="Em ngoan.")))
    world.settle()
    answer = world.system.said()[-1]
    assert (answer.outcome, world.states()) == ("refused", {"accepted": 1, "turned_down": 1})
    assert answer.findings[0]["code"] == "SUPERSEDES_MISSING"
    assert answer.findings[0]["next_vi"]


def test_lost_state_is_read_again_and_nothing_counts_twice(world: World) -> None:
    """Batches are found by their documents; what Sở has is unchanged."""
    for n in range(3):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    world.settle()
    world.state.close()
    for name in ("state.db", "state.db-wal", "state.db-shm"):
        (world.folder / name).unlink(missing_ok=True)
    world.start().settle()
    assert set(world.door.effects().values()) == {1}
    assert world.states() == {"accepted": 3}


def test_later_word_is_answered_too(world: World) -> None:
    """A document whose trust was unknown is refused after all: the system hears of it."""
    transcript = _with_one(world)
    document = ReceiptDocument(
        document_sha256=sha256(canonical(transcript)), outcome="refused", state="refused",
        findings=(render(finding("SUPERSEDES_MISSING")),),
    )  # fmt: skip
    statement = ReceiptStatement(
        at="2026-06-15T03:06:00.000Z", command_id=world.door.attempts()[0]["command_id"], documents=(document,),
        findings=(), kind="Recheck", outcome="refused", register_version=1, school=SCHOOL.code, so=SO,
        type="vn.hocba.receipt/1",
    )  # fmt: skip
    world.door._write(SO, "later", statement)
    world.settle()
    assert world.states() == {"turned_down": 1}
    assert world.system.outcomes() == {"accepted": 1, "refused": 1}
