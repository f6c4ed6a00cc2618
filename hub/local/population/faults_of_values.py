"""Faults of one document before it is signed: its values and its bytes. Each a small function and a row of a table."""

import unicodedata
from typing import Any

import msgspec

from hub.local.population.fault import DocumentDraft, DocumentFault, Edit, Expected
from hub.local.population.schools import Level

__all__ = ["VALUE_FAULTS"]

_PRIMARY = frozenset({Level.PRIMARY})


def _mark(text: str) -> Edit:
    """Return an edit that writes `text` as the first mark of the document."""

    def edit(draft: DocumentDraft) -> None:
        row = next(r for r in draft.value["subjects"] if "score" in r or r["kind"] == "score")
        row["score" if row["kind"] == "level" else "year"] = text

    return edit


def _remark(text: str) -> Edit:
    """Return an edit that puts `text` before the remarks."""

    def edit(draft: DocumentDraft) -> None:
        draft.value["remarks"] = text + draft.value["remarks"]

    return edit


def _unknown_field(draft: DocumentDraft) -> None:
    draft.value["note"] = "x"


def _composed_to_decomposed(document: bytes) -> bytes:
    return unicodedata.normalize("NFD", document.decode()).encode()


def _with_space(document: bytes) -> bytes:
    return document.replace(b'"class":', b'"class": ', 1)


def _keys_out_of_order(document: bytes) -> bytes:
    value = msgspec.json.decode(document)
    return msgspec.json.encode(dict(reversed(value.items())))


def _null(draft: DocumentDraft) -> None:
    draft.value["remarks"] = None


def _other_rating(draft: DocumentDraft) -> None:
    draft.value["rating"] = "HTXS" if draft.value["rating"] != "HTXS" else "HT"
    draft.value["result"].pop("awards", None)


def _level_of_other_list(draft: DocumentDraft) -> None:
    draft.value["qualities"][0]["level"] = "H"


def _subject_missing(draft: DocumentDraft) -> None:
    draft.value["subjects"] = [row for row in draft.value["subjects"] if row["code"] != "DD"]


def _personal_id_short(draft: DocumentDraft) -> None:
    student = draft.value["student"]
    student.pop("passport", None)
    student["personal_id"] = student.get("personal_id", "001216000001").lstrip("0")[:11]


def _other_sex(draft: DocumentDraft) -> None:
    _with_personal_id(draft)["gender"] = "male" if draft.value["student"]["gender"] == "female" else "female"


def _other_birth_year(draft: DocumentDraft) -> None:
    student = _with_personal_id(draft)
    student["birth_date"] = f"{int(student['birth_date'][:4]) - 1}{student['birth_date'][4:]}"


def _with_personal_id(draft: DocumentDraft) -> dict[str, Any]:
    """A foreigner becomes a citizen: the fault is about personal ids."""
    student: dict[str, Any] = draft.value["student"]
    if "personal_id" not in student:
        digit = 2 * (int(student["birth_date"][:2]) - 19) + (student["gender"] == "female")
        student.pop("passport", None)
        number = student["student_code"][-6:]
        student |= {"nationality": "VN", "personal_id": f"016{digit}{student['birth_date'][2:4]}{number}"}
    return student


def _future_year(draft: DocumentDraft) -> None:
    start = int(draft.value["school_year"][:4]) + 9
    draft.value["school_year"] = draft.scope["school_year"] = f"{start}-{start + 1}"


def _not_completed(draft: DocumentDraft) -> None:
    draft.value["result"] = {"completed": False, "promotion": "retained"}


def _faults() -> tuple[DocumentFault, ...]:
    refused, warned = Expected.REFUSED, Expected.WARNED
    return (
        DocumentFault("mark_above_10", refused, ("MARK_OUT_OF_RANGE",), _mark("11.0")),
        DocumentFault("mark_negative", refused, ("MARK_OUT_OF_RANGE",), _mark("-1")),
        DocumentFault("mark_two_decimals", refused, ("MARK_TOO_PRECISE",), _mark("8.25")),
        DocumentFault("mark_decimal_comma", refused, ("MARK_DECIMAL_COMMA",), _mark("10,0")),
        DocumentFault("unknown_field", refused, ("FIELD_UNKNOWN",), _unknown_field),
        DocumentFault("bidi_character", refused, ("TEXT_FORBIDDEN_CHARACTER",), _remark("\u202e")),
        DocumentFault("zero_width_character", refused, ("TEXT_FORBIDDEN_CHARACTER",), _remark("\u200b")),
        DocumentFault("null_field", refused, ("NULL_VALUE",), _null),
        DocumentFault("level_of_other_list", refused, ("LEVEL_NOT_IN_LIST",), _level_of_other_list, levels=_PRIMARY),
        DocumentFault("subject_missing", refused, ("SUBJECT_MISSING",), _subject_missing, levels=_PRIMARY),
        DocumentFault("rating_wrong", warned, ("RATING_DIFFERS",), _other_rating, levels=_PRIMARY),
        DocumentFault("personal_id_short", refused, ("PERSONAL_ID_MALFORMED",), _personal_id_short),
        DocumentFault("personal_id_other_sex", warned, ("PERSONAL_ID_SEX_DIFFERS",), _other_sex),
        DocumentFault("personal_id_other_year", warned, ("PERSONAL_ID_YEAR_DIFFERS",), _other_birth_year),
        DocumentFault("future_year", refused, ("SCHOOL_YEAR_FUTURE",), _future_year),
        DocumentFault("wrong_round", refused, ("ROUND_NOT_FOR_DOCUMENT",), _not_completed),
        DocumentFault("space_outside_values", refused, ("DOCUMENT_WHITESPACE",), rewrite=_with_space),
        DocumentFault("keys_out_of_order", refused, ("KEY_ORDER",), rewrite=_keys_out_of_order),
        DocumentFault("decomposed_text", refused, ("TEXT_NOT_NFC",), rewrite=_composed_to_decomposed),
    )


VALUE_FAULTS = _faults()
