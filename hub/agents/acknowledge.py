"""Acknowledge (báo nhận): brings Bộ's signed receipt back to Sở and on to the school.

In:  hocba.bo.receipt.v1, key = slug; receipts of other Sở are passed over.
Out: the receipt beside the lock in Sở's database; a receipt to the school, which names what Bộ lacks.
Invariant: one answer an attempt at a lock, never changed, and the last one counts; one that Bộ did not sign is
quarantined, and so is one without Bộ's cosignature of the head of ours that covers the lock: it is the proof that Bộ
has seen the same log. The same holds for its word that the log has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hub.agents.acknowledge_closing import ClosingAnswer, decide_closing, load_closing, write_closing_receipt
from hub.agents.missing import left_off, missing_findings, shown_findings
from hub.agents.receipts import Receipts
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, OutOfTurn, Record, Stage
from hub.domain.statements import ClosingStatement, IngestStatement, Missing, ReceiptStatement, read
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


@dataclass(frozen=True, slots=True)
class _Known:
    """Our locks by lock id and size of the head that a receipt names; size, root and successor of our final head."""

    locks: dict[tuple[bytes, int], _Lock] = field(default_factory=dict)
    closing: tuple[int, bytes, str] | None = None


_Item = _Answer | ClosingAnswer
_Effect = tuple[_Answer, str] | ClosingAnswer


def acknowledge_stage(so: str, seal: Signer, snapshots: Snapshots) -> Stage[Snapshot, _Item, _Known, _Effect]:
    """Build the stage for one Sở."""
    topic, cache, receipts = bo_receipt(), ChainCache(), Receipts(so, seal)

    def read_register(connection: Connection) -> Snapshot:
        await_registers(connection)
        return snapshots.of(connection, so)

    def prepare(record: Record, snapshot: Snapshot) -> _Item:
        value = decode(record.value, topic.messages).value
        statement = _statement(value)
        if (statement.so, getattr(statement, "lock_id", "")) != (so, value["lock_id"]):
            raise Refused("ENVELOPE_DISAGREES")
        verdict = verify_statement(
            value["statement"], value["signature"], typ=statement.type, scope={"owner": "bo"}, roles={"bo_seal"},
            snapshot=snapshot, proven_at=record.at, cache=cache,
        )  # fmt: skip
        if verdict.status is Status.INVALID:
            raise Refused("INGEST_RECEIPT_UNSIGNED", {"codes": " ".join(f.code for f in verdict.findings)})
        policy = snapshot.policy(record.at)
        return _item(record, statement, value, () if policy is None else policy.note_keys(COSIGNER))

    return Stage(
        name="acknowledge",
        topics=(topic,),
        read=read_register,
        prepare=prepare,
        load=lambda connection, items: _load(connection, locked(so).name, items),
        decide=lambda item, known: (_decide(so, item, known), known),
        write=lambda connection, effects: [_write(connection, so, receipts, effect) for effect in effects],
        mine=lambda record: record.key == so.encode(),
    )


def _statement(value: dict[str, Any]) -> IngestStatement | ClosingStatement:
    """Read what Bộ says: of a lock, or, where none is named, of the whole log."""
    return read(value["statement"], IngestStatement) if value["lock_id"] else read(value["statement"], ClosingStatement)


def _item(
    record: Record, statement: IngestStatement | ClosingStatement, value: dict[str, Any], keys: Sequence[NoteKey]
) -> _Item:
    signed = (value["statement"], value["signature"], value["cosignature"])
    if isinstance(statement, ClosingStatement):
        return ClosingAnswer(record, statement, *signed, partial(_is_cosigned, keys, value["cosignature"]))
    return _Answer(record, statement, *signed, tuple(keys))


def _load(connection: Connection, topic: str, items: Sequence[_Item]) -> _Known:
    ends = [item for item in items if isinstance(item, ClosingAnswer)]
    locks = _locks(connection, topic, [item for item in items if isinstance(item, _Answer)])
    return _Known(locks, load_closing(connection, topic, ends[0]) if ends else None)


def _locks(connection: Connection, topic: str, answers: Sequence[_Answer]) -> dict[tuple[bytes, int], _Lock]:
    """Read the locks. Raises OutOfTurn while one that was published is not in the log again.

    Its school may be parked; but all answers come under one key, and the log itself has no other place for later locks.
    """
    found: dict[tuple[bytes, int], _Lock] = {}
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


def _decide(so: str, answer: _Item, known: _Known) -> _Effect:
    if isinstance(answer, ClosingAnswer):
        decide_closing(so, answer, known.closing)
        return answer
    said = answer.statement
    lock = known.locks.get((bytes.fromhex(said.lock_id), said.tree_size))
    if lock is None:
        raise Refused("INGEST_RECEIPT_UNKNOWN_LOCK")
    count = lock.count if said.outcome == "ingested" else 0
    if (said.count, said.root, said.log_index) != (count, lock.root.hex(), lock.log_index):
        raise Refused("INGEST_RECEIPT_DIFFERS")
    if lock.head is None or not said.log_index < said.tree_size:
        raise Refused("INGEST_RECEIPT_DIFFERS")
    head = Checkpoint(log_origin(so), said.tree_size, lock.head)
    if not _is_cosigned(answer.cosigners, answer.cosignature, head):
        raise Refused("INGEST_RECEIPT_NOT_COSIGNED")
    return answer, lock.school


def _is_cosigned(keys: Sequence[NoteKey], cosignature: str, head: Checkpoint) -> bool:
    """Tell whether a cosigner whom the trust policy names signed our own head."""
    for key in keys:
        try:
            verify_cosignature(head, cosignature, key)
        except Refused:
            continue
        return True
    return False


def _write(connection: Connection, so: str, receipts: Receipts, effect: _Effect) -> list[Outgoing]:
    if isinstance(effect, ClosingAnswer):
        write_closing_receipt(connection, effect)
        return []
    answer, school = effect
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
