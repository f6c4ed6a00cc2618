"""Attacks "a worker that stands still is noticed": it says why, leaves with its own code, and goes on."""

from hub.agents.stage.worker import EXIT_NO_PROGRESS
from hub.topics import command
from tests.journey.alone import Alone
from tests.journey.world import World


def test_worker_that_stands_still_says_so_and_leaves_with_its_own_code(world: World) -> None:
    """A statement waits for a lock that nobody gives back: the database is there, so this is no outage."""
    worker = Alone(world, "bac-lieu", "validate", command("bac-lieu"))
    with worker.owner() as hands, hands.transaction():
        hands.execute("LOCK TABLE quarantine IN SHARE MODE")
        worker.start(HUB_STANDSTILL_S="6")
        worker.send(b"one", b"two")
        assert worker.ended() == EXIT_NO_PROGRESS
    (said,) = worker.said("worker_stops")
    assert (said["code"], said["fact_doing"], said["fact_position"]) == ("NO_PROGRESS", "in a batch", "0")
    worker.start()
    try:
        worker.until_position(2)
        assert worker.quarantined() == [0, 1]
    finally:
        worker.stop()
