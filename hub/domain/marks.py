"""Điểm: decimal strings with exactly one decimal, "0.0" to "10.0"; numbers of the law are Decimal, never float."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

__all__ = ["MARKS", "mark_fault", "mark_text", "round_mark"]

# Every mark that exists, so that reading one is a look-up and not a parse.
MARKS: Mapping[str, Decimal] = MappingProxyType({f"{n // 10}.{n % 10}": Decimal(n) / 10 for n in range(101)})

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,12})?(?:[eE][+-]?[0-9]{1,9})?")
_TENTH = Decimal("0.1")


def round_mark(value: Decimal) -> Decimal:
    """Round to one decimal, half up: 8.25 becomes 8.3. TT 22/2021, Điều 5.3.b [secondary: accepted practice]."""
    return value.quantize(_TENTH, rounding=ROUND_HALF_UP)


def mark_text(value: Decimal) -> str:
    """Return the mark as a document writes it ("9.0"). `value` lies between 0 and 10."""
    return str(abs(round_mark(value)))  # abs: "-0" is 0.0


def mark_fault(text: str, is_text: bool) -> tuple[str, dict[str, str]]:
    """Say what is wrong with a mark that is not in MARKS: its code and facts, with a proposed repair where one exists.

    `text` is the value as it was written, `is_text` whether JSON had it as a string. Never raises.
    """
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        return "MARK_MALFORMED", {}
    value = Decimal(stripped.replace(",", "."))
    if not 0 <= value <= 10:
        return "MARK_OUT_OF_RANGE", {}
    repair = {"repair": mark_text(value)}
    if value != round_mark(value):
        return "MARK_TOO_PRECISE", repair
    if "," in stripped:
        return "MARK_DECIMAL_COMMA", repair
    if is_text and text != stripped:
        return "MARK_MALFORMED", repair
    return "MARK_NOT_TEXT", repair
