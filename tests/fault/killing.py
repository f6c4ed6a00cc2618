"""Kill -9 of one worker in the middle of a batch, at a moment and a place that the seed chooses."""

import random
import time

from hub.local.demo import Balance
from tests.fault.run import SO, Run, Sabotage, a_run, count, killed, progress, until, worker_specs_apart

__all__ = ["kill_ingest", "kill_lock", "kill_validate"]

_HELD = ("position", "round", "claim", "inbox", "document", "outbox")  # in the order of the transaction
_SHARE_FIRST, _SHARE_LAST = 0.30, 0.42  # of all transcripts; what is committed meanwhile comes on top
_ACCEPTED = "SELECT count(*) FROM document"
_LOCKED = "SELECT count(*) FROM lock"


def kill_validate(seed: int) -> Sabotage:
    """Kill validate when a part of all transcripts is accepted and a batch is in its transaction."""
    rng = random.Random(seed)
    done = Sabotage("kill -9 validate", seed, held=_HELD[seed % len(_HELD)])
    target, accepted_then = rng.uniform(_SHARE_FIRST, _SHARE_LAST), 0
    worker = f"so-{SO}-validate"

    def saboteur(run: Run) -> None:
        nonlocal accepted_then
        total = sum(len(s.transcripts) for s in run.population.submissions())
        with run.worker(SO) as eyes:
            at = killed(run, worker, SO, done.held, lambda: count(eyes, _ACCEPTED) >= target * total)
            accepted_then, before = count(eyes, _ACCEPTED), progress(eyes, "validate")
            until("validate to go on", lambda: progress(eyes, "validate") > before)
            done.recovery_s, done.in_flight = time.monotonic() - at, True

    with a_run(seed, worker_specs_apart("validate")) as run:
        balance = run.story(saboteur)
        assert run.hub.worker(worker).restarts[worker] >= 1
    done.share = accepted_then / balance.accepted
    return _drawn(done, balance)


def kill_lock(seed: int) -> Sabotage:
    """Kill lock right after a lock is committed, before its manifest has a place in the log."""
    done, locked_then = Sabotage("kill -9 lock", seed, held="sequencer"), 0
    worker = f"so-{SO}-lock"

    def saboteur(run: Run) -> None:
        nonlocal locked_then
        with run.worker(SO) as hands, run.worker(SO) as eyes:
            hands.execute("SELECT pg_advisory_lock(hashtext('sequencer'))")
            until("a lock", lambda: count(eyes, _LOCKED) > 0)
            run.hub.worker(worker).kill(worker)
            at, locked_then = time.monotonic(), count(eyes, "SELECT count(*) FROM leaf")
            done.in_flight = count(eyes, f"{_LOCKED} WHERE log_index IS NOT NULL") == 0
            hands.execute("SELECT pg_advisory_unlock(hashtext('sequencer'))")
            until("a place in the log", lambda: count(eyes, f"{_LOCKED} WHERE log_index IS NOT NULL") > 0)
            done.recovery_s = time.monotonic() - at

    with a_run(seed, worker_specs_apart("lock")) as run:
        balance = run.story(saboteur)
        assert run.hub.worker(worker).restarts[worker] >= 1
    done.share = locked_then / balance.locked
    return _drawn(done, balance)


def kill_ingest(seed: int) -> Sabotage:
    """Kill Bộ's worker while it writes the transcripts of a lock."""
    done, ingested_then = Sabotage("kill -9 ingest", seed, held="document"), 0

    def saboteur(run: Run) -> None:
        nonlocal ingested_then
        with run.worker("bo") as eyes:
            at = killed(run, "bo", "bo", done.held, lambda: count(eyes, "SELECT count(*) FROM staged_chunk") > 0)
            ingested_then, before = count(eyes, _ACCEPTED), progress(eyes, "ingest")
            until("ingest to go on", lambda: progress(eyes, "ingest") > before)
            done.recovery_s, done.in_flight = time.monotonic() - at, True

    with a_run(seed, worker_specs_apart()) as run:
        balance = run.story(saboteur)
        assert run.hub.worker("bo").restarts["bo"] >= 1
    done.share = ingested_then / balance.ingested
    return _drawn(done, balance)


def _drawn(done: Sabotage, balance: Balance) -> Sabotage:
    done.lost, done.doubled, done.problems = balance.lost, balance.doubled, balance.problems
    return done
