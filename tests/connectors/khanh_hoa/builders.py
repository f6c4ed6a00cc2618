"""Builders: classes of Khánh Hòa, their files, an instance over a simulated server, and everything that it gives."""

import asyncio
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from msgspec import UNSET
from msgspec.structs import replace

import hub.connectors.khanh_hoa
from hub.connectors.sdk import Answer, Context, Opened, Page, Source, SourceRecord
from hub.connectors.workbook_writing import SheetToWrite, write_workbook
from hub.domain.findings import finding, render
from hub.domain.transcript import Result, School, Transcript
from tests.unit.domain.builders import a_student, a_transcript

GOLDEN = Path(hub.connectors.khanh_hoa.__file__).parent / "golden"
PRIMARY = School(code="56020001", name="Trường Tiểu học Mẫu số 1", province="56")
FORMER = School(code="56020007", name="Trường Tiểu học Mẫu số 7", province="58")  # Ninh Thuận's until 1/7/2025
SECONDARY = School(code="56030002", name="Trường Trung học cơ sở Mẫu số 2", province="56")
NAMES = ("Nguyễn Thị Ánh", "Katơr Bình", "Lê Hòa Chi", "Trượng", "Vũ Thúy Em", "Hồ Quý Giang")
PULLS_MAX = 400


def a_class(
    grade: int, count: int = 3, *, school: School = PRIMARY, school_year: str = "2025-2026", first: int = 0
) -> list[Transcript]:  # fmt: skip
    """Return good transcripts of one class; `first` keeps pupils of two classes apart."""
    return [_pupil(grade, first + number, school, school_year) for number in range(count)]


def _pupil(grade: int, number: int, school: School, school_year: str) -> Transcript:
    year = int(school_year[:4]) - 5 - grade
    student = a_student(
        grade, school_year, name=NAMES[number % len(NAMES)], student_code=f"56{number:08}",
        birth_date=f"{year}-03-{number % 28 + 1:02}", personal_id=f"0562{year % 100:02}{number:06}",
    )  # fmt: skip
    made = a_transcript(grade, school_year=school_year, student=student, school=school, class_=f"{grade}A")
    awards = ("HSXS",) if grade <= 5 else UNSET
    programme = True if grade in (5, 9, 12) else UNSET
    result = Result(awards=awards, completed=True, programme_completed=programme, promotion="promoted")
    return replace(made, result=result)


def context(*schools: School) -> Context:
    """Return a register that has these schools in every year."""
    by_code = {school.code: school for school in schools or (PRIMARY, FORMER, SECONDARY)}
    return Context(lambda code, _: by_code.get(code))


def golden_cells() -> dict[str, dict[str, Any]]:
    """Return the stored class files and pupil lists: cells of one sheet each, by name below the root."""
    text = (GOLDEN / "class-files.cells.json").read_text("utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text, parse_float=Decimal)
    return found


def write_cells(path: Path, cells: Mapping[str, Any]) -> Path:
    """Write stored cells as a workbook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(path, [SheetToWrite(cells["name"], cells["rows"], cells["merged"], cells["hidden_rows"])])
    return path


def edit(path: Path, **cells: object) -> None:
    """Change cells of a workbook's first sheet, by their references (F9="=1+1")."""
    book = openpyxl.load_workbook(path)
    for reference, value in cells.items():
        book.worksheets[0][reference] = value
    book.save(path)


def opened(settings: Mapping[str, Any], folder: Path, *, settle_s: float = 0.0) -> Opened:
    """Return an instance with a private folder; files count at once unless a test waits for them."""
    folder.mkdir(parents=True, exist_ok=True)
    return Opened({**settings, "settle_s": settle_s}, folder, time.monotonic)


async def pulled(source: Source, limit: int = 50, wait_s: float = 10.0) -> tuple[list[SourceRecord], list[Page]]:
    """Return every record until the source says that nothing more is there, and the pages."""
    pages: list[Page] = []
    ends = time.monotonic() + wait_s
    while len(pages) < PULLS_MAX and time.monotonic() < ends:
        pages.append(await source.pull(pages[-1].cursor if pages else None, limit))
        if not pages[-1].more and any(page.records for page in pages):
            break
        await asyncio.sleep(0 if pages[-1].more else 0.05)
    return [record for page in pages for record in page.records], pages


def by_key(records: Iterable[SourceRecord]) -> dict[str, SourceRecord]:
    """Return the newest record of each key."""
    return {record.key: record for record in records}


def receipt(record: SourceRecord, outcome: str = "accepted", codes: Sequence[str] = (), group: str = "g1") -> Answer:
    """Return what Sở says of a record."""
    school, school_year = record.place.split("/")[1:3]
    return Answer(
        answer_id=f"id-{group}-{record.key}", kind="receipt", group=group, school=school, school_year=school_year,
        at="2026-06-15T08:00:00Z", outcome=outcome, record_key=record.key, place=record.place,
        findings=tuple(render(finding(code, "$.rating")) for code in codes), statement="c2lnbmVk", signature="jws",
    )  # fmt: skip
