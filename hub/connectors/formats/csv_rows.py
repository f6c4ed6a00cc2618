"""CSV (RFC 4180) with a header row: every field stays the text that it is, and a ragged row is refused, not shifted."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from hub.connectors.formats.rows import LINE_COUNT_MAX, ROW_COUNT_MAX, RowRead, Rows
from hub.connectors.formats.texts import decoded
from hub.connectors.headers import label_key
from hub.connectors.opening import WORKBOOK_BYTES_MAX, read_whole
from hub.connectors.sdk.records import RECORD_BYTES_MAX
from hub.connectors.worksheets import COLUMN_COUNT_MAX
from hub.domain.characters import visible
from hub.domain.findings import finding
from hub.errors import Refused

__all__ = ["FIELD_LENGTH_MAX", "read_csv"]

FIELD_LENGTH_MAX = 32_768
_DELIMITERS = (",", ";", "\t", "|")


def read_csv(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> Rows:
    """Return the rows of a file by the titles of its first row. An empty field is None.

    Raises Refused CSV_WRONG {line, reason}, TEXT_ENCODING_WRONG, FILE_UNREADABLE or FILE_TOO_LARGE.
    """
    if delimiter not in _DELIMITERS:
        raise _wrong(0, "delimiter")
    text, findings = decoded(read_whole(path, WORKBOOK_BYTES_MAX), encoding)
    lines = _lines(text, delimiter)
    titles = _titles(next(lines, (1, []))[1])
    rows: list[RowRead] = []
    for number, fields in lines:
        if len(rows) == ROW_COUNT_MAX:
            raise _wrong(number, f"more than {ROW_COUNT_MAX} rows")
        rows.append(_row(number, titles, fields))
    return Rows(titles, tuple(rows), findings)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of each row that is not blank; a quoted line break stays inside its field."""
    if "\0" in text:
        raise _wrong(text[: text.index("\0")].count("\n") + 1, "NUL")
    if max(text.count("\n"), text.count("\r")) > LINE_COUNT_MAX:
        raise _wrong(LINE_COUNT_MAX, f"more than {LINE_COUNT_MAX} lines")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise _wrong(number, str(error)[:60]) from None
        if fields is None:
            return
        if any(fields):
            yield number, fields


def _titles(fields: list[str]) -> tuple[str, ...]:
    keys = [label_key(field) for field in fields]
    if not any(keys):
        raise _wrong(1, "no header")
    if len(fields) > COLUMN_COUNT_MAX:
        raise _wrong(1, f"more than {COLUMN_COUNT_MAX} columns")
    twice = next((field for field, key in zip(fields, keys, strict=True) if keys.count(key) > 1 or not key), None)
    if twice is not None:
        raise _wrong(1, f"column “{visible(twice[:40])}” twice or without a title")
    return tuple(field.strip() for field in fields)


def _row(number: int, titles: tuple[str, ...], fields: list[str]) -> RowRead:
    place = f"dòng {number}"
    fault = _fault(titles, fields)
    if fault is not None:
        return RowRead(place, None, (finding("CSV_WRONG", place, facts={"line": str(number), "reason": fault}),))
    return RowRead(place, {title: field or None for title, field in zip(titles, fields, strict=True)})


def _fault(titles: tuple[str, ...], fields: list[str]) -> str | None:
    if len(fields) != len(titles):
        return f"{len(fields)} fields, not {len(titles)}"
    if any(len(field) > FIELD_LENGTH_MAX for field in fields):
        return f"a field longer than {FIELD_LENGTH_MAX}"
    if sum(len(field.encode()) for field in fields) > RECORD_BYTES_MAX:
        return "row too large"
    return None


def _wrong(line: int, reason: str) -> Refused:
    return Refused("CSV_WRONG", {"line": str(line), "reason": reason})
