"""What a connector writes back into an outside system."""

from typing import Any, Literal

import msgspec

__all__ = ["Answer", "AnswerKind"]

AnswerKind = Literal["receipt", "incoming_pupil", "correction"]


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer. `answer_id` (SHA-256, hex) is derived from what it tells: writing it twice is writing it once.

    `school` and `school_year` are empty where nothing says them: not the record, and not where it stands.
    Answers of one `group` are written in one call. `at`: UTC instant. `outcome`: not_sent, accepted, unchanged,
    refused, locked, ingested, corrected or incoming. `findings` are rendered in both languages. `documents` are
    canonical JSON: the new version of a correction, the history of an incoming pupil. `statement` (base64) and
    `signature` are Sở's signed receipt, byte for byte. `request` is the number of the unlock request that is answered.
    """

    answer_id: str
    kind: AnswerKind
    group: str
    school: str
    school_year: str
    at: str
    outcome: str
    record_key: str | None = None
    place: str | None = None
    findings: tuple[dict[str, Any], ...] = ()
    documents: tuple[str, ...] = ()
    statement: str | None = None
    signature: str | None = None
    request: str | None = None
