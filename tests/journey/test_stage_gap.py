"""The loop never skips: a gap is read from the log; a foreign topic or record stops the worker loudly."""

from collections.abc import Callable, Iterator

import pytest

from hub.agents.stage.worker import EXIT_FATAL
from hub.topics import command, lock_command
from tests.journey.alone import Alone
from tests.journey.world import World, eventually

MakeAlone = Callable[..., Alone]


@pytest.fixture
def alone(world: World) -> Iterator[MakeAlone]:
    """Make workers that are ended with the test."""
    made: list[Alone] = []

    def make(so: str, stage: str = "validate", *, missing: bool = False) -> Alone:
        topic = command(so) if stage == "validate" else lock_command(so)
        made.append(Alone(world, so, stage, topic, missing=missing))
        return made[-1]

    yield make
    for worker in made:
        worker.stop()


def test_gap_is_read_from_the_log(alone: MakeAlone) -> None:
    """Attacks "nothing lost": a group offset ahead of the position skips nothing; what lies between is done first."""
    worker = alone("hai-phong")
    worker.send(b"one", b"two", b"three", b"four")
    worker.move_group(2)
    worker.start()
    worker.until_position(4)
    assert worker.quarantined() == [0, 1, 2, 3]
    assert worker.said("gap_read")[0]["first"] == 0


def test_gap_that_was_deleted_stops_the_worker(alone: MakeAlone) -> None:
    """Attacks "nothing lost": records that retention removed before they were done are never passed in silence."""
    worker = alone("ca-mau")
    worker.send(b"one", b"two", b"three", b"four")
    worker.delete_before(2)
    worker.start()
    assert worker.ended() == EXIT_FATAL
    assert worker.stopped_with() == "POSITION_GAP"
    assert worker.position() == 0
    assert worker.quarantined() == []


def test_group_offset_moved_back_does_nothing_twice(alone: MakeAlone) -> None:
    """Attacks "nothing doubled": records that are delivered again are known by their position."""
    worker = alone("lao-cai")
    worker.send(b"one", b"two")
    worker.start()
    worker.until_position(2)
    worker.stop()
    worker.move_group(0)
    worker.send(b"three")
    worker.start()
    worker.until_position(3)
    assert worker.quarantined() == [0, 1, 2]


@pytest.mark.long
def test_topic_made_anew_stops_the_worker(alone: MakeAlone) -> None:
    """Attacks "nothing lost": under the same name another topic begins at 0, and would be taken for done already."""
    worker = alone("tien-giang", "lock")
    worker.send(b"one", b"two")
    worker.start()
    worker.until_position(2)
    worker.stop()
    worker.recreate_topic()
    worker.send(b"other one", b"other two", b"other three")
    worker.start()
    assert worker.ended() == EXIT_FATAL
    assert worker.stopped_with() == "POSITION_FOREIGN"
    assert worker.position() == 2
    assert worker.quarantined() == [0, 1]


def test_another_record_at_the_last_offset_stops_the_worker(alone: MakeAlone) -> None:
    """Attacks "nothing lost": a log whose last done record is another one is not the log that was done."""
    worker = alone("dong-thap", "lock")
    worker.send(b"one", b"two")
    worker.start()
    worker.until_position(2)
    worker.stop()
    with worker.owner() as connection:
        connection.execute("UPDATE position SET last_sha256 = %s WHERE stage = 'lock' AND part = 0", (b"\x00" * 32,))
    worker.send(b"three")
    worker.start()
    assert worker.ended() == EXIT_FATAL
    assert worker.stopped_with() == "POSITION_FOREIGN"
    assert worker.position() == 2


def test_command_topic_without_append_time_stops_the_worker(alone: MakeAlone) -> None:
    """Attacks "in time is provable": a sender's clock is never taken for the time of receipt."""
    worker = alone("quang-ninh", missing=True)
    worker.found_otherwise(append_time=False)
    worker.send(b"one")
    worker.start()
    assert worker.ended() == EXIT_FATAL
    assert worker.stopped_with() == "TOPIC_NOT_APPEND_TIME"
    assert worker.quarantined() == []


def test_worker_waits_for_its_topic_and_then_works(alone: MakeAlone) -> None:
    """A worker that starts before its topics says so, waits, and reads them once they are there."""
    worker = alone("thai-binh", missing=True)
    worker.found_database()
    worker.start()
    eventually("the worker to say what it waits for", lambda: worker.said("worker_waits"))
    assert worker.said("worker_waits")[0]["code"] == "TOPIC_MISSING"
    assert worker.running
    worker.found()
    worker.send(b"one")
    worker.until_position(1)
    assert worker.quarantined() == [0]
