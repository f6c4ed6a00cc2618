"""Which fields of a document another version changes, worked out from the bytes: paths such as `$.subjects[TOAN].year`.

Items of an array are named by their code where each has one; an array without codes is one value.
"""

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["beyond", "changed_paths"]

_SAYS_WHICH_VERSION = ("supersedes", "reason")


def changed_paths(former: Mapping[str, Any], present: Mapping[str, Any]) -> set[str]:
    """Return the paths of all values that differ, are new or are gone."""
    flat = [_flat(document) for document in (former, present)]
    one, other = ({path: value for path, value in values.items() if not _is_label(path)} for values in flat)
    found = {path for path in one.keys() | other.keys() if one.get(path, _ABSENT) != other.get(path, _ABSENT)}
    filled = {path for path in found if _is_empty(one, other, path) and any(_is_below(p, path) for p in found)}
    return found - filled | _reordered(former, present)


def beyond(fields: Iterable[str], paths: Iterable[str]) -> set[str]:
    """Return the paths that none of the fields is or stands above."""
    allowed = tuple(fields)
    return {p for p in paths if not any(p == field or _is_below(p, field) for field in allowed)}


_ABSENT = object()


def _is_empty(one: Mapping[str, Any], other: Mapping[str, Any], path: str) -> bool:
    """Tell whether all that stands at a path is a container with nothing in it."""
    return all(values.get(path) in ({}, []) for values in (one, other) if path in values)


def _is_below(path: str, container: str) -> bool:
    return path.startswith((container + ".", container + "["))


def _is_label(path: str) -> bool:
    return path.removeprefix("$.") in _SAYS_WHICH_VERSION


def _flat(value: Any, path: str = "$") -> dict[str, Any]:
    """Return every value that has nothing below it, by path."""
    if isinstance(value, dict) and value:
        parts = [(f"{path}.{name}", item) for name, item in value.items()]
    elif _is_coded(value):
        parts = [(f"{path}[{item['code']}]", item) for item in value]
    else:
        return {path: value}
    return {name: found for part, item in parts for name, found in _flat(item, part).items()}


def _is_coded(value: Any) -> bool:
    items = value if isinstance(value, list) else []
    codes = [item["code"] for item in items if isinstance(item, dict) and "code" in item]
    return bool(items) and len(set(codes)) == len(items)


def _reordered(one: Any, other: Any, path: str = "$") -> set[str]:
    """Return the arrays whose common items stand in another order."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {p for name in one.keys() & other.keys() for p in _reordered(one[name], other[name], f"{path}.{name}")}
    if not (_is_coded(one) and _is_coded(other)):
        return set()
    first, second = ([item["code"] for item in items] for items in (one, other))
    kept = [code for code in first if code in second] == [code for code in second if code in first]
    return set() if kept else {path}
