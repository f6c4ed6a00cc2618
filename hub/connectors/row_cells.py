"""The cells of one row by field, and the fields that several sheets have in common: class, grade."""

import re
from collections.abc import Callable, Mapping

from hub.connectors.cell_texts import code_of, squeezed, text_of
from hub.connectors.notes import Notes
from hub.connectors.worksheets import Cell, Kind, Row

__all__ = ["RowCells", "class_text", "each_of", "grade_of"]

_GRADE = re.compile(r"(?:lớp|khối|l|k)?[ .:_-]*0?([1-9]|1[0-2])(?![0-9])")


class RowCells:
    """The cells of one row by field."""

    def __init__(self, row: Row, notes: Notes, columns: Mapping[str, int]) -> None:
        self._row = row
        self._notes = notes
        self._columns = columns

    def get(self, name: str) -> tuple[Cell | None, Notes, int]:
        """Return cell, notes and column: the arguments that every value reader begins with."""
        column = self._columns.get(name, 0)
        return self._row.cells.get(column), self._notes, column

    def codes(self, kind: str) -> list[str]:
        """Return the codes of all columns of one kind ("level:TOAN" is of kind `level`)."""
        return [name.removeprefix(f"{kind}:") for name in self._columns if name.startswith(f"{kind}:")]


def each_of(kind: str, cells: RowCells, read: Callable[[Cell | None, Notes, int], str | None]) -> dict[str, str]:
    """Read every column of one kind; the result is by subject, competence or quality code."""
    values = {code: read(*cells.get(f"{kind}:{code}")) for code in cells.codes(kind)}
    return {code: value for code, value in values.items() if value is not None}


def class_text(cells: RowCells, *, required: bool = True) -> str | None:
    """Return the class as text; a class that Excel made a number ("1") keeps its digits."""
    cell, notes, column = cells.get("class")
    if cell is not None and cell.kind is Kind.NUMBER:
        return code_of(cell, notes, column, "Mã lớp")
    return text_of(cell, notes, column, "Mã lớp", required=required)


def grade_of(text: str) -> int | None:
    """Return the grade that a class or grade text begins with: "1A", "Lớp 3B", "Khối 2", "03"; None when unsure."""
    match = _GRADE.match(squeezed(text).casefold())
    return None if match is None else int(match.group(1))
