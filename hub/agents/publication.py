"""The national stream: a transcript without name, address or parents, under a key that only Bộ can make."""

import hmac
from typing import Any

from msgspec import UNSET

from hub.domain import read
from hub.domain.transcript import Assessed, Subject, Transcript, YearLevels
from hub.errors import Corrupt
from hub.schemas import encode
from hub.store.bo.published import PublishedRow

__all__ = ["former_key", "publication"]


def publication(so: str, lock_id: str, row: PublishedRow, secret: bytes) -> tuple[bytes, str, bytes]:
    """Return (key, message id, message) of one ingested transcript; `secret` is Bộ's."""
    transcript = read(row.document).transcript
    if transcript is None:
        raise Corrupt("LEAF_DIFFERS", {"lock_id": lock_id})
    pupil_key, key = _keys(transcript, row.surrogate, secret)
    value = _value(transcript) | {
        "pupil_key": pupil_key,
        "version": row.version,
        "document_sha256": row.document_sha256,
        "leaf_sha256": row.leaf_sha256,
        "so": so,
        "lock_id": lock_id,
        "log_index": row.log_index,
        "effective_on": row.effective_on.isoformat(),
        "evidence": row.evidence,
    }
    return key, f"{lock_id}/{row.leaf_sha256.hex()}", encode("Transcript", value)


def former_key(document: bytes, surrogate: bytes, secret: bytes) -> bytes:
    """Return the key of a transcript under another surrogate: where it stood before a link moved it."""
    transcript = read(document).transcript
    if transcript is None:
        raise Corrupt("LEAF_DIFFERS")
    return _keys(transcript, surrogate, secret)[1]


def _keys(t: Transcript, surrogate: bytes, secret: bytes) -> tuple[str, bytes]:
    pupil_key = hmac.digest(secret, b"pupil-key\n" + surrogate, "sha256").hex()
    return pupil_key, f"{pupil_key}/{t.school_year}/{t.period}/{t.school.code}".encode()


def _value(t: Transcript) -> dict[str, Any]:
    return {
        "school": t.school.code,
        "school_year": t.school_year,
        "period": t.period,
        "grade": t.grade,
        "regulation": t.regulation,
        "completed": t.result.completed,
        "rating": _or_none(t.rating),
        "subjects": [_subject(s) for s in t.subjects],
        "qualities": _assessed(t.qualities),
        "competences": _assessed(t.competences),
        "learning": _levels(t.learning),
        "training": _levels(t.training),
    }


def _subject(s: Subject) -> dict[str, Any]:
    names = ("semester_1", "semester_2", "year", "retake", "score", "level")
    shown = {name: _or_none(getattr(s, name)) for name in names}
    return {"code": s.code, "kind": s.kind, "exempt": s.exempt is True} | shown


def _assessed(rows: Any) -> list[dict[str, str]]:
    found: tuple[Assessed, ...] = () if rows is UNSET else rows
    return [{"code": a.code, "level": a.level} for a in found]


def _levels(levels: Any) -> dict[str, Any] | None:
    if not isinstance(levels, YearLevels):
        return None
    return {name: _or_none(getattr(levels, name)) for name in ("semester_1", "semester_2", "year", "retake")}


def _or_none(value: Any) -> Any:
    return None if value is UNSET else value
