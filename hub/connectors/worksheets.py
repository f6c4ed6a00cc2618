"""Cells of a .xlsx workbook as they stand: kind, raw text, hidden rows, columns and sheets. Nothing is computed.

Own reader, not a general one: it keeps the text of a number, sees a formula beside its cached value, and never
spreads a merged range over cells, so that a hostile range costs nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from hub.connectors.opening import Package, damage_refused, open_package
from hub.connectors.workbook_parts import Catalogue, SheetEntry, read_catalogue
from hub.connectors.xml_parts import check_every_part, parse_part
from hub.errors import Refused

__all__ = ["Cell", "Kind", "Row", "Workbook", "Worksheet", "column_letters", "open_workbook"]

ROW_COUNT_MAX = 10_000
COLUMN_COUNT_MAX = 256
CELL_COUNT_MAX = 400_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Kind(StrEnum):
    """What a cell holds; a number of a date style is a `date` whose text is still the serial."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is not blank: its kind and its text as stored (numbers too, never as a float)."""

    kind: Kind
    text: str


@dataclass(slots=True)
class Row:
    """One row: number from 1, whether it is hidden, and its cells by column number from 1."""

    number: int
    hidden: bool
    cells: dict[int, Cell] = field(default_factory=dict)


@dataclass(slots=True)
class Worksheet:
    """One sheet: rows that hold something, merged ranges (first row, first column, last row, last column)."""

    name: str
    hidden: bool
    rows: list[Row] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Workbook:
    """All sheets in order; `from_1904` tells which day is serial 0."""

    sheets: tuple[Worksheet, ...]
    from_1904: bool


def open_workbook(path: Path) -> Workbook:
    """Read every sheet of a .xlsx file. Raises Refused with a code of the family `workbook`; nothing else."""
    package = open_package(path)
    check_every_part(package)
    catalogue = read_catalogue(package)
    budget = _Budget()
    sheets = tuple(_read_sheet(package, catalogue, entry, budget) for entry in catalogue.sheets)
    return Workbook(sheets, catalogue.from_1904)


def column_letters(number: int) -> str:
    """Return the letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def decoded(text: str) -> str:
    """Undo the escapes `_xHHHH_` that spreadsheet XML uses for characters it cannot hold."""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


@dataclass(slots=True)
class _Budget:
    cells: int = 0

    def spend(self, sheet: str, rows: int, column: int) -> None:
        self.cells += 1
        if rows > ROW_COUNT_MAX or column > COLUMN_COUNT_MAX or self.cells > CELL_COUNT_MAX:
            limit = f"{ROW_COUNT_MAX} × {COLUMN_COUNT_MAX}, {CELL_COUNT_MAX}"
            raise Refused("WORKBOOK_TOO_MANY_CELLS", {"sheet": sheet, "limit": limit})


def _read_sheet(package: Package, catalogue: Catalogue, entry: SheetEntry, budget: _Budget) -> Worksheet:
    sheet = Worksheet(entry.name, entry.hidden)
    if entry.part is not None:
        with damage_refused(entry.part):
            parse_part(package, entry.part, _SheetElements(sheet, catalogue, budget))
    return sheet


class _SheetElements:
    """Builds a Worksheet from the elements of its part."""

    def __init__(self, sheet: Worksheet, catalogue: Catalogue, budget: _Budget) -> None:
        self._sheet = sheet
        self._catalogue = catalogue
        self._budget = budget
        self._row = Row(0, hidden=False)
        self._column = 0
        self._type = ""
        self._style = 0
        self._formula = False
        self._pieces: list[str] | None = None
        self._phonetic = 0
        self._text = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in {"v", "t"}:
            self._pieces = []
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self._phonetic += 1
        elif name == "col":
            self._note_column(attributes)
        elif name == "mergeCell":
            self._note_merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            if self._pieces is not None and not self._phonetic:
                self._text += "".join(self._pieces)
            self._pieces = None
        elif name == "c":
            self._end_cell()
        elif name == "rPh":
            self._phonetic -= 1

    def text(self, text: str) -> None:
        if self._pieces is not None:
            self._pieces.append(text)

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        number = int(attributes["r"]) if "r" in attributes else self._row.number + 1
        if number <= self._row.number:
            raise ValueError("rows are not in order")
        flat = attributes.get("ht") is not None and float(attributes["ht"]) == 0
        self._row = Row(number, hidden=_true(attributes.get("hidden")) or flat)
        self._column = 0

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._column = self._column_of(attributes["r"]) if "r" in attributes else self._column + 1
        self._type = attributes.get("t", "n")
        self._style = int(attributes.get("s", "0"))
        self._formula = False
        self._text = ""

    def _column_of(self, reference: str) -> int:
        match = _REFERENCE.fullmatch(reference)
        if match is None or int(match.group(2)) != self._row.number:
            raise ValueError("cell outside its row")
        return column_number(match.group(1))

    def _end_cell(self) -> None:
        cell = self._cell()
        if cell is None:
            return
        if not self._row.cells:
            self._sheet.rows.append(self._row)
        self._budget.spend(self._sheet.name, len(self._sheet.rows), self._column)
        if self._column in self._row.cells:
            raise ValueError("cell twice")
        self._row.cells[self._column] = cell

    def _cell(self) -> Cell | None:
        if self._formula:
            return Cell(Kind.FORMULA, self._text)
        if self._text == "":
            return None
        if self._type == "s":
            shared = self._catalogue.strings[_index(self._text)]
            return Cell(Kind.TEXT, decoded(shared)) if shared else None
        if self._type == "n":
            return Cell(Kind.DATE if self._style in self._catalogue.date_styles else Kind.NUMBER, self._text.strip())
        return Cell(_KINDS.get(self._type, Kind.TEXT), decoded(self._text))

    def _note_column(self, attributes: Mapping[str, str]) -> None:
        width = attributes.get("width")
        if _true(attributes.get("hidden")) or (width is not None and float(width) == 0):
            last = min(int(attributes["max"]), COLUMN_COUNT_MAX)
            self._sheet.hidden_columns.update(range(int(attributes["min"]), last + 1))

    def _note_merge(self, reference: str) -> None:
        match = _RANGE.fullmatch(reference)
        if match is not None and len(self._sheet.merged) < ROW_COUNT_MAX:
            left, top, right, bottom = match.groups()
            self._sheet.merged.append((int(top), column_number(left), int(bottom), column_number(right)))


_KINDS = {"b": Kind.BOOLEAN, "e": Kind.ERROR}


def _index(text: str) -> int:
    index = int(text)
    if index < 0:
        raise ValueError("negative index")
    return index


def _true(text: str | None) -> bool:
    return text in {"1", "true", "on"}
