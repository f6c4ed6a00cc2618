"""In which fields two JSON values differ; rows of lists are told apart by their code, and all count as one field.

So a field is named as manifests name it (`$.subjects[*].comment`), where hub.domain.difference names each row.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from hub.domain.reading import canonical
from hub.domain.transcript import Transcript

__all__ = ["differing_fields", "plain"]

_ABSENT = object()


def plain(document: Transcript) -> dict[str, Any]:
    """Return a document as JSON values."""
    value: dict[str, Any] = msgspec.json.decode(canonical(document))
    return value


def differing_fields(one: object, other: object, path: str = "$") -> Iterator[str]:
    """Yield the paths at which two values differ ("$.subjects[*].comment"); rows that only one has are "[*]"."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted({*one, *other}):
            yield from differing_fields(one.get(name, _ABSENT), other.get(name, _ABSENT), f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list):
        yield from _rows(one, other, path)
    elif one is _ABSENT or other is _ABSENT or one != other:
        yield path


def _rows(one: list[Any], other: list[Any], path: str) -> Iterator[str]:
    left, right = _by_code(one), _by_code(other)
    if left is None or right is None:
        if one != other:
            yield f"{path}[*]" if one and other else path
        return
    for code in sorted({*left, *right}):
        if code in left and code in right:
            yield from differing_fields(left[code], right[code], f"{path}[*]")
        else:
            yield f"{path}[*]"
    if list(left) != list(right) and set(left) == set(right):
        yield path


def _by_code(rows: list[Any]) -> dict[str, Any] | None:
    if not all(isinstance(row, Mapping) and isinstance(row.get("code"), str) for row in rows):
        return None
    found = {row["code"]: row for row in rows}
    return found if len(found) == len(rows) else None
