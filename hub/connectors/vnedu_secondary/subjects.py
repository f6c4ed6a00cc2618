"""Join the rows of one pupil, sheet by sheet, into the subjects of a document; what two sheets say twice must agree."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import UNSET

from hub.connectors.vnedu_secondary.mapping import COMMENT_SUBJECTS, SUBJECT_TITLES
from hub.connectors.vnedu_secondary.matching import Person
from hub.domain.transcript import Subject

__all__ = ["joined_values", "remarks_of", "subjects_of"]

_PARTS = {"semester_1": "HK I", "semester_2": "HK II", "year": "cả năm"}


def joined_values(person: Person) -> dict[str, dict[str, str]]:
    """Return the results by subject and part; two places that differ are a finding at the second."""
    values: defaultdict[str, dict[str, str]] = defaultdict(dict)
    places: dict[tuple[str, str], str] = {}
    for sheet, row in person.rows:
        for part, value in row.values.items():
            known = values[sheet.subject].setdefault(part, value)
            where = places.setdefault((sheet.subject, part), f"{row.notes.sheet}!{row.notes.row}")
            if known != value:
                row.notes.add(
                    "SHEET_VALUES_DIFFER", None, value, subject=SUBJECT_TITLES[sheet.subject], part=_PARTS[part],
                    one=known, other=value, where=where,
                )  # fmt: skip
    return dict(values)


def remarks_of(person: Person) -> dict[str, str]:
    """Return the remark of each subject: that of the later semester, where both have one."""
    by_semester = sorted(person.rows, key=lambda item: item[0].semester)
    return {sheet.subject: row.remark for sheet, row in by_semester if row.remark is not None}


def subjects_of(
    values: Mapping[str, Mapping[str, str]], remarks: Mapping[str, str], order: Sequence[str]
) -> tuple[Subject, ...]:  # fmt: skip
    """Return the subjects with a result in document order."""
    return tuple(
        Subject(
            code=code,
            comment=remarks.get(code, UNSET),
            kind="comment" if code in COMMENT_SUBJECTS else "score",
            semester_1=values[code].get("semester_1", UNSET),
            semester_2=values[code].get("semester_2", UNSET),
            year=values[code].get("year", UNSET),
        )
        for code in order
        if values.get(code)
    )
