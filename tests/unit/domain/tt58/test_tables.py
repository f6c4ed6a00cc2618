"""TT 58/2011 line by line: the year of a subject, học lực, and what follows from it."""

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import UNSET

from hub.domain.judge import judge
from hub.domain.regulations.tt58 import check, learning_of, overall_average
from hub.domain.transcript import Absences, Result, YearLevels
from tests.unit.domain.builders import SUMMER
from tests.unit.domain.law_tables import NOTHING, items_of, named, rows_of, shown
from tests.unit.domain.tt58.drafts import SCORED, a_former_pupil, same, subjects_with, with_subject

TABLES = Path(__file__).parent / "tables"
LEARNING = rows_of(TABLES / "learning.txt")
YEARS = rows_of(TABLES / "years.txt")
RESULTS = rows_of(TABLES / "result.txt")
PROMOTIONS = {
    "lên lớp": "promoted", "ở lại lớp": "retained", "kiểm tra lại": "retake", "rèn luyện trong hè": "summer_training",
}  # fmt: skip


def test_tables_hold_forty_cases_each_with_its_article() -> None:
    """The former circular is covered line by line."""
    tables = (LEARNING, YEARS, RESULTS)
    assert sum(map(len, tables)) >= 40
    assert all(row["Điều"] for table in tables for row in table)
    assert all(len({named(row) for row in table}) == len(table) for table in tables)


@pytest.mark.parametrize("row", LEARNING, ids=named)
def test_learning_follows_from_the_marks(row: dict[str, str]) -> None:
    """Average, level and adjustment are those of the line."""
    marks = [Decimal(row[heading]) for heading in SCORED]
    leading = [Decimal(row[heading]) for heading in ("Toán", "Văn", "NN")]
    assert overall_average(marks) == Decimal(row["ĐTB"])
    assert learning_of(marks, leading, int(row["NX"])) == row["Học lực"]


@pytest.mark.parametrize("row", LEARNING, ids=named)
@pytest.mark.parametrize("stated", ["G", "K", "TB", "Y", "KEM"])
def test_stated_learning_is_accepted_only_when_the_marks_give_it(row: dict[str, str], stated: str) -> None:
    """Each of the five levels is told as different unless it is right, in both semesters and the year."""
    document = a_former_pupil(stated, subjects=subjects_with(row, int(row["NX"])))
    found = [f for f in check(document) if f.code.startswith("FORMER_LEARNING")]
    wrong = stated != row["Học lực"]
    assert [f.path for f in found] == ["$.learning.semester_1", "$.learning.semester_2", "$.learning.year"] * wrong
    assert {f.facts["expected"] for f in found} == ({row["Học lực"]} if wrong else set())


@pytest.mark.parametrize("row", YEARS, ids=named)
def test_year_of_a_subject_follows_from_its_semesters(row: dict[str, str]) -> None:
    """The right result passes; another one is told with the right one."""
    code = "AN" if "Đ" in row["HK I"] else "CN"
    one, two = (UNSET if row[name] == NOTHING else row[name] for name in ("HK I", "HK II"))
    right = with_subject(a_former_pupil(), code, semester_1=one, semester_2=two, year=row["Cả năm"])
    other = {"Đ": "CĐ", "CĐ": "Đ", "9.9": "9.8"}.get(row["Cả năm"], "9.9")
    wrong = with_subject(right, code, year=other)
    assert not [f for f in check(right) if f.code.startswith("FORMER_YEAR")]
    found = [f for f in check(wrong) if f.code.startswith("FORMER_YEAR")]
    assert [(f.facts["expected"], f.value) for f in found] == [(row["Cả năm"], other)]


@pytest.mark.parametrize("row", RESULTS, ids=named)
def test_result_follows_from_learning_conduct_and_absences(row: dict[str, str]) -> None:
    """Completion, promotion and title agree with the levels of the year, or are told as warnings."""

    def levels(level: str, after: str) -> YearLevels:
        known = same(level)
        return known if after == NOTHING else YearLevels(year=level, retake=after)

    awards, missed = row["Danh hiệu"], row["Số buổi nghỉ"]
    document = a_former_pupil(
        absences=UNSET if missed == NOTHING else Absences(excused=0, unexcused=int(missed)),
        learning=levels(row["Học lực"], row["Học lực sau"]),
        conduct=levels(row["Hạnh kiểm"], row["Hạnh kiểm sau"]),
        result=Result(
            awards=UNSET if awards == NOTHING else () if awards.startswith("(") else tuple(items_of(awards)),
            completed=row["Đủ điều kiện"] == "có",
            promotion=PROMOTIONS[row["Lên lớp"]],
        ),
    )
    found = [f for f in judge(document, SUMMER) if "LEARNING" not in f.code]  # the marks stay those of Giỏi
    assert shown(found) == row["Phát hiện"]
