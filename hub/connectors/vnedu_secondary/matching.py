"""Find which rows of many sheets are one pupil's: by student code, else by name, birth date and class; never by guess.

With a pupil list, every row is joined to it, sheet by sheet, as the rows of any other sheet are. Without one, rows are
one pupil's when they agree; where several pupils share a name and nothing parts them, the rows are refused.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from hub.connectors.notes import Notes
from hub.connectors.pupil_list import (
    Pupil,
    PupilSheet,
    dates_differ,
    join,
    join_by_name,
    same_spelling,
    told_absent,
    where_of,
)
from hub.connectors.vnedu_secondary.rows import MarkRow
from hub.connectors.vnedu_secondary.source import MarkSheet

__all__ = ["Person", "match"]

_SHOWN_MAX = 10


@dataclass(slots=True)
class Person:
    """One pupil: the row of the list (None without one), and the rows of the sheets in the order of the files."""

    pupil: Pupil | None
    rows: list[tuple[MarkSheet, MarkRow]] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Tell whether any of the pupil's rows is kept out."""
        return any(row.notes.refused for _, row in self.rows)


def match(sheets: Sequence[MarkSheet], pupils: PupilSheet | None) -> tuple[list[Person], list[Notes]]:
    """Return the pupils in the order of their first rows, and the pupils of the list without any row.

    A row that belongs to nobody is a person by itself, with the reason among its notes. Of the list only classes that
    occur in the sheets are told absent, or all when no sheet has a class.
    """
    persons = _without_list(sheets) if pupils is None else _with_list(sheets, pupils)
    _refuse_twice(persons)
    return persons, [] if pupils is None else _absent(sheets, persons, pupils)


def _with_list(sheets: Sequence[MarkSheet], pupils: PupilSheet) -> list[Person]:
    by_place = {where_of(pupil): Person(pupil) for pupil in pupils.rows}
    order: dict[int, Person] = {}
    for sheet in sheets:
        coded = [row for row in sheet.rows if row.student_code is not None]
        named = [row for row in sheet.rows if row.student_code is None]
        joined = list(join(coded, _copy(pupils))[0]) if coded else []
        joined += join_by_name(named, _copy(pupils))[0] if named else ()
        for one in sorted(joined, key=lambda one: one.result.notes.row):
            person = Person(None) if one.pupil is None else by_place[where_of(one.pupil)]
            person.rows.append((sheet, one.result))
            order.setdefault(id(person), person)
    return list(order.values())


def _copy(pupils: PupilSheet) -> PupilSheet:
    """Return the list with notes of its own: joining one sheet must not speak in the next."""
    return replace(
        pupils,
        rows=tuple(
            replace(pupil, notes=Notes(pupil.notes.sheet, pupil.notes.row, list(pupil.notes.found)))
            for pupil in pupils.rows
        ),
    )


def _without_list(sheets: Sequence[MarkSheet]) -> list[Person]:
    persons: dict[object, Person] = {}
    namesakes = _namesakes(sheets)
    for sheet in sheets:
        for row in sheet.rows:
            key = _key(row, namesakes.get(_name_key(row), []))
            persons.setdefault(key, Person(None)).rows.append((sheet, row))
    return list(persons.values())


def _namesakes(sheets: Iterable[MarkSheet]) -> dict[object, list[MarkRow]]:
    found: defaultdict[object, list[MarkRow]] = defaultdict(list)
    for sheet in sheets:
        for row in sheet.rows:
            if row.name is not None:
                found[_name_key(row)].append(row)
    return found


def _name_key(row: MarkRow) -> object:
    """Return name and class: pupils of different classes are different ones."""
    class_code = "" if row.class_code is None else row.class_code.casefold()
    return None if row.name is None else (same_spelling(row.name), class_code)


def _key(row: MarkRow, namesakes: Sequence[MarkRow]) -> object:
    """Return what is the same in all rows of a pupil; a row that fits several pupils gets a key of its own."""
    if row.student_code is not None:
        return "code", row.student_code
    if row.name is None:
        return "alone", id(row)
    codes = {other.student_code for other in namesakes if other.student_code is not None}
    parted = any(dates_differ(row.birth_date, other.birth_date) for other in namesakes)
    if len(codes) == 1 and not parted:
        return "code", codes.pop()
    if not codes and not any(dates_differ(a.birth_date, b.birth_date) for a in namesakes for b in namesakes):
        return "name", _name_key(row)
    if not codes and all(other.birth_date is not None and len(other.birth_date) == 10 for other in namesakes):
        return "name", _name_key(row), row.birth_date
    rows = ", ".join(sorted({f"{n.notes.sheet}!{n.notes.row}" for n in namesakes})[:_SHOWN_MAX])
    row.notes.add("PUPIL_NAME_SEVERAL", row.columns.get("name"), row.name, rows=rows)
    return "alone", id(row)


def _refuse_twice(persons: Iterable[Person]) -> None:
    """Refuse rows of one pupil in one sheet, unless joining with the list has done so."""
    for person in persons:
        by_sheet: defaultdict[str, list[MarkRow]] = defaultdict(list)
        for sheet, row in person.rows:
            by_sheet[sheet.sheet].append(row)
        for same in by_sheet.values():
            numbers = ", ".join(str(row.notes.row) for row in same[:_SHOWN_MAX])
            for row in same if len(same) > 1 else []:
                if not any(found.code == "PUPIL_ROW_TWICE" for found in row.notes.found):
                    row.notes.add("PUPIL_ROW_TWICE", row.columns.get("name"), row.name, rows=numbers)


def _absent(sheets: Sequence[MarkSheet], persons: Iterable[Person], pupils: PupilSheet) -> list[Notes]:
    classes = {row.class_code.casefold() for sheet in sheets for row in sheet.rows if row.class_code is not None}
    used = {id(person.pupil) for person in persons if person.pupil is not None}
    return [
        told_absent(pupil)
        for pupil in pupils.rows
        if pupil.attending and id(pupil) not in used
        and (not classes or pupil.class_code is None or pupil.class_code.casefold() in classes)
    ]  # fmt: skip
