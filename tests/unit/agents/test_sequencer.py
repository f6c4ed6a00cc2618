"""The sequencer: every waiting lock gets the next place, and one signed head covers them all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.agents.sequencer import sequence_once
from hub.domain.statements import Manifest, RoundName, encode
from hub.errors import Corrupt, Unavailable
from hub.metrics import UNSEALED
from hub.schemas import decode
from hub.signing import Keyring, NoteKeySigner
from hub.store.queries import queries_of
from hub.topics import REQUEST_BYTES_MAX
from hub.trust import (
    CHECKPOINT_TYPE,
    ChainCache,
    Frontier,
    Status,
    leaf_hash,
    log_origin,
    verify_checkpoint,
    verify_statement,
)
from tests.unit.agents.world import AT, SO, Answer, FakeConnection
from tests.unit.decision.builders import sha
from tests.unit.trust.trust_world import World

_SQL, _COMMON = queries_of("so"), queries_of("common")
_PUT = _COMMON["put"]
NOTHING: Mapping[bytes, tuple[bytes, str]] = {}
NOW = AT + timedelta(hours=1)
_NOTE = NoteKeySigner(log_origin(SO), bytes(32))


def unstamped(*_: Any) -> bytes:
    """A Sở without a time-stamp authority."""
    return b""


@pytest.fixture(scope="module")
def keyring(world: World) -> Keyring:
    return Keyring(world.issued["so"].signer, _NOTE, bytes(range(32)), {})


def a_manifest(n: int) -> bytes:
    return encode(
        Manifest(
            count=1, effective_on="2026-06-20", lock_id=sha(f"lock {n}").hex(), requested_by=sha(f"request {n}").hex(),
            root=sha(f"root {n}").hex(), round=RoundName(cohort="completed", number=1), school=f"01010{n}",
            school_year="2025-2026", so=SO, type="vn.hocba.manifest/1",
        )
    )  # fmt: skip


def a_lock(n: int) -> tuple[bytes, str, bytes, str, datetime]:
    return sha(f"lock {n}"), f"01010{n}", a_manifest(n), "a..b", AT + timedelta(minutes=n)


def a_log(size: int) -> Frontier:
    frontier = Frontier()
    for n in range(size):
        frontier.append(leaf_hash(a_manifest(n)))
    return frontier


def a_database(
    waiting: list[Any], before: int = 0, placed: int = 1, requests: Mapping[bytes, tuple[bytes, str]] = NOTHING
) -> FakeConnection:  # fmt: skip
    head = a_log(before)

    def script(sql: str, parameters: Any) -> Answer:
        if sql == _SQL["oldest_unsealed"]:
            return Answer([(NOW, 60.0 if waiting else None)])
        if sql == _SQL["unsequenced"]:
            return Answer(waiting[: parameters[0]])
        if sql == _SQL["lock_request_of"] and parameters[0] in requests:
            return Answer([requests[parameters[0]]])
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
    assert sequence_once(connection, SO, keyring, unstamped) == 0
    assert connection.names() == [_SQL["oldest_unsealed"]]
    assert UNSEALED.labels(SO)._value.get() == 0


@pytest.mark.parametrize(("before", "count"), [(0, 1), (0, 3), (5, 1), (6, 4)])
def test_waiting_locks_get_the_next_places_in_their_order(keyring: Keyring, before: int, count: int) -> None:
    """The log goes on where its head was, and chunks, which are queued before, stay before their manifests."""
    connection = a_database([a_lock(n) for n in range(before, before + count)], before)
    assert sequence_once(connection, SO, keyring, unstamped) == count
    places = [parameters for sql, parameters in connection.calls if sql == _SQL["place"]]
    assert places == [(n, sha(f"lock {n}")) for n in range(before, before + count)]
    *manifests, (kind, head) = queued(connection)
    assert [(k, v["log_index"], v["lock_id"], v["statement"]) for k, v in manifests] == [
        ("LockManifest", n, sha(f"lock {n}").hex(), a_manifest(n)) for n in range(before, before + count)
    ]
    assert (kind, head["tree_size"]) == ("Checkpoint", before + count)


def test_request_behind_a_lock_travels_with_its_manifest(keyring: Keyring) -> None:
    """By the hash that the manifest names; where the command is gone nothing is said, and no other lock waits."""
    requests = {sha("request 0"): (b"asked", "c..d")}
    connection = a_database([a_lock(0), a_lock(1)], requests=requests)
    sequence_once(connection, SO, keyring, unstamped)
    first, second, _ = [(value.get("request"), value.get("request_signature")) for _, value in queued(connection)]
    assert (first, second) == ((b"asked", "c..d"), (b"", ""))


def test_request_that_is_too_large_to_travel_stops_no_other_lock(keyring: Keyring) -> None:
    """It is left out, as one that is gone: Bộ refuses that lock alone."""
    requests = {sha(f"request {n}"): (bytes(REQUEST_BYTES_MAX + n), "c..d") for n in range(2)}
    connection = a_database([a_lock(0), a_lock(1)], requests=requests)
    assert sequence_once(connection, SO, keyring, unstamped) == 2
    first, second, _ = [(value.get("request"), value.get("request_signature")) for _, value in queued(connection)]
    assert (first, second) == ((bytes(REQUEST_BYTES_MAX), "c..d"), (b"", ""))


def test_head_is_over_all_manifests_and_signed_by_log_and_seal(keyring: Keyring, world: World) -> None:
    """By the note key for machines, by the seal for the law, as of the last of its locks: no clock decides anything."""
    connection, now = a_database([a_lock(n) for n in (3, 2)], 2), AT + timedelta(minutes=3)
    sequence_once(connection, SO, keyring, unstamped)
    _, value = queued(connection)[-1]
    checkpoint, expected = verify_checkpoint(value["text"], [_NOTE.key()]), a_log(2)
    for n in (3, 2):
        expected.append(leaf_hash(a_manifest(n)))
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (log_origin(SO), 4, expected.root)
    verdict = verify_statement(
        value["text"], value["signature"], typ=CHECKPOINT_TYPE, scope={"owner": f"so-{SO}"}, roles={"so_seal"},
        snapshot=world.snapshot(), proven_at=now, cache=ChainCache(),
    )  # fmt: skip
    assert verdict.status is Status.VALID
    row = next(parameters for sql, parameters in connection.calls if sql == _SQL["add_checkpoint"])
    assert row == (4, expected.root, expected.to_hex(), value["text"], value["signature"], now, b"")


def test_everything_is_one_transaction_under_the_lock(keyring: Keyring) -> None:
    """Places, head and messages stand together or not at all; the advisory lock comes first."""
    connection = a_database([a_lock(0)])
    sequence_once(connection, SO, keyring, unstamped)
    names = connection.names()
    begun = names.index("begin")
    assert names[begun + 1] == _SQL["sequence"]
    assert names[-1] == "commit"
    writes = {_SQL["place"], _SQL["add_checkpoint"], _PUT}
    assert writes <= set(names[begun:])
    assert not writes & set(names[:begun])


def test_sequencer_stops_when_a_lock_has_its_place_already(keyring: Keyring) -> None:
    """Somebody else wrote into the log: nothing of this turn stays."""
    connection = a_database([a_lock(0)], placed=0)
    with pytest.raises(Corrupt) as stopped:
        sequence_once(connection, SO, keyring, unstamped)
    assert (stopped.value.code, connection.names()[-1]) == ("LOG_BEHIND", "rollback")
    assert queued(connection) == []


def test_head_is_stamped_before_anything_is_locked_or_written(keyring: Keyring) -> None:
    """The authority is asked outside any transaction; its token stands in the row and in the message."""
    connection = a_database([a_lock(0), a_lock(1)])
    asked: list[tuple[bytes, datetime, float]] = []

    def stamp(_: Any, text: bytes, now: datetime, age_s: float) -> bytes:
        assert not {"begin", _SQL["sequence"]} & set(connection.names())
        asked.append((text, now, age_s))
        return b"token"

    assert sequence_once(connection, SO, keyring, stamp) == 2
    _, head = queued(connection)[-1]
    row = next(parameters for sql, parameters in connection.calls if sql == _SQL["add_checkpoint"])
    assert asked == [(head["text"], NOW, 60.0)]
    assert (head["timestamp"], row[-1]) == (b"token", b"token")
    assert UNSEALED.labels(SO)._value.get() == 60.0


def test_nothing_is_written_while_no_token_is_to_be_had(keyring: Keyring) -> None:
    """The locks wait, and get their places at a later turn."""
    connection = a_database([a_lock(0)])

    def stamp(*_: Any) -> bytes:
        raise Unavailable("TIMESTAMP_UNAVAILABLE", {"reason": "timeout"})

    with pytest.raises(Unavailable):
        sequence_once(connection, SO, keyring, stamp)
    assert "begin" not in connection.names()
    assert sequence_once(connection, SO, keyring, unstamped) == 1


def test_stamped_head_is_dropped_when_the_log_has_grown_meanwhile(keyring: Keyring) -> None:
    """Two workers may ask at once; the second one's head is over an old tree."""
    connection = a_database([a_lock(5)], before=5)
    grown = a_log(6)

    def stamp(*_: Any) -> bytes:
        work = connection.script
        connection.script = lambda sql, parameters: (
            Answer([(6, grown.to_hex())]) if sql == _SQL["head"] else work(sql, parameters)
        )
        return b"token"

    assert sequence_once(connection, SO, keyring, stamp) == 0
    assert queued(connection) == []
    assert _SQL["place"] not in connection.names()


def test_published_head_is_taken_back_with_its_token(keyring: Keyring) -> None:
    """After a restore nobody is asked again: text, signatures and time-stamp are those that were sent."""
    first = a_database([a_lock(0), a_lock(1)])
    sequence_once(first, SO, keyring, lambda *_: b"the token of that day")
    sent = [(row[7], row[8], AT) for sql, row in first.calls if sql == _PUT]
    kinds = {row[7]: row[6] for sql, row in first.calls if sql == _PUT}
    second = a_database([a_lock(1), a_lock(0)])
    work = second.script

    def replaying(sql: str, parameters: Any) -> Answer:
        if sql == _COMMON["unmet_exists"]:
            return Answer([(True, True)])
        if sql == _COMMON["unmet_values"]:
            return Answer([row for row in sent if kinds[row[0]] in parameters[0]])
        if sql == _SQL["unsequenced_of"]:
            return Answer([a_lock(1), a_lock(0)])
        return work(sql, parameters)

    second.script = replaying

    def never(*_: Any) -> bytes:
        raise AssertionError("a published head was stamped again")

    assert sequence_once(second, SO, keyring, never) == 2
    rows = [next(p for sql, p in c.calls if sql == _SQL["add_checkpoint"]) for c in (first, second)]
    assert (rows[0][3:5], rows[0][6]) == (rows[1][3:5], b"the token of that day")
    assert rows[1][6] == b"the token of that day"
    assert [row[8] for sql, row in second.calls if sql == _PUT] == [message for _, message, _ in sent]
