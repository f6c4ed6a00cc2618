"""The sequencer: gives each lock its place in the Sở's log, and signs and time-stamps the head that covers it.

One at a time per Sở (advisory lock), outside any lock transaction, compare-and-set on the tree size: the head is
worked out and stamped first, and stands only if the log is still as it was then.
In: lock rows without a place. Out: manifests and the checkpoint on hocba.so-<so>.locked.v1, after their chunks.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import structlog

from hub.agents.closing import Ends, Stamp, close_once, is_closed, is_final
from hub.agents.stage import Outgoing, put
from hub.domain.statements import Manifest, read
from hub.errors import Corrupt, Unavailable
from hub.metrics import UNSEALED
from hub.recovery import PublishedHead, Step, next_step, unmet_values
from hub.schemas import decode, encode
from hub.signing import Keyring
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import REQUEST_BYTES_MAX
from hub.topics import locked as locked_topic
from hub.trust import CHECKPOINT_TYPE, Checkpoint, Frontier, leaf_hash, log_origin, sign, sign_checkpoint

__all__ = ["sequence_once", "sequencer"]

_log = structlog.get_logger()
_SQL = queries_of("so")
_LOCKS_MAX = 20  # Bộ decides all locks under one head at once, and holds their transcripts meanwhile
_POLL_S = 0.2
_BACKOFF_S = 1.0
_ASK_AGAIN_FIRST_S, _ASK_AGAIN_MAX_S = 0.5, 10.0  # an authority that is down is asked less and less often
_LOOK_FOR_THE_END_TURNS = 5  # a closing is looked for less often than locks


async def sequencer(
    so: str, keyring: Keyring, url: str, kick: Callable[[], None], stamp: Stamp, ends: Ends
) -> None:  # fmt: skip
    """Run until cancelled; an outage of the database, the broker or the time-stamp authority is waited out."""
    pause_s = _ASK_AGAIN_FIRST_S
    while True:
        try:
            connection = await asyncio.to_thread(open_connection, url)
            try:
                for turn in count():
                    done = await asyncio.to_thread(sequence_once, connection, so, keyring, stamp)
                    pause_s = _ASK_AGAIN_FIRST_S
                    if not done and turn % _LOOK_FOR_THE_END_TURNS == 0:
                        done = await asyncio.to_thread(close_once, connection, so, keyring, stamp, ends)
                    if done:
                        kick()
                    else:
                        await asyncio.sleep(_POLL_S)
            finally:
                connection.close()
        except Unavailable as error:
            _log.warning("sequencer_waits", so=so, code=error.code, **error.facts)
            if error.code != "TIMESTAMP_UNAVAILABLE":
                await asyncio.sleep(_BACKOFF_S)
                continue
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _ASK_AGAIN_MAX_S)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be appended to a log of `size`: lock rows in order, and the head over all of it.

    `published` is that head as it was published before, or None where it is new.
    """

    size: int
    waiting: Sequence[Any]
    frontier: Frontier
    text: bytes
    published: PublishedHead | None


def sequence_once(connection: Connection, so: str, keyring: Keyring, stamp: Stamp) -> int:
    """Append every waiting lock to the log under one new head; return how many there were.

    A head that was published before is taken back with its token: nobody is asked for another. Raises
    Corrupt(LOG_CLOSED_LATE) for a lock behind the final head.
    """
    with unavailable():
        row = connection.execute(_SQL["oldest_unsealed"]).fetchone()
        now, age_s = (None, None) if row is None else row
        UNSEALED.labels(so).set(age_s or 0)
        plan = None if age_s is None else _plan(connection, so, keyring)
    if plan is None:
        return 0
    token = stamp(connection, plan.text, now, age_s) if plan.published is None else plan.published.timestamp
    with unavailable(), connection.transaction():
        connection.execute(_SQL["sequence"])
        if _log_of(connection).size != plan.size:
            return 0  # another worker was first
        if is_closed(connection):
            raise Corrupt("LOG_CLOSED_LATE", {"lock_id": bytes(plan.waiting[0][0]).hex()})
        return _append(connection, so, keyring, plan, token)


def _log_of(connection: Connection) -> Frontier:
    head = connection.execute(_SQL["head"]).fetchone()
    return Frontier() if head is None else Frontier.of_hex(*head)


def _plan(connection: Connection, so: str, keyring: Keyring) -> _Plan | None:
    """Work out the next head; None while nothing may get a place. Corrupt(RECOVERED_DIFFERS): another root."""
    frontier = _log_of(connection)
    size, step = frontier.size, _published(connection, frontier.size)
    if step is None:
        waiting = connection.execute(_SQL["unsequenced"], (_LOCKS_MAX,)).fetchall()
    else:
        waiting = _as_published(connection, step)
    if not waiting:
        return None
    for row in waiting:
        frontier.append(leaf_hash(row[2]))
    checkpoint = Checkpoint(log_origin(so), frontier.size, frontier.root)
    published = None if step is None else step.head
    if published is None:
        return _Plan(size, waiting, frontier, sign_checkpoint(checkpoint, keyring.note), None)
    if not published.text.startswith(checkpoint.text):
        raise Corrupt("RECOVERED_DIFFERS", {"kind": "Checkpoint", "message_id": str(frontier.size)})
    return _Plan(size, waiting, frontier, published.text, published)


def _published(connection: Connection, size: int) -> Step | None:
    """Return what was published of this log and lost: it takes its places again before anything new gets one."""
    places, heads = {}, {}
    for _, message, _ in unmet_values(connection, "LockManifest"):
        value = decode(message, ("LockManifest",)).value
        places[int(value["log_index"])] = bytes.fromhex(value["lock_id"])
    for _, message, sent_at in unmet_values(connection, "Checkpoint"):
        value = decode(message, ("Checkpoint",)).value
        if is_final(value["text"]):
            continue  # it gives no lock its place: hub.agents.closing takes it back when the others are
        head = PublishedHead(value["text"], value["signature"], sent_at, value["timestamp"])
        heads[int(value["tree_size"])] = head
    return next_step(size, places, heads)


def _as_published(connection: Connection, step: Step) -> list[Any]:
    """Return the rows of these locks in their published order; nothing until all of them are locked again."""
    rows = connection.execute(_SQL["unsequenced_of"], (list(step.lock_ids),)).fetchall()
    by_id = {bytes(row[0]): row for row in rows}
    return [by_id[lock_id] for lock_id in step.lock_ids] if len(by_id) == len(step.lock_ids) else []


def _append(connection: Connection, so: str, keyring: Keyring, plan: _Plan, token: bytes) -> int:
    messages = []
    for n, (lock_id, school, manifest, signature, _) in enumerate(plan.waiting):
        if connection.execute(_SQL["place"], (plan.size + n, lock_id)).rowcount != 1:
            raise Corrupt("LOG_BEHIND", {"lock_id": lock_id.hex()})
        request = _request(connection, manifest)
        messages.append(_manifest(so, lock_id, school, manifest, signature, plan.size + n, request))
    frontier, (signature, made_at) = plan.frontier, _sealed(so, keyring, plan)
    row = (frontier.size, frontier.root, frontier.to_hex(), plan.text, signature, made_at, token)
    connection.execute(_SQL["add_checkpoint"], row)
    value = {
        "so": so, "text": plan.text, "signature": signature, "tree_size": frontier.size, "timestamp": token,
    }  # fmt: skip
    messages.append(_outgoing(so, "Checkpoint", str(frontier.size), value))
    put(connection, "log", 0, frontier.size, messages)
    return len(plan.waiting)


def _sealed(so: str, keyring: Keyring, plan: _Plan) -> tuple[str, datetime]:
    """Return the signature by the seal and its time, or the published ones.

    It is signed as of when the last of its locks was asked for: a worker's clock decides nothing.
    """
    if plan.published is not None:
        return plan.published.signature, plan.published.sent_at
    at = max(row[4] for row in plan.waiting)
    scope = {"owner": f"so-{so}"}
    iat = int(at.timestamp())
    return sign(keyring.seal, plan.text, role="so_seal", scope=scope, typ=CHECKPOINT_TYPE, iat=iat), at


def _request(connection: Connection, manifest: bytes) -> tuple[bytes, str]:
    """Return statement and signature of the command that a manifest names: Bộ checks them for itself.

    Where it is gone, or too large to travel, nothing is said: Bộ refuses that lock, and no other lock waits for it.
    """
    asked = bytes.fromhex(read(manifest, Manifest).requested_by)
    row = connection.execute(_SQL["lock_request_of"], (asked,)).fetchone()
    if row is None or len(row[0]) > REQUEST_BYTES_MAX:
        return b"", ""
    return bytes(row[0]), str(row[1])


def _manifest(
    so: str, lock_id: bytes, school: str, manifest: bytes, signature: str, log_index: int, request: tuple[bytes, str]
) -> Outgoing:  # fmt: skip
    value = {
        "lock_id": lock_id.hex(),
        "so": so,
        "school": school,
        "statement": manifest,
        "signature": signature,
        "log_index": log_index,
        "evidence": [],
        "request": request[0],
        "request_signature": request[1],
    }
    return _outgoing(so, "LockManifest", lock_id.hex(), value)


def _outgoing(so: str, kind: str, message_id: str, value: dict[str, Any]) -> Outgoing:
    return Outgoing(locked_topic(so).name, so.encode(), kind, message_id, f"/so/{so}", encode(kind, value))
