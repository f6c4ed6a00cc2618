"""Say what the sheets of a class leave out: subjects, results of the year, rows of single pupils; each thing once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import UNSET

from hub.connectors.vnedu_secondary.mapping import SUBJECT_TITLES
from hub.connectors.vnedu_secondary.matching import Person
from hub.connectors.vnedu_secondary.source import MarkSheet
from hub.domain.findings import Finding, finding
from hub.domain.regulations import Computed
from hub.domain.regulations.tt22 import form_of
from hub.domain.transcript import Transcript

__all__ = ["about_classes", "computed_of", "findings_of", "is_required", "without_row"]

_MISSING: Final = "kết quả học tập, kết quả rèn luyện, số buổi nghỉ, lên lớp, danh hiệu"


def is_required(subject: str, grade: int) -> bool:
    """Tell whether every pupil of a grade 6-12 takes a subject."""
    form = form_of(grade)
    return subject in form.required or any(subject in halves for halves in form.halves.values())


def findings_of(person: Person) -> tuple[Finding, ...]:
    """Return what all rows say, each thing once: the pupil list speaks into every row, and is compared with each."""
    seen: dict[tuple[str, ...], Finding] = {}
    for _, row in person.rows:
        for found in row.notes.found:
            of_list = found.code.startswith("PUPIL_") and "where" in found.facts
            place = found.facts["where"] if of_list else found.path
            seen.setdefault((found.code, place, found.value or ""), found)
    return tuple(seen.values())


def computed_of(person: Person) -> tuple[Computed, ...]:
    """Return what the cells of all rows let us recompute, sheet by sheet."""
    return tuple(value for _, row in person.rows for value in row.notes.computed)


def without_row(sheet: MarkSheet) -> Finding:
    """Return the finding that a pupil has no row on a sheet of their class."""
    facts = {"sheet": sheet.sheet, "subject": SUBJECT_TITLES[sheet.subject]}
    return finding("SHEET_WITHOUT_PUPIL", sheet.sheet, facts=facts)


def about_classes(sheets: Sequence[MarkSheet], transcripts: Iterable[Transcript]) -> Iterator[Finding]:
    """Say for each class which subjects and which results of the year no sheet has; and what no such sheet has."""
    by_class: defaultdict[tuple[str, int], list[Transcript]] = defaultdict(list)
    for transcript in transcripts:
        by_class[transcript.class_, transcript.grade].append(transcript)
    for (name, grade), members in sorted(by_class.items()):
        subjects = {subject.code for member in members for subject in member.subjects}
        form = form_of(grade)
        missing = form.lacking(subjects)
        if missing:
            yield _of_class("SUBJECTS_NOT_IN_SHEETS", name, missing)
        stated = {s.code for member in members for s in member.subjects if s.year is not UNSET}
        if any(member.period == "year" for member in members) and subjects - stated:
            unstated = [code for code in form.order if code in subjects - stated]
            yield _of_class("YEAR_RESULTS_NOT_IN_SHEETS", name, unstated)
    yield finding("RESULTS_NOT_IN_SHEETS", sheets[0].sheet, facts={"missing": _MISSING})


def _of_class(code: str, name: str, subjects: Iterable[str]) -> Finding:
    titles = ", ".join(SUBJECT_TITLES[subject] for subject in subjects)
    return finding(code, "$", facts={"class": name, "subjects": titles})
