"""Khác biệt giữa hai bản học bạ: which fields of a transcript another version changes, by path and without values.

A path names members, and items of an array by their code: `$.subjects[TOAN].year`. Arrays without codes are one value.
`supersedes` and `reason` say that it is another version, and are no change. Pure; both versions as they were signed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from hub.domain.transcript import Transcript

__all__ = ["FIXED", "covers", "differing_paths", "is_field"]

FIXED = (
    "$.type", "$.school.code", "$.school_year", "$.period", "$.student.personal_id", "$.student.passport",
    "$.supersedes", "$.reason",
)  # fmt: skip
"""Fields that say which record and version a document is: another value would be another record, not a correction."""

_NO_CHANGE = frozenset({"supersedes", "reason"})
_ITEM = re.compile(r"\[[^\]]*\]")


def differing_paths(former: bytes, present: bytes) -> tuple[str, ...]:
    """Return the paths at which two documents (canonical JSON of transcripts) differ, sorted.

    Raises msgspec.DecodeError for bytes that are no JSON object.
    """
    one, other = (msgspec.json.decode(data, type=dict[str, Any]) for data in (former, present))
    for value in (one, other):
        for name in _NO_CHANGE:
            value.pop(name, None)
    return tuple(sorted(_members("$", one, other)))


def covers(fields: Iterable[str], path: str) -> bool:
    """Tell whether a field is the path or stands above it: `$.subjects[TOAN]` covers `$.subjects[TOAN].year`."""
    return any(path == field or path.startswith((f"{field}.", f"{field}[")) for field in fields)


def is_field(path: str) -> bool:
    """Tell whether a transcript can have the path; an item's code is not looked at, for it may be new."""
    return _ITEM.sub("[]", path) in _FIELDS


def _members(path: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    for name in one.keys() | other.keys():
        yield from _values(f"{path}.{name}", one.get(name), other.get(name))


def _values(path: str, one: Any, other: Any) -> Iterator[str]:
    """Compare two values; None stands for absent, which no canonical document has."""
    if one == other:
        return
    below = tuple(_below(path, one, other))
    yield from below or (path,)  # an empty object or array beside none at all differs by itself


def _below(path: str, one: Any, other: Any) -> Iterator[str]:
    if all(value is None or isinstance(value, dict) for value in (one, other)):
        yield from _members(path, one or {}, other or {})
        return
    first, second = _by_code(one), _by_code(other)
    if first is None or second is None:
        return
    if [code for code in first if code in second] != [code for code in second if code in first]:
        return  # the same items in another order
    for code in first.keys() | second.keys():
        yield from _values(f"{path}[{code}]", first.get(code), second.get(code))


def _by_code(value: Any) -> dict[str, Any] | None:
    """Return the items of an array by their codes; None when it has not one of each."""
    items = [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(item, dict) and "code" in item for item in items):
        return None
    found = {str(item["code"]): item for item in items}
    return found if len(found) == len(items) else None


def _declared(kind: inspect.Type, path: str) -> Iterator[str]:
    """Yield every path below a type, items of arrays as `[]`."""
    if isinstance(kind, inspect.Metadata):
        yield from _declared(kind.type, path)
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _declared(one, path)
    elif isinstance(kind, inspect.VarTupleType):
        item = kind.item_type.type if isinstance(kind.item_type, inspect.Metadata) else kind.item_type
        if isinstance(item, inspect.StructType) and any(field.encode_name == "code" for field in item.fields):
            yield f"{path}[]"
            yield from _declared(item, f"{path}[]")
    elif isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield f"{path}.{field.encode_name}"
            yield from _declared(field.type, f"{path}.{field.encode_name}")


_FIELDS = frozenset(_declared(inspect.type_info(Transcript), "$"))
