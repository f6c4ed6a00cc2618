"""Named queries: `-- name: x` in a .sql file becomes `queries["x"]`."""

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import LiteralString, cast

__all__ = ["queries_of"]

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


@cache
def queries_of(folder: str) -> MappingProxyType[str, LiteralString]:
    """Return all named queries of `hub/store/<folder>/queries/*.sql`. ValueError if a name stands twice."""
    found: dict[str, LiteralString] = {}
    for file in sorted((files("hub.store") / folder / "queries").iterdir(), key=lambda f: f.name):
        parts = _NAME.split(file.read_text(encoding="utf-8"))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            if name in found:
                raise ValueError(f"query declared twice: {folder}/{name}")
            found[name] = cast("LiteralString", text.strip())
    return MappingProxyType(found)
