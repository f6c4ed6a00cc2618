"""Examples on disk: reading them, and adding those of new versions."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.schemas.examples.values import VALUES
from hub.schemas.versions import Registry, SchemaVersion, registry
from hub.schemas.wire import encode

__all__ = ["FOLDER", "Example", "add_missing", "readable", "stored"]

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Example:
    """One stored message: as on the wire, and readable (bytes as {"hex": …})."""

    schema: SchemaVersion
    data: bytes
    json: Any


def stored(folder: Path = FOLDER, schemas: Registry | None = None) -> list[Example]:
    """Return the example of every version; FileNotFoundError names the first that is missing."""
    found = []
    for schema in (schemas or registry()).by_id.values():
        path = folder / f"{_stem(schema)}.bin"
        text = path.with_suffix(".json").read_text("utf-8")
        found.append(Example(schema, path.read_bytes(), json.loads(text)))
    return found


def add_missing(folder: Path = FOLDER, schemas: Registry | None = None) -> list[Path]:
    """Store an example for each latest version that has none; return what was written. Nothing is overwritten."""
    known = schemas or registry()
    written = []
    for schema in known.latest.values():
        path = folder / f"{_stem(schema)}.bin"
        if not path.exists():
            value = VALUES[schema.name]
            path.write_bytes(encode(schema.name, value, schemas=known))
            text = json.dumps(readable(value), ensure_ascii=False, indent=2) + "\n"
            path.with_suffix(".json").write_text(text, "utf-8")
            written.append(path)
    return written


def readable(value: Any) -> Any:
    """Return `value` with bytes as {"hex": …}, fit for JSON."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, dict):
        return {key: readable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [readable(item) for item in value]
    return value


def _stem(schema: SchemaVersion) -> str:
    return f"{re.sub(r'(?<!^)(?=[A-Z])', '-', schema.name).lower()}.{schema.version}"
