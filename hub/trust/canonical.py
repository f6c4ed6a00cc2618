"""Canonical JSON, profile HB-JCS/1: one byte string for one meaning (RFC 8785), so that a hash names a document.

Invariant: `canonical(parse(data)) == data`. UTF-8 without BOM, NFC, no floats, no nulls, no duplicate names, depth
at most 16, integers inside ±(2^53 − 1). Marks are decimal strings; the statement kinds are typed elsewhere.
"""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any, NoReturn

import rfc8785

from hub.errors import Refused

__all__ = ["BYTE_COUNT_MAX", "DEPTH_MAX", "canonical", "parse"]

BYTE_COUNT_MAX = 262_144
DEPTH_MAX = 16
_DIGIT_COUNT_MAX = 17  # sign and 16 digits hold every integer of RFC 8785
_BOM = b"\xef\xbb\xbf"


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of a JSON value. Raises Refused CANONICAL_IMPOSSIBLE (NaN, 2^53, lone surrogate)."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError):
        raise Refused("CANONICAL_IMPOSSIBLE") from None


def parse(data: bytes, byte_count_max: int = BYTE_COUNT_MAX) -> dict[str, Any]:
    """Return the object whose canonical bytes are exactly `data`. Raises Refused with a CANONICAL_ code."""
    if len(data) > byte_count_max:
        raise Refused("CANONICAL_TOO_LARGE", {"byte_count": str(len(data)), "byte_count_max": str(byte_count_max)})
    value = _decode(_text(data))
    if not isinstance(value, dict):
        raise Refused("CANONICAL_NOT_OBJECT")
    for depth, item in _walk(value):
        if depth > DEPTH_MAX:
            raise Refused("CANONICAL_TOO_DEEP")
        if item is None:
            raise Refused("CANONICAL_NULL")
    if canonical(value) != data:
        raise Refused("CANONICAL_DIFFERS")
    return value


def _text(data: bytes) -> str:
    if data.startswith(_BOM):
        raise Refused("CANONICAL_BOM")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("CANONICAL_NOT_UTF8") from None
    if not unicodedata.is_normalized("NFC", text):
        raise Refused("CANONICAL_NOT_NFC")
    return text


def _decode(text: str) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
            parse_int=_integer,
        )
    except RecursionError:
        raise Refused("CANONICAL_TOO_DEEP") from None
    except ValueError:
        raise Refused("CANONICAL_NOT_JSON") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("CANONICAL_DUPLICATE_NAME")
    return found


def _refuse_float(_: str) -> NoReturn:
    raise Refused("CANONICAL_FLOAT")


def _integer(digits: str) -> int:
    if len(digits) > _DIGIT_COUNT_MAX:
        raise Refused("CANONICAL_IMPOSSIBLE")
    return int(digits)


def _walk(value: Any) -> Iterator[tuple[int, Any]]:
    """Yield every value with its depth (the outermost object is 1), without recursion."""
    waiting: list[tuple[int, Any]] = [(1, value)]
    while waiting:
        depth, item = waiting.pop()
        yield depth, item
        if depth > DEPTH_MAX:
            continue
        if isinstance(item, dict):
            waiting.extend((depth + 1, child) for child in item.values())
        elif isinstance(item, list):
            waiting.extend((depth + 1, child) for child in item)
