"""JSON paths as findings show them: `$.subjects[2].score`."""

import json
import re
from collections.abc import Iterable

__all__ = ["child", "path_of"]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")


def child(path: str, key: str) -> str:
    """Return the path of member `key`; a hostile key is escaped and cut."""
    return f"{path}.{key}" if _PLAIN.fullmatch(key) else f"{path}[{json.dumps(key[:60])}]"


def path_of(parts: Iterable[str | int]) -> str:
    """Return the path made of object keys and array indexes."""
    path = "$"
    for part in parts:
        path = f"{path}[{part}]" if isinstance(part, int) else child(path, part)
    return path
