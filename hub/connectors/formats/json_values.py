"""JSON of a system that is not ours: no name twice, no NaN, numbers as Decimal; bounded in depth, digits and values.

What one value of a record cannot hold is no fault of the records beside it: `parse_page` leaves it where it stands as
`Unreadable`, and `readable` tells it with its place.
"""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, Final

import msgspec

from hub.connectors.sdk.records import Unreadable
from hub.errors import Refused

__all__ = ["JSON_DEPTH_MAX", "check_value_count", "json_bytes", "loaded", "parse_json", "parse_page", "readable"]

JSON_DEPTH_MAX = 32
VALUE_COUNT_MAX = 4_000_000  # one in eight bytes of the largest file
_NUMBER_LENGTH_MAX = 40  # longer ones are no mark
_INTEGER_LENGTH_MAX = 18  # fits 64 bits with its sign; longer ones are no code and no count
_EXPONENT_MAX = 40
_FAULTS_TOLD_MAX = 5
_ENCODER = msgspec.json.Encoder(decimal_format="number", order="deterministic")
_TWICE, _TOO_LONG = Unreadable("a name twice"), Unreadable("a number too long")
_NO_NUMBER, _HALF, _DEEP = Unreadable("NaN or Infinity"), Unreadable("half a character"), Unreadable("too deep")

_Step = tuple[str, Any]
_NAME: Final = "?"  # where a fault is in the name itself


def parse_json(data: bytes) -> Any:
    """Return the value of JSON text in UTF-8. Raises Refused JSON_WRONG {reason}."""
    value = loaded(data)
    _check(value)
    return value


def parse_page(data: bytes, records: str) -> Any:
    """Return an object of JSON whose list `records` holds objects, each with what cannot be read left in its place.

    Raises Refused JSON_WRONG for whatever else cannot be read.
    """
    value = loaded(data)
    listed = value.get(records) if isinstance(value, dict) else None
    if not isinstance(listed, list):
        _check(value)
        return value
    _check({name: held for name, held in value.items() if name != records})
    for item in listed:
        if not isinstance(item, dict):
            _check(item)
    return value


def readable(value: Any) -> tuple[Any, tuple[tuple[str, str], ...]]:
    """Return a value without what cannot be read in it, and the first places of that, each with the reason.

    A value that can be read comes back itself.
    """
    faults = tuple(islice(_faults(value), _FAULTS_TOLD_MAX))
    return (_cleaned(value), faults) if faults else (value, ())


def json_bytes(value: Any) -> bytes:
    """Return JSON whose bytes are the same for the same value: names sorted, Decimal as a number."""
    return _ENCODER.encode(value)


def check_value_count(text: str) -> None:
    """Refuse a text with more values than any records have, before one of them is made."""
    if text.count(",") + text.count("[") + text.count("{") > VALUE_COUNT_MAX:
        raise _wrong(f"more than {VALUE_COUNT_MAX} values")


def loaded(data: bytes) -> Any:
    """Return JSON with what cannot be read left in its place. Raises Refused JSON_WRONG for what is no JSON at all."""
    try:
        text = data.decode("utf-8")
        check_value_count(text)
        return json.loads(
            text, object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=_no_number
        )
    except UnicodeDecodeError:
        raise _wrong("not UTF-8") from None
    except RecursionError:
        raise _wrong(_DEEP.reason) from None
    except ValueError:
        raise _wrong("no JSON") from None


def _check(value: Any) -> None:
    for _, reason in _faults(value):
        raise _wrong(reason)


def _object(pairs: list[_Step]) -> dict[str, Any] | Unreadable:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _TWICE


def _decimal(text: str) -> Decimal | Unreadable:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return _TOO_LONG
    return _TOO_LONG if len(text) > _NUMBER_LENGTH_MAX or abs(number.adjusted()) > _EXPONENT_MAX else number


def _integer(text: str) -> int | Unreadable:
    return _TOO_LONG if len(text) > _INTEGER_LENGTH_MAX else int(text)


def _no_number(_: str) -> Unreadable:
    return _NO_NUMBER


def _faults(value: Any) -> Iterator[tuple[str, str]]:
    """Yield place and reason of whatever cannot be read, without recursion and without a copy of a long list."""
    waiting: list[Iterator[_Step]] = [iter([("", value)])]
    steps: list[str] = []
    while waiting:
        step, item = next(waiting[-1], (None, None))
        if step is None:
            waiting.pop()
            steps[-1:] = []
            continue
        fault = _fault(item, len(waiting))
        if fault is not None:
            yield "".join([*steps, step]).removeprefix("."), fault.reason
        elif isinstance(item, dict | list):
            steps.append(step)
            waiting.append(_inner(item))


def _fault(item: Any, depth: int) -> Unreadable | None:
    if isinstance(item, Unreadable):
        return item
    if depth > JSON_DEPTH_MAX:
        return _DEEP
    return _HALF if isinstance(item, str) and not _is_text(item) else None


def _inner(item: dict[str, Any] | list[Any]) -> Iterator[_Step]:
    if isinstance(item, list):
        for number, each in enumerate(item):
            yield f"[{number}]", each
        return
    for name, each in item.items():
        yield (f".{name}", each) if _is_text(name) else (f".{_NAME}", _HALF)


def _cleaned(value: Any, depth: int = 1) -> Any:
    """Return a value with null for what cannot be read."""
    if _fault(value, depth) is not None:
        return None
    if isinstance(value, list):
        return [_cleaned(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {name: _cleaned(item, depth + 1) for name, item in value.items() if _is_text(name)}
    return value


def _is_text(text: str) -> bool:
    """Tell whether a text can be written at all: an escape may have left half of a surrogate pair in it."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _wrong(reason: str) -> Refused:
    return Refused("JSON_WRONG", {"reason": reason})
