"""Parking on real servers: one school waits aside, all others go on, and nothing of it is lost or done twice."""

from collections.abc import Iterator

import pytest
from psycopg import sql

from hub.kafka.producer import Sending
from hub.operate import parked_schools, resume_school
from hub.topics import lock_command
from tests.journey.alone import Alone
from tests.journey.world import World, eventually

_BREAK = """
CREATE FUNCTION break_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.key = 'bad'::bytea THEN RAISE EXCEPTION 'an invariant of ours'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER break_one BEFORE INSERT ON quarantine FOR EACH ROW EXECUTE FUNCTION break_one();
"""


@pytest.fixture
def worker(world: World) -> Iterator[Alone]:
    """A stage in whose database every record of the key "bad" breaks a constraint."""
    made = Alone(world, "ben-tre", "lock", lock_command("ben-tre"))
    with made.owner() as connection:
        connection.execute(_BREAK.encode())
    made.start()
    yield made
    made.stop()


def _send(worker: Alone, *keys: bytes) -> None:
    worker.world.send(*(Sending(worker.topic.name, key, b"no message", (), 0) for key in keys))


def _waiting(worker: Alone) -> list[tuple[str, str, int]]:
    with worker.database() as connection:
        return [(s.key, s.code, s.waiting) for s in parked_schools(connection)]


def test_school_that_breaks_an_invariant_waits_and_goes_on_when_it_is_mended(worker: Alone) -> None:
    """Attacks "nothing lost, nothing doubled": its records keep their order; no other school waits for it."""
    _send(worker, b"good", b"bad", b"good", b"bad")
    worker.until_position(4)
    _send(worker, b"bad", b"good")
    worker.until_position(6)
    assert worker.quarantined() == [0, 2, 5]
    assert _waiting(worker) == [("bad", "DATABASE_REFUSED", 3)]
    assert worker.said("school_parked")[0]["offset"] == 1

    with worker.database() as connection:  # the cause is still there: it waits on
        (school,) = parked_schools(connection)
        resume_school(connection, school.id, "operator", "try")
    eventually("the school to be parked again", lambda: len(worker.said("school_parked")) >= 2)
    assert _waiting(worker) == [("bad", "DATABASE_REFUSED", 3)]

    with worker.owner() as connection:
        connection.execute(sql.SQL("DROP TRIGGER break_one ON quarantine"))
    with worker.database() as connection:
        resume_school(connection, school.id, "operator", "trigger removed")
    eventually("the school to go on", lambda: _waiting(worker) == [])
    assert worker.quarantined() == [0, 1, 2, 3, 4, 5]
    _send(worker, b"bad")
    worker.until_position(7)
    assert worker.quarantined() == [0, 1, 2, 3, 4, 5, 6]
