"""Versions that come back: a system that changes a record back is heard, one that repeats itself is not."""

import dataclasses
from pathlib import Path

import pytest

from hub.connect import add_signal
from hub.connectors.sdk import Context, Mapped, SourceRecord
from hub.domain import read
from tests.unit.connect.world import SO, Mapper, World, a_pupil, a_value

AT = "2026-06-15T03:00:00Z"
FIRST, SECOND = a_value(a_pupil(1)), a_value(a_pupil(1, class_="3B"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def _classes(world: World) -> list[str]:
    """Return the classes that Sở has."""
    transcripts = [read(document).transcript for document in world.door.current(SO)]
    return [transcript.class_ for transcript in transcripts if transcript]


def _says(world: World, file: str, value: dict[str, object], version: str) -> None:
    """Let a file of the system say something of the one record."""
    world.system.records.append(SourceRecord("k", version, f"{file}!5", value))
    world.clock_s += 5
    world.settle()


def test_value_that_goes_back_is_handed_in_again(world: World) -> None:
    """The system and Sở say the same in the end, however often it changes its mind."""
    for value, class_ in ((FIRST, "3A"), (SECOND, "3B"), (FIRST, "3A"), (SECOND, "3B")):
        world.system.put("k", value)
        world.clock_s += 5
        world.settle()
        assert _classes(world) == [class_]
    assert world.states() == {"accepted": 4}
    assert world.system.outcomes() == {"accepted": 4}


def test_value_that_goes_back_before_anybody_signed_is_signed_once(world: World) -> None:
    """Its batch is made again as often as the value changes, and no folder of an older one asks for signatures."""
    for value in (FIRST, SECOND, FIRST, SECOND, FIRST):
        world.system.put("k", value)
        world.clock_s += 5
        world.work()
        assert len(world.waiting()) == 1
    world.settle()
    assert (_classes(world), world.states()) == (["3A"], {"accepted": 1, "overtaken": 4})


def test_value_that_goes_back_and_was_refused_is_answered_again(world: World) -> None:
    """The answer that the system heard last is about another value."""
    bad = a_value(None, codes=["SCHOOL_UNKNOWN"])
    for value in (bad, FIRST, bad):
        world.system.put("k", value)
        world.clock_s += 5
        world.settle()
    assert [answer.outcome for answer in world.system.said()] == ["not_sent", "accepted", "not_sent"]


def test_history_that_comes_twice_in_a_page_changes_nothing(world: World) -> None:
    """An overlap of pages, in a system that lists every version: the last one counts."""
    for _ in range(2):
        world.system.put("k", FIRST)
        world.system.put("k", SECOND)
        world.clock_s += 5
        world.settle()
    assert (_classes(world), world.states()) == (["3B"], {"overtaken": 1, "accepted": 1})


def test_snapshot_of_a_history_hands_nothing_in_again(world: World) -> None:
    """Old versions come back on pages before the newest; which one counts is known at the end."""
    world.system.put("k", FIRST)
    world.settle()
    for n in range(2, 12):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    world.system.put("k", SECOND)
    world.clock_s += 5
    world.settle()
    folders = sorted(world.folder.glob("batches/*"))
    add_signal(world.state, "snapshot", AT)
    world.settle()
    assert sorted(world.folder.glob("batches/*")) == folders
    assert sorted(_classes(world)) == ["3A"] * 10 + ["3B"]
    assert world.states() == {"accepted": 12, "overtaken": 1, "unchanged": 1}


def test_record_that_changes_under_one_version_is_told_and_handed_in(world: World) -> None:
    """A system whose counter does not count."""
    _says(world, "a.xlsx", FIRST, "1")
    _says(world, "a.xlsx", SECOND, "1")
    assert _classes(world) == ["3B"]
    told = [(one["code"], one["path"], one["facts"]) for one in world.look().notices]
    assert told == [("CONNECTOR_VERSION_REUSED", "a.xlsx", {"place": "a.xlsx!5"})]
    _says(world, "a.xlsx", SECOND, "1")
    assert world.states() == {"accepted": 2}


def test_two_files_that_differ_about_a_record_do_not_take_turns(world: World) -> None:
    """Each is compared with what it said itself; read again, neither says anything new."""
    _says(world, "a.xlsx", FIRST, "1")
    _says(world, "b.xlsx", SECOND, "2")
    for _ in range(2):
        _says(world, "a.xlsx", FIRST, "1")
        _says(world, "b.xlsx", SECOND, "2")
    assert (_classes(world), world.states()) == (["3B"], {"accepted": 2})
    _says(world, "a.xlsx", a_value(a_pupil(1, class_="3C")), "3")
    _says(world, "a.xlsx", FIRST, "1")
    assert _classes(world) == ["3A"]


def test_order_of_fields_is_no_change(world: World) -> None:
    """Under a version that the system counts."""
    _says(world, "a.xlsx", FIRST | {"note": "x"}, "1")
    (record,) = world.system.records
    world.system.records.append(dataclasses.replace(record, value=dict(reversed([*(record.value or {}).items()]))))
    world.clock_s += 5
    world.settle()
    assert (world.states(), world.look().notices) == ({"accepted": 1}, ())


def test_older_refused_version_is_not_mapped_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Sở has came later: the old value would take its place."""
    world.system.put("k", a_value(a_pupil(1), codes=["SCHOOL_UNKNOWN"]))
    world.settle()
    world.system.put("k", SECOND)
    world.clock_s += 5
    world.settle()
    forward = Mapper.forward

    def mended(self: Mapper, record: SourceRecord, context: Context) -> Mapped:
        return forward(self, dataclasses.replace(record, value={**(record.value or {}), "codes": ()}), context)

    monkeypatch.setattr(Mapper, "forward", mended)
    folders = sorted(world.folder.glob("batches/*"))
    add_signal(world.state, "resend", AT, {"refused": True})
    world.settle()
    assert sorted(world.folder.glob("batches/*")) == folders
    assert (_classes(world), world.states()) == (["3B"], {"overtaken": 1, "accepted": 1})
