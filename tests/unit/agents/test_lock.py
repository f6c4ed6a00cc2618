"""The lock stage: orders become locks once, and never silently nothing."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.agents.lock import lock_stage
from hub.agents.stage import OutOfTurn, Record
from hub.decision import RecordKey, RoundKey, lock_id_of, set_root
from hub.decision.locking import KnownRound, Lockable, Order
from hub.domain.statements import LockRequest, Manifest, ReceiptStatement, RoundName, read
from hub.errors import Corrupt, Refused
from hub.kafka.times import instant_of
from hub.schemas import decode, encode
from hub.signing import Keyring, NoteKeySigner
from hub.store.queries import queries_of
from hub.trust import ChainCache, Status, verify_statement
from tests.unit.agents.world import AT, SO, YEAR, Answer, FakeConnection
from tests.unit.decision.builders import a_signature, sha
from tests.unit.trust.trust_world import SCHOOL, World

KEY = RoundKey(SCHOOL, YEAR, "completed", 1)
LOCK_ID = lock_id_of(SO, KEY)
CLOSED_AT = datetime(2026, 6, 20, 3, 0, 0, 123_000, tzinfo=UTC)
ORDER = Order(KEY, LOCK_ID, "lock-00001", CLOSED_AT)
VALUE = {
    "command_id": "lock-00001", "lock_id": LOCK_ID.hex(), "school": SCHOOL, "school_year": YEAR,
    "cohort": "completed", "number": 1, "so": SO, "appended_at_ms": 1_781_924_400_123,
}  # fmt: skip


@pytest.fixture(scope="module")
def stage(world: World) -> Any:
    keyring = Keyring(world.issued["so"].signer, NoteKeySigner("so-ha-noi.hocba/log", bytes(32)), bytes(range(32)), ())
    return lock_stage(SO, keyring)


def a_record(key: bytes = SCHOOL.encode(), **changes: Any) -> Record:
    return Record("hocba.so-ha-noi.lock-command.v1", 0, 0, key, encode("LockOrder", VALUE | changes), (), AT, True)


def a_request(rows: list[Lockable]) -> LockRequest:
    hashes = [hashlib.sha256(row.document).digest() for row in rows]
    return LockRequest(
        command_id="lock-0001",
        count=len(rows),
        issued_at="2026-06-20T00:00:00Z",
        root=set_root(hashes).hex(),
        round=RoundName(cohort="completed", number=1),
        school=SCHOOL,
        school_year="2025-2026",
        type="vn.hocba.lock-request/1",
    )


def a_round(state: str = "closing", count: int = 2, order: Order | None = ORDER) -> KnownRound:
    rows = [
        Lockable(sha("m"), n, RecordKey(SCHOOL, f"id:{n:012d}", YEAR, "year"), 1, b"document %d" % n, (a_signature(),))
        for n in range(count)
    ]
    return KnownRound(state, sha("request"), rows, request=a_request(rows), order=order)


def test_order_is_read_with_the_append_time_of_its_request(stage: Any) -> None:
    """The effective date follows from it."""
    assert stage.prepare(a_record(), None) == ORDER


def a_replay(aside: bool) -> FakeConnection:
    """A database to which the request of this order is not back yet, its school parked at validate or not."""
    sql = queries_of("common")
    rows = {sql["unmet_exists"]: (True, True), sql["unmet"]: (b"order", AT, 0, 4, 0), sql["is_aside"]: (aside,)}
    return FakeConnection(lambda asked, _: Answer([rows[asked]] if asked in rows else []))


def test_order_waits_in_a_replay_until_its_request_is_decided_again(stage: Any) -> None:
    """What stands before it is done meanwhile."""
    order = stage.prepare(replace(a_record(), offset=9), None)
    with pytest.raises(OutOfTurn) as turn:
        stage.load(a_replay(aside=False), [order])
    assert turn.value.offset == 9


def test_order_of_a_parked_school_is_set_aside_in_a_replay(stage: Any) -> None:
    """Its request waits for a person, and the schools behind it do not."""
    with pytest.raises(Corrupt) as stopped:
        stage.load(a_replay(aside=True), [stage.prepare(a_record(), None)])
    assert stopped.value.code == "REPLAY_BEHIND"


def test_order_of_another_so_or_under_another_key_is_refused(stage: Any) -> None:
    """It did not come from validate of this Sở."""
    for record in (a_record(so="nghe-an"), a_record(b"010202")):
        with pytest.raises(Refused) as refused:
            stage.prepare(record, None)
        assert refused.value.code == "ENVELOPE_DISAGREES"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lock_id": "xyz"}, "lock id"),
        ({"lock_id": sha("another").hex()}, "lock id"),
        ({"lock_id": LOCK_ID.hex().upper()}, "lock id"),
        ({"lock_id": LOCK_ID.hex() + "\n"}, "lock id"),
        ({"number": 2}, "lock id"),
        ({"number": 0}, "shape"),
        ({"number": -1}, "shape"),
        ({"cohort": "all"}, "shape"),
        ({"school_year": "2025-2026\0"}, "shape"),
        ({"command_id": "lock\0-0001"}, "shape"),
        ({"command_id": ""}, "shape"),
    ],
)
def test_order_of_another_shape_or_id_is_refused(stage: Any, changes: dict[str, Any], reason: str) -> None:
    """Before the database is asked, which would not take a NUL or a round number that is none."""
    with pytest.raises(Refused) as refused:
        stage.prepare(a_record(**changes), None)
    assert (refused.value.code, refused.value.facts) == ("LOCK_ORDER_WRONG", {"reason": reason})


@given(st.integers(-(2**63), 2**63 - 1))
def test_order_with_any_time_is_read_and_refused_unless_it_is_that_of_its_request(stage: Any, ms: int) -> None:
    """A time outside the calendar does not stop the stage, and no false one gets a lock another effective date."""
    assume(ms != VALUE["appended_at_ms"])
    order = stage.prepare(a_record(appended_at_ms=ms), None)
    with pytest.raises(Refused) as refused:
        stage.decide(order, {order.lock_id: a_round()})
    assert refused.value.code == "LOCK_ORDER_WRONG"


@pytest.mark.parametrize("ms", [-(2**63), -1, 0, 2**63 - 1])
def test_record_with_an_impossible_timestamp_is_refused(stage: Any, ms: int) -> None:
    """The relay sends now; its topic keeps the time that the sender says."""
    with pytest.raises(Refused) as refused:
        stage.prepare(replace(a_record(), at=instant_of(ms)), None)
    assert refused.value.code == "RECORD_TIME_IMPOSSIBLE"


@pytest.mark.parametrize(
    "found",
    [a_round("unknown", 0, None), a_round("open", 2, None), a_round(order=replace(ORDER, command_id="lock-00002"))],
    ids=["no such round", "a round that nobody closed", "closed by another command"],
)
@pytest.mark.parametrize("state", ["closing", "locked"])
def test_order_that_validate_did_not_write_is_refused(stage: Any, found: KnownRound, state: str) -> None:
    """It is quarantined, and the true order behind it is carried out."""
    order = stage.prepare(a_record(), None)
    known = {LOCK_ID: replace(found, state=state if found.order is not None else found.state)}
    with pytest.raises(Refused) as refused:
        stage.decide(order, known)
    assert (refused.value.code, refused.value.facts) == ("LOCK_ORDER_WRONG", {"reason": "round"})


def test_forged_order_before_the_true_one_changes_nothing(stage: Any) -> None:
    """Both name the same lock in one batch."""
    known = {LOCK_ID: a_round()}
    with pytest.raises(Refused):
        stage.decide(stage.prepare(a_record(command_id="lock-99999"), None), known)
    locked, _ = stage.decide(stage.prepare(a_record(), None), known)
    assert len(locked.leaves) == 2


def test_order_is_carried_out_once(stage: Any) -> None:
    """When it comes again, in the same batch or later, the lock stands already."""
    order = stage.prepare(a_record(), None)
    first, known = stage.decide(order, {order.lock_id: a_round()})
    assert len(first.leaves) == 2
    assert stage.decide(order, known)[0] is None
    assert stage.decide(order, {order.lock_id: a_round("locked")})[0] is None


@pytest.mark.parametrize("found", [a_round(count=0), a_round(order=None)], ids=["emptied", "without its request"])
def test_order_stops_when_its_round_is_not_as_it_was_left(stage: Any, found: KnownRound) -> None:
    """Otherwise a round would stay unlocked and nobody would hear of it."""
    order = stage.prepare(a_record(), None)
    with pytest.raises(Corrupt) as stopped:
        stage.decide(order, {order.lock_id: found})
    assert stopped.value.code == "LOCK_SET_CHANGED"


def test_order_stops_the_worker_when_the_set_is_not_the_one_asked_for(stage: Any) -> None:
    """The principal signed for another set: nobody locks this one."""
    order = stage.prepare(a_record(), None)
    found = a_round(count=3)
    with pytest.raises(Corrupt) as stopped:
        stage.decide(order, {order.lock_id: replace(found, documents=found.documents[:2])})
    assert stopped.value.code == "LOCK_SET_CHANGED"


def test_lock_leaves_as_chunks_and_a_receipt(stage: Any, world: World) -> None:
    """The manifest is signed by the seal; its place in the log comes later."""
    order = stage.prepare(a_record(), None)
    locked, _ = stage.decide(order, {order.lock_id: a_round()})
    written: list[Any] = []

    class Copying(FakeConnection):
        def copy(self, _: str) -> Any:
            return self

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def set_types(self, types: Any) -> None:
            assert len(types) == 8

        def write_row(self, row: Any) -> None:
            written.append(row)

    connection = Copying()
    (messages,) = stage.write(connection, [locked])
    acceptance, chunk, receipt = messages
    assert (acceptance.kind, acceptance.message_id) == ("Acceptance", dict(acceptance.reference or {})["acceptance"])
    assert chunk.reference == {"chunk": [LOCK_ID.hex(), 0, 1, 0, 2], "so": SO}
    assert (chunk.message_id, chunk.key) == (f"{LOCK_ID.hex()}/0", SO.encode())
    statement = read(decode(receipt.value, ("Receipt",)).value["statement"], ReceiptStatement)
    assert (statement.kind, statement.outcome, statement.command_id) == ("Lock", "locked", "lock-00001")
    assert [row[2] for row in written] == [row.digest for row in locked.leaves]
    (manifest, signature) = next(p[8:10] for _, p in connection.calls if isinstance(p, tuple) and len(p) == 11)
    assert read(manifest, Manifest) == locked.manifest
    verdict = verify_statement(
        manifest, signature, typ="vn.hocba.manifest/1", scope={"owner": f"so-{SO}"}, roles={"so_seal"},
        snapshot=world.snapshot(), proven_at=order.at, cache=ChainCache(),
    )  # fmt: skip
    assert verdict.status is Status.VALID


def test_repeated_order_writes_nothing(stage: Any) -> None:
    """Not even a message."""
    connection = FakeConnection()
    assert stage.write(connection, [None]) == [[]]
    assert connection.calls == []
