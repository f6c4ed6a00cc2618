"""Paths in a record: "hoc_sinh.ten" into objects, "Toán / Điểm KT" as the titles over a column.

A path of a mapping is looked up as it is written, then by what two spellings of one title share (`label_key`).
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from hub.connectors.headers import label_key
from hub.connectors.sdk.records import Raw

__all__ = ["ABSENT", "Reading", "is_blank", "leaves", "put"]

ABSENT: Final = object()
"""What no path leads to, other than a value that is null or empty."""

_DEPTH_MAX = 32
_NESTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.ASCII)
_key_of = functools.lru_cache(16_384)(label_key)


def is_blank(value: object) -> bool:
    """Tell whether a value says nothing: null, no text, no item."""
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())


def leaves(raw: Raw, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield (path, value) of everything that is no object with members; a list is one value."""
    for name, value in raw.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping) and value and depth < _DEPTH_MAX:
            yield from leaves(value, f"{path}.", depth + 1)
        else:
            yield path, value


class Reading:
    """One object of a record while it is read: remembers which of its values somebody asked for."""

    def __init__(self, raw: Raw, path: str = "", declared: str = "") -> None:
        """`path` is where the object stands ("mon_hoc[3]."), `declared` the same for all items ("mon_hoc[*].")."""
        self.path = path
        self.declared = declared
        self._values = dict(leaves(raw))
        self._objects = dict(_objects(raw))
        self._asked: set[str] = set()

    def get(self, path: str) -> Any:
        """Return the value at a path, which may be null or empty, or ABSENT; an object where none was expected."""
        found = self._resolved(path)
        if found is None and path in self._objects:
            self._asked |= {f"{path}.{name}" for name, _ in leaves(self._objects[path])}
            return self._objects[path]
        if found is None:
            return ABSENT
        self._asked.add(found)
        return self._values[found]

    def has(self, path: str) -> bool:
        """Tell whether the path leads to a value, without asking for it."""
        return self._resolved(path) is not None

    def unasked(self, named: Iterable[str] = ()) -> list[tuple[str, Any]]:
        """Return the values that nobody asked for; of the `named` paths only those that hold something."""
        passed = {self._resolved(path) for path in named}
        return [
            (path, value)
            for path, value in self._values.items()
            if path not in self._asked and not (path in passed and is_blank(value))
        ]

    def _resolved(self, path: str) -> str | None:
        if path in self._values:
            return path
        key = _key_of(path)
        return self._by_key.get(key) if key else None

    @functools.cached_property
    def _by_key(self) -> dict[str, str]:
        # The first of two paths with one key is meant; the second is told, since nobody asks for it.
        return {key: path for path in reversed(list(self._values)) if (key := _key_of(path))}


def _objects(raw: Raw, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Raw]]:
    for name, value in raw.items():
        if isinstance(value, Mapping) and value and depth < _DEPTH_MAX:
            yield f"{prefix}{name}", value
            yield from _objects(value, f"{prefix}{name}.", depth + 1)


def put(raw: dict[str, Any], path: str, value: object, *, over: bool = True) -> None:
    """Write a value at a path; dots lead into objects where all parts are plain names. `over`: replace one."""
    names = path.split(".") if _NESTED.fullmatch(path) else [path]
    for name in names[:-1]:
        raw = raw.setdefault(name, {})
    if over:
        raw[names[-1]] = value
    else:
        raw.setdefault(names[-1], value)
