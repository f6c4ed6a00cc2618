"""Sources are read in a child: whatever one of them does to it, the documents of all others get their answer."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from hub.domain.findings import render
from hub.errors import Corrupt, Unavailable
from hub.sources import ChildLimits, SourceReaders, check_sources, checking
from hub.sources import budget as budget_module
from hub.sources import reader as reader_module
from hub.sources.budget import Budget, processor_wait_s

from .sealed_world import Played, codes, with_origin

TRIES = 20


def retried(readers, items):
    """Return the answers, asking again while the machine has no processor for a child, as a stage does."""
    for _ in range(TRIES):
        with suppress(Unavailable):
            return readers.check(items)
    raise AssertionError


def reader_of(readers):
    (reader,) = readers._idle
    return reader


def test_items_get_one_answer_each_in_order(played, readers):
    """Of several sources, mixed; with the same answers as in one's own process."""
    good, other = played.item(), played.item(lop="2C")
    bad = replace(good, document=other.document)
    answers = readers.check([good, bad, other, good, bad])
    assert [codes(found) for found in answers] == [[], ["SOURCE_DIFFERS"], [], [], ["SOURCE_DIFFERS"]]
    assert readers.check([]) == []


def test_child_is_kept_for_many_requests(played, readers):
    """Starting one costs a second."""
    readers.check([played.item()])
    first = reader_of(readers)
    for number in range(20):
        assert readers.check([played.item(lop=f"1{number}")]) == [()]
    assert reader_of(readers) is first
    assert first.requests > 20


@pytest.mark.parametrize("does", ["chet", "an", "mang", "ghi", "con", "loi"])
def test_source_that_takes_its_reader_along_is_refused_alone(played, readers, does):
    """Killed, out of memory, at the network, at a file, at another process, or at an error."""
    good, bad = played.item(), played.item(lam=does)
    answers = readers.check([good, bad, good, bad])
    assert [codes(found) for found in answers] == [[], ["SOURCE_KILLS_READER"]] * 2
    (found,) = answers[1]
    assert found.facts == {"reason": "killed"}
    assert "Nguyễn" not in str(render(found))
    assert not Path("/tmp/hub-viet").exists()
    assert readers.check([good]) == [()]


@pytest.mark.parametrize(("does", "limits", "reason"), [
    ("ngu", {"wall_s": 2.0}, "stalled"), ("quay", {"cpu_s": 1, "wall_s": 60.0}, "killed"),
])  # fmt: skip
def test_source_that_never_ends_is_refused(played, does, limits, reason):
    """One that sleeps by the clock; one that counts by its processor time, long before that."""
    hasty = SourceReaders(played.limits(**limits))
    ((found,),) = hasty.check([played.item(lam=does)])
    assert (found.code, found.facts) == ("SOURCE_KILLS_READER", {"reason": reason})


def test_what_a_reader_prints_is_no_answer(played, readers):
    """It goes nowhere."""
    assert readers.check([played.item(lam="in_ra")]) == [()]


def test_child_that_somebody_killed_is_replaced_and_nobody_is_blamed(played, readers):
    """The source is asked again of a fresh one."""
    readers.check([played.item()])
    os.kill(reader_of(readers)._process.pid, signal.SIGKILL)
    assert readers.check([played.item()]) == [()]


def test_child_that_does_not_start_is_the_worlds_fault(played):
    """The record waits."""
    for program in ("raise SystemExit(3)", "import time; time.sleep(60)"):
        readers = SourceReaders(ChildLimits(program=program, start_s=1.0))
        with pytest.raises(Unavailable, match="SOURCE_READER_UNAVAILABLE"):
            readers.check([played.item()])


def test_answer_that_is_none_is_blamed_on_the_source(played):
    """Too short, too long, or not of its form: a reader that was taken over could say anything."""
    for said in ("b'\\0\\0\\0\\3abc'", "b'\\xff\\xff\\xff\\xff'", "b'\\0\\0\\0\\1\\x80'"):
        program = f"import sys; w = sys.stdout.buffer; w.write(b'R' + {said}); w.flush(); sys.stdin.buffer.read()"
        readers = SourceReaders(ChildLimits(program=program, wall_s=5.0))
        assert codes(readers.check([played.item()])[0]) == ["SOURCE_KILLS_READER"]
        readers.close()


def test_damaged_mapping_stops_whoever_asks(played, tmp_path):
    """An invariant of the installation is broken; no document is refused for it."""
    broken = Played(tmp_path)
    item = broken.item()
    with (broken.folder / "mappings" / "1" / "tables.toml").open("a") as stream:
        stream.write("#")
    readers = SourceReaders(broken.limits())
    with pytest.raises(Corrupt, match="MAPPING_CHANGED"):
        readers.check([item])
    readers.close()


def test_large_request_passes(played, readers):
    """More than a pipe holds, in both directions."""
    item = played.item(nhan_xet="x" * 200_000)
    items = [replace(played.item(), document=item.document)] * 40
    assert len(readers.check(items)) == 40


def test_hubs_own_check_knows_its_own_connectors_alone(played):
    """A name is never a path: what lies about in the working folder is not run."""
    item = played.item()
    try:
        assert codes(check_sources([item])[0]) == ["CONNECTOR_UNKNOWN"]
        assert codes(check_sources([with_origin(item, mapping="tests/1")])[0]) == ["CONNECTOR_UNKNOWN"]
    finally:
        checking._readers.close()


def test_stalling_sources_of_one_call_share_its_time(played):
    """However many there are, whoever asks gets the answers in time; what was not read is told apart from a fault."""
    hasty = SourceReaders(played.limits(wall_s=2.0, call_s=9.0, start_s=60.0))
    hasty.check([played.item()])
    began = time.monotonic()
    stalling = [played.item(lam="ngu", lop=f"1{number}") for number in range(12)]
    answers = retried(hasty, [*stalling, played.item()])
    told = [codes(found) for found in answers]
    assert time.monotonic() - began < 9.0 * TRIES + 30.0
    assert told[0] == ["SOURCE_KILLS_READER"]
    assert told[-2:] == [["SOURCE_NOT_READ"]] * 2
    assert {code for (code,) in told} == {"SOURCE_KILLS_READER", "SOURCE_NOT_READ"}
    assert answers[-1][0].facts == {"seconds": "9"}
    assert retried(hasty, [played.item()]) == [()]
    hasty.close()


def test_child_without_a_processor_is_the_worlds_fault(played, monkeypatch):
    """An honest source on a machine that is too busy waits; nobody refuses it."""
    waits = iter([0.0, 1.9])
    monkeypatch.setattr(reader_module, "processor_wait_s", lambda _: next(waits))
    readers = SourceReaders(played.limits(wall_s=2.0))
    with pytest.raises(Unavailable, match="SOURCE_READER_UNAVAILABLE"):
        readers.check([played.item(lam="ngu")])


def test_time_that_the_machine_took_is_not_the_sources(monkeypatch):
    """Where most of a call went into waiting, the record waits; else what is left was not read."""
    clock = iter([0.0, 31.0, 0.0, 31.0])
    monkeypatch.setattr(budget_module.time, "monotonic", lambda: next(clock))
    slow = Budget(30.0)
    slow.waited_s = 15.1
    with pytest.raises(Unavailable, match="SOURCE_READER_UNAVAILABLE"):
        slow.spent()
    stalled = Budget(30.0)
    stalled.waited_s = 14.9
    assert stalled.spent()


def test_system_tells_how_long_a_process_waited():
    """Of this one something, of one that is not there nothing."""
    assert processor_wait_s(os.getpid()) > 0
    assert processor_wait_s(2**22 + 1) == 0
