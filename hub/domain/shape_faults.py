"""The slow way of reading, part two: what is wrong with a document's shape, every field at once.

The JSON Schema comes from the typed document itself, so that there is one definition. Each schema keyword becomes a
code of its own, with the path, the value and, where one exists, a proposed repair.
"""

import difflib
import functools
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec

from hub.domain.bytes_faults import MARK_FIELDS, RawNumber
from hub.domain.characters import visible
from hub.domain.findings import FINDING_COUNT_MAX, Finding, finding
from hub.domain.marks import MARKS, mark_fault
from hub.domain.paths import child, path_of
from hub.domain.transcript import Transcript

__all__ = ["SCHEMA_ID", "schema", "shape_faults"]

SCHEMA_ID = "urn:vn.hocba:transcript:1"

_FORMS = {
    "birth_date": "YYYY-MM-DD, YYYY-MM hoặc YYYY",
    "school_year": "YYYY-YYYY",
    "province": "2 chữ số",
    "supersedes": "64 hex",
    "document_sha256": "64 hex",
}
_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", RawNumber: "number"}


@functools.cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the document; treat it as read-only."""
    made = msgspec.json.schema(Transcript)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return head | made


@functools.cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  (slow to import, and needed for bad documents only)

    return Draft202012Validator(schema())


def shape_faults(value: Any) -> list[Finding]:
    """Return what the schema has against a parsed value, at most FINDING_COUNT_MAX findings."""
    faults = (found for error in _validator().iter_errors(value) for found in _translate(error))
    return list(islice(faults, FINDING_COUNT_MAX))


def _translate(error: Any) -> Iterator[Finding]:
    parts = list(error.absolute_path)
    if error.instance is None:
        return  # NULL_VALUE has been said already
    mark = len(parts) == 3 and parts[0] == "subjects" and parts[2] in MARK_FIELDS and error.validator != "enum"
    if mark:
        yield _mark(path_of(parts), error.instance)
        return
    if isinstance(error.instance, RawNumber):
        return  # NUMBER_NOT_INTEGER or NUMBER_TOO_LARGE has been said already
    translate = _BY_KEYWORD.get(error.validator)
    if translate is None:
        yield finding("DOCUMENT_SHAPE", path_of(parts))
    else:
        yield from translate(error, path_of(parts), str(parts[-1]) if parts else "")


def _shown(value: Any) -> str | None:
    """Return a short, visible form of a scalar; containers are not shown."""
    if isinstance(value, RawNumber):
        return visible(value.text[:60])
    return visible(str(value)[:200]) if isinstance(value, str | int) else None


def _mark(path: str, value: Any) -> Finding:
    if not isinstance(value, str | int | RawNumber) or isinstance(value, bool):
        return finding("FIELD_TYPE", path, None, {"expected": "string", "got": _TYPES.get(type(value), "object")})
    text = value.text if isinstance(value, RawNumber) else str(value)
    if isinstance(value, str) and value in MARKS:  # a mark of another list, such as "8.0" where Đ/CĐ stands
        return finding("TEXT_MALFORMED", path, text, {"expected": "0.0–10.0"})
    code, facts = mark_fault(text[:60], isinstance(value, str))
    return finding(code, path, visible(text[:60]), facts)


def _unknown(error: Any, path: str, _key: str) -> Iterator[Finding]:
    known = list(error.schema.get("properties", {}))
    for field in error.instance:
        if field in known:
            continue
        near = difflib.get_close_matches(field[:60], known, 1)
        hints = {"hint_vi": f"Có phải “{near[0]}” không?", "hint_en": f"Did you mean “{near[0]}”?"} if near else {}
        facts = {"field": visible(field[:60]), "hint_vi": "", "hint_en": ""} | hints
        yield finding("FIELD_UNKNOWN", child(path, field), None, facts)


def _missing(error: Any, path: str, _key: str) -> Iterator[Finding]:
    # jsonschema reports one error for each missing field; its message is the only place that names it.
    for field in error.validator_value:
        if field not in error.instance and repr(field) == error.message.split(" is a required", 1)[0]:
            yield finding("FIELD_MISSING", child(path, field), None, {"field": field})


def _type(error: Any, path: str, _key: str) -> Iterator[Finding]:
    got = _TYPES.get(type(error.instance), "object" if isinstance(error.instance, dict) else "other")
    yield finding("FIELD_TYPE", path, _shown(error.instance), {"expected": str(error.validator_value), "got": got})


def _outside_list(error: Any, path: str, key: str) -> Iterator[Finding]:
    allowed = [str(v) for v in error.validator_value]
    if path == "$.type":
        yield finding("DOCUMENT_TYPE_UNKNOWN", path, _shown(error.instance), {"expected": allowed[0]})
        return
    code = "LEVEL_NOT_IN_LIST" if key == "level" else "VALUE_NOT_IN_LIST"
    yield finding(code, path, _shown(error.instance), {"allowed": ", ".join(allowed)})


def _range(error: Any, path: str, _key: str) -> Iterator[Finding]:
    facts = {"minimum": str(error.schema.get("minimum")), "maximum": str(error.schema.get("maximum"))}
    yield finding("NUMBER_OUT_OF_RANGE", path, _shown(error.instance), facts)


def _length(error: Any, path: str, _key: str) -> Iterator[Finding]:
    facts = {"length_max": str(error.schema.get("maxLength"))}
    yield finding("TEXT_LENGTH", path, _shown(error.instance), facts)


def _pattern(error: Any, path: str, key: str) -> Iterator[Finding]:
    facts = {"expected": _FORMS.get(key, "chữ cái không dấu, chữ số, Đ và _ . -")}
    yield finding("TEXT_MALFORMED", path, _shown(error.instance), facts)


_BY_KEYWORD: dict[str, Callable[[Any, str, str], Iterator[Finding]]] = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _type,
    "enum": _outside_list,
    "const": _outside_list,
    "minimum": _range,
    "maximum": _range,
    "minLength": _length,
    "maxLength": _length,
    "pattern": _pattern,
}
