"""Join results and pupils where the sheet prints no mã học sinh: by class, name and birth date, never by guessing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from hub.connectors.notes import Notes
from hub.connectors.pupil_list.joining import (
    Joined,
    RowT,
    compare,
    dates_differ,
    expected,
    same_spelling,
    told_absent,
    where_of,
)
from hub.connectors.pupil_list.source import Pupil, PupilSheet

__all__ = ["join_by_name"]

_Key = tuple[tuple[str, ...], ...]
_SHOWN_MAX = 10


def join_by_name(
    results: Sequence[RowT], pupils: PupilSheet | None, classes: Collection[str] | None = None
) -> tuple[tuple[Joined[RowT], ...], tuple[Notes, ...]]:
    """Join the rows as `join` does; exactly one pupil must have the row's name, birth date and class.

    Case and the place of a tone mark do not part names; a blank birth date or class agrees with any. A name alone
    whose birth date differs is told as a proposal and not used.
    """
    if pupils is None:
        return tuple(Joined(row, None) for row in results), ()
    listed = _by_name(pupils)
    found = [(row, _pupil_of(row, listed)) for row in results]
    _refuse_twice(found)
    used = {id(pupil) for _, pupil in found if pupil is not None}
    absent = tuple(told_absent(p) for p in pupils.rows if expected(p, classes) and id(p) not in used)
    return tuple(Joined(row, pupil) for row, pupil in found), absent


def _by_name(pupils: PupilSheet) -> Mapping[_Key, list[Pupil]]:
    listed: defaultdict[_Key, list[Pupil]] = defaultdict(list)
    for pupil in pupils.rows:
        if pupil.name is not None:
            listed[same_spelling(pupil.name)].append(pupil)
    return listed


def _pupil_of(row: RowT, listed: Mapping[_Key, list[Pupil]]) -> Pupil | None:
    if row.name is None:
        return None
    column = row.columns.get("name")
    named = listed.get(same_spelling(row.name), [])
    fitting = _narrowed(row, [pupil for pupil in named if not dates_differ(row.birth_date, pupil.birth_date)])
    if len(fitting) == 1:
        compare(row, fitting[0])
        return fitting[0]
    if fitting:
        row.notes.add("PUPIL_NAME_SEVERAL", column, row.name, rows=_places(fitting))
    elif named:
        row.notes.add("PUPIL_NAME_OTHER_BIRTH_DATE", row.columns.get("birth_date"), row.birth_date, rows=_places(named))
    else:
        row.notes.add("PUPIL_NAME_NOT_IN_LIST", column, row.name)
    return None


def _narrowed(row: RowT, fitting: list[Pupil]) -> list[Pupil]:
    """Return those of the row's class, if any is; a pupil may have changed class since the list was made."""
    same_class = [pupil for pupil in fitting if pupil.class_code in (None, row.class_code)]
    return same_class or fitting


def _refuse_twice(found: Sequence[tuple[RowT, Pupil | None]]) -> None:
    rows: defaultdict[int, list[RowT]] = defaultdict(list)
    for row, pupil in found:
        if pupil is not None:
            rows[id(pupil)].append(row)
    for same in rows.values():
        if len(same) > 1:
            numbers = ", ".join(f"{row.notes.sheet}!{row.notes.row}" for row in same[:_SHOWN_MAX])
            for row in same:
                row.notes.add("PUPIL_ROW_TWICE", row.columns.get("name"), row.name, rows=numbers)


def _places(pupils: Sequence[Pupil]) -> str:
    return ", ".join(where_of(pupil) for pupil in pupils[:_SHOWN_MAX])
