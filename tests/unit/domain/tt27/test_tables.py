"""TT 27/2020 line by line: subjects of each grade, what a document holds, the rating, what follows from it."""

from pathlib import Path

import pytest
from msgspec import UNSET

from hub.domain.findings import Finding
from hub.domain.judge import judge
from hub.domain.regulations.tt27 import NAMES, ORDER, Place, place_of
from hub.domain.transcript import Result
from tests.unit.domain.builders import SUMMER
from tests.unit.domain.law_tables import NOTHING, items_of, named, rows_of, shown
from tests.unit.domain.tt27.drafts import a_pupil_with

TABLES = Path(__file__).parent / "tables"
SUBJECTS = rows_of(TABLES / "subjects.txt")
RATINGS = rows_of(TABLES / "rating.txt")
FORMS = rows_of(TABLES / "form.txt")
RESULTS = rows_of(TABLES / "result.txt")
PLACES = {"●": Place.LEVEL, "◆": Place.SCORED, "○": Place.ELECTIVE, "–": Place.ABSENT}
PROMOTIONS = {
    "lên lớp": "promoted", "ở lại lớp": "retained", "kiểm tra lại": "retake", "rèn luyện trong hè": "summer_training",
    NOTHING: UNSET,
}  # fmt: skip
# Changes that make the rating of the table the one that Điều 9 gives.
CHANGES = {"HTXS": [], "HTT": ["Toán 8 điểm"], "HT": ["Âm nhạc H"], "CHT": ["Toán 4 điểm"], NOTHING: []}


def of_rating(findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.code == "RATING_DIFFERS"]


def test_tables_hold_sixty_cases_each_with_its_article() -> None:
    """The law is covered line by line; a line without its ground could not be checked by anybody."""
    tables = (SUBJECTS, RATINGS, FORMS, RESULTS)
    assert sum(map(len, tables)) >= 60
    assert all(row["Điều"] for table in tables for row in table)
    assert all(len({named(row) for row in table}) == len(table) for table in tables)


@pytest.mark.parametrize("row", SUBJECTS, ids=named)
def test_subject_has_its_place_in_each_grade(row: dict[str, str]) -> None:
    """Name and place of every subject are those of the table."""
    assert NAMES[row["Mã"]] == row["Môn học"]
    for grade in range(1, 6):
        assert place_of(grade)[row["Mã"]] is PLACES[row[f"Lớp {grade}"]]


def test_subjects_stand_in_the_order_of_the_table() -> None:
    """No subject is known beyond the table, and the order of a document is its order."""
    assert tuple(row["Mã"] for row in SUBJECTS) == ORDER


@pytest.mark.parametrize("row", RATINGS, ids=named)
@pytest.mark.parametrize("stated", ["HTXS", "HTT", "HT", "CHT"])
def test_rating_is_accepted_only_when_article_9_gives_it(row: dict[str, str], stated: str) -> None:
    """Each of the four ratings is told as different unless it is right; the right one is shown."""
    accepted = items_of(row["Kết quả đúng"])
    found = of_rating(judge(a_pupil_with(int(row["Lớp"]), items_of(row["Thay đổi"]), rating=stated), SUMMER))
    assert [f.facts["expected"] for f in found] == ([] if stated in accepted else accepted[:1])


@pytest.mark.parametrize("row", FORMS, ids=named)
def test_document_holds_what_its_grade_asks(row: dict[str, str]) -> None:
    """Each change of a good document gives exactly the finding of its line, refusing or warning."""
    found = judge(
        a_pupil_with(
            int(row["Lớp"]),
            items_of(row["Thay đổi"]),
            period="year" if row["Kì"] == "cả năm" else "semester_1",
            disabled=row["Học sinh"] == "khuyết tật",
        ),
        SUMMER,
    )
    assert shown(found) == row["Phát hiện"]


@pytest.mark.parametrize("row", RESULTS, ids=named)
def test_result_follows_from_the_rating(row: dict[str, str]) -> None:
    """Completion, promotion, awards and the level's completion agree with the rating, or are told."""
    rating, awards = row["Đánh giá"], row["Danh hiệu"]
    result = Result(
        awards=UNSET if awards == NOTHING else () if awards.startswith("(") else tuple(items_of(awards)),
        completed=row["Chương trình lớp học"] == "hoàn thành",
        programme_completed=True if row["Chương trình tiểu học"] == "hoàn thành" else UNSET,
        promotion=PROMOTIONS[row["Lên lớp"]],
    )
    document = a_pupil_with(
        int(row["Lớp"]),
        CHANGES[rating],
        disabled=row["Học sinh"] == "khuyết tật",
        rating=UNSET if rating == NOTHING else rating,
        result=result,
    )
    assert shown(judge(document, SUMMER)) == row["Phát hiện"]
