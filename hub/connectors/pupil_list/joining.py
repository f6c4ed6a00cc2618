"""Join results and pupils by mã học sinh, exactly; a code that almost fits is proposed, never used."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from hub.connectors.cell_texts import squeezed
from hub.connectors.notes import Notes
from hub.connectors.pupil_list.source import STUDENT_CODE_DIGITS, Pupil, PupilSheet

__all__ = [
    "Joined",
    "JoinedRow",
    "RowT",
    "compare",
    "dates_differ",
    "expected",
    "join",
    "same_spelling",
    "told_absent",
    "where_of",
]


class JoinedRow(Protocol):
    """What a row of results must say of its pupil to be joined; `columns` has the column of each field."""

    @property
    def notes(self) -> Notes:
        """Findings of the row; joining adds to them."""

    @property
    def student_code(self) -> str | None:
        """Mã học sinh."""

    @property
    def name(self) -> str | None:
        """Họ và tên."""

    @property
    def birth_date(self) -> str | None:
        """Ngày sinh: YYYY-MM-DD, YYYY-MM or YYYY."""

    @property
    def class_code(self) -> str | None:
        """Lớp."""

    @property
    def columns(self) -> Mapping[str, int]:
        """Column numbers by field."""


RowT = TypeVar("RowT", bound=JoinedRow)


@dataclass(frozen=True, slots=True)
class Joined(Generic[RowT]):
    """One row of results with its pupil (None when there is no list, or no pupil was found)."""

    result: RowT
    pupil: Pupil | None


def join(
    results: Sequence[RowT], pupils: PupilSheet | None, classes: Collection[str] | None = None
) -> tuple[tuple[Joined[RowT], ...], tuple[Notes, ...]]:  # fmt: skip
    """Join the rows; findings go to the result rows. Returns the joined rows and the pupils without results.

    `classes` are those that the results are about; without them every attending pupil of the list is looked for.
    """
    _refuse_twice(results)
    if pupils is None:
        return tuple(_alone(row) for row in results), ()
    listed = _by_code(pupils)
    joined = tuple(Joined(row, _pupil_of(row, listed)) for row in results)
    used = {row.student_code for row in results}
    absent = tuple(told_absent(p) for p in pupils.rows if expected(p, classes) and p.student_code not in used)
    return joined, absent


def _refuse_twice(results: Iterable[RowT]) -> None:
    rows = defaultdict(list)
    for row in results:
        if row.student_code is not None:
            rows[_full(row.student_code)].append(row)
    for same in rows.values():
        if len(same) > 1:
            numbers = _numbers([row.notes for row in same[:10]])
            for row in same:
                row.notes.add("PUPIL_ROW_TWICE", row.columns.get("student_code"), row.student_code, rows=numbers)


def _numbers(notes: Sequence[Notes]) -> str:
    """Return row numbers; with the sheet's name where the rows stand on several sheets."""
    several = len({note.sheet for note in notes}) > 1
    return ", ".join(f"{note.sheet}!{note.row}" if several else str(note.row) for note in notes)


def _by_code(pupils: PupilSheet) -> Mapping[str, list[Pupil]]:
    listed: defaultdict[str, list[Pupil]] = defaultdict(list)
    for pupil in pupils.rows:
        if pupil.student_code is not None:
            listed[pupil.student_code].append(pupil)
    return listed


def _pupil_of(row: JoinedRow, listed: Mapping[str, list[Pupil]]) -> Pupil | None:
    code, column = row.student_code, row.columns.get("student_code")
    if code is None or column is None:
        return None
    found = listed.get(code, [])
    if not found and _full(code) in listed:
        row.notes.add("STUDENT_CODE_ZERO_LOST", column, code, shown=code, proposal=_full(code))
    elif not found:
        row.notes.add("PUPIL_NOT_IN_LIST", column, code)
    elif len(found) > 1:
        numbers = ", ".join(where_of(pupil) for pupil in found[:10])
        row.notes.add("PUPIL_LIST_TWICE", column, code, rows=numbers)
    else:
        compare(row, found[0])
        return found[0]
    return None


def compare(row: JoinedRow, pupil: Pupil) -> None:
    """Say where the two files disagree; a refused row of the list refuses the result too."""
    notes, where, column = row.notes, where_of(pupil), row.columns.get
    if pupil.notes.refused:
        codes = ", ".join(sorted({found.code for found in pupil.notes.found}))
        notes.add("PUPIL_LIST_ROW_REFUSED", column("student_code"), where=where, codes=codes)
        return
    notes.found.extend(pupil.notes.found)
    if row.name is not None and pupil.name is not None and row.name != pupil.name:
        same = same_spelling(row.name) == same_spelling(pupil.name)
        notes.add("PUPIL_NAME_SPELLING" if same else "PUPIL_NAME_DIFFERS", column("name"), row.name, where=where)
    if dates_differ(row.birth_date, pupil.birth_date):
        notes.add("PUPIL_BIRTH_DATE_DIFFERS", column("birth_date"), row.birth_date, where=where)
    if pupil.class_code is not None and row.class_code is not None and row.class_code != pupil.class_code:
        notes.add("PUPIL_CLASS_DIFFERS", column("class"), row.class_code, where=where)
    if not pupil.attending:
        notes.add("PUPIL_STATUS", column("student_code"), where=where)


def _alone(row: RowT) -> Joined[RowT]:
    """Judge a row without a list: only the shape of its code can be looked at."""
    code = row.student_code
    if code is not None and code.isdigit() and not row.notes.refused and len(code) != STUDENT_CODE_DIGITS:
        column = row.columns.get("student_code")
        if len(code) == STUDENT_CODE_DIGITS - 1:
            row.notes.add("STUDENT_CODE_ZERO_LOST", column, code, shown=code, proposal=_full(code))
        else:
            row.notes.add("STUDENT_CODE_LENGTH", column, code)
    return Joined(row, None)


def expected(pupil: Pupil, classes: Collection[str] | None) -> bool:
    """Tell whether results of a pupil are looked for."""
    return pupil.attending and (classes is None or pupil.class_code in (None, *classes))


def told_absent(pupil: Pupil) -> Notes:
    """Say that a pupil of the list has no results."""
    pupil.notes.add("PUPIL_WITHOUT_RESULT")
    return pupil.notes


def _full(code: str) -> str:
    return code.zfill(STUDENT_CODE_DIGITS) if code.isdigit() else code


def where_of(pupil: Pupil) -> str:
    """Return where the pupil stands in the list: "Sheet1!7"."""
    return f"{pupil.notes.sheet}!{pupil.notes.row}"


def dates_differ(one: str | None, other: str | None) -> bool:
    """Tell whether two dates contradict each other; a year agrees with a day in it."""
    return one is not None and other is not None and not (one.startswith(other) or other.startswith(one))


def same_spelling(name: str) -> tuple[tuple[str, ...], ...]:
    """Return a name for comparison: case and the place of a tone mark within its word do not count (hoà, hòa)."""
    return tuple(tuple(sorted(unicodedata.normalize("NFD", word))) for word in squeezed(name).casefold().split(" "))
