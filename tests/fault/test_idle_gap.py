"""Attacks "nothing lost": a record skipped at the end of an idle partition brings no delivery that would show it."""

from hub.topics import command
from tests.journey.alone import Alone
from tests.journey.world import World


def test_sentinel_reads_what_was_skipped_when_the_group_stands_at_the_end(world: World) -> None:
    """The group was moved to the log's end: the sentinel compares end and position, and the records are done."""
    worker = Alone(world, "nam-dinh", "validate", command("nam-dinh"))
    worker.send(b"one", b"two")
    worker.move_group(2)
    worker.start()
    try:
        worker.until_position(2)
        assert worker.quarantined() == [0, 1]
        assert worker.running
    finally:
        worker.stop()
