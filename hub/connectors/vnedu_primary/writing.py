"""Write class summaries in the shape of vnEdu, cell by cell: for tests, the synthetic population, templates."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from msgspec import UNSET

from hub.connectors.cell_dates import printed_date
from hub.connectors.vnedu_primary.mapping import (
    AWARDS,
    BOXES,
    REQUIRED_FIELDS,
    SUBJECTS,
    TITLES,
)
from hub.connectors.workbook_writing import SheetToWrite, Value, write_workbook
from hub.connectors.worksheets import column_letters
from hub.domain.regulations import COMPETENCES, QUALITIES
from hub.domain.transcript import Transcript

__all__ = ["ClassToWrite", "class_of", "class_sheet", "write_classes"]

_TICK = "✓"
_LONG_LEVELS = {"T": "HTT", "H": "HT", "C": "CHT"}
_OVER = {
    "competence": "Năng lực cốt lõi", "quality": "Phẩm chất chủ yếu", "box": "Đánh giá kết quả giáo dục",
    "award": "Khen thưởng",
}  # fmt: skip


@dataclass(slots=True)
class ClassToWrite:
    """One sheet: its name and class, the columns by field, rows of values as `fields` orders them, notes below."""

    sheet: str
    class_code: str
    school_year: str
    fields: tuple[str, ...]
    rows: list[list[Value]]
    below: Sequence[Sequence[Value]] = ((), (None, "Ghi chú: T – Hoàn thành tốt; H – Hoàn thành; C – Chưa hoàn thành"))
    hidden_rows: Collection[int] = field(default_factory=set)
    merged: tuple[str, ...] = ()
    title: str = "TỔNG HỢP KẾT QUẢ ĐÁNH GIÁ GIÁO DỤC CUỐI NĂM"


def write_classes(path: Path, classes: Sequence[ClassToWrite]) -> None:
    """Write one sheet a class: titles in rows 3–5, header in rows 6–8, pupils from row 9.

    Raises Refused when a text cannot stand in a workbook.
    """
    write_workbook(path, [class_sheet(each) for each in classes])


def class_sheet(of: ClassToWrite) -> SheetToWrite:
    """Return the sheet of one class."""
    return SheetToWrite(of.sheet, _rows(of), (*_merges(of.fields), *of.merged), of.hidden_rows)


def class_of(
    transcripts: Sequence[Transcript], sheet: str | None = None, *, coded: bool = False, long_levels: bool = False
) -> ClassToWrite:
    """Return the sheet of one class. `coded` adds mã học sinh; `long_levels` prints HTT, HT, CHT for T, H, C.

    What the shape has no column for (comments, absences, other promotions) is left out.
    """
    first = transcripts[0]
    fields = fields_of(transcripts, coded=coded)
    values = [_values(transcript, number, long_levels=long_levels) for number, transcript in enumerate(transcripts, 1)]
    rows = [[held.get(name) for name in fields] for held in values]
    return ClassToWrite(sheet or first.class_, first.class_, first.school_year, fields, rows)


def fields_of(transcripts: Sequence[Transcript], *, coded: bool = False) -> tuple[str, ...]:
    """Return the columns that a class needs: the subjects that its pupils have, scored where any has a score."""
    held = {name for transcript in transcripts for name in _values(transcript, 1)} | set(REQUIRED_FIELDS)
    order = (
        "number", *(("student_code",) if coded else ()), "name", "birth_date",
        *(f"{kind}:{code}" for code in SUBJECTS for kind in ("level", "score")),
        *(f"competence:{code}" for code in COMPETENCES), *(f"quality:{code}" for code in QUALITIES),
    )  # fmt: skip
    tail = (*(f"box:{code}" for code in BOXES), *(f"award:{code}" for code in AWARDS), "completed", "promoted")
    if "programme" in held:
        tail = (*tail, "programme")
    return (*(name for name in order if name in held), *tail)


def _values(transcript: Transcript, number: int, *, long_levels: bool = False) -> dict[str, Value]:
    """Return what a transcript puts into its row, by field."""
    student = transcript.student
    values: dict[str, Value] = {
        "number": number, "student_code": student.student_code, "name": student.name,
        "birth_date": printed_date(student.birth_date),
    }  # fmt: skip
    for subject in transcript.subjects:
        if subject.level is not UNSET:
            values[f"level:{subject.code}"] = _LONG_LEVELS[subject.level] if long_levels else subject.level
        if subject.score is not UNSET:
            values[f"score:{subject.code}"] = _number(subject.score)
    for kind, assessed in (("competence", transcript.competences), ("quality", transcript.qualities)):
        values |= {f"{kind}:{item.code}": item.level for item in assessed or ()}
    if transcript.rating is not UNSET:
        values[f"box:{transcript.rating}"] = _TICK
    values |= {f"award:{code}": "x" for code in transcript.result.awards or ()}
    if transcript.result.completed:
        values["completed"] = "x"
    if transcript.result.promotion == "promoted":
        values["promoted"] = "x"
    if transcript.result.programme_completed is True:
        values["programme"] = "x"
    return values


def _number(mark: str) -> Value:
    number = Decimal(mark)
    return int(number) if number == number.to_integral_value() else number


def _rows(each: ClassToWrite) -> Iterator[Sequence[Value]]:
    year = each.school_year.replace("-", " - ")
    yield from ((), (), (None, each.title), (None, f"Năm học: {year}"), (None, f"Lớp: {each.class_code}"))
    yield from zip(*(_header(name, each.fields) for name in each.fields), strict=True)
    yield from each.rows
    yield from each.below


def _header(name: str, fields: tuple[str, ...]) -> tuple[Value, Value, Value]:
    """Return the three header cells of a column; a merged text stands in its first cell only."""
    kind, _, code = name.partition(":")
    if kind == "level":
        return TITLES[name].partition(",")[0], None, "Mức đạt được"
    if kind == "score":
        alone = f"level:{code}" not in fields
        return TITLES[name].partition(",")[0] if alone else None, None, "Điểm KT"
    if kind in _OVER:
        opens = next(field for field in fields if field.startswith(f"{kind}:")) == name
        return _OVER[kind] if opens else None, TITLES[name], None
    return TITLES[name], None, None


def _merges(fields: tuple[str, ...]) -> Iterator[str]:
    """Yield the merged ranges of the header: groups over their columns, subjects over level and score."""
    for kind in _OVER:
        columns = [n for n, name in enumerate(fields, 1) if name.startswith(f"{kind}:")]
        if len(columns) > 1:
            yield f"{column_letters(columns[0])}6:{column_letters(columns[-1])}6"
        yield from (f"{column_letters(n)}7:{column_letters(n)}8" for n in columns)
    for n, name in enumerate(fields, 1):
        kind, _, code = name.partition(":")
        if kind == "level":
            last = n + 1 if f"score:{code}" in fields else n
            yield f"{column_letters(n)}6:{column_letters(last)}7"
        elif ":" not in name:
            yield f"{column_letters(n)}6:{column_letters(n)}8"
