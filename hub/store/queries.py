"""Named queries: `-- name: x` in a .sql file becomes `queries["x"]`."""

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import LiteralString, cast

__all__ = ["parse_queries", "queries_of"]

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


@cache
def queries_of(folder: str) -> MappingProxyType[str, LiteralString]:
    """Return all named queries of `hub/store/<folder>/queries/*.sql`. ValueError if a name stands twice."""
    paths = sorted((files("hub.store") / folder / "queries").iterdir(), key=lambda f: f.name)
    return parse_queries(*(path.read_text(encoding="utf-8") for path in paths))


def parse_queries(*texts: str) -> MappingProxyType[str, LiteralString]:
    """Return all named queries of these files. ValueError if a name stands twice."""
    found: dict[str, LiteralString] = {}
    for whole in texts:
        parts = _NAME.split(whole)
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            if name in found:
                raise ValueError(f"query declared twice: {name}")
            found[name] = cast("LiteralString", text.strip())
    return MappingProxyType(found)
