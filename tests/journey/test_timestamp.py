"""The time-stamp over a head of the log: asked for before anything is published, and waited for, by sealing alone."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509

from hub.local.timestamp_authority import TimestampAuthority
from hub.schemas import decode
from hub.topics import locked
from hub.trust import TimeStamp, verify_timestamp
from tests.journey.world import LockedRound, World, eventually

SO = "nghe-an"
WORKER = f"so-{SO}"


@contextmanager
def away(world: World) -> Iterator[TimestampAuthority]:
    """Keep the authority away; it is back afterwards, whatever happens."""
    authority = world.hub.timestamp_authority
    assert authority is not None
    authority.stop()
    try:
        yield authority
    finally:
        authority.start()


def said(world: World, event: str) -> list[dict[str, Any]]:
    """Return what the Sở's worker has logged under an event's name."""
    lines = (world.hub.data / "logs" / f"{WORKER}.log").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return [line for line in found if line.get("event") == event]


def gauge(world: World, name: str) -> float:
    """Return a gauge of the Sở's worker; -1 while it does not answer."""
    port = said(world, "metrics_up")[-1]["port"]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return -1.0
    return next((float(line.split()[-1]) for line in lines if line.startswith(name + "{")), -1.0)


def place_of(world: World, lock_id: bytes) -> int | None:
    row = world.database(SO).execute("SELECT log_index FROM lock WHERE lock_id = %s", (lock_id,)).fetchone()
    assert row is not None
    return None if row[0] is None else int(row[0])


def stamp_of(world: World, lock_id: bytes) -> TimeStamp:
    """Return what the token over the head that covers a lock says, after comparing row, message and Bộ's row."""
    index = place_of(world, lock_id)
    size, text, token = world.database(SO).execute(
        "SELECT tree_size, text, timestamp_token FROM checkpoint WHERE tree_size > %s ORDER BY tree_size LIMIT 1",
        (index,),
    ).fetchone()  # fmt: skip

    def is_head(record: Any) -> bool:
        message = record.decoded(locked(SO))
        return bool(message.name == "Checkpoint" and message.value["tree_size"] == size)

    sent = world.tail(locked(SO)).until("the head", is_head)
    assert decode(sent.value, ("Checkpoint",)).value["timestamp"] == token
    root = (world.hub.secrets / "timestamp-authority" / "root.der").read_bytes()
    stamp = verify_timestamp(bytes(token), bytes(text), roots=[x509.load_der_x509_certificate(root)])
    at_bo = world.database("bo").execute(
        "SELECT timestamp_token, stamped_at FROM checkpoint WHERE (so, tree_size) = (%s, %s)", (SO, size)
    ).fetchone()  # fmt: skip
    assert at_bo == (token, stamp.at)
    return stamp


def asked_to_lock(world: World, count: int) -> tuple[LockedRound, bytes]:
    """Lock a round of new pupils and return it with the id of its lock."""
    made = world.hand_in(world.school(SO), count)
    (answer,) = world.ask(world.lock(made.school, [d.sha256 for d in made.documents], made.name))
    assert answer.outcome == "accepted", answer
    return made, world.lock_id(made)


def test_every_head_carries_the_authoritys_time(world: World) -> None:
    """The same token in Sở's row, in the message and in Bộ's row, with a time of today."""
    before = datetime.now(UTC)
    made = world.lock_in(world.school(SO), 2)
    stamp = stamp_of(world, made.lock_id)
    assert abs(stamp.at - before) < timedelta(minutes=5)


def test_outage_of_the_authority_delays_sealing_and_nothing_else(world: World) -> None:
    """Locks are accepted and submissions decided; an alarm after the limit; sealed and answered once it is back."""
    alarms = len(said(world, "sealing_overdue"))
    with away(world):
        made, lock_id = asked_to_lock(world, 2)
        assert world.ask(world.good(made.school))[0].outcome == "accepted"
        alarm = eventually("the alarm", lambda: said(world, "sealing_overdue")[alarms:])[0]
        assert (alarm["code"], alarm["so"], alarm["limit_s"]) == ("SEALING_OVERDUE", SO, "2")
        assert gauge(world, "hub_seal_overdue") == 1
        assert gauge(world, "hub_seal_oldest_unsealed_seconds") >= 2
        assert place_of(world, lock_id) is None
    world.receipt(SO, lock_id.hex(), "ingested")
    assert stamp_of(world, lock_id).at > datetime.now(UTC) - timedelta(minutes=5)
    eventually("the alarm to end", lambda: gauge(world, "hub_seal_overdue") == 0)
    eventually("nothing unsealed", lambda: gauge(world, "hub_seal_oldest_unsealed_seconds") == 0)


def test_worker_that_is_killed_while_it_waits_for_the_authority_loses_nothing(world: World) -> None:
    """A kill -9 between plan and token: the next life asks for a head over everything that waits by then."""
    with away(world):
        _, first = asked_to_lock(world, 2)
        waits = len(said(world, "sequencer_waits"))
        eventually("a question without answer", lambda: len(said(world, "sequencer_waits")) > waits)
        worker = world.hub.worker(WORKER)
        restarts = worker.restarts[WORKER]
        worker.kill(WORKER)
        eventually("the next life", lambda: worker.restarts[WORKER] > restarts)
        _, second = asked_to_lock(world, 1)
        assert (place_of(world, first), place_of(world, second)) == (None, None)
    for lock_id in (first, second):
        world.receipt(SO, lock_id.hex(), "ingested")
        stamp_of(world, lock_id)
    assert sorted((place_of(world, first), place_of(world, second))) == [
        place_of(world, first),
        place_of(world, second),
    ]
