"""The lock stage: orders become locks once, and never silently nothing."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.agents.lock import lock_stage
from hub.agents.stage import Record
from hub.decision import RecordKey, RoundKey, set_root
from hub.decision.locking import KnownRound, Lockable, Order
from hub.domain.statements import LockRequest, Manifest, ReceiptStatement, RoundName, read
from hub.errors import Corrupt, Refused
from hub.schemas import decode, encode
from hub.signing import Keyring, NoteKeySigner
from hub.trust import ChainCache, Status, verify_statement
from tests.unit.agents.world import AT, SO, YEAR, FakeConnection
from tests.unit.decision.builders import sha
from tests.unit.trust.trust_world import SCHOOL, World

VALUE = {
    "command_id": "lock-00001", "lock_id": sha("lock").hex(), "school": SCHOOL, "school_year": YEAR,
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


def a_round(state: str = "closing", count: int = 2) -> KnownRound:
    rows = [
        Lockable(sha("m"), n, RecordKey(SCHOOL, f"id:{n:012d}", YEAR, "year"), 1, b"document %d" % n, ("a..b",))
        for n in range(count)
    ]
    return KnownRound(state, sha("request"), rows, request=a_request(rows))


def test_order_is_read_with_the_append_time_of_its_request(stage: Any) -> None:
    """The effective date follows from it."""
    order = stage.prepare(a_record(), None)
    at = datetime(2026, 6, 20, 3, 0, 0, 123_000, tzinfo=UTC)
    assert order == Order(RoundKey(SCHOOL, YEAR, "completed", 1), sha("lock"), "lock-00001", at)


def test_order_of_another_so_or_under_another_key_is_refused(stage: Any) -> None:
    """It did not come from validate of this Sở."""
    for record in (a_record(so="nghe-an"), a_record(b"010202")):
        with pytest.raises(Refused) as refused:
            stage.prepare(record, None)
        assert refused.value.code == "ENVELOPE_DISAGREES"


def test_order_is_carried_out_once(stage: Any) -> None:
    """When it comes again, in the same batch or later, the lock stands already."""
    order = stage.prepare(a_record(), None)
    first, known = stage.decide(order, {order.lock_id: a_round()})
    assert len(first.leaves) == 2
    assert stage.decide(order, known)[0] is None
    assert stage.decide(order, {order.lock_id: a_round("locked")})[0] is None


@pytest.mark.parametrize(("state", "count"), [("closing", 0), ("open", 2), ("unknown", 0)])
def test_order_stops_the_worker_when_its_round_is_not_as_it_was_left(stage: Any, state: str, count: int) -> None:
    """Otherwise a round would stay unlocked and nobody would hear of it."""
    order = stage.prepare(a_record(), None)
    with pytest.raises(Corrupt) as stopped:
        stage.decide(order, {order.lock_id: a_round(state, count)})
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

        def write_row(self, row: Any) -> None:
            written.append(row)

    connection = Copying()
    (messages,) = stage.write(connection, [locked])
    chunk, receipt = messages
    assert chunk.reference == {"chunk": [sha("lock").hex(), 0, 1, 0, 2], "so": SO}
    assert (chunk.message_id, chunk.key) == (f"{sha('lock').hex()}/0", SO.encode())
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
