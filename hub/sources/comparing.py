"""Where two documents differ: by path, so that a person need not compare them by eye, and without any value."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

__all__ = ["PATH_COUNT_MAX", "differing_paths"]

PATH_COUNT_MAX: Final = 20
_MISSING: Final = object()


def differing_paths(one: bytes, other: bytes) -> tuple[str, ...]:
    """Return the JSON paths at which two canonical documents differ, in order; equal documents have none.

    A member or an element that only one of them has is a path of its own.
    """
    return tuple(_paths("$", msgspec.json.decode(one), msgspec.json.decode(other)))


def _paths(path: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from _paths(f"{path}.{name}", one.get(name, _MISSING), other.get(name, _MISSING))
    elif isinstance(one, list) and isinstance(other, list):
        for place in range(max(len(one), len(other))):
            yield from _paths(f"{path}[{place}]", _at(one, place), _at(other, place))
    elif type(one) is not type(other) or one != other:
        yield path


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else _MISSING
