"""Links of identifiers at Bộ: a Sở's signed decision is verified again, kept, and the national stream follows it.

What a pupil has under a former identifier is published again under the key of the present one, and the former key gets
a tombstone. The messages of a move are built from rows that never change, so they are always the same.
"""

import hashlib
from collections.abc import Iterable, Sequence

from hub.agents.stage import Outgoing, Record
from hub.decision import KINDS
from hub.decision.placement import Linked
from hub.domain.statements import IdentityCorrection, read
from hub.errors import Refused
from hub.schemas import Message
from hub.store import Connection
from hub.store.bo import Place, settle_lock, write_link
from hub.store.bo.identity import Surrogate
from hub.topics import bo_transcript
from hub.trust import ChainCache, Snapshot, Status, verify_statement

__all__ = ["read_link", "take_in_link", "with_moves"]


def read_link(record: Record, message: Message, snapshot: Snapshot, cache: ChainCache) -> Linked:
    """Read a link and verify who signed it. Raises Refused IDENTITY_LINK_FOREIGN, IDENTITY_LINK_UNSIGNED."""
    value = message.value
    said = read(value["statement"], IdentityCorrection)
    if (said.so, said.command_id) != (value["so"], value["command_id"]) or said.former == said.present:
        raise Refused("IDENTITY_LINK_FOREIGN")
    verdict = verify_statement(
        value["statement"], value["signature"], typ=said.type, scope=said.scope,
        roles=KINDS["IdentityCorrection"].roles, snapshot=snapshot, proven_at=record.at, cache=cache,
    )  # fmt: skip
    if verdict.status is Status.INVALID:
        raise Refused("IDENTITY_LINK_UNSIGNED", {"codes": " ".join(f.code for f in verdict.findings)})
    digest = hashlib.sha256(value["statement"]).digest()
    return Linked(said.so, digest, value["statement"], value["signature"], said, record.at, record.offset)


def take_in_link(connection: Connection, linked: Linked, surrogate: Surrogate) -> list[Outgoing]:
    """Keep a link and return what moves in the national stream because of it."""
    return _moved(linked.statement_sha256.hex(), write_link(connection, linked, surrogate))


def with_moves(
    connection: Connection,
    so: str,
    lock_ids: Iterable[bytes],
    at_s: int,
    surrogate: Surrogate,
    messages: list[Outgoing],
) -> list[Outgoing]:
    """Return the messages of a head, and behind them what moves because its pupils have other identifiers."""
    for lock_id in lock_ids:
        messages = messages + _moved(lock_id.hex(), settle_lock(connection, so, lock_id, at_s, surrogate))
    return messages


def _moved(cause: str, places: Sequence[Place]) -> list[Outgoing]:
    if not places:
        return []
    reference = {"moved": [cause, [[so, lock_id.hex(), n, step] for so, lock_id, n, step in places]]}
    return [Outgoing(bo_transcript().name, None, "Transcript", cause, "/bo", reference=reference)]
