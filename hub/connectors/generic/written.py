"""Records as a system of this format would have written them: for simulators, and for trying a file out."""

from collections.abc import Sequence
from typing import Any

from hub.connectors.formats import csv_bytes, json_bytes, sheet_bytes
from hub.connectors.generic.answers import text_of
from hub.connectors.generic.spec import GenericFile
from hub.connectors.mapping.paths import leaves
from hub.connectors.sdk import Raw

__all__ = ["ROWS_PER_FILE", "as_file"]

ROWS_PER_FILE = 60


def as_file(file: GenericFile, rows: Sequence[Raw]) -> bytes:
    """Return one file with these records, with every column that the mapping names."""
    if file.format.kind == "json":
        listed: Any = list(rows)
        for name in reversed((file.format.records or "").split(".") if file.format.records else []):
            listed = {name: listed}
        return json_bytes(listed)
    if file.format.kind == "jsonl":
        return b"".join(json_bytes(row) + b"\n" for row in rows)
    flat = [dict(leaves(row)) for row in rows]
    held = dict.fromkeys(name for row in flat for name in row)
    columns = [name for name in dict.fromkeys((*file.paths, *held)) if name in held or not file.rules.complete]
    cells = [[text_of(row.get(name)) for name in columns] for row in flat]
    if file.format.kind == "xlsx":
        return sheet_bytes("Danh sách", [*_header(columns), *cells])
    return csv_bytes(columns, cells, file.format.delimiter, file.format.encoding)


def _header(columns: Sequence[str]) -> list[list[str]]:
    """Return the rows of the header: one for each level of titles, each title over every column that it is for."""
    parts = [name.split(" / ") for name in columns]
    depth = max(map(len, parts), default=1)
    return [[part[level] if level < len(part) else "" for part in parts] for level in range(depth)]
