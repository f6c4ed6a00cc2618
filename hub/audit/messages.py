"""Decodes messages by the published schemas: 0x00, four bytes of id, an Avro body (Confluent wire format v0).

The schemas are read as data; the decoder is lenient, because what does not decode strictly is the hub's to quarantine.
"""

import io
import json
import struct
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import fastavro

__all__ = ["decode", "statement"]

_HEAD = struct.Struct(">bI")
_BAD = (ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError, struct.error)


def decode(data: bytes | None) -> tuple[str, dict[str, Any]] | None:
    """Return (message name, fields), or None for bytes that are no message of ours."""
    try:
        magic, schema_id = _HEAD.unpack_from(data or b"")
        if magic != 0:
            return None
        name, schema = _schemas()[schema_id]
        value: Any = fastavro.schemaless_reader(io.BytesIO((data or b"")[_HEAD.size :]), schema, None)
    except _BAD:
        return None
    return name, value


def statement(data: bytes) -> dict[str, Any]:
    """Return a statement or document as a mapping; an empty one for bytes that are none."""
    try:
        found: Any = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


@cache
def _schemas() -> Mapping[int, tuple[str, Any]]:
    folder = files("hub") / "schemas"
    listed = json.loads((folder / "registry.json").read_text(encoding="utf-8"))
    return {
        entry["id"]: (
            entry["message"],
            fastavro.parse_schema(json.loads((folder / entry["file"]).read_text(encoding="utf-8")), named_schemas={}),
        )
        for entry in listed
    }
