"""Read one transcript a line, for all grades: key order and spaces are normalised, every other fault is named."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hub.connectors.jsonl.mapping import NORMALISED, TOLERATED
from hub.connectors.lines import LINE_BYTES_MAX, Line, lines_of
from hub.connectors.prepared import Prepared, PreparedRow, RowReport
from hub.domain.findings import Finding, finding
from hub.domain.reading import Reading, read
from hub.errors import Refused

__all__ = ["prepare", "read_lines"]

REPORTED_LINES_MAX = 10_000  # of bad lines kept by `prepare`; `read_lines` has no limit


def read_lines(path: Path) -> Iterator[PreparedRow | RowReport]:
    """Yield a document or a report for each line, in order, holding one line at a time.

    Raises Refused when the file as a whole cannot be read (absent, BOM, UTF-16, a workbook).
    """
    return (_read_line(line) for line in lines_of(path))


def prepare(path: Path) -> Prepared:
    """Read a whole file into memory; for large files use `read_lines`. Raises Refused as `read_lines` does."""
    documents: list[PreparedRow] = []
    rejected: list[RowReport] = []
    for row in read_lines(path):
        if isinstance(row, PreparedRow):
            documents.append(row)
        elif len(rejected) < REPORTED_LINES_MAX:
            rejected.append(row)
        else:
            raise Refused("FILE_TOO_MANY_FAULTS", {"lines_max": str(REPORTED_LINES_MAX)})
    if not documents and not rejected:
        raise Refused("LINES_EMPTY")
    return Prepared(tuple(documents), tuple(rejected))


def _read_line(line: Line) -> PreparedRow | RowReport:
    place = {"line": str(line.number)}
    if line.data is None:
        return RowReport((finding("LINE_TOO_LONG", facts=place | {"bytes_max": str(LINE_BYTES_MAX)}),), "", line.number)
    if line.crlf:
        return RowReport((finding("LINE_CRLF", facts=place),), "", line.number)
    reading, told = _read_tolerantly(line.data)
    if reading.transcript is None or not reading.sound:
        return RowReport(reading.findings, "", line.number)
    notes: tuple[Finding, ...] = (finding("LINE_TEXT_NORMALISED", facts=place),) if told else ()
    return PreparedRow(reading.transcript, notes, "", line.number)


def _read_tolerantly(data: bytes) -> tuple[Reading, bool]:
    """Read a line; where only order, spaces or composition differ, read its normal form. Tells if text changed."""
    reading = read(data)
    if reading.sound:
        return reading, False
    hard = tuple(found for found in reading.findings if found.code not in TOLERATED)
    if hard:
        return Reading(None, hard), False
    told = any(found.code in NORMALISED for found in reading.findings)
    return read(_normal_form(data)), told


def _normal_form(data: bytes) -> bytes:
    """Return the line with sorted keys, no spaces and composed text. `data` has passed `read` but for these."""
    return json.dumps(_composed(json.loads(data)), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _composed(value: Any) -> Any:
    """Return the value with composed texts; keys are of a closed set, so they are composed already."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed(item) for item in value]
    return {key: _composed(item) for key, item in value.items()} if isinstance(value, dict) else value
