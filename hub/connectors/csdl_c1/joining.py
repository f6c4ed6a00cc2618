"""Join results and pupils by mã học sinh, exactly; a code that almost fits is proposed, never used."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from hub.connectors.cell_texts import squeezed
from hub.connectors.csdl_c1.source import STUDENT_CODE_DIGITS, Pupil, PupilSheet, ResultRow, ResultSheet
from hub.connectors.notes import Notes

__all__ = ["Joined", "join"]


@dataclass(frozen=True, slots=True)
class Joined:
    """One row of results with its pupil (None when there is no list, or no pupil was found)."""

    result: ResultRow
    pupil: Pupil | None


def join(results: ResultSheet, pupils: PupilSheet | None) -> tuple[tuple[Joined, ...], tuple[Notes, ...]]:
    """Join the rows; findings go to the result rows. Returns the joined rows and the pupils without results."""
    _refuse_twice(results)
    if pupils is None:
        return tuple(_alone(row) for row in results.rows), ()
    listed = _by_code(pupils)
    joined = tuple(Joined(row, _pupil_of(row, listed)) for row in results.rows)
    used = {row.student_code for row in results.rows}
    absent = tuple(_told_absent(p) for p in pupils.rows if p.attending and p.student_code not in used)
    return joined, absent


def _refuse_twice(results: ResultSheet) -> None:
    rows = defaultdict(list)
    for row in results.rows:
        if row.student_code is not None:
            rows[_full(row.student_code)].append(row)
    for same in rows.values():
        if len(same) > 1:
            numbers = ", ".join(str(row.notes.row) for row in same[:10])
            for row in same:
                row.notes.add("PUPIL_ROW_TWICE", row.columns.get("student_code"), row.student_code, rows=numbers)


def _by_code(pupils: PupilSheet) -> Mapping[str, list[Pupil]]:
    listed: defaultdict[str, list[Pupil]] = defaultdict(list)
    for pupil in pupils.rows:
        if pupil.student_code is not None:
            listed[pupil.student_code].append(pupil)
    return listed


def _pupil_of(row: ResultRow, listed: Mapping[str, list[Pupil]]) -> Pupil | None:
    code, column = row.student_code, row.columns.get("student_code")
    if code is None or column is None:
        return None
    found = listed.get(code, [])
    if not found and _full(code) in listed:
        row.notes.add("STUDENT_CODE_ZERO_LOST", column, code, shown=code, proposal=_full(code))
    elif not found:
        row.notes.add("PUPIL_NOT_IN_LIST", column, code)
    elif len(found) > 1:
        numbers = ", ".join(_where(pupil) for pupil in found[:10])
        row.notes.add("PUPIL_LIST_TWICE", column, code, rows=numbers)
    else:
        _compare(row, found[0])
        return found[0]
    return None


def _compare(row: ResultRow, pupil: Pupil) -> None:
    """Say where the two files disagree; a refused row of the list refuses the result too."""
    notes, where = row.notes, _where(pupil)
    if pupil.notes.refused:
        codes = ", ".join(sorted({found.code for found in pupil.notes.found}))
        notes.add("PUPIL_LIST_ROW_REFUSED", row.columns["student_code"], where=where, codes=codes)
        return
    notes.found.extend(pupil.notes.found)
    if row.name is not None and pupil.name is not None and row.name != pupil.name:
        same = _spelling_free(row.name) == _spelling_free(pupil.name)
        notes.add("PUPIL_NAME_SPELLING" if same else "PUPIL_NAME_DIFFERS", row.columns["name"], row.name, where=where)
    if _dates_differ(row.birth_date, pupil.birth_date):
        notes.add("PUPIL_BIRTH_DATE_DIFFERS", row.columns["birth_date"], row.birth_date, where=where)
    if pupil.class_code is not None and row.class_code is not None and row.class_code != pupil.class_code:
        notes.add("PUPIL_CLASS_DIFFERS", row.columns["class"], row.class_code, where=where)
    if not pupil.attending:
        notes.add("PUPIL_STATUS", row.columns["student_code"], where=where)


def _alone(row: ResultRow) -> Joined:
    """Judge a row without a list: only the shape of its code can be looked at."""
    code = row.student_code
    if code is not None and code.isdigit() and not row.notes.refused and len(code) != STUDENT_CODE_DIGITS:
        column = row.columns.get("student_code")
        if len(code) == STUDENT_CODE_DIGITS - 1:
            row.notes.add("STUDENT_CODE_ZERO_LOST", column, code, shown=code, proposal=_full(code))
        else:
            row.notes.add("STUDENT_CODE_LENGTH", column, code)
    return Joined(row, None)


def _told_absent(pupil: Pupil) -> Notes:
    pupil.notes.add("PUPIL_WITHOUT_RESULT")
    return pupil.notes


def _full(code: str) -> str:
    return code.zfill(STUDENT_CODE_DIGITS) if code.isdigit() else code


def _where(pupil: Pupil) -> str:
    return f"{pupil.notes.sheet}!{pupil.notes.row}"


def _dates_differ(one: str | None, other: str | None) -> bool:
    """Tell whether two dates contradict each other; a year agrees with a day in it."""
    return one is not None and other is not None and not (one.startswith(other) or other.startswith(one))


def _spelling_free(name: str) -> tuple[tuple[str, ...], ...]:
    """Return a name for comparison: case and the place of a tone mark within its word do not count (hoà, hòa)."""
    return tuple(tuple(sorted(unicodedata.normalize("NFD", word))) for word in squeezed(name).casefold().split(" "))
