"""Named queries: `-- name: x` in queries/<folder>.sql becomes `queries("folder")["x"]`."""

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

__all__ = ["queries"]

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


@cache
def queries() -> dict[str, LiteralString]:
    """Return every query of every file by name."""
    found: dict[str, LiteralString] = {}
    for file in (files("hub") / "audit" / "queries").iterdir():
        parts = _NAME.split(file.read_text(encoding="utf-8"))
        found |= {name: cast("LiteralString", text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    return found
