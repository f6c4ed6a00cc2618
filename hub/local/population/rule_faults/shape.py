"""Faults of bytes and shape: what cannot be read, or is not a transcript, under every circular."""

from collections.abc import Sequence
from typing import Any

from hub.local.population.rule_faults.rule_fault import Json, Plant, RuleFault, refused, rewritten

__all__ = ["SHAPE_FAULTS"]

_DEEP = 80
_LARGE = 300_000  # bytes
_HUGE = 10**30


def _set(value: Any, *path: str) -> Plant:
    """Return an edit that writes `value` at a path of names."""

    def plant(document: Json) -> bool:
        for name in path[:-1]:
            document = document[name]
        document[path[-1]] = value
        return True

    return plant


def _class_missing(value: Json) -> bool:
    return value.pop("class", None) is not None


def _mark(mark: Any) -> Plant:
    """Return an edit that writes `mark` over the first mark of the document."""

    def plant(value: Json) -> bool:
        for row in value["subjects"]:
            name = next((n for n in ("score", "semester_1") if row.get(n, "Đ") not in ("Đ", "CĐ")), None)
            if name is not None:
                row[name] = mark
                return True
        return False

    return plant


def _key_twice(document: bytes) -> bytes:
    return document.replace(b'"class":', b'"class":"1A","class":', 1)


def _escaped(document: bytes) -> bytes:
    """Write a letter of the year as an escape: the same value in other bytes."""
    return document.replace(b'"school_year":"2', b'"school_year":"\\u0032', 1)


def _deep(document: bytes) -> bytes:
    return document[:-1] + b',"z":' + b"[" * _DEEP + b"]" * _DEEP + b"}"


SHAPE_FAULTS: Sequence[RuleFault] = (
    refused("FIELD_MISSING", _class_missing),
    refused("FIELD_TYPE", _set(5, "class")),
    refused("DOCUMENT_TYPE_UNKNOWN", _set("vn.hocba.transcript/9", "type")),
    refused("VALUE_NOT_IN_LIST", _set("x", "student", "gender")),
    refused("TEXT_MALFORMED", _set("14/03/2015", "student", "birth_date")),
    refused("TEXT_LENGTH", _set("", "remarks")),
    refused("NUMBER_OUT_OF_RANGE", _set(13, "grade")),
    refused("NUMBER_NOT_INTEGER", _set(1.5, "absences", "excused")),
    refused("NUMBER_TOO_LARGE", _set(_HUGE, "absences", "excused")),
    refused("MARK_MALFORMED", _mark("tám")),
    refused("MARK_NOT_TEXT", _mark(8)),
    rewritten("DOCUMENT_BOM", lambda document: b"\xef\xbb\xbf" + document),
    rewritten(
        "DOCUMENT_NOT_UTF8",
        lambda document: document.replace(b'"remarks":"', b'"remarks":"\xff', 1),
        beside=("TEXT_FORBIDDEN_CHARACTER",),
    ),
    rewritten("DOCUMENT_NOT_JSON", lambda document: document[:-1]),
    rewritten("DOCUMENT_TOO_DEEP", _deep),
    rewritten("DOCUMENT_TOO_LARGE", lambda document: document + b" " * _LARGE),
    rewritten("DOCUMENT_NOT_CANONICAL", _escaped),
    rewritten("KEY_TWICE", _key_twice),
)
