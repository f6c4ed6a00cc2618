"""The end of a log (đóng nhật ký): when the register closes it, everything accepted is finished, then one final head.

In:  the newest `log_closing` entry; positions of validate in its topic; rounds, locks and records that are not done.
Out: the final checkpoint on hocba.so-<so>.locked.v1, with an extension line that names the Sở that follows (ADR 0031).
Invariant: exactly one final head, over the same tree as the newest head; nothing gets a place after it.
A kill at any step repeats it: nothing stands before the one transaction that writes head and message together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub.agents.stage import Outgoing, put
from hub.errors import Corrupt
from hub.metrics import CLOSING_DUE
from hub.recovery import PublishedHead, is_replaying, unmet_values
from hub.schemas import decode, encode
from hub.signing import Keyring
from hub.store import Connection, unavailable
from hub.store.queries import queries_of
from hub.topics import command
from hub.topics import locked as locked_topic
from hub.trust import CHECKPOINT_TYPE, Checkpoint, Frontier, log_origin, sign, sign_checkpoint, split_note

__all__ = ["CLOCKS_APART_MAX", "Ends", "Stamp", "close_once", "is_closed", "is_final"]

CLOCKS_APART_MAX = timedelta(seconds=10)
"""So far the clocks of brokers and database may be apart: earlier the log does not end after its closing is due."""
_log = structlog.get_logger()
_SQL = queries_of("so")
_PART = 1  # of the outbox's source `log`: the final head has the size of the one before it, which stands under part 0
Stamp = Callable[[Connection, bytes, datetime, float], bytes]
"""Returns the time-stamp token over a head (text, now, age in seconds of what waits for it), or b"" for none."""
Ends = Callable[[], Mapping[int, int]]
"""Returns the end offset of each partition of the Sở's commands. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class _Final:
    """The final head as it will stand; `published` as it was published before, None where it is new."""

    checkpoint: Checkpoint
    text: bytes
    at: datetime
    published: PublishedHead | None


def is_final(text: bytes) -> bool:
    """Tell whether a signed note is a final head. Raises Refused NOTE_WRONG, CHECKPOINT_WRONG."""
    return Checkpoint.of(split_note(text)[0]).successor is not None


def is_closed(connection: Connection) -> bool:
    """Tell whether the log has ended."""
    return connection.execute(_SQL["closing"]).fetchone() is not None


def close_once(connection: Connection, so: str, keyring: Keyring, stamp: Stamp, ends: Ends) -> bool:
    """End the log if its closing is due and nothing is left to finish; tell whether it ended now.

    Who calls, calls again: while something is left it waits, and once it has ended nothing is done any more. Raises
    Unavailable without database, broker or time-stamp authority, Corrupt(RECOVERED_DIFFERS) when a log that was built
    again is another one.
    """
    with unavailable():
        due = connection.execute(_SQL["closing_due"], (so,)).fetchone()
        if due is None or is_closed(connection):
            CLOSING_DUE.labels(so).set(0)
            return False
        successor, since, now = due
        age_s = (now - since).total_seconds()
        CLOSING_DUE.labels(so).set(max(0.0, age_s))
        final = _planned(connection, so, keyring, successor, since)
        if final.published is None and (now < since + CLOCKS_APART_MAX or not _is_finished(connection, so, ends)):
            return False
    token = stamp(connection, final.text, now, age_s) if final.published is None else final.published.timestamp
    with unavailable(), connection.transaction():
        connection.execute(_SQL["sequence"])
        size, root = _log_of(connection)
        if is_closed(connection) or _left(connection) or size != final.checkpoint.size:
            return False  # another worker was first, the log has grown, or a replay is not so far yet
        if root != final.checkpoint.root:
            raise Corrupt("RECOVERED_DIFFERS", {"kind": "Checkpoint", "message_id": f"{size}/closed"})
        _write(connection, so, keyring, final, token)
    _log.warning("log_closed", so=so, successor=final.checkpoint.successor, tree_size=final.checkpoint.size)
    CLOSING_DUE.labels(so).set(0)
    return True


def _planned(connection: Connection, so: str, keyring: Keyring, successor: str, since: datetime) -> _Final:
    """Return the final head: the one that was published and lost, or a new one over the tree as it is."""
    size, root = _log_of(connection)
    for _, message, sent_at in unmet_values(connection, "Checkpoint"):
        value = decode(message, ("Checkpoint",)).value
        if is_final(value["text"]):
            published = PublishedHead(value["text"], value["signature"], sent_at, value["timestamp"])
            return _Final(Checkpoint.of(split_note(value["text"])[0]), value["text"], sent_at, published)
    checkpoint = Checkpoint(log_origin(so), size, root, successor)
    row = connection.execute(_SQL["last_asked_at"]).fetchone()
    asked_at = since if row is None or row[0] is None else row[0]
    return _Final(checkpoint, sign_checkpoint(checkpoint, keyring.note), max(since, asked_at), None)


def _log_of(connection: Connection) -> tuple[int, bytes]:
    head = connection.execute(_SQL["head"]).fetchone()
    frontier = Frontier() if head is None else Frontier.of_hex(*head)
    return frontier.size, frontier.root


def _is_finished(connection: Connection, so: str, ends: Ends) -> bool:
    """Tell whether every command that came in time is decided, and what they asked for is in the log.

    The ends are asked after the closing was due: what is appended behind them is too late, and refused.
    """
    if is_replaying(connection) or _left(connection):
        return False
    done: dict[int, int] = dict(connection.execute(_SQL["done_until"], ("validate", command(so).name)).fetchall())
    if any(done.get(part, 0) < end for part, end in ends().items()):
        return False
    return not _left(connection)  # what was decided between the two looks


def _left(connection: Connection) -> bool:
    row = connection.execute(_SQL["closing_waits"]).fetchone()
    return row is not None and any(row)


def _write(connection: Connection, so: str, keyring: Keyring, final: _Final, token: bytes) -> None:
    head, signature = final.checkpoint, _sealed(so, keyring, final)
    row = (head.size, head.root, head.successor, final.text, signature, final.at, token)
    connection.execute(_SQL["add_closing"], row)
    value: dict[str, Any] = {
        "so": so, "text": final.text, "signature": signature, "tree_size": head.size, "timestamp": token,
    }  # fmt: skip
    body = encode("Checkpoint", value)
    message = Outgoing(locked_topic(so).name, so.encode(), "Checkpoint", f"{head.size}/closed", f"/so/{so}", body)
    put(connection, "log", _PART, head.size, [message])


def _sealed(so: str, keyring: Keyring, final: _Final) -> str:
    """Return the signature by the seal, as of when the closing was due: a worker's clock decides nothing."""
    if final.published is not None:
        return final.published.signature
    scope = {"owner": f"so-{so}"}
    iat = int(final.at.timestamp())
    return sign(keyring.seal, final.text, role="so_seal", scope=scope, typ=CHECKPOINT_TYPE, iat=iat)
