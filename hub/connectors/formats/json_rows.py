"""Rows of JSON files: the objects of a list, or one on each line. What is wrong in one row refuses that row alone."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hub.connectors.formats.json_values import check_value_count, json_bytes, loaded, readable
from hub.connectors.formats.rows import LINE_COUNT_MAX, ROW_COUNT_MAX, RowRead, Rows
from hub.connectors.formats.texts import decoded
from hub.connectors.opening import WORKBOOK_BYTES_MAX, read_whole
from hub.connectors.sdk.records import RECORD_BYTES_MAX
from hub.domain.characters import visible
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["read_json", "read_json_lines"]

_SHOWN_LENGTH_MAX = 100


def read_json(path: Path, at: str = "") -> Rows:
    """Return the objects of a list in a JSON file; `at` leads to the list ("du_lieu.hoc_ba"). Raises Refused."""
    text, findings = decoded(read_whole(path, WORKBOOK_BYTES_MAX))
    found = loaded(text.encode())
    for name in filter(None, at.split(".")):
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise _wrong(f"no list at {at or 'the top'}")
    _check_count(len(found))
    return _rows([_row(f"bản ghi {number}", item) for number, item in enumerate(found, 1)], findings)


def read_json_lines(path: Path) -> Rows:
    """Return the objects of a file with one on each line; a line that is none is refused alone. Raises Refused."""
    text, findings = decoded(read_whole(path, WORKBOOK_BYTES_MAX))
    if text.count("\n") > LINE_COUNT_MAX:
        raise _wrong(f"more than {LINE_COUNT_MAX} lines")
    check_value_count(text)
    rows: list[RowRead] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            _check_count(len(rows) + 1)
            rows.append(_line(f"dòng {number}", line))
    return _rows(rows, findings)


def _check_count(count: int) -> None:
    if count > ROW_COUNT_MAX:
        raise _wrong(f"more than {ROW_COUNT_MAX} records")


def _rows(rows: Iterable[RowRead], findings: tuple[Finding, ...]) -> Rows:
    titles = dict.fromkeys(name for row in rows for name in row.value or ())
    return Rows(tuple(titles), tuple(rows), findings)


def _line(place: str, line: str) -> RowRead:
    try:
        return _row(place, loaded(line.encode()))
    except Refused as refusal:
        return _refused(place, refusal.facts["reason"])


def _row(place: str, value: Any) -> RowRead:
    _, faults = readable(value)
    if faults:
        at, reason = faults[0]
        return _refused(place, f"{reason}: {visible(at[:_SHOWN_LENGTH_MAX])}" if at else reason)
    if not isinstance(value, dict):
        return _refused(place, "no object")
    if len(json_bytes(value)) > RECORD_BYTES_MAX:
        return _refused(place, "record too large")
    return RowRead(place, value)


def _refused(place: str, reason: str) -> RowRead:
    return RowRead(place, None, (finding("JSON_WRONG", place, facts={"reason": reason}),))


def _wrong(reason: str) -> Refused:
    return Refused("JSON_WRONG", {"reason": reason})
