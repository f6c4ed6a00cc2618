"""Attacks "nothing lost": a record skipped at the end of an idle partition brings no delivery that would show it."""

from hub.agents.stage.worker import EXIT_FATAL
from hub.topics import command
from tests.journey.alone import Alone
from tests.journey.world import World, eventually

_PATIENCE_S = 90.0  # the sentinel itself waits half a minute, because a killed broker answers wrongly for a while


def test_sentinel_stops_the_worker_when_the_group_stands_at_the_end(world: World) -> None:
    """The group was moved to the log's end: the sentinel compares end and position and stops the worker."""
    worker = Alone(world, "nam-dinh", "validate", command("nam-dinh"))
    worker.send(b"one", b"two")
    worker.move_group(2)
    worker.start()
    try:
        eventually("the worker to end", lambda: not worker.running, _PATIENCE_S)
        assert worker.ended() == EXIT_FATAL
        assert worker.stopped_with() == "POSITION_GAP"
        assert worker.position() == 0
        worker.move_group(0)
        worker.start()
        worker.until_position(2)
        assert worker.quarantined() == [0, 1]
    finally:
        worker.stop()
