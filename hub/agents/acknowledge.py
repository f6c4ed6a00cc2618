"""Acknowledge (báo nhận): brings Bộ's signed receipt back to Sở and on to the school.

In:  hocba.bo.receipt.v1, key = slug; receipts of other Sở are passed over.
Out: the receipt beside the lock in Sở's database; a receipt to the school, which names what Bộ lacks.
Invariant: one answer an attempt at a lock, never changed, and the last one counts; one that Bộ did not sign is
quarantined, and so is one without Bộ's cosignature of the head of ours that covers the lock: it is the proof that Bộ
has seen the same log.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.agents.missing import left_off, missing_findings, shown_findings
from hub.agents.receipts import Receipts
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, OutOfTurn, Record, Stage
from hub.domain.statements import IngestStatement, Missing, ReceiptStatement, read
from hub.errors import Refused
from hub.recovery import await_registers, unmet
from hub.schemas import decode
from hub.signing import Signer
from hub.store import Connection
from hub.store.queries import queries_of
from hub.topics import bo_receipt, locked
from hub.trust import (
    COSIGNER,
    ChainCache,
    Checkpoint,
    NoteKey,
    Snapshot,
    Status,
    log_origin,
    verify_cosignature,
    verify_statement,
)

__all__ = ["acknowledge_stage"]

_SQL = queries_of("so")
_SIZE_MAX = 2**63 - 1  # what the database can be asked for


@dataclass(frozen=True, slots=True)
class _Answer:
    """A verified receipt of Bộ."""

    record: Record
    statement: IngestStatement
    payload: bytes
    signature: str
    cosignature: str
    cosigners: tuple[NoteKey, ...]


@dataclass(frozen=True, slots=True)
class _Lock:
    """Our own lock that the receipt must be about; `head` is the root of our head of the size that it names, if any."""

    school: str
    count: int
    root: bytes
    log_index: int
    head: bytes | None


_Locks = dict[tuple[bytes, int], _Lock]
"""By lock id and size of the head that the receipt names."""


def acknowledge_stage(
    so: str, seal: Signer, snapshots: Snapshots
) -> Stage[Snapshot, _Answer, _Locks, tuple[_Answer, str]]:
    """Build the stage for one Sở."""
    topic, cache, receipts = bo_receipt(), ChainCache(), Receipts(so, seal)

    def read_register(connection: Connection) -> Snapshot:
        await_registers(connection)
        return snapshots.of(connection, so)

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
        policy = snapshot.policy(record.at)
        cosigners = () if policy is None else policy.note_keys(COSIGNER)
        return _Answer(record, statement, value["statement"], value["signature"], value["cosignature"], cosigners)

    return Stage(
        name="acknowledge",
        topics=(topic,),
        read=read_register,
        prepare=prepare,
        load=lambda connection, answers: _locks(connection, locked(so).name, answers),
        decide=lambda answer, locks: _decide(so, answer, locks),
        write=lambda connection, effects: [_write(connection, so, receipts, *effect) for effect in effects],
        mine=lambda record: record.key == so.encode(),
    )


def _locks(connection: Connection, topic: str, answers: Sequence[_Answer]) -> _Locks:
    """Read the locks. Raises OutOfTurn while one that was published is not in the log again.

    Its school may be parked; but all answers come under one key, and the log itself has no other place for later locks.
    """
    found: _Locks = {}
    for answer in answers:
        if unmet(connection, topic, "LockManifest", answer.statement.lock_id, None) is not None:
            raise OutOfTurn(answer.record.offset, f"LockManifest {answer.statement.lock_id}")
        lock_id = bytes.fromhex(answer.statement.lock_id)
        row = connection.execute(_SQL["lock_by_id"], (lock_id,)).fetchone()
        if row is not None:
            school, count, root, log_index = row
            size = answer.statement.tree_size
            found[lock_id, size] = _Lock(school, count, root, log_index, _head_of(connection, size))
    return found


def _head_of(connection: Connection, size: int) -> bytes | None:
    if not 0 < size <= _SIZE_MAX:
        return None
    row = connection.execute(_SQL["head_of_size"], (size,)).fetchone()
    return None if row is None else bytes(row[0])


def _decide(so: str, answer: _Answer, locks: _Locks) -> tuple[tuple[_Answer, str], _Locks]:
    said = answer.statement
    lock = locks.get((bytes.fromhex(said.lock_id), said.tree_size))
    if lock is None:
        raise Refused("INGEST_RECEIPT_UNKNOWN_LOCK")
    count = lock.count if said.outcome == "ingested" else 0
    if (said.count, said.root, said.log_index) != (count, lock.root.hex(), lock.log_index):
        raise Refused("INGEST_RECEIPT_DIFFERS")
    if lock.head is None or not said.log_index < said.tree_size:
        raise Refused("INGEST_RECEIPT_DIFFERS")
    if not _is_cosigned(answer, Checkpoint(log_origin(so), said.tree_size, lock.head)):
        raise Refused("INGEST_RECEIPT_NOT_COSIGNED")
    return (answer, lock.school), locks


def _is_cosigned(answer: _Answer, head: Checkpoint) -> bool:
    """Tell whether a cosigner whom the trust policy names signed our own head."""
    for key in answer.cosigners:
        try:
            verify_cosignature(head, answer.cosignature, key)
        except Refused:
            continue
        return True
    return False


def _write(connection: Connection, so: str, receipts: Receipts, answer: _Answer, school: str) -> list[Outgoing]:
    statement = answer.statement
    lock_id, attempt = bytes.fromhex(statement.lock_id), statement.attempt if isinstance(statement.attempt, int) else 1
    row = (lock_id, statement.outcome, answer.payload, answer.signature, answer.cosignature, attempt)
    if connection.execute(_SQL["add_ingest_receipt"], row).fetchone() is None:
        return []  # it came again
    missing = statement.missing
    found = missing_findings(connection, so, school, missing) if isinstance(missing, Missing) else []
    facts = {"codes": list(statement.codes), "count": statement.count, "log_index": statement.log_index}
    facts |= {"attempt": attempt} if attempt > 1 else {}
    unnamed = left_off(missing) if isinstance(missing, Missing) else 0
    facts |= {"missing_count": len(found) + unnamed} if found or unnamed else {}
    told = ReceiptStatement(
        at=statement.at, command_id=statement.lock_id, documents=(), facts=facts, findings=shown_findings(found),
        kind="Lock", outcome="ingested" if statement.outcome == "ingested" else "ingest_refused",
        register_version=0, school=school, so=so, type="vn.hocba.receipt/1",
    )  # fmt: skip
    receipt_id, value = receipts.signed(told, statement.lock_id if attempt == 1 else f"{statement.lock_id}/{attempt}")
    return [receipts.outgoing(school, receipt_id, value=value)]
