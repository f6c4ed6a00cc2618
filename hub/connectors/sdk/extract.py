"""Extract (trích lục): one record of a system that signs nothing, as bytes that can be sealed and kept.

    {"key":…,"system":…,"type":"vn.hocba.extract/1","value":{…},"version":…}

Invariant: equal records are equal bytes, and the bytes give the record back: names in the order of their code points,
no spaces, a Decimal as `{"$decimal":"8.50"}`, a whole number that not every reader holds exactly as
`{"$integer":"…"}`, and a name of the record's own that begins with `$` with one more of them.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from hub.connectors.sdk.records import KEY_LENGTH_MAX, RECORD_BYTES_MAX, SourceRecord
from hub.errors import Refused

__all__ = ["EXTRACT_BYTES_MAX", "extract_bytes", "extract_record", "extract_system"]

EXTRACT_BYTES_MAX: Final = 2 * RECORD_BYTES_MAX
_TYPE: Final = "vn.hocba.extract/1"
_MEMBERS: Final = ("key", "system", "type", "value", "version")
_DECIMAL, _INTEGER = "$decimal", "$integer"
_EXACT = 2**53  # every reader of JSON holds whole numbers below this
_DEPTH_MAX = 40
_NUMBER_LENGTH_MAX = 1_000
_REASON_LENGTH_MAX = 120


def extract_bytes(system: str, record: SourceRecord) -> bytes:
    """Return the canonical bytes of a record of a system; `place` and `findings` are not of it.

    Raises Refused SOURCE_EXTRACT_WRONG for a record without a value, a value that no JSON holds, and what is too large.
    """
    if record.value is None:
        raise _wrong("no value")
    try:
        return _encoded(system, record)
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise _wrong(str(error)) from None


def extract_record(data: bytes) -> SourceRecord:
    """Return the record of an extract; its place is its key. Raises Refused SOURCE_EXTRACT_WRONG for other bytes."""
    _, record = _read(data)
    return record


def extract_system(data: bytes) -> str:
    """Return the system that an extract names. Raises Refused SOURCE_EXTRACT_WRONG."""
    return _read(data)[0]


def _encoded(system: str, record: SourceRecord) -> bytes:
    whole = {
        "key": record.key, "system": system, "type": _TYPE, "value": _tagged(dict(record.value or {}), 0),
        "version": record.version,
    }  # fmt: skip
    data = json.dumps(whole, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()
    if len(data) > EXTRACT_BYTES_MAX:
        raise ValueError(f"more than {EXTRACT_BYTES_MAX} bytes")
    return data


def _read(data: bytes) -> tuple[str, SourceRecord]:
    if len(data) > EXTRACT_BYTES_MAX:
        raise _wrong(f"more than {EXTRACT_BYTES_MAX} bytes")
    try:
        whole = json.loads(data.decode("utf-8"), parse_float=_no_fraction, parse_constant=_no_fraction)
        system, record = _record(whole)
        canonical = _encoded(system, record)
    except (TypeError, ValueError, ArithmeticError, RecursionError) as error:
        raise _wrong(str(error)) from None
    if canonical != data:
        raise _wrong("not canonical")
    return system, record


def _record(whole: Any) -> tuple[str, SourceRecord]:
    if not isinstance(whole, dict) or tuple(sorted(whole)) != _MEMBERS or whole["type"] != _TYPE:
        raise ValueError("no extract")
    key, system, version, value = whole["key"], whole["system"], whole["version"], whole["value"]
    if not all(isinstance(text, str) for text in (key, system, version)) or not 0 < len(key) <= KEY_LENGTH_MAX:
        raise ValueError("key, system or version")
    plain = _plain(value, 0)
    if not isinstance(plain, dict):
        raise TypeError("value")
    return system, SourceRecord(key, version, key, plain)


def _tagged(value: Any, depth: int) -> Any:
    """Return a value as JSON holds it. TypeError, ValueError for what it does not."""
    if depth > _DEPTH_MAX:
        raise ValueError("nested too deep")
    if isinstance(value, Mapping):
        return {_escaped(name): _tagged(part, depth + 1) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_tagged(part, depth + 1) for part in value]
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("no finite number")
        return {_DECIMAL: _number(str(value))}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT:
        return {_INTEGER: _number(str(value))}
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"no JSON value: {type(value).__name__}")


def _plain(value: Any, depth: int) -> Any:
    """Return what a value stood for. ValueError, ArithmeticError for a tag that stands for nothing."""
    if depth > _DEPTH_MAX:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return [_plain(part, depth + 1) for part in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (tag := next(iter(value))) in (_DECIMAL, _INTEGER):
        return (Decimal if tag == _DECIMAL else int)(_number(value[tag]))
    return {_unescaped(name): _plain(part, depth + 1) for name, part in value.items()}


def _number(text: Any) -> str:
    if not isinstance(text, str) or len(text) > _NUMBER_LENGTH_MAX:
        raise ValueError("number")
    return text


def _escaped(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError("a name that is no text")
    return f"${name}" if name.startswith("$") else name


def _unescaped(name: str) -> str:
    if not name.startswith("$"):
        return name
    if not name.startswith("$$"):
        raise ValueError("an unknown tag")
    return name[1:]


def _no_fraction(text: str) -> Any:
    raise ValueError(f"number: {text[:20]}")


def _wrong(reason: str) -> Refused:
    return Refused("SOURCE_EXTRACT_WRONG", {"reason": reason[:_REASON_LENGTH_MAX]})
