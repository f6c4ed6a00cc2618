"""Bytes of an outside system as plain values: JSON, CSV, sheets. Bounded, and nothing is repaired in silence.

Every code stays a text. Composing letters, decimal commas and dates is left to the mapping, which tells it as a loss.
"""

from hub.connectors.formats.csv_rows import read_csv
from hub.connectors.formats.json_rows import read_json, read_json_lines
from hub.connectors.formats.json_values import json_bytes, parse_json, readable
from hub.connectors.formats.rows import ROW_COUNT_MAX, RowRead, Rows
from hub.connectors.formats.sheet_rows import read_sheet, read_sheets
from hub.connectors.formats.texts import decoded, encoded, is_utf_8
from hub.connectors.formats.writing import csv_bytes, sheet_bytes

__all__ = [
    "ROW_COUNT_MAX", "RowRead", "Rows", "csv_bytes", "decoded", "encoded", "is_utf_8", "json_bytes", "parse_json",
    "read_csv", "read_json", "read_json_lines", "read_sheet", "read_sheets", "readable", "sheet_bytes",
]  # fmt: skip
