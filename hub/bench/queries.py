"""Named queries of the measurements: `-- name: x` in sql/*.sql becomes `queries()["x"]`."""

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

__all__ = ["queries"]

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


@cache
def queries() -> dict[str, LiteralString]:
    """Return every query by its name."""
    found: dict[str, LiteralString] = {}
    for file in sorted((files("hub.bench") / "sql").iterdir(), key=lambda f: f.name):
        parts = _NAME.split(file.read_text(encoding="utf-8"))
        found |= {n: cast("LiteralString", text.strip()) for n, text in zip(parts[1::2], parts[2::2], strict=True)}
    return found
