"""Builders for the school's side: batches of honest transcripts, signers, receipts; seconds count from ISSUED_S."""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from hub.client import Batch, JudgedRow, ReadReceipt, Rounds, SentCommand, judge_document, prepare_batch, sign_batch
from hub.domain import Transcript, canonical
from hub.domain.statements import ReceiptDocument, ReceiptStatement, RoundName, encode
from hub.local.pki import Pki
from hub.signing import Signer
from tests.unit.domain.builders import SUMMER, a_student, a_transcript

ISSUED_AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
ISSUED_S = int(ISSUED_AT.timestamp())
CHAIN = ("homeroom_teacher", "principal", "school_seal")
FIRST = RoundName(cohort="completed", number=1)


@cache
def _pki() -> Pki:
    return Pki.create(ISSUED_AT)


@cache
def signer(name: str = "anyone", alg: str = "ES256") -> Signer:
    """Return the key of somebody; the same name is the same person."""
    year = timedelta(days=365)
    return _pki().issue(name, "person", alg, ISSUED_AT - year, ISSUED_AT + year).signer


def transcripts(count: int, **changes: Any) -> list[Transcript]:
    """Make transcripts of different pupils."""
    return [
        a_transcript(student=a_student(student_code=f"01{n:08d}", personal_id=f"001217{n:06d}"), **changes)
        for n in range(1, count + 1)
    ]


def rows_of(documents: Iterable[Transcript]) -> list[JudgedRow]:
    """Judge documents as the rows 1, 2, ... of a file."""
    judged = [judge_document("lop.jsonl", canonical(t), SUMMER) for t in documents]
    return [JudgedRow(r.file, r.findings, r.verdict, "", n, r.transcript, r.document) for n, r in enumerate(judged, 1)]


def a_batch(folder: Path, documents: Sequence[Transcript] | None = None, **rounds: Any) -> Batch:
    """Write a batch, by default of three pupils."""
    made = prepare_batch(rows_of(transcripts(3) if documents is None else documents), folder / "lo", Rounds(**rounds))
    assert made.batch is not None
    return made.batch


def sign_all(batch: Batch, roles: Sequence[str] = CHAIN) -> Batch:
    """Let each role sign with a key of its own."""
    for role in roles:
        sign_batch(batch, role, signer(role), ISSUED_S)
    return batch


def sha(text: str) -> str:
    """Return a hash to stand for a document."""
    return hashlib.sha256(text.encode()).hexdigest()


def a_command(command_id: str, *documents: str, kind: str = "Submission", **changes: Any) -> SentCommand:
    """Make what was sent."""
    fields: dict[str, Any] = {"school": "0101001", "school_year": "2025-2026", "round": FIRST, "documents": documents}
    return SentCommand(command_id, kind, **(fields | changes))


def a_receipt(
    command_id: str, second: int, *outcomes: tuple[str, str, str], kind: str = "Submission", outcome: str = "accepted"
) -> ReadReceipt:
    """Make an answer of Sở; `outcomes` are (hash, outcome, state) of the documents."""
    at = ISSUED_AT + timedelta(seconds=second)
    documents = tuple(ReceiptDocument(document_sha256=h, outcome=o, state=s) for h, o, s in outcomes)
    statement = ReceiptStatement(
        at=f"{at:%Y-%m-%dT%H:%M:%S}.000Z", command_id=command_id, documents=documents, findings=(), kind=kind,
        outcome=outcome, register_version=1, school="0101001", so="ha-noi", type="vn.hocba.receipt/1",
    )  # fmt: skip
    return ReadReceipt(f"{command_id}/{second}", statement, encode(statement), "", at)


def with_fields(transcript: Transcript, **changes: Any) -> Transcript:
    """Change fields of a transcript."""
    return replace(transcript, **changes)


def header_of(compact: str) -> dict[str, Any]:
    """Return the protected header of a signature, read without the hub."""
    text = compact.split(".", maxsplit=1)[0]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found
