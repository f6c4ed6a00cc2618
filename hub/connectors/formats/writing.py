"""Answers in a table's own form: CSV whose fields no office program takes for a formula, and workbooks."""

import codecs
import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from hub.connectors.formats.texts import encoded
from hub.connectors.workbook_writing import SheetToWrite, Value, write_workbook

__all__ = ["csv_bytes", "sheet_bytes"]

_LIKE_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_bytes(
    titles: Sequence[str], rows: Iterable[Sequence[str | None]], delimiter: str = ",", encoding: str = "utf-8", *,
    mark: bool = False,
) -> bytes:  # fmt: skip
    """Return CSV with CRLF; a field that begins like a formula gets an apostrophe in front.

    `mark`: UTF-8 begins with one, without which office programs show other letters. See `encoded` for letters that an
    encoding has not got.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    for row in (titles, *rows):
        writer.writerow([_guarded(field or "") for field in row])
    data = encoded(text.getvalue(), encoding)
    return codecs.BOM_UTF8 + data if mark and encoding == "utf-8" else data


def sheet_bytes(name: str, rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a workbook of one sheet; the same values give the same bytes, and texts never become formulas."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write_workbook(path, [SheetToWrite(name, rows)])
        return path.read_bytes()


def _guarded(field: str) -> str:
    return f"'{field}" if field.startswith(_LIKE_FORMULA) else field
