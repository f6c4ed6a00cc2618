"""What stands above a class summary: which Sở, which class, which school year; read and written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hub.connectors.khanh_hoa.templates import Template
from hub.connectors.pupil_list import same_spelling
from hub.connectors.workbook_writing import Value

__all__ = ["PROVINCES", "Heading", "heading_of", "heading_rows"]

PROVINCES: Final = MappingProxyType({"Khánh Hòa": "56", "Ninh Thuận": "58"})
CLASS_LENGTH_MAX = 35
_CLASS = re.compile(r"lớp *: *(.+)", re.IGNORECASE)
_AFTER_CLASS = re.compile(r" *(?:[,;–—(]| - |gvcn|giáo viên|năm học|sĩ số|sỹ số).*", re.IGNORECASE)
_YEAR = re.compile(r"năm học *:? *(20[0-9]{2}) *[-–—/] *(20[0-9]{2})", re.IGNORECASE)
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a sheet says of itself; each is None when it does not say. `province` is the code of the named province."""

    class_code: str | None = None
    school_year: str | None = None
    province: str | None = None


def heading_of(texts: Iterable[str]) -> Heading:
    """Read the texts above a header."""
    held = tuple(texts)
    classes = (_AFTER_CLASS.sub("", match[1]).strip() for text in held if (match := _CLASS.match(text)))
    years = (f"{match[1]}-{match[2]}" for text in held if (match := _YEAR.search(text)))
    named = (code for text in held for name, code in PROVINCES.items() if _names(text, name))
    class_code = next((text[:CLASS_LENGTH_MAX] for text in classes if text), None)
    return Heading(class_code, next(years, None), next(named, None))


def heading_rows(
    template: Template, province: str | None, school: str, class_code: str, school_year: str
) -> list[Sequence[Value]]:  # fmt: skip
    """Return the rows above the header of a template, one for each row there is."""
    name = next((name for name, code in PROVINCES.items() if code == province), "Khánh Hòa")
    rows: list[Sequence[Value]] = [
        (f"SỞ GIÁO DỤC VÀ ĐÀO TẠO {name.upper()}",), (f"Trường: {school}",), (template.title,),
        (f"Lớp: {class_code}",), (f"Năm học: {school_year.replace('-', ' - ')}",),
    ]  # fmt: skip
    return [*rows, *[()] * (template.first_row - 1 - len(rows))]


def _names(text: str, name: str) -> bool:
    """Tell whether a text names a province, wherever its tone marks stand (hòa, hoà)."""
    words = [same_spelling(word)[0] for word in _WORDS.findall(text)]
    wanted = list(same_spelling(name))
    return any(words[start : start + len(wanted)] == wanted for start in range(len(words)))
