"""Ingest (tiếp nhận tại Bộ): stages chunks; a manifest and the checkpoint that covers it promote or refuse the lock.

In:  hocba.so-<so>.locked.v1 of every Sở, key = slug.
Out: transcripts, locks and heads in Bộ's database; hocba.bo.receipt.v1 with cosignature; the national stream.
Invariant: a lock is promoted whole or refused whole; only a head that is consistent with all earlier ones is cosigned.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from hub.agents.receipts import instant
from hub.agents.sequencer import CHECKPOINT_TYPE
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, Record, Stage
from hub.decision.ingest import (
    Chunk,
    Head,
    KnownLog,
    LockVerdict,
    ManifestRow,
    NewHead,
    Staged,
    decide_ingest,
)
from hub.domain.statements import IngestStatement, Manifest, encode, read
from hub.errors import Refused
from hub.metrics import INGESTED
from hub.recovery import await_registers
from hub.schemas import Message, decode
from hub.schemas import encode as encode_message
from hub.signing import Keyring, log_origin
from hub.store import Connection
from hub.store.bo import load_log, write_head, write_staged
from hub.topics import bo_receipt, bo_transcript
from hub.topics import locked as locked_topic
from hub.trust import (
    ChainCache,
    Checkpoint,
    NoteKey,
    Snapshot,
    Status,
    cosign,
    sign,
    verify_checkpoint,
    verify_statement,
)

__all__ = ["ingest_stage"]

_Item = Chunk | ManifestRow | Head
_Logs = dict[str, KnownLog]
_Effect = tuple[str, Staged | NewHead]


def ingest_stage(slugs: Iterable[str], keyring: Keyring) -> Stage[dict[str, Snapshot], _Item, _Logs, _Effect]:
    """Build the stage for Bộ over the locked topics of these Sở."""
    owners = {locked_topic(so).name: so for so in slugs}
    cache, snapshots = ChainCache(), Snapshots()

    def prepare(record: Record, registers: dict[str, Snapshot]) -> _Item:
        so = owners[record.topic]
        message = decode(record.value, locked_topic(so).messages)
        if message.value["so"] != so or record.key != so.encode():
            raise Refused(_FOREIGN[message.name])
        return _READ[message.name](record, message, registers.get(so) or Snapshot.of(()), cache)

    def registers_of(connection: Connection) -> dict[str, Snapshot]:
        await_registers(connection)
        return snapshots.all(connection)

    def load(connection: Connection, items: Sequence[_Item]) -> _Logs:
        return {
            so: load_log(connection, so, [i for i in items if i.so == so], _rows)
            for so in sorted({item.so for item in items})
        }

    def decide(item: _Item, logs: _Logs) -> tuple[_Effect, _Logs]:
        return (item.so, decide_ingest(item, logs[item.so])), logs

    return Stage(
        name="ingest",
        topics=tuple(locked_topic(so) for so in owners.values()),
        read=registers_of,
        prepare=prepare,
        load=load,
        decide=decide,
        write=lambda connection, effects: [_write(connection, keyring, effect) for _, effect in effects],
        done=_count,
    )


_FOREIGN = {"LockedChunk": "CHUNK_FOREIGN", "LockManifest": "MANIFEST_FOREIGN", "Checkpoint": "CHECKPOINT_FOREIGN"}


def _read_chunk(record: Record, message: Message, _: Snapshot, __: ChainCache) -> Chunk:
    value, data = message.value, record.value or b""
    rows = _rows_of(value)
    digest = hashlib.sha256(data).digest()
    return Chunk(value["so"], _hex(value["lock_id"]), value["index"], value["of"], digest, data, rows)


def _read_manifest(record: Record, message: Message, snapshot: Snapshot, cache: ChainCache) -> ManifestRow:
    value = message.value
    manifest = read(value["statement"], Manifest)
    try:
        date.fromisoformat(manifest.effective_on)
    except ValueError:
        raise Refused("STATEMENT_INVALID", {"reason": "date"}) from None
    if (manifest.so, manifest.lock_id, manifest.school) != (value["so"], value["lock_id"], value["school"]):
        raise Refused("MANIFEST_FOREIGN")
    if not _sealed(record, value["statement"], value["signature"], manifest.type, manifest.so, snapshot, cache):
        raise Refused("MANIFEST_UNSIGNED")
    lock_id = _hex(manifest.lock_id)
    return ManifestRow(manifest.so, lock_id, value["log_index"], value["statement"], value["signature"], manifest)


def _read_head(record: Record, message: Message, snapshot: Snapshot, cache: ChainCache) -> Head:
    value = message.value
    policy = snapshot.policy(record.at)
    keys = [NoteKey.of(k.key) for k in policy.log_keys] if policy is not None else []
    try:
        checkpoint = verify_checkpoint(value["text"], keys)
    except Refused:
        raise Refused("CHECKPOINT_UNSIGNED") from None
    if checkpoint.origin != log_origin(value["so"]) or checkpoint.size != value["tree_size"]:
        raise Refused("CHECKPOINT_FOREIGN")
    if not _sealed(record, value["text"], value["signature"], CHECKPOINT_TYPE, value["so"], snapshot, cache):
        raise Refused("CHECKPOINT_UNSIGNED")
    at_s = int(record.at.timestamp())
    return Head(value["so"], checkpoint.size, checkpoint.root, value["text"], value["signature"], at_s)


_Read = Callable[[Record, Message, Snapshot, ChainCache], _Item]
_READ: dict[str, _Read] = {"LockedChunk": _read_chunk, "LockManifest": _read_manifest, "Checkpoint": _read_head}


def _sealed(
    record: Record, payload: bytes, signature: str, typ: str, so: str, snapshot: Snapshot, cache: ChainCache
) -> bool:
    verdict = verify_statement(
        payload, signature, typ=typ, scope={"owner": f"so-{so}"}, roles={"so_seal"}, snapshot=snapshot,
        proven_at=record.at, cache=cache,
    )  # fmt: skip
    return verdict.status is not Status.INVALID


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Refused("STATEMENT_INVALID", {"reason": "lock id"}) from None


def _rows(message: bytes) -> tuple[tuple[bytes, tuple[str, ...], bytes], ...]:
    return _rows_of(decode(message, ("LockedChunk",)).value)


def _rows_of(value: dict[str, Any]) -> tuple[tuple[bytes, tuple[str, ...], bytes], ...]:
    return tuple((d["document"], tuple(d["signatures"]), d["leaf"]) for d in value["documents"])


def _write(connection: Connection, keyring: Keyring, effect: Staged | NewHead) -> list[Outgoing]:
    if isinstance(effect, Staged):
        write_staged(connection, effect)
        return []
    head = effect.head
    checkpoint = Checkpoint(log_origin(head.so), head.size, head.root)
    cosignature = cosign(checkpoint, keyring.note, head.at_s)
    write_head(connection, effect, cosignature, lambda pupil: _surrogate(keyring, pupil))
    messages = [_receipt(keyring, effect, verdict, cosignature) for verdict in effect.locks]
    return messages + [_publication(head.so, verdict) for verdict in effect.locks if verdict.documents]


def _surrogate(keyring: Keyring, pupil: str) -> bytes:
    return hmac.digest(keyring.secret, b"surrogate\n" + pupil.encode(), "sha256")


def _receipt(keyring: Keyring, new: NewHead, verdict: LockVerdict, cosignature: str) -> Outgoing:
    row, head = verdict.row, new.head
    statement = IngestStatement(
        at=instant(datetime.fromtimestamp(head.at_s, UTC)),
        codes=verdict.codes,
        count=len(verdict.documents),
        lock_id=row.manifest.lock_id,
        log_index=row.log_index,
        outcome="refused" if verdict.codes else "ingested",
        root=row.manifest.root,
        so=row.so,
        tree_size=head.size,
        type="vn.hocba.ingest-receipt/1",
    )
    payload = encode(statement)
    signature = sign(keyring.seal, payload, role="bo_seal", scope={"owner": "bo"}, typ=statement.type, iat=head.at_s)
    receipt_id = hashlib.sha256(f"bo\n{row.so}\n{statement.lock_id}".encode()).hexdigest()[:32]
    value = {
        "receipt_id": receipt_id, "so": row.so, "lock_id": statement.lock_id, "statement": payload,
        "signature": signature, "cosignature": cosignature,
    }  # fmt: skip
    body = encode_message("IngestReceipt", value)
    return Outgoing(bo_receipt().name, row.so.encode(), "IngestReceipt", receipt_id, "/bo", body)


def _publication(so: str, verdict: LockVerdict) -> Outgoing:
    lock_id = verdict.row.manifest.lock_id
    reference = {"transcripts": [so, lock_id]}
    return Outgoing(bo_transcript().name, None, "Transcript", lock_id, "/bo", reference=reference)


def _count(effects: Sequence[_Effect]) -> None:
    for so, effect in effects:
        if isinstance(effect, NewHead):
            INGESTED.labels(so).inc(sum(len(v.documents) for v in effect.locks))
