"""JSON of a system that is not ours: no name twice, no NaN, numbers as Decimal, bounded in depth and in digits."""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from hub.connectors.formats.rows import ROW_COUNT_MAX, RowRead, Rows
from hub.connectors.formats.texts import decoded
from hub.connectors.opening import WORKBOOK_BYTES_MAX, read_whole
from hub.connectors.sdk.records import RECORD_BYTES_MAX
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["JSON_DEPTH_MAX", "json_bytes", "parse_json", "read_json", "read_json_lines"]

JSON_DEPTH_MAX = 32
_NUMBER_LENGTH_MAX = 40  # longer ones are no mark
_INTEGER_LENGTH_MAX = 18  # fits 64 bits with its sign; longer ones are no code and no count
_EXPONENT_MAX = 40
_ENCODER = msgspec.json.Encoder(decimal_format="number", order="deterministic")


def parse_json(data: bytes) -> Any:
    """Return the value of JSON text in UTF-8. Raises Refused JSON_WRONG {reason}."""
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer,
            parse_constant=_no_number,
        )  # fmt: skip
    except UnicodeDecodeError:
        raise _wrong("not UTF-8") from None
    except RecursionError:
        raise _wrong("too deep") from None
    except ValueError:
        raise _wrong("no JSON") from None
    for depth, item in _walk(value):
        if depth > JSON_DEPTH_MAX:
            raise _wrong("too deep")
        if isinstance(item, str) and not _is_text(item):
            raise _wrong("half a character")
    return value


def json_bytes(value: Any) -> bytes:
    """Return JSON whose bytes are the same for the same value: names sorted, Decimal as a number."""
    return _ENCODER.encode(value)


def read_json(path: Path, at: str = "") -> Rows:
    """Return the objects of a list in a JSON file; `at` leads to the list ("du_lieu.hoc_ba"). Raises Refused."""
    text, findings = decoded(read_whole(path, WORKBOOK_BYTES_MAX))
    found = parse_json(text.encode())
    for name in filter(None, at.split(".")):
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise _wrong(f"no list at {at or 'the top'}")
    return _rows([_row(f"bản ghi {number}", item) for number, item in enumerate(found, 1)], findings)


def read_json_lines(path: Path) -> Rows:
    """Return the objects of a file with one on each line; a line that is none is refused alone. Raises Refused."""
    text, findings = decoded(read_whole(path, WORKBOOK_BYTES_MAX))
    lines = [(f"dòng {number}", line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return _rows([_line(place, line) for place, line in lines], findings)


def _rows(rows: list[RowRead], findings: tuple[Finding, ...]) -> Rows:
    if len(rows) > ROW_COUNT_MAX:
        raise _wrong(f"more than {ROW_COUNT_MAX} records")
    titles = dict.fromkeys(name for row in rows for name in row.value or ())
    return Rows(tuple(titles), tuple(rows), findings)


def _line(place: str, line: str) -> RowRead:
    try:
        return _row(place, parse_json(line.encode()))
    except Refused as refusal:
        return RowRead(place, None, (finding(refusal.code, place, facts=refusal.facts),))


def _row(place: str, value: Any) -> RowRead:
    if not isinstance(value, dict):
        return RowRead(place, None, (finding("JSON_WRONG", place, facts={"reason": "no object"}),))
    if len(json_bytes(value)) > RECORD_BYTES_MAX:
        return RowRead(place, None, (finding("JSON_WRONG", place, facts={"reason": "record too large"}),))
    return RowRead(place, value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _wrong("a name twice")
    return found


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _wrong("a number too long") from None
    if len(text) > _NUMBER_LENGTH_MAX or abs(number.adjusted()) > _EXPONENT_MAX:
        raise _wrong("a number too long")
    return number


def _integer(text: str) -> int:
    if len(text) > _INTEGER_LENGTH_MAX:
        raise _wrong("a number too long")
    return int(text)


def _no_number(_: str) -> NoReturn:
    raise _wrong("NaN or Infinity")


def _is_text(text: str) -> bool:
    """Tell whether a text can be written at all: an escape may have left half of a surrogate pair in it."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _walk(value: Any) -> Iterator[tuple[int, Any]]:
    """Yield every value and name with its depth (the outermost is 1), without recursion."""
    waiting: list[tuple[int, Any]] = [(1, value)]
    while waiting:
        depth, item = waiting.pop()
        yield depth, item
        if depth > JSON_DEPTH_MAX:
            continue
        if isinstance(item, dict):
            waiting.extend((depth + 1, child) for child in item.values())
            waiting.extend((depth, name) for name in item)
        elif isinstance(item, list):
            waiting.extend((depth + 1, child) for child in item)


def _wrong(reason: str) -> Refused:
    return Refused("JSON_WRONG", {"reason": reason})
