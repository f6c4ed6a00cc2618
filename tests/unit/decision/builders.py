"""Commands as they stand before the decision, without keys or bytes that nobody reads here."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace as with_fields

from hub.decision import Judged, Outcome, Prepared, RecordKey, set_root
from hub.domain.statements import Command, LockRequest, Recall, RoundName, Submission, encode
from hub.trust import Origin, SealedGrade, sign
from tests.unit.domain.builders import a_transcript

AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
LATE = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
SCHOOL, OTHER_SCHOOL, THIRD_SCHOOL = "0101001", "0101002", "0101003"
YEAR = "2025-2026"
SO = "ha-noi"
_TRANSCRIPT = a_transcript()


class _Anyone:
    """Signs readably and worthlessly: a decision looks at headers alone."""

    alg, certificate_sha256 = "ES256", bytes(32)

    def sign(self, data: bytes) -> bytes:
        return hashlib.sha512(data).digest()


def a_signature(iat: int = 1) -> str:
    """Return a readable signature; another number makes another one."""
    return sign(_Anyone(), b"", role="school_seal", scope={}, typ=_TRANSCRIPT.type, iat=iat)


def a_seal(grade: SealedGrade = "derived", source_sha256: str = "cd" * 32, role: str = "system_seal") -> str:
    """Return a readable seal that claims a grade."""
    mapping = {} if grade == "legacy_evidence" else {"mapping": "tien-giang/1", "mapping_sha256": "ab" * 32}
    origin = Origin(grade=grade, source_sha256=source_sha256, system="ho-so-tien-giang", **mapping)
    return sign(_Anyone(), b"", role=role, scope={}, typ=_TRANSCRIPT.type, iat=1, origin=origin)


def sha(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def a_judged(pupil: str = "id:1", text: str = "first", school: str = SCHOOL, n: int = 0, **changes: Any) -> Judged:
    """Make a good document of one pupil; `text` and `supersedes` make its bytes."""
    supersedes: bytes | None = changes.pop("supersedes", None)
    period = changes.pop("period", "year")
    bytes_ = f"{school}/{pupil}/{period}/{text}/{supersedes.hex() if supersedes else ''}".encode()
    transcript = with_fields(_TRANSCRIPT, supersedes=supersedes.hex() if supersedes else UNSET)
    fields: dict[str, Any] = {
        "n": n,
        "document": bytes_,
        "document_sha256": hashlib.sha256(bytes_).digest(),
        "envelope_sha256": sha("envelope"),
        "signatures": (a_signature(),),
        "transcript": transcript,
        "record": RecordKey(school, pupil, YEAR, period),
        "findings": (),
    }
    return Judged(**fields | changes)


def a_submission(
    *documents: Judged, command_id: str = "submit-0001", school: str = SCHOOL, cohort: str = "completed",
    number: int = 1, mode: str = "each", **changes: Any,
) -> Prepared:  # fmt: skip
    statement = Submission(
        command_id=command_id,
        documents=tuple(d.document_sha256.hex() for d in documents),
        issued_at="2026-06-15T02:59:00Z",
        mode=mode,  # type: ignore[arg-type]
        round=RoundName(cohort=cohort, number=number),  # type: ignore[arg-type]
        school=school,
        school_year=YEAR,
        type="vn.hocba.submission/1",
    )
    numbered = tuple(_numbered(d, n) for n, d in enumerate(documents))
    return a_command(statement, documents=numbered, transcript_count=len(documents), **changes)


def a_recall(
    document_sha256: bytes, command_id: str = "recall-0001", school: str = SCHOOL, cohort: str = "completed",
    **changes: Any,
) -> Prepared:  # fmt: skip
    statement = Recall(
        command_id=command_id, document_sha256=document_sha256.hex(), issued_at="2026-06-15T02:59:00Z",
        reason="sai điểm", round=RoundName(cohort=cohort, number=1), school=school,  # type: ignore[arg-type]
        school_year=YEAR, type="vn.hocba.recall/1",
    )  # fmt: skip
    return a_command(statement, **changes)


def a_lock_request(
    hashes: Sequence[bytes], command_id: str = "lock-00001", school: str = SCHOOL, cohort: str = "completed",
    count: int | None = None, **changes: Any,
) -> Prepared:  # fmt: skip
    statement = LockRequest(
        command_id=command_id, count=len(hashes) if count is None else count, issued_at="2026-06-15T02:59:00Z",
        root=set_root(list(hashes)).hex(), round=RoundName(cohort=cohort, number=1),  # type: ignore[arg-type]
        school=school, school_year=YEAR, type="vn.hocba.lock-request/1",
    )  # fmt: skip
    return a_command(statement, **changes)


def a_command(statement: Command, **changes: Any) -> Prepared:
    data = encode(statement)
    signature = changes.pop("signature", "header..signature")
    fields: dict[str, Any] = {
        "message_sha256": sha(f"{data!r} {signature} {changes.get('part', 0)}"),
        "topic": "hocba.so-ha-noi.command.v1",
        "part": 0,
        "offset": 0,
        "at": AT,
        "kind": type(statement).__name__,
        "school": statement.school,
        "command_id": statement.command_id,
        "statement": data,
        "statement_sha256": hashlib.sha256(data).digest(),
        "signature": signature,
        "register_version": 7,
        "authentic": True,
        "findings": (),
        "command": statement,
        "signer": f"principal {statement.school}",
    }
    return Prepared(**fields | changes)


def answers_of(outcome: Outcome) -> list[tuple[str, str | None]]:
    """Return (outcome, state) of each transcript."""
    return [(a.outcome, a.state) for a in outcome.answers]


def codes_of(outcome: Outcome, n: int | None = None) -> list[str]:
    """Return the codes of the command, or those of its n-th transcript."""
    found = outcome.findings if n is None else outcome.answers[n].findings
    return [f.code for f in found]


def _numbered(document: Judged, n: int) -> Judged:
    return replace(document, n=n)
