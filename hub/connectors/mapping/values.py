"""Read and write one value by its kind. What is not plainly a value of the kind is told, never repaired in silence."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Protocol

from hub.connectors.cell_dates import date_of, printed_date
from hub.connectors.cell_texts import squeezed
from hub.connectors.mapping.paths import is_blank
from hub.connectors.mapping.spec import NO, YES, Form, Kind
from hub.connectors.notes import Notes
from hub.connectors.row_cells import grade_of
from hub.connectors.worksheets import Cell
from hub.connectors.worksheets import Kind as CellKind
from hub.domain.characters import FORBIDDEN
from hub.domain.marks import mark_text

__all__ = ["Plain", "Read", "Writing", "plain_text", "read_grade", "read_value", "write_grade", "write_value"]

_TEXT_LENGTH_MAX = 200
_LONG_TEXT_LENGTH_MAX = 2_000
_WHOLE_DIGIT_COUNT_MAX = 15
_INTEGER_MAX = 10**35  # more digits than any code has
_CODE = re.compile(r"[0-9A-Za-zĐ_.\-]{1,35}")
_NUMBER = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,4})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_YEARS = re.compile(r"(20[0-9]{2})( ?[-–/] ?)(20[0-9]{2})")
_COMMENTS = ("Đ", "CĐ")
_PERIODS: Final = MappingProxyType({
    "cn": "year", "cả năm": "year", "cuối năm": "year", "year": "year", "hk1": "semester_1", "hki": "semester_1",
    "hk i": "semester_1", "học kì i": "semester_1", "học kỳ i": "semester_1", "semester_1": "semester_1",
})  # fmt: skip


class Writing(Protocol):
    """What of a rule says how its value is read and written."""

    @property
    def form(self) -> Form:
        """How it is written."""

    @property
    def yes(self) -> tuple[str | bool, ...]:
        """What means yes."""

    @property
    def no(self) -> tuple[str | bool, ...]:
        """What means no; when its first is "", a blank does."""

    @property
    def digits(self) -> int | None:
        """How many digits a code has, where that is fixed."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The usual way of writing, for what a mapping says of no more than a path."""

    form: Form = "fixed"
    yes: tuple[str | bool, ...] = YES
    no: tuple[str | bool, ...] = NO
    digits: int | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What reading gave: a value of the document, or what was `expected` instead; `guessed`: something was repaired.

    A blank value is None and expects nothing.
    """

    value: Any = None
    guessed: bool = False
    expected: str | None = None


def plain_text(raw: object) -> str | None:
    """Return a text, or a number as the text of its digits; None for anything else, and a number without end."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        return None
    if isinstance(raw, int) and abs(raw) >= _INTEGER_MAX:
        return None
    if isinstance(raw, Decimal):
        if raw.is_zero():
            return "0"
        # its size by its exponent: arithmetic with 1E+999999999 overflows
        whole = raw.is_finite() and raw.adjusted() < _WHOLE_DIGIT_COUNT_MAX and raw == raw.to_integral_value()
        return str(int(raw)) if whole else str(raw)
    return raw if isinstance(raw, str) else str(raw)


def read_value(kind: Kind, raw: object, writing: Writing) -> Read:
    """Return the value of the document that a raw value means; never raises for any JSON value."""
    if kind == "yes_no":
        return _read_yes_no(raw, writing)
    if is_blank(raw):
        return Read()
    text = plain_text(raw)
    return Read(expected=_EXPECTED[kind]) if text is None else _READ[kind](text, raw, writing)


def write_value(kind: Kind, value: Any, writing: Writing) -> Any:
    """Return how the system has a value of the document: what `read_value` reads back as the same."""
    if kind == "yes_no":
        said = writing.yes[0] if value else (writing.no or (None,))[0]
        return None if said == "" else said
    if kind == "mark":
        return value if value in _COMMENTS else _written_mark(Decimal(value), value, writing.form)
    if kind in ("count", "whole"):
        return value if writing.form == "number" else str(value)
    if kind in ("date", "birth_date"):
        return value if writing.form == "iso" else printed_date(value)
    return {"year": "CN", "semester_1": "HK1"}.get(value, value) if kind == "period" else value


def read_grade(raw: object) -> Read:
    """Return the grade 1-12 of "05", 5 or "Khối 5"; of a class name ("5A") too, which is a guess."""
    text = squeezed(plain_text(raw) or "")
    grade = grade_of(text)
    return Read(expected="1–12") if grade is None else Read(grade, not text.isdecimal())


def write_grade(grade: int, form: Form) -> Any:
    """Return a grade as text ("5", or "05" with two digits) or as a number."""
    return grade if form == "number" else f"{grade:02}" if form == "two_digits" else str(grade)


def _read_text(length_max: int) -> Callable[[str, object, Writing], Read]:
    def read(text: str, _raw: object, _writing: Writing) -> Read:
        tight = squeezed(text)
        if FORBIDDEN.search(tight):
            return Read(expected="không có ký tự ẩn / no hidden characters")
        if len(tight) > length_max:
            return Read(expected=f"≤ {length_max}")
        return Read(tight, tight != text)

    return read


def _read_code(text: str, _raw: object, writing: Writing) -> Read:
    tight = squeezed(text)
    if not _CODE.fullmatch(tight):
        return Read(expected="0-9 A-Z a-z Đ _ . -, ≤ 35")
    if writing.digits is not None and (len(tight) != writing.digits or not tight.isdecimal()):
        return Read(expected=f"{writing.digits} chữ số / digits")
    return Read(tight, tight != text)


def _read_mark(text: str, _raw: object, writing: Writing) -> Read:
    tight = squeezed(text)
    if tight in _COMMENTS:
        return Read(tight, tight != text)
    number = Decimal(tight.replace(",", ".")) if _NUMBER.fullmatch(tight) else None
    if number is None or not 0 <= number <= 10 or number != round(number, 1):
        return Read(expected=_EXPECTED["mark"])
    return Read(mark_text(number), tight != text or ("," in tight and writing.form != "comma"))


def _read_whole(text: str, _raw: object, _writing: Writing) -> Read:
    tight = squeezed(text)
    if not _WHOLE.fullmatch(tight):
        return Read(expected=_EXPECTED["whole"])
    return Read(int(tight), tight != text)


def _read_date(text: str, raw: object, _writing: Writing) -> Read:
    kind = CellKind.TEXT if isinstance(raw, str) else CellKind.NUMBER
    notes = Notes("", 0)
    read = date_of(Cell(kind, text), notes, 1)
    return Read(expected=_EXPECTED["date"]) if read is None else Read(read, bool(notes.found))


def _read_full_date(text: str, raw: object, writing: Writing) -> Read:
    read = _read_date(text, raw, writing)
    return read if read.value is None or len(read.value) == len("YYYY-MM-DD") else Read(expected=_EXPECTED["date"])


def _read_years(text: str, _raw: object, _writing: Writing) -> Read:
    match = _YEARS.fullmatch(squeezed(text))
    if match is None or int(match[3]) != int(match[1]) + 1:
        return Read(expected=_EXPECTED["school_year"])
    read = f"{match[1]}-{match[3]}"
    return Read(read, read != text)


def _read_period(text: str, _raw: object, _writing: Writing) -> Read:
    read = _PERIODS.get(squeezed(text).casefold())
    return Read(expected=_EXPECTED["period"]) if read is None else Read(read)


def _read_yes_no(raw: object, writing: Writing) -> Read:
    said = raw if isinstance(raw, bool) else squeezed(plain_text(raw) or "")
    if is_blank(raw):
        return Read(False if writing.no[:1] == ("",) else None)
    if _is_among(said, writing.yes):
        return Read(True)
    return Read(False) if _is_among(said, writing.no) else Read(expected=_EXPECTED["yes_no"])


def _is_among(said: str | bool, texts: tuple[str | bool, ...]) -> bool:
    return any(said == one and type(said) is type(one) for one in texts)


def _written_mark(number: Decimal, text: str, form: Form) -> Any:
    whole = number == number.to_integral_value()
    if form == "number":
        return int(number) if whole else number
    if form == "short":
        return str(int(number)) if whole else text
    return text.replace(".", ",") if form == "comma" else text


_EXPECTED: Final[Mapping[Kind, str]] = MappingProxyType({
    "text": "chữ / text", "long_text": "chữ / text", "code": "mã / code", "mark": "0–10, Đ, CĐ", "count": "số / number",
    "whole": "số / number", "date": "dd/mm/yyyy", "birth_date": "dd/mm/yyyy", "yes_no": "có/không / yes or no",
    "school_year": "2025-2026", "period": "CN, HK1", "list": "danh sách / list",
})  # fmt: skip
_READ: Final[Mapping[Kind, Callable[[str, object, Writing], Read]]] = MappingProxyType({
    "text": _read_text(_TEXT_LENGTH_MAX), "long_text": _read_text(_LONG_TEXT_LENGTH_MAX), "code": _read_code,
    "mark": _read_mark, "count": _read_whole, "whole": _read_whole, "date": _read_full_date, "birth_date": _read_date,
    "school_year": _read_years, "period": _read_period, "list": _read_code,
})  # fmt: skip
