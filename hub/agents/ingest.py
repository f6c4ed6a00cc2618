"""Ingest (tiếp nhận tại Bộ): stages chunks; a manifest and the checkpoint that covers it promote or refuse the lock.

In:  hocba.so-<so>.locked.v1 of every Sở, key = slug.
Out: transcripts, receipts, locks, heads and links in Bộ's database; hocba.bo.receipt.v1 with cosignature; the
national stream.
Invariant: a lock is promoted whole or refused whole; only a head that is consistent with all earlier ones is cosigned;
one that contradicts them is refused and kept as a pair with what it contradicts. A final head ends its log: what would
go beyond it is refused.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from hub.agents.ingest_acceptance import read_acceptance
from hub.agents.ingest_answers import answers_to, closing_answer
from hub.agents.ingest_ground import asked_at, is_signed, told_before
from hub.agents.ingest_links import read_link, take_in_link, with_moves
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, Record, Stage
from hub.decision.acceptance import Accepted
from hub.decision.forks import Forked
from hub.decision.ingest import (
    Again,
    Chunk,
    Head,
    KnownLog,
    ManifestRow,
    NewClosing,
    NewHead,
    Staged,
    decide_ingest,
)
from hub.decision.ingest_request import Asked, Request
from hub.decision.ingest_stamp import stamp_of
from hub.decision.placement import Linked
from hub.domain.statements import Manifest, read
from hub.errors import Refused
from hub.metrics import INGESTED
from hub.recovery import await_registers
from hub.schemas import Message, decode
from hub.signing import Keyring
from hub.store import Connection
from hub.store.bo import (
    hold_links,
    load_log,
    write_acceptance,
    write_again,
    write_closing,
    write_fork,
    write_head,
    write_staged,
)
from hub.topics import locked as locked_topic
from hub.trust import (
    CHECKPOINT_TYPE,
    ChainCache,
    Checkpoint,
    NoteKey,
    Snapshot,
    Status,
    cosign,
    log_origin,
    verify_checkpoint,
    verify_statement,
)

__all__ = ["ingest_stage"]

_Item = Chunk | ManifestRow | Head | Linked | Accepted
_Logs = dict[str, KnownLog]
_Decided = Staged | NewHead | NewClosing | Again | Linked | Accepted
_Effect = tuple[str, _Decided]


def ingest_stage(
    slugs: Iterable[str], keyring: Keyring, snapshots: Snapshots
) -> Stage[dict[str, Snapshot], _Item, _Logs, _Effect]:
    """Build the stage for Bộ over the locked topics of these Sở."""
    owners = {locked_topic(so).name: so for so in slugs}
    cache = ChainCache()

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
        hold_links(connection, changing=any(isinstance(item, Linked) for item in items))
        told = told_before(connection)
        logs, of_logs = {}, [item for item in items if not isinstance(item, Linked | Accepted)]
        for so in sorted({item.so for item in of_logs}):
            before = {(lock_id, attempt): said for (of, lock_id, attempt), said in told.items() if of == so}
            logs[so] = load_log(connection, so, [i for i in of_logs if i.so == so], _rows, asked_at, before)
        return logs

    def decide(item: _Item, logs: _Logs) -> tuple[_Effect, _Logs]:
        if isinstance(item, Linked | Accepted):
            return (item.so, item), logs
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
        refused=_keep_pair,
    )


_FOREIGN = {
    "LockedChunk": "CHUNK_FOREIGN", "LockManifest": "MANIFEST_FOREIGN", "Checkpoint": "CHECKPOINT_FOREIGN",
    "IdentityLink": "IDENTITY_LINK_FOREIGN", "Acceptance": "ACCEPTANCE_FOREIGN",
}  # fmt: skip


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
    given = Request(value["request"], value["request_signature"].replace("\0", "\ufffd"))  # no stranger's NUL is kept
    return ManifestRow(
        manifest.so, _hex(manifest.lock_id), value["log_index"], value["statement"], value["signature"], manifest,
        (given,) if given.statement else (), int(record.at.timestamp()),
    )  # fmt: skip


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

    def signed(row: ManifestRow, request: Request, asked: Asked) -> bool:
        return is_signed(row, request, asked, snapshot, cache)

    stamped_at, unstamped = stamp_of(value["timestamp"], value["text"], policy)
    return Head(
        value["so"], checkpoint.size, checkpoint.root, value["text"], value["signature"], at_s, signed,
        value["timestamp"], stamped_at, unstamped, checkpoint.successor,
    )  # fmt: skip


_Read = Callable[[Record, Message, Snapshot, ChainCache], _Item]
_READ: dict[str, _Read] = {
    "LockedChunk": _read_chunk, "LockManifest": _read_manifest, "Checkpoint": _read_head, "IdentityLink": read_link,
    "Acceptance": read_acceptance,
}  # fmt: skip


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


def _write(connection: Connection, keyring: Keyring, effect: _Decided) -> list[Outgoing]:
    if isinstance(effect, Staged):
        write_staged(connection, effect)
        return []
    if isinstance(effect, Accepted):
        write_acceptance(connection, effect)
        return []
    surrogate = partial(_surrogate, keyring)
    if isinstance(effect, Linked):
        return take_in_link(connection, effect, surrogate)
    if isinstance(effect, NewClosing):
        return _close(connection, keyring, effect.head)
    head, promoted = effect.head, [v.row.lock_id for v in effect.locks if v.documents]
    if isinstance(effect, Again):
        size, cosignature = write_again(connection, effect, surrogate)
        answers = _answers(effect, keyring, size, cosignature)
        return with_moves(connection, head.so, promoted, head.at_s, surrogate, answers)
    cosignature = cosign(_checkpoint(head), keyring.note, head.at_s)
    write_head(connection, effect, cosignature, surrogate)
    answers = _answers(effect, keyring, head.size, cosignature)
    return with_moves(connection, head.so, promoted, head.at_s, surrogate, answers)


def _close(connection: Connection, keyring: Keyring, head: Head) -> list[Outgoing]:
    cosignature = cosign(_checkpoint(head), keyring.note, head.at_s)
    write_closing(connection, head, cosignature)
    return [closing_answer(head, keyring, cosignature)]


def _checkpoint(head: Head) -> Checkpoint:
    return Checkpoint(log_origin(head.so), head.size, head.root, head.successor)


def _answers(effect: NewHead | Again, keyring: Keyring, tree_size: int, cosignature: str) -> list[Outgoing]:
    """Receipts first, then what is published."""
    at_s = effect.head.at_s
    answers = [
        answers_to(v, keyring, at_s=at_s, tree_size=tree_size, cosignature=cosignature) for v in effect.locks
    ]  # fmt: skip
    return [one[0] for one in answers] + [message for one in answers for message in one[1:]]


def _keep_pair(connection: Connection, error: Refused) -> None:
    if isinstance(error, Forked):
        write_fork(connection, error.fork)


def _surrogate(keyring: Keyring, pupil: str) -> bytes:
    return hmac.digest(keyring.secret, b"surrogate\n" + pupil.encode(), "sha256")


def _count(effects: Sequence[_Effect]) -> None:
    for so, effect in effects:
        if isinstance(effect, NewHead | Again):
            INGESTED.labels(so).inc(sum(d.leaf.action != "UNLOCK" for v in effect.locks for d in v.documents))
