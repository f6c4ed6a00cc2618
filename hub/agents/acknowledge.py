"""Acknowledge (báo nhận): brings Bộ's signed receipt back to Sở and on to the school.

In:  hocba.bo.receipt.v1, key = slug; receipts of other Sở are passed over.
Out: the receipt beside the lock in Sở's database; a receipt to the school.
Invariant: one answer a lock, never changed; an unsigned one is quarantined.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.agents.receipts import Receipts
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, Record, Stage
from hub.domain.statements import IngestStatement, ReceiptStatement, read
from hub.errors import Refused
from hub.schemas import decode
from hub.signing import Signer
from hub.store import Connection
from hub.store.queries import queries_of
from hub.topics import bo_receipt
from hub.trust import ChainCache, Snapshot, Status, verify_statement

__all__ = ["acknowledge_stage"]

_SQL = queries_of("so")


@dataclass(frozen=True, slots=True)
class _Answer:
    """A verified receipt of Bộ."""

    record: Record
    statement: IngestStatement
    payload: bytes
    signature: str
    cosignature: str


@dataclass(frozen=True, slots=True)
class _Lock:
    """Our own lock that the receipt must be about."""

    school: str
    count: int
    root: bytes
    log_index: int


_Locks = dict[bytes, _Lock]


def acknowledge_stage(so: str, seal: Signer) -> Stage[Snapshot, _Answer, _Locks, tuple[_Answer, str]]:
    """Build the stage for one Sở."""
    topic, cache, snapshots, receipts = bo_receipt(), ChainCache(), Snapshots(), Receipts(so, seal)

    def prepare(record: Record, snapshot: Snapshot) -> _Answer:
        value = decode(record.value, topic.messages).value
        statement = read(value["statement"], IngestStatement)
        if (statement.so, statement.lock_id) != (so, value["lock_id"]):
            raise Refused("ENVELOPE_DISAGREES")
        verdict = verify_statement(
            value["statement"], value["signature"], typ=statement.type, scope={"owner": "bo"}, roles={"bo_seal"},
            snapshot=snapshot, proven_at=record.at, cache=cache,
        )  # fmt: skip
        if verdict.status is Status.INVALID:
            raise Refused("INGEST_RECEIPT_UNSIGNED", {"codes": " ".join(f.code for f in verdict.findings)})
        return _Answer(record, statement, value["statement"], value["signature"], value["cosignature"])

    return Stage(
        name="acknowledge",
        topics=(topic,),
        read=lambda connection: snapshots.of(connection, so),
        prepare=prepare,
        load=_locks,
        decide=_decide,
        write=lambda connection, effects: [_write(connection, so, receipts, *effect) for effect in effects],
        mine=lambda record: record.key == so.encode(),
    )


def _locks(connection: Connection, answers: Sequence[_Answer]) -> _Locks:
    found: _Locks = {}
    for answer in answers:
        lock_id = bytes.fromhex(answer.statement.lock_id)
        row = connection.execute(_SQL["lock_by_id"], (lock_id,)).fetchone()
        if row is not None:
            found[lock_id] = _Lock(*row)
    return found


def _decide(answer: _Answer, locks: _Locks) -> tuple[tuple[_Answer, str], _Locks]:
    said, lock = answer.statement, locks.get(bytes.fromhex(answer.statement.lock_id))
    if lock is None:
        raise Refused("INGEST_RECEIPT_UNKNOWN_LOCK")
    count = lock.count if said.outcome == "ingested" else 0
    if (said.count, said.root, said.log_index) != (count, lock.root.hex(), lock.log_index):
        raise Refused("INGEST_RECEIPT_DIFFERS")
    return (answer, lock.school), locks


def _write(connection: Connection, so: str, receipts: Receipts, answer: _Answer, school: str) -> list[Outgoing]:
    statement = answer.statement
    lock_id = bytes.fromhex(statement.lock_id)
    row = (lock_id, statement.outcome, answer.payload, answer.signature, answer.cosignature)
    if connection.execute(_SQL["add_ingest_receipt"], row).fetchone() is None:
        return []  # it came again
    told = ReceiptStatement(
        at=statement.at, command_id=statement.lock_id, documents=(),
        facts={"codes": list(statement.codes), "count": statement.count, "log_index": statement.log_index},
        findings=(), kind="Lock", outcome="ingested" if statement.outcome == "ingested" else "ingest_refused",
        register_version=0, school=school, so=so, type="vn.hocba.receipt/1",
    )  # fmt: skip
    receipt_id, value = receipts.signed(told, statement.lock_id)
    return [receipts.outgoing(school, receipt_id, value=value)]
