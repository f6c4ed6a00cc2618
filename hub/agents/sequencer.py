"""The sequencer: gives each lock its place in the Sở's log, and signs the head that covers it.

One at a time per Sở (advisory lock), outside any lock transaction, compare-and-set by the primary key on the tree
size. In: lock rows without a place. Out: manifests and the checkpoint on hocba.so-<so>.locked.v1, after their chunks.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog

from hub.agents.stage import Outgoing, put
from hub.errors import Corrupt, Unavailable
from hub.recovery import PublishedHead, Step, next_step, unmet_values
from hub.schemas import decode, encode
from hub.signing import Keyring, log_origin
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import locked as locked_topic
from hub.trust import Checkpoint, Frontier, leaf_hash, sign, sign_checkpoint

__all__ = ["CHECKPOINT_TYPE", "sequence_once", "sequencer"]

CHECKPOINT_TYPE = "vn.hocba.checkpoint/1"
_log = structlog.get_logger()
_SQL = queries_of("so")
_LOCKS_MAX = 200
_POLL_S = 0.2
_BACKOFF_S = 1.0


async def sequencer(so: str, keyring: Keyring, url: str, kick: Callable[[], None]) -> None:
    """Run until cancelled; an outage of the database is waited out."""
    while True:
        try:
            connection = await asyncio.to_thread(open_connection, url)
            try:
                while True:
                    if await asyncio.to_thread(sequence_once, connection, so, keyring):
                        kick()
                    else:
                        await asyncio.sleep(_POLL_S)
            finally:
                connection.close()
        except Unavailable as error:
            _log.warning("sequencer_waits", so=so, code=error.code)
            await asyncio.sleep(_BACKOFF_S)


def sequence_once(connection: Connection, so: str, keyring: Keyring) -> int:
    """Append every waiting lock to the log under one new head; return how many there were."""
    with unavailable():
        if connection.execute(_SQL["unsequenced"], (1,)).fetchone() is None:
            return 0
        with connection.transaction():
            connection.execute(_SQL["sequence"])
            head = connection.execute(_SQL["head"]).fetchone()
            frontier = Frontier() if head is None else Frontier.of_hex(*head)
            step = _published(connection, frontier.size)
            if step is None:
                waiting = connection.execute(_SQL["unsequenced"], (_LOCKS_MAX,)).fetchall()
            else:
                waiting = _as_published(connection, step)
            return _append(connection, so, keyring, frontier, waiting, step) if waiting else 0


def _published(connection: Connection, size: int) -> Step | None:
    """Return what was published of this log and lost: it takes its places again before anything new gets one."""
    places, heads = {}, {}
    for _, message, _ in unmet_values(connection, "LockManifest"):
        value = decode(message, ("LockManifest",)).value
        places[int(value["log_index"])] = bytes.fromhex(value["lock_id"])
    for _, message, sent_at in unmet_values(connection, "Checkpoint"):
        value = decode(message, ("Checkpoint",)).value
        heads[int(value["tree_size"])] = PublishedHead(value["text"], value["signature"], sent_at)
    return next_step(size, places, heads)


def _as_published(connection: Connection, step: Step) -> list[Any]:
    """Return the rows of these locks in their published order; nothing until all of them are locked again."""
    rows = connection.execute(_SQL["unsequenced_of"], (list(step.lock_ids),)).fetchall()
    by_id = {bytes(row[0]): row for row in rows}
    return [by_id[lock_id] for lock_id in step.lock_ids] if len(by_id) == len(step.lock_ids) else []


def _append(
    connection: Connection, so: str, keyring: Keyring, frontier: Frontier, waiting: Sequence[Any],
    step: Step | None,
) -> int:  # fmt: skip
    messages = []
    for lock_id, school, manifest, signature, _ in waiting:
        log_index = frontier.size
        frontier.append(leaf_hash(manifest))
        if connection.execute(_SQL["place"], (log_index, lock_id)).rowcount != 1:
            raise Corrupt("LOG_BEHIND", {"lock_id": lock_id.hex()})
        messages.append(_manifest(so, lock_id, school, manifest, signature, log_index))
    text, signature, made_at = _head(so, keyring, max(row[4] for row in waiting), frontier, step)
    row = (frontier.size, frontier.root, frontier.to_hex(), text, signature, made_at)
    connection.execute(_SQL["add_checkpoint"], row)
    value = {"so": so, "text": text, "signature": signature, "tree_size": frontier.size}
    messages.append(_outgoing(so, "Checkpoint", str(frontier.size), value))
    put(connection, "log", 0, frontier.size, messages)
    return len(waiting)


def _head(
    so: str, keyring: Keyring, at: datetime, frontier: Frontier, step: Step | None
) -> tuple[bytes, str, datetime]:  # fmt: skip
    """Sign a head over the frontier, or return the published one. Corrupt(RECOVERED_DIFFERS): another root.

    It is signed as of `at`, when the last of its locks was asked for: a worker's clock decides nothing.
    """
    checkpoint = Checkpoint(log_origin(so), frontier.size, frontier.root)
    text = sign_checkpoint(checkpoint, keyring.note)
    if step is None or step.head is None:
        scope = {"owner": f"so-{so}"}
        iat = int(at.timestamp())
        return text, sign(keyring.seal, text, role="so_seal", scope=scope, typ=CHECKPOINT_TYPE, iat=iat), at
    if not step.head.text.startswith(checkpoint.text):
        raise Corrupt("RECOVERED_DIFFERS", {"kind": "Checkpoint", "message_id": str(frontier.size)})
    return step.head.text, step.head.signature, step.head.sent_at


def _manifest(so: str, lock_id: bytes, school: str, manifest: bytes, signature: str, log_index: int) -> Outgoing:
    value = {
        "lock_id": lock_id.hex(),
        "so": so,
        "school": school,
        "statement": manifest,
        "signature": signature,
        "log_index": log_index,
        "evidence": [],
    }
    return _outgoing(so, "LockManifest", lock_id.hex(), value)


def _outgoing(so: str, kind: str, message_id: str, value: dict[str, Any]) -> Outgoing:
    return Outgoing(locked_topic(so).name, so.encode(), kind, message_id, f"/so/{so}", encode(kind, value))
