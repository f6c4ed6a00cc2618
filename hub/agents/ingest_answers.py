"""Bộ's answers: the signed receipt of each decision about a lock, and the national stream of what was promoted;
and its word that it has cosigned the final head of a closed log.
"""

import hashlib
from datetime import UTC, datetime

from msgspec import UNSET

from hub.agents.receipts import instant
from hub.agents.stage import Outgoing
from hub.decision.ingest import Head, LockVerdict
from hub.domain.statements import ClosingStatement, IngestStatement, encode
from hub.schemas import encode as encode_message
from hub.signing import Keyring
from hub.topics import bo_receipt, bo_transcript
from hub.trust import sign

__all__ = ["answers_to", "closing_answer"]


def answers_to(
    verdict: LockVerdict, keyring: Keyring, *, at_s: int, tree_size: int, cosignature: str
) -> list[Outgoing]:  # fmt: skip
    """Return the receipt of one decision, and what it publishes; `tree_size` is that of the head it rests on."""
    receipt = _receipt(verdict, keyring, at_s, tree_size, cosignature)
    return [receipt, _publication(verdict)] if verdict.documents else [receipt]


def _receipt(verdict: LockVerdict, keyring: Keyring, at_s: int, tree_size: int, cosignature: str) -> Outgoing:
    row = verdict.row
    statement = IngestStatement(
        at=instant(datetime.fromtimestamp(at_s, UTC)),
        attempt=verdict.attempt if verdict.attempt > 1 else UNSET,
        codes=verdict.codes,
        count=len(verdict.documents),
        lock_id=row.manifest.lock_id,
        log_index=row.log_index,
        missing=UNSET if verdict.missing is None else verdict.missing,
        outcome="refused" if verdict.codes else "ingested",
        root=row.manifest.root,
        so=row.so,
        tree_size=tree_size,
        type="vn.hocba.ingest-receipt/1",
    )
    receipt_id = _id(row.so, statement.lock_id, verdict.attempt)
    return _signed(statement, keyring, at_s, receipt_id, statement.lock_id, cosignature)


def closing_answer(head: Head, keyring: Keyring, cosignature: str) -> Outgoing:
    """Return Bộ's signed word that it has the final head; it names no lock, for it is about the whole log."""
    assert head.successor is not None
    statement = ClosingStatement(
        at=instant(datetime.fromtimestamp(head.at_s, UTC)), root=head.root.hex(), so=head.so, successor=head.successor,
        tree_size=head.size, type="vn.hocba.closing-receipt/1",
    )  # fmt: skip
    return _signed(statement, keyring, head.at_s, _id(head.so, "closed", 1), "", cosignature)


def _signed(
    statement: IngestStatement | ClosingStatement, keyring: Keyring, at_s: int, receipt_id: str, lock_id: str,
    cosignature: str,
) -> Outgoing:  # fmt: skip
    payload = encode(statement)
    signature = sign(keyring.seal, payload, role="bo_seal", scope={"owner": "bo"}, typ=statement.type, iat=at_s)
    value = {
        "receipt_id": receipt_id, "so": statement.so, "lock_id": lock_id, "statement": payload,
        "signature": signature, "cosignature": cosignature,
    }  # fmt: skip
    body = encode_message("IngestReceipt", value)
    return Outgoing(bo_receipt().name, statement.so.encode(), "IngestReceipt", receipt_id, "/bo", body)


def _id(so: str, lock_id: str, attempt: int) -> str:
    """Derive the id: that of a first decision is as ever, each further one has its own."""
    again = f"\n{attempt}" if attempt > 1 else ""
    return hashlib.sha256(f"bo\n{so}\n{lock_id}{again}".encode()).hexdigest()[:32]


def _publication(verdict: LockVerdict) -> Outgoing:
    lock_id = verdict.row.manifest.lock_id
    reference = {"transcripts": [verdict.row.so, lock_id]}
    return Outgoing(bo_transcript().name, None, "Transcript", lock_id, "/bo", reference=reference)
