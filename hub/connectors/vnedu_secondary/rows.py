"""Read one row of a sheet of marks: who, which results, which marks; every doubt is a finding at its cell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hub.connectors.cell_dates import date_of
from hub.connectors.cell_texts import code_of, text_of
from hub.connectors.notes import Notes
from hub.connectors.row_cells import RowCells, class_text, grade_of
from hub.connectors.vnedu_secondary.checking import (
    Components,
    Stated,
    ValueT,
    check_comments,
    check_marks,
    check_year,
)
from hub.connectors.vnedu_secondary.columns import Located
from hub.connectors.vnedu_secondary.mapping import COMMENT_SUBJECTS
from hub.connectors.vnedu_secondary.values import average, mark, passed, remark
from hub.connectors.worksheets import Cell, Row

__all__ = ["MarkRow", "RowReader", "is_aside"]

_MARKED = frozenset({"regular", "midterm", "final", "average", "year"})


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One pupil's row as read. `values` has semester_1, semester_2, year as far as the row states them."""

    notes: Notes
    student_code: str | None = None
    name: str | None = None
    birth_date: str | None = None
    class_code: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    remark: str | None = None
    columns: Mapping[str, int] = field(default_factory=dict)


def is_aside(row: Row, located: Located) -> bool:
    """Tell a note or a signature line from a pupil's row: no number, no code, no birth date, and not name and marks."""
    columns = located.columns
    number = row.cells.get(columns["number"])
    if number is not None and number.text.strip().isdigit():
        return False
    filled = {name for name, column in columns.items() if column in row.cells} - {"number"}
    if filled & {"student_code", "birth_date"}:
        return False
    named = filled & {"name", "family_name", "given_name"}
    return not named or not any(name.partition(":")[0] in _MARKED for name in filled)


class RowReader:
    """Reads the rows of one sheet."""

    def __init__(
        self, located: Located, subject: str, semester: int, class_name: str | None, grade: int | None, from_1904: bool
    ) -> None:  # fmt: skip
        self._located = located
        self._subject = subject
        self._class_name = class_name
        self._grade = grade
        self._from_1904 = from_1904
        self._scored = subject not in COMMENT_SUBJECTS
        self._semester = semester
        self._results = _results(located.columns, semester)
        self.parts = tuple(self._results)

    def row(self, row: Row, notes: Notes) -> MarkRow:
        """Read one pupil's row; a hidden row says only who it is."""
        cells = RowCells(row, notes, self._located.columns)
        pupil = self._pupil(cells, notes)
        if row.hidden:
            notes.found[:] = []
            notes.add("ROW_HIDDEN")
            return pupil
        values = self._values(row, notes)
        self._check(row, notes, values, pupil.class_code)
        return replace(pupil, values=values, remark=remark(*cells.get("remark")))

    def _pupil(self, cells: RowCells, notes: Notes) -> MarkRow:
        columns = self._located.columns
        place = columns.get("name") or columns.get("family_name") or columns.get("given_name") or 0
        return MarkRow(
            notes,
            student_code=code_of(*cells.get("student_code"), "Mã học sinh"),
            name=_name(cells, columns),
            birth_date=date_of(*cells.get("birth_date"), from_1904=self._from_1904),
            class_code=class_text(cells, required=False) or self._class_name,
            columns={"name": place, "birth_date": place, "class": place, "student_code": place} | dict(columns),
        )  # fmt: skip

    def _values(self, row: Row, notes: Notes) -> dict[str, str]:
        read = average if self._scored else passed
        values = {part: read(row.cells.get(column), notes, column) for part, column in self._results.items()}
        return {part: value for part, value in values.items() if value is not None}

    def _check(self, row: Row, notes: Notes, values: dict[str, str], class_code: str | None) -> None:
        """Read the component marks and compare; a row with a cell that cannot be read is not compared."""
        part = f"semester_{self._semester}"
        column = self._results.get(part, self._located.columns["final"])
        stated = Stated(self._subject, self._semester, values.get(part), column)
        if self._scored:
            marks = self._components(row, notes, mark)
            if not notes.refused:
                grade = self._grade if class_code is None else grade_of(class_code)
                check_marks(notes, marks, stated, grade)
        else:
            results = self._components(row, notes, passed)
            if not notes.refused:
                check_comments(notes, results, stated)
        if "year" in self._results and not notes.refused:
            check_year(notes, self._subject, values, self._results["year"], scored=self._scored)

    def _components(
        self, row: Row, notes: Notes, read: Callable[[Cell | None, Notes, int], ValueT | None]
    ) -> Components[ValueT]:
        columns = self._located.columns
        regular = [read(row.cells.get(column), notes, column) for column in self._located.regular]
        midterm, final = (read(row.cells.get(columns[name]), notes, columns[name]) for name in ("midterm", "final"))
        present = [value for value in regular if value is not None]
        return Components(present, midterm, final, self._located.regular[0])


def _results(columns: Mapping[str, int], semester: int) -> dict[str, int]:
    """Return the columns of results by their place in the document: semester_1, semester_2, year."""
    found = {f"semester_{n}": columns[f"average:{n}"] for n in (1, 2) if f"average:{n}" in columns}
    if "average" in columns:
        found.setdefault(f"semester_{semester}", columns["average"])
    if "year" in columns:
        found["year"] = columns["year"]
    return dict(sorted(found.items()))


def _name(cells: RowCells, columns: Mapping[str, int]) -> str | None:
    """Return the whole name, from one column or from họ đệm and tên."""
    if "name" in columns or not {"family_name", "given_name"} & columns.keys():
        return text_of(*cells.get("name"), "Họ và tên", required="name" in columns)
    family = text_of(*cells.get("family_name"), "Họ đệm", required="given_name" not in columns)
    given = text_of(*cells.get("given_name"), "Tên", required="given_name" in columns)
    return None if given is None and "given_name" in columns else " ".join(part for part in (family, given) if part)
