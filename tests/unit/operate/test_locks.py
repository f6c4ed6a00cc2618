"""Locks that hang: each place where one can stand has its name; what goes out again refers to its first row."""

from typing import Any

import pytest
from msgspec.structs import replace as with_fields
from psycopg.types.json import Jsonb

from hub.decision import RoundKey
from hub.domain.statements import IngestStatement, RoundName, encode
from hub.errors import Corrupt, Refused
from hub.operate import HangingLock, hanging_locks, resend_lock, retry_lock
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.store.queries import queries_of
from tests.unit.agents.world import AT, SO, Answer, FakeConnection, a_lock_request
from tests.unit.decision.builders import sha

SQL, COMMON = queries_of("so"), queries_of("common")
LOCK = sha("lock")
KEY = RoundKey("010101", "2025-2026", "completed", 1)
ORDER = encode_message(
    "LockOrder",
    {
        "command_id": "lock-00001", "lock_id": LOCK.hex(), "school": KEY.school, "school_year": KEY.school_year,
        "cohort": KEY.cohort, "number": KEY.number, "so": SO, "appended_at_ms": int(AT.timestamp() * 1000),
    },
)  # fmt: skip
REFUSAL = encode(
    IngestStatement(
        at="2026-06-20T03:00:00Z", codes=("CHUNK_MISSING",), count=0, lock_id=LOCK.hex(), log_index=0,
        outcome="refused", root="02" * 32, so=SO, tree_size=1, type="vn.hocba.ingest-receipt/1",
    )
)  # fmt: skip


def a_database(**rows: Any) -> FakeConnection:
    """Answer queries by their names."""
    names = {SQL[name]: found for name, found in rows.items() if name in SQL}
    return FakeConnection(lambda sql, _: Answer(names.get(sql, [])))  # type: ignore[arg-type]


def hanging(state: str = "closing", log_index: int | None = None, outcome: str | None = None) -> list[Any]:
    return [(*KEY, state, LOCK, AT, log_index, outcome, REFUSAL if outcome else None)]


def the_lock(database: FakeConnection) -> HangingLock:
    (found,) = hanging_locks(database, SO)  # type: ignore[arg-type]
    return found


_SENT = (7, "t", b"k", "LockManifest", LOCK.hex(), {}, True, None)


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ({"hanging_locks": hanging(), "parked_of_school": [(4, "DATABASE_REFUSED", False)]}, "parked"),
        ({"hanging_locks": hanging()}, "order_missing"),
        ({"hanging_locks": hanging(), "orders": [(3, ORDER, False)]}, "order_unsent"),
        ({"hanging_locks": hanging(), "orders": [(3, ORDER, True)]}, "order_sent"),
        ({"hanging_locks": hanging("locked")}, "unsealed"),
        ({"hanging_locks": hanging("locked", 5), "sent_messages": [(*_SENT[:6], False, None)]}, "unsent"),
        ({"hanging_locks": hanging("locked", 5), "sent_messages": [_SENT]}, "unanswered"),
        ({"hanging_locks": hanging("locked", 5, "refused")}, "refused"),
    ],
)
def test_lock_that_hangs_says_where(rows: dict[str, Any], cause: str) -> None:
    """From the order to Bộ's answer."""
    found = the_lock(a_database(**rows))
    assert found.cause == cause
    codes = {"parked": ("DATABASE_REFUSED",), "refused": ("CHUNK_MISSING",)}
    assert found.codes == codes.get(cause, ())
    assert found.shown()["since"] == AT.isoformat()


def test_order_of_another_lock_is_not_this_ones() -> None:
    """It is known by the lock that it names."""
    other = ORDER.replace(LOCK.hex().encode(), sha("other").hex().encode())
    rows = {"hanging_locks": hanging(), "orders": [(3, other, True)]}
    assert the_lock(a_database(**rows)).cause == "order_missing"


def test_parked_school_goes_on_by_who_and_why() -> None:
    """As `hub parked resume` does it."""
    asked: list[Any] = []
    database = FakeConnection(lambda sql, values: asked.append((sql, values)) or Answer([(1,)]))  # type: ignore[func-returns-value]
    lock = HangingLock(*KEY, LOCK.hex(), AT, "parked", ("X",), parked=4)
    assert retry_lock(database, SO, lock, "lan", "đã sửa") == "resumed"  # type: ignore[arg-type]
    assert (COMMON["resume"], ("lan", "đã sửa", 4)) in asked


def test_order_goes_out_again_by_reference() -> None:
    """Who and why stand beside it; the relay gives it the bytes of the first one."""
    row = (3, "orders", b"010101", "LockOrder", "lock-00001", {"ce_source": "/so/x"})
    database = a_database(messages_by_id=[row], sent_again=[(2,)])
    lock = HangingLock(*KEY, LOCK.hex(), AT, "order_sent", order=3)
    assert retry_lock(database, SO, lock, "lan", "thử lại") == "ordered"  # type: ignore[arg-type]
    (queued,) = [values for sql, values in database.calls if sql == COMMON["put"]]
    assert queued[:9] == (f"retry/{LOCK.hex()}", 0, 2, 0, "orders", b"010101", "LockOrder", "lock-00001", None)
    assert isinstance(queued[9], Jsonb)
    assert (queued[9].obj, queued[10].obj["by"], queued[10].obj["reason"]) == ({"again": 3}, "lan", "thử lại")


def test_order_that_was_never_queued_is_made_from_its_request() -> None:
    """The same bytes as validate wrote them; a round that no command closed is another matter."""
    request = a_lock_request()
    closed_by = [("LockRequest", request.command_id, sha("s"), encode(request), sha("m"), "a..b", None)]
    key = RoundKey(request.school, request.school_year, request.round.cohort, request.round.number)
    lock = HangingLock(*key, LOCK.hex(), AT, "order_missing")
    database = a_database(closed_by=closed_by)
    assert retry_lock(database, SO, lock, "lan", "thử lại") == "ordered"  # type: ignore[arg-type]
    (queued,) = [values for sql, values in database.calls if sql == COMMON["put"]]
    said = decode(queued[8], ("LockOrder",)).value
    assert (said["lock_id"], said["command_id"], said["number"]) == (LOCK.hex(), request.command_id, key.number)
    with pytest.raises(Corrupt) as stopped:
        retry_lock(a_database(), SO, lock, "lan", "thử lại")  # type: ignore[arg-type]
    assert stopped.value.code == "LOCK_SET_CHANGED"


def test_order_for_a_correction_of_a_closed_school_is_made_from_its_successors_request() -> None:
    """The round keeps the issuing school; the request stands under the school that acts."""
    request = with_fields(a_lock_request(), round=RoundName(cohort="correction", number=2))
    asked = ("LockRequest", request.command_id, sha("s"), encode(request), sha("m"), "a..b", None)
    lock = HangingLock("010199", request.school_year, "correction", 2, LOCK.hex(), AT, "order_missing")

    def answer(sql: str, values: Any) -> Answer:
        if sql == SQL["acting_school"]:
            return Answer([(request.school,)] if values == ("010199", request.school_year, 2) else [])
        return Answer([asked] if sql == SQL["closed_by"] and values[0] == request.school else [])

    database = FakeConnection(answer)
    assert retry_lock(database, SO, lock, "lan", "thử lại") == "ordered"  # type: ignore[arg-type]
    (queued,) = [values for sql, values in database.calls if sql == COMMON["put"]]
    assert (queued[5], decode(queued[8], ("LockOrder",)).value["school"]) == (b"010199", "010199")


@pytest.mark.parametrize("cause", ["order_unsent", "unsealed", "unsent", "unanswered", "refused"])
def test_lock_that_waits_for_something_else_is_left_alone(cause: str) -> None:
    """Nothing is queued that would only be queued once more."""
    database = a_database()
    assert retry_lock(database, SO, HangingLock(*KEY, LOCK.hex(), AT, cause), "lan", "x") == "waits"  # type: ignore[arg-type]
    assert [sql for sql, _ in database.calls if sql == COMMON["put"]] == []


def test_lock_is_sent_again_in_the_order_of_the_first_time() -> None:
    """Chunks, manifest, and the first head that covers it."""
    name = LOCK.hex()

    def sent(number: int, kind: str, message_id: str, reference: Any = None) -> Any:
        return (number, "locked", SO.encode(), kind, message_id, {"ce_source": "/so/x"}, True, reference)

    messages = {
        f"{name}/0": sent(1, "LockedChunk", f"{name}/0", {"chunk": [name, 0, 2, 0, 5]}),
        f"{name}/1": sent(2, "LockedChunk", f"{name}/1", {"chunk": [name, 1, 2, 5, 9]}),
        name: sent(8, "LockManifest", name),
        "6": sent(9, "Checkpoint", "6"),
    }

    def script(sql: str, values: Any) -> Answer:
        if sql == SQL["lock_of_round"]:
            return Answer([("locked", LOCK, 4)])
        if sql == SQL["covering_head"]:
            return Answer([(6,)])
        if sql == SQL["sent_messages"]:
            return Answer([messages[one] for one in sorted(values[1])])
        return Answer([(0,)])

    database = FakeConnection(script)
    found = resend_lock(database, SO, KEY, "lan", "Bộ thiếu")  # type: ignore[arg-type]
    assert (found.chunks, found.tree_size) == (2, 6)
    queued = [values for sql, values in database.calls if sql == COMMON["put"]]
    assert [values[9].obj["again"] for values in queued] == [1, 2, 8, 9]
    assert [values[3] for values in queued] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("row", "code"),
    [(None, "ROUND_UNKNOWN"), (("open", None, None), "ROUND_UNKNOWN"), (("closing", LOCK, None), "LOCK_NOT_SEALED")],
)
def test_lock_that_is_not_sealed_cannot_be_sent_again(row: Any, code: str) -> None:
    """There is nothing yet that Bộ could have missed."""
    with pytest.raises(Refused) as refused:
        resend_lock(a_database(lock_of_round=[] if row is None else [row]), SO, KEY, "lan", "x")  # type: ignore[arg-type]
    assert refused.value.code == code
