"""Read the rows of a class sheet: who the pupil is by the sheet, and the other values by the template's paths."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from hub.connectors.cell_dates import date_of
from hub.connectors.cell_texts import code_of, text_of
from hub.connectors.formats import RowRead, Rows
from hub.connectors.headers import label_key
from hub.connectors.khanh_hoa.headings import Heading, heading_of
from hub.connectors.khanh_hoa.templates import LEADING, Template, template_of
from hub.connectors.notes import Notes
from hub.connectors.sdk import Raw
from hub.connectors.worksheets import Cell, Kind
from hub.domain.findings import refuses

__all__ = ["ClassFile", "SheetRow", "rows_of"]

_LEADING: Final = frozenset(map(label_key, LEADING))
_ROW = re.compile(r"!([0-9]+)\Z")


@dataclass(frozen=True, slots=True)
class ClassFile:
    """A class file by its path in the system: "gui/56020001/2025-2026/5A-KH1.xlsx"."""

    name: str

    @property
    def school(self) -> str:
        """Code of the school: the folder above the year's."""
        return self.name.split("/")[-3]

    @property
    def school_year(self) -> str:
        """School year: the file's folder."""
        return self.name.split("/")[-2]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A pupil's row as it is joined with the list; `values` are by path, without who the pupil is."""

    notes: Notes
    place: str
    template: Template
    heading: Heading
    student_code: str | None = None
    name: str | None = None
    birth_date: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, int] = field(default_factory=dict)

    @property
    def class_code(self) -> str | None:
        """Class, as the sheet's heading says."""
        return self.heading.class_code


def rows_of(sheet: Rows, file: ClassFile) -> Iterator[SheetRow | RowRead]:
    """Yield the rows of pupils, and those that are none as they were read."""
    template, heading = template_of(sheet.titles, sheet.name), heading_of(sheet.heading)
    for row in sheet.rows:
        if row.value is None and not refuses(row.findings):
            yield row
            continue
        match = _ROW.search(row.place)
        notes = Notes(sheet.name, 0 if match is None else int(match[1]), list(row.findings))
        made = SheetRow(notes, f"{file.name}!{row.place}", template, heading)
        yield made if row.value is None else _read_row(made, row.value, file)


def _read_row(made: SheetRow, values: Raw, file: ClassFile) -> SheetRow:
    """Return a row with who the pupil is by this sheet, and its other values by the template's spelling."""
    cells, notes, spelling = _Cells(values, made.notes), made.notes, made.template.spelling()
    _check_heading(made, file)
    student_code = code_of(*cells.get("Mã HS"), "Mã HS", required=True)
    birth, _, column = cells.get("Ngày sinh")
    return replace(
        made, student_code=student_code, name=_name(cells),
        birth_date=date_of(birth, Notes(notes.sheet, notes.row), column),  # only compared; the list's is used
        values={spelling.get(key, title): values[title] for key, title in cells.titles.items() if key not in _LEADING},
        columns={"student_code": cells.get("Mã HS")[2], "name": cells.get(cells.name_title)[2], "birth_date": column},
    )  # fmt: skip


class _Cells:
    """The cells of one row by title, as the readers of cells take them."""

    def __init__(self, values: Raw, notes: Notes) -> None:
        self.titles = {label_key(title): title for title in values}
        self._values = values
        self._notes = notes
        self._columns = {title: number for number, title in enumerate(values, 1)}
        self.name_title = "Tên" if label_key("Tên") in self.titles else "Họ và tên"

    def get(self, title: str) -> tuple[Cell | None, Notes, int]:
        """Return cell, notes and column."""
        own = self.titles.get(label_key(title), title)
        return _cell(self._values.get(own)), self._notes, self._columns.get(own, 1)


def _name(cells: _Cells) -> str | None:
    """Return the name; họ đệm, which may be blank, and tên in two columns are joined by one space."""
    name = text_of(*cells.get(cells.name_title), cells.name_title, required=True)
    family = text_of(*cells.get("Họ đệm"), "Họ đệm")
    return name if family is None or name is None else f"{family} {name}"


def _check_heading(row: SheetRow, file: ClassFile) -> None:
    """Refuse a row of a sheet without a class, or of another school year than its folder."""
    found = row.heading.school_year
    if row.heading.class_code is None:
        row.notes.add("CLASS_SHEET_WITHOUT_CLASS")
    if found is not None and found != file.school_year:
        row.notes.add("CLASS_SHEET_YEAR_DIFFERS", found=found, expected=file.school_year)


def _cell(value: object) -> Cell | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return Cell(Kind.BOOLEAN, str(int(value)))
    return Cell(Kind.NUMBER if isinstance(value, int | Decimal) else Kind.TEXT, str(value))
