"""Transcripts of the population, written as sheets of marks, come back; a mutated cell is told or refused, no more."""

import random
from collections import defaultdict
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from hub.client import Context, Verdict, judge_file
from hub.client.recognising import recognise
from hub.connectors import vnedu_secondary
from hub.connectors.pupil_list import pupil_row, read_pupils, write_pupils
from hub.connectors.vnedu_secondary import (
    SheetOf,
    component_marks,
    detail_row,
    detail_sheet,
    prepare_book,
    prepare_files,
    summary_row,
    summary_sheet,
)
from hub.connectors.workbook_writing import write_workbook
from hub.connectors.worksheets import Cell, Kind, open_workbook
from hub.domain.regulations.tt22 import semester_computed
from hub.errors import Refused
from hub.local.population import Population
from tests.unit.connectors.vnedu_secondary.builders import YEAR, a_mark_row, a_pupil, a_summary_row

AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)


def is_expressible(t):
    """Tell what sheets of marks can say: a year under TT 22, a citizen, no subject without a result."""
    blank = any(s.semester_1 is UNSET or s.semester_2 is UNSET or s.year is UNSET for s in t.subjects)
    return (t.regulation, t.period, t.student.nationality, blank) == ("TT22-2021", "year", "VN", False)


@pytest.fixture(scope="module")
def classes():
    """Return up to six transcripts of one class of each secondary grade that the population has."""
    population = Population(11, pupil_count=600, school_year=YEAR, at=AT)
    by_class = defaultdict(list)
    for submission in population.submissions():
        for t in submission.transcripts:
            if t.school_year == YEAR and is_expressible(t):
                by_class[t.grade, t.school.code, t.class_].append(t)
    by_grade = {}
    for (grade, _, _), members in sorted(by_class.items()):
        by_grade.setdefault(grade, members[:6])
    return by_grade


def subjects_of(members):
    """Return the subject codes of a class with the members who take each."""
    codes = dict.fromkeys(s.code for t in members for s in t.subjects)
    return {code: [t for t in members if code in {s.code for s in t.subjects}] for code in codes}


def test_every_secondary_grade_comes_back_from_details(classes, tmp_path):
    """Both semesters of every subject, without a word about any mark."""
    assert (min(classes), len(classes) >= 3, max(classes) >= 10) == (6, True, True)
    choose = random.Random(5).randint
    for grade, members in classes.items():
        sheets = []
        for code, taking in subjects_of(members).items():
            for semester in (1, 2):
                of = SheetOf(code, semester, YEAR, members[0].class_)
                sheets.append(detail_sheet(of, [detail_row(t, n, of, choose) for n, t in enumerate(taking, 1)]))
        write_workbook(tmp_path / f"{grade}.xlsx", sheets)
        write_pupils(tmp_path / "p.xlsx", [pupil_row(t, n) for n, t in enumerate(members, 1)])
        made = prepare_files(
            [tmp_path / f"{grade}.xlsx"], tmp_path / "p.xlsx", school=members[0].school, school_year=YEAR
        )
        assert ([row.findings for row in made.documents if row.findings], made.rejected, made.absent) == ([], (), ())
        read = {row.transcript.student.student_code: row.transcript for row in made.documents}
        for written in members:
            again = read[written.student.student_code]
            assert again.student == written.student
            assert [(s.code, s.kind, s.semester_1, s.semester_2, s.comment) for s in again.subjects] == [
                (s.code, s.kind, s.semester_1, s.semester_2, s.comment) for s in written.subjects
            ]


def test_summaries_of_a_class_give_the_year_too(classes, tmp_path):
    """One file a subject; all three results of each come back."""
    members, choose, paths = classes[6], random.Random(6).randint, []
    for code, taking in subjects_of(members).items():
        of = SheetOf(code, 2, YEAR, members[0].class_)
        paths.append(tmp_path / f"{code}.xlsx")
        write_workbook(paths[-1], [summary_sheet(of, [summary_row(t, n, of, choose) for n, t in enumerate(taking, 1)])])
    write_pupils(tmp_path / "p.xlsx", [pupil_row(t, n) for n, t in enumerate(members, 1)])
    made = prepare_files(paths, tmp_path / "p.xlsx", school=members[0].school, school_year=YEAR)
    assert [found.code for found in made.findings] == ["RESULTS_NOT_IN_SHEETS"]
    read = {row.transcript.student.student_code: row for row in made.documents}
    for written in members:
        row = read[written.student.student_code]
        assert row.findings == ()
        assert [(s.code, s.semester_1, s.semester_2, s.year) for s in row.transcript.subjects] == [
            (s.code, s.semester_1, s.semester_2, s.year) for s in written.subjects
        ]


@given(st.integers(0, 100), st.integers(1, 8), st.randoms(use_true_random=False))
def test_invented_marks_give_exactly_the_wanted_average(tenths, count, chance):
    """Every average from 0.0 to 10.0, with any number of regular marks, all of them possible marks."""
    made = component_marks(Decimal(tenths) / 10, count, chance.randint)
    every = (*made.regular, made.midterm, made.final)
    assert len(made.regular) == count
    assert all(0 <= mark <= 10 and mark * 10 == int(mark * 10) for mark in every)
    computed = semester_computed("TOAN", "$", made.regular, made.midterm, made.final, None)
    assert Decimal(computed.expected) == Decimal(tenths) / 10


def test_invented_marks_reach_the_exact_half():
    """Means such as 8.25, where rounding decides, occur."""
    chance = random.Random(7)
    made = [component_marks(Decimal("8.3"), 3, chance.randint) for _ in range(200)]
    sums = {sum(m.regular) + 2 * m.midterm + 3 * m.final for m in made}
    assert Decimal("66.0") in sums  # 66.0 / 8 = 8.25


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Return an opened detail, an opened summary, and the list that goes with them."""
    folder = tmp_path_factory.mktemp("books")
    of = SheetOf("TOAN", 2, YEAR, "6A1")
    write_workbook(folder / "d.xlsx", [detail_sheet(of, [a_mark_row(), a_mark_row(A=2, C="Bình")])])
    write_workbook(folder / "s.xlsx", [summary_sheet(of, [a_summary_row(), a_summary_row(A=2, C="Nguyễn Thị Bình")])])
    write_pupils(folder / "p.xlsx", [a_pupil(), a_pupil(2, E="Nguyễn Thị Bình")])
    return [open_workbook(folder / "d.xlsx"), open_workbook(folder / "s.xlsx")], read_pupils(folder / "p.xlsx")


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["8,5", "8.5", "11", "-1", "Đ", "CĐ", "=1", "TX1", "STT", "ĐTB", "1E400", "nan", "", "Học kỳ 1"]),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutated_cell_never_raises_anything_but_a_refusal(books, data):
    """Any cell of title, header or rows, of any kind and text, with a list and without; fit never raises at all."""
    originals, listed = books
    book = deepcopy(data.draw(st.sampled_from(originals)))
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.sampled_from(book.sheets[0].rows))
        row.cells[data.draw(st.integers(1, 17))] = Cell(data.draw(st.sampled_from(Kind)), data.draw(TEXTS))
    vnedu_secondary.fit(book)
    pupils = deepcopy(listed) if data.draw(st.booleans()) else None
    try:
        made = prepare_book(book, pupils, school_year=YEAR)
    except Refused:
        return
    reports = [*made.documents, *made.rejected]
    assert reports
    assert all(found.code for row in (*reports, *made.ignored) for found in row.findings)
    assert all(row.findings for row in made.rejected)


def test_hub_check_reads_both_shapes_and_signs_nothing(tmp_path):
    """The recogniser finds the connector; rows are judged, no document comes of them."""
    of = SheetOf("TOAN", 2, YEAR, "6A1")
    write_pupils(tmp_path / "p.xlsx", [a_pupil()])
    for sheet in (detail_sheet(of, [a_mark_row()]), summary_sheet(of, [a_summary_row()])):
        write_workbook(tmp_path / "m.xlsx", [sheet])
        assert recognise(open_workbook(tmp_path / "m.xlsx")) is vnedu_secondary
        about, row = judge_file(tmp_path / "m.xlsx", Context(date(2026, 6, 10), tmp_path / "p.xlsx"))
        assert "RESULTS_NOT_IN_SHEETS" in {found.code for found in about.findings}
        assert (row.verdict, row.document) == (Verdict.CLEAN, None)


def test_hub_check_reads_a_folder_of_sheets_together(tmp_path):
    """A pupil's subjects from two files are one row; a file that is none of them is a line of its own."""
    for code in ("TOAN", "VAN"):
        of = SheetOf(code, 2, YEAR, "6A1")
        write_workbook(tmp_path / f"{code}.xlsx", [detail_sheet(of, [a_mark_row()], name="Sheet1")])
    write_pupils(tmp_path / "p.xlsx", [a_pupil()])
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    broken, about, row = judge_file(tmp_path, Context(date(2026, 6, 10), tmp_path / "p.xlsx"))
    assert (broken.file, broken.verdict) == ("x.xlsx", Verdict.UNREADABLE)
    assert about.file == tmp_path.name
    assert [subject.code for subject in row.transcript.subjects] == ["VAN", "TOAN"]
    assert (row.sheet, row.document) == ("[TOAN.xlsx]Sheet1", None)


def test_a_folder_without_workbooks_is_refused(tmp_path):
    """It is neither a batch nor a folder of sheets."""
    with pytest.raises(Refused) as caught:
        list(judge_file(tmp_path, Context(date(2026, 6, 10))))
    assert caught.value.code == "BATCH_MISSING"
