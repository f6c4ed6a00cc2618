"""Builders of vnEdu class summaries, with honest defaults: three good pupils of class 1A and their list."""

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
from msgspec import UNSET
from msgspec.structs import replace
from openpyxl.workbook import Workbook as Book

from hub.connectors import Prepared
from hub.connectors.pupil_list import pupil_row, write_pupils
from hub.connectors.vnedu_primary import ClassToWrite, class_of, prepare_files, write_classes
from hub.connectors.workbook_writing import Value
from hub.domain.transcript import Result, Transcript
from tests.unit.connectors.builders import SCHOOL, YEAR
from tests.unit.domain.builders import a_student, a_transcript

NAMES = ("Nguyễn Thị Ánh", "Trần Văn Bình", "Lê Hoà Chi", "Phạm Đức Dũng", "Vũ Thuý Em", "Hồ Quý Giang")
FIRST = 9  # the row of the first pupil


def a_class(grade: int = 1, count: int = 3, letter: str = "A", first: int = 0) -> list[Transcript]:
    """Return good transcripts of one class as this shape can say them; `first` keeps pupils of two classes apart."""
    return [_pupil(grade, first + n, f"{grade}{letter}") for n in range(count)]


def _pupil(grade: int, number: int, class_code: str) -> Transcript:
    student = a_student(
        grade, name=NAMES[number % len(NAMES)], student_code=f"{100849200 + number:010}",
        birth_date=f"{2020 - grade}-03-{number % 28 + 1:02}", personal_id=f"0012{20 - grade:02}{number:06}",
    )  # fmt: skip
    return a_transcript(
        grade, student=student, school=SCHOOL, class_=class_code, rating="HTXS",
        result=Result(awards=("HSXS",), completed=True, promotion="promoted"),
    )  # fmt: skip


def expressible(transcript: Transcript) -> Transcript:
    """Return a transcript without what the shape has no column for; a pupil without any award is said to have none."""
    bare = [tuple(replace(item, comment=UNSET) for item in items or ()) or UNSET
            for items in (transcript.subjects, transcript.competences, transcript.qualities)]  # fmt: skip
    result = replace(transcript.result, awards=transcript.result.awards or ())
    if result.promotion != "promoted":
        result = replace(result, promotion=UNSET)
    if result.programme_completed is not True:
        result = replace(result, programme_completed=UNSET)
    return replace(
        transcript, subjects=bare[0], competences=bare[1], qualities=bare[2], result=result, absences=UNSET,
        remarks=UNSET,
    )  # fmt: skip


def listed(*classes: Sequence[Transcript]) -> list[list[Value]]:
    """Return the rows of the pupil list for these classes."""
    every = [transcript for pupils in classes for transcript in pupils]
    return [pupil_row(transcript, number) for number, transcript in enumerate(every, 1)]


def made_of(
    folder: Path, classes: Sequence[ClassToWrite], pupils: Sequence[Sequence[Value]] | None,
    change: Callable[[Book], None] | None = None, school_year: str | None = YEAR,
) -> Prepared:  # fmt: skip
    """Write the workbooks, let openpyxl change the summary and save it as its own, and prepare."""
    summary, pupils_path = folder / "tong-hop.xlsx", folder / "C1-HocSinh.xlsx"
    write_classes(summary, classes)
    if change is not None:
        book = openpyxl.load_workbook(summary)
        change(book)
        book.save(summary)
    if pupils is not None:
        write_pupils(pupils_path, pupils)
    return prepare_files(
        summary, None if pupils is None else pupils_path, school=SCHOOL, school_year=school_year
    )  # fmt: skip


def changed(folder: Path, change: Callable[[Book], None], grade: int = 1, **options: bool) -> Prepared:
    """Prepare one class of three whose summary openpyxl changed."""
    pupils = a_class(grade)
    return made_of(folder, [class_of(pupils, **options)], listed(pupils), change)
