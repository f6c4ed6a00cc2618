"""The sequencer: every waiting lock gets the next place, and one signed head covers them all."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.agents.sequencer import CHECKPOINT_TYPE, sequence_once
from hub.errors import Corrupt
from hub.schemas import decode
from hub.signing import Keyring, NoteKeySigner, log_origin
from hub.store.queries import queries_of
from hub.trust import ChainCache, Frontier, Status, leaf_hash, verify_checkpoint, verify_statement
from tests.unit.agents.world import AT, SO, Answer, FakeConnection
from tests.unit.decision.builders import sha
from tests.unit.trust.trust_world import World

_SQL, _PUT = queries_of("so"), queries_of("common")["put"]
_NOTE = NoteKeySigner(log_origin(SO), bytes(32))


@pytest.fixture(scope="module")
def keyring(world: World) -> Keyring:
    return Keyring(world.issued["so"].signer, _NOTE, bytes(range(32)), {})


def a_lock(n: int) -> tuple[bytes, str, bytes, str, datetime]:
    return sha(f"lock {n}"), f"01010{n}", b"manifest %d" % n, "a..b", AT + timedelta(minutes=n)


def a_log(size: int) -> Frontier:
    frontier = Frontier()
    for n in range(size):
        frontier.append(leaf_hash(b"manifest %d" % n))
    return frontier


def a_database(waiting: list[Any], before: int = 0, placed: int = 1) -> FakeConnection:
    head = a_log(before)

    def script(sql: str, parameters: Any) -> Answer:
        if sql == _SQL["unsequenced"]:
            return Answer(waiting[: parameters[0]])
        if sql == _SQL["head"] and before:
            return Answer([(before, head.to_hex())])
        return Answer(rowcount=placed)

    return FakeConnection(script)


def queued(connection: FakeConnection) -> list[tuple[str, Any]]:
    """Return kind and value of every message in the outbox, in order."""
    rows = [row for sql, row in connection.calls if sql == _PUT]
    kinds = ("LockManifest", "Checkpoint")
    return [(m.name, m.value) for m in (decode(row[8], kinds) for row in rows)]


def test_nothing_waits_and_nothing_is_locked(keyring: Keyring) -> None:
    """No transaction five times a second for nothing."""
    connection = a_database([])
    assert sequence_once(connection, SO, keyring) == 0
    assert connection.names() == [_SQL["unsequenced"]]


@pytest.mark.parametrize(("before", "count"), [(0, 1), (0, 3), (5, 1), (6, 4)])
def test_waiting_locks_get_the_next_places_in_their_order(keyring: Keyring, before: int, count: int) -> None:
    """The log goes on where its head was, and chunks, which are queued before, stay before their manifests."""
    connection = a_database([a_lock(n) for n in range(before, before + count)], before)
    assert sequence_once(connection, SO, keyring) == count
    places = [parameters for sql, parameters in connection.calls if sql == _SQL["place"]]
    assert places == [(n, sha(f"lock {n}")) for n in range(before, before + count)]
    *manifests, (kind, head) = queued(connection)
    assert [(k, v["log_index"], v["lock_id"], v["statement"]) for k, v in manifests] == [
        ("LockManifest", n, sha(f"lock {n}").hex(), b"manifest %d" % n) for n in range(before, before + count)
    ]
    assert (kind, head["tree_size"]) == ("Checkpoint", before + count)


def test_head_is_over_all_manifests_and_signed_by_log_and_seal(keyring: Keyring, world: World) -> None:
    """By the note key for machines, by the seal for the law, as of the last of its locks: no clock decides anything."""
    connection, now = a_database([a_lock(n) for n in (3, 2)], 2), AT + timedelta(minutes=3)
    sequence_once(connection, SO, keyring)
    _, value = queued(connection)[-1]
    checkpoint, expected = verify_checkpoint(value["text"], [_NOTE.key()]), a_log(2)
    for n in (3, 2):
        expected.append(leaf_hash(b"manifest %d" % n))
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (log_origin(SO), 4, expected.root)
    verdict = verify_statement(
        value["text"], value["signature"], typ=CHECKPOINT_TYPE, scope={"owner": f"so-{SO}"}, roles={"so_seal"},
        snapshot=world.snapshot(), proven_at=now, cache=ChainCache(),
    )  # fmt: skip
    assert verdict.status is Status.VALID
    row = next(parameters for sql, parameters in connection.calls if sql == _SQL["add_checkpoint"])
    assert row == (4, expected.root, expected.to_hex(), value["text"], value["signature"], now)


def test_everything_is_one_transaction_under_the_lock(keyring: Keyring) -> None:
    """Places, head and messages stand together or not at all; the advisory lock comes first."""
    connection = a_database([a_lock(0)])
    sequence_once(connection, SO, keyring)
    names = connection.names()
    assert names[1:3] == ["begin", _SQL["sequence"]]
    assert names[-1] == "commit"


def test_sequencer_stops_when_a_lock_has_its_place_already(keyring: Keyring) -> None:
    """Somebody else wrote into the log: nothing of this turn stays."""
    connection = a_database([a_lock(0)], placed=0)
    with pytest.raises(Corrupt) as stopped:
        sequence_once(connection, SO, keyring)
    assert (stopped.value.code, connection.names()[-1]) == ("LOG_BEHIND", "rollback")
    assert queued(connection) == []
