"""What ingest judges a request on, and what a replay repeats: the register, a seal's time, earlier answers."""

from datetime import UTC, datetime

from hub.decision.ingest import ManifestRow, Told
from hub.decision.ingest_request import Asked, Request
from hub.domain.statements import IngestStatement, read
from hub.errors import Refused
from hub.recovery import unmet_values
from hub.schemas import decode
from hub.store import Connection
from hub.trust import ChainCache, Snapshot, Status, verify_statement
from hub.trust import read as read_signature

__all__ = ["asked_at", "is_signed", "told_before"]


def asked_at(row: ManifestRow) -> datetime:
    """Return when Sở received the request of a lock: the time that its seal put under the manifest."""
    return datetime.fromtimestamp(read_signature(row.signature).header.iat, UTC)


def is_signed(row: ManifestRow, request: Request, asked: Asked, snapshot: Snapshot, cache: ChainCache) -> bool:
    """Tell whether a request is signed by somebody who may ask for this lock, as of when Sở received it.

    A school that succeeds the one of the lock asks for it; an unknown status refuses nothing, as at Sở.
    """
    at, said = asked_at(row), asked.of_school
    if said.school != row.manifest.school and snapshot.successor_of_school(row.manifest.school, at) != said.school:
        return False
    try:
        verdict = verify_statement(
            request.statement, request.signature, typ=asked.type, scope=asked.scope, roles=asked.roles,
            snapshot=snapshot, proven_at=at, cache=cache,
        )  # fmt: skip
    except Refused:
        return False
    return verdict.status is not Status.INVALID


def told_before(connection: Connection) -> dict[tuple[str, bytes, int], Told]:
    """Return, while a recovery replays, what was answered before: by Sở, lock and attempt."""
    found = {}
    for _, message, _ in unmet_values(connection, "IngestReceipt"):
        value = decode(message, ("IngestReceipt",)).value
        if not value["lock_id"]:
            continue  # about the end of a log, which is decided by nothing but the final head
        said = read(value["statement"], IngestStatement)
        attempt = said.attempt if isinstance(said.attempt, int) else 1
        at_s = int(datetime.fromisoformat(said.at).timestamp())
        found[said.so, bytes.fromhex(said.lock_id), attempt] = Told(at_s, said.codes)
    return found
