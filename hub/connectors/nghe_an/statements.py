"""The queries of this connector by their names in queries.sql, and those of who plays its database, in playing.sql."""

import re
from pathlib import Path
from types import MappingProxyType
from typing import LiteralString

__all__ = ["PLAYED", "SQL", "script"]

_HERE = Path(__file__).parent
_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


def _read(name: str) -> MappingProxyType[str, LiteralString]:
    parts = _NAME.split((_HERE / name).read_text(encoding="utf-8"))
    found: dict[str, LiteralString] = dict(zip(parts[1::2], map(str.strip, parts[2::2]), strict=True))
    return MappingProxyType(found)


def script(name: str) -> LiteralString:
    """Return a whole file of statements, of what the simulator makes."""
    return (_HERE / name).read_text(encoding="utf-8")


SQL = _read("queries.sql")
PLAYED = _read("playing.sql")
