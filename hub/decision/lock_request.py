"""Đề nghị chốt: the principal means exactly this set. Only the same set closes the round.

Whom it leaves out is compared with the roster (`hub.decision.completeness`).
"""

import hashlib

from hub.decision.command import Prepared
from hub.decision.completeness import check_completeness
from hub.decision.known import Current, Known, RoundKey
from hub.decision.outcome import Outcome
from hub.decision.submission import closed_facts
from hub.domain.findings import Finding, finding, refuses
from hub.domain.statements import LockRequest
from hub.trust.merkle import leaf_hash, root

__all__ = ["decide_lock_request", "lock_id_of", "set_root"]

_LISTED_MAX = 200  # hashes in one refusal; the count says how many there are


def set_root(document_hashes: list[bytes]) -> bytes:
    """Return the RFC 9162 root over document hashes (32 bytes each, leaf data) in ascending order."""
    return root([leaf_hash(data) for data in sorted(document_hashes)])


def lock_id_of(so: str, key: RoundKey) -> bytes:
    """Return the id of the one lock that a round can have: derived, so that a replay gives the same."""
    return hashlib.sha256("\n".join(("vn.hocba.lock/1", so, *map(str, key))).encode()).digest()


def decide_lock_request(command: Prepared, known: Known, so: str) -> Outcome:
    """Close the round when its state, its set and its root allow it."""
    assert command.round is not None
    key = known.round_of(command.round)
    objection = _objection(command, known, key)
    if objection is not None:
        return Outcome(command, "refused", (objection,))
    told = (*check_completeness(command, known), *_spent(known, key))
    if refuses(told):
        return Outcome(command, "refused", told)
    return Outcome(command, findings=told).closed(key, lock_id_of(so, key))


def _spent(known: Known, key: RoundKey) -> tuple[Finding, ...]:
    """Tell which pupils of a correction come to no new version, since its round closes now."""
    left = sum(row.state == "approved" for row in known.items_in(key).values())
    return (finding("CORRECTION_WINDOW_SPENT", "$.round", facts={"count": str(left)}),) if left else ()


def _objection(command: Prepared, known: Known, key: RoundKey) -> Finding | None:
    statement = command.command
    assert isinstance(statement, LockRequest)
    row = known.rounds.get(key)
    if row is not None and row.state != "open":
        return finding("ROUND_CLOSED", "$.round", facts=closed_facts(row))
    if row is None or key not in known.by_round:  # a row alone may come from a submission later in the same batch
        return finding("ROUND_UNKNOWN", "$.round")
    documents = known.in_round(key)
    pending = [d for d in documents if d.state == "pending"]
    if pending:
        return finding("LOCK_PENDING", "$.round", facts={"count": str(len(pending))})
    ready = [d for d in documents if d.state == "open"]
    return _set_objection(statement, ready) or _status_objection(command, known, ready)


def _status_objection(command: Prepared, known: Known, documents: list[Current]) -> Finding | None:
    """Judge revocation again: a certificate revoked since the submission keeps its documents out of the lock.

    One whose signatures are not at hand (released earlier in the same batch) is not judged, and so not locked yet.
    """
    if command.judge_again is None:
        return None
    signatures = [(d, known.signatures.get((d.message_sha256, d.n))) for d in documents]
    again = {d: command.judge_again(s) for d, s in signatures if s}
    bad = sorted(d.document_sha256.hex() for d, found in again.items() if refuses(found))
    if bad:
        facts = {"count": str(len(bad)), "documents": " ".join(bad[:_LISTED_MAX])}
        return finding("LOCK_REVOKED", "$.round", facts=facts)
    unsettled = len(documents) - sum(not found for found in again.values())
    return finding("LOCK_PENDING", "$.round", facts={"count": str(unsettled)}) if unsettled else None


def _set_objection(statement: LockRequest, documents: list[Current]) -> Finding | None:
    if not documents:
        return finding("LOCK_EMPTY", "$.round")
    hashes = [d.document_sha256 for d in documents]
    if statement.count == len(hashes) and bytes.fromhex(statement.root) == set_root(hashes):
        return None
    listed = " ".join(h.hex() for h in sorted(hashes)[:_LISTED_MAX])
    facts = {"count": str(len(hashes)), "root": set_root(hashes).hex(), "documents": listed}
    return finding("LOCK_SET_DIFFERS", "$.root", facts=facts)
