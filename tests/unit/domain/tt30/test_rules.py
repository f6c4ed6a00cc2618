"""TT 30/2014: form, completion and promotion of older primary documents, as warnings only."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from hub.domain.findings import refuses
from hub.domain.judge import judge
from hub.domain.regulations.tt30 import check, compute
from hub.domain.transcript import Assessed, Result, Subject, Transcript, YearLevels
from tests.unit.domain.builders import SUMMER, a_student, a_transcript, codes_of, with_row
from tests.unit.domain.law_tables import named, rows_of, shown

RESULTS = rows_of(Path(__file__).parent / "tables" / "result.txt")
YEAR = "2023-2024"
QUALITIES = ("CHAM_HOC", "TU_TIN", "TRUNG_THUC", "DOAN_KET")
COMPETENCES = ("TU_PHUC_VU", "HOP_TAC", "TU_HOC")
PROMOTIONS = {"lên lớp": "promoted", "ở lại lớp": "retained", "kiểm tra lại": "retake"}
OF_MATHS: dict[str, dict[str, Any]] = {
    "Toán mức H": {"level": "H"}, "Toán mức C": {"level": "C"}, "Toán không có mức": {"level": UNSET},
    "Toán 5 điểm": {"score": "5.0"}, "Toán 4 điểm": {"score": "4.0"}, "Toán 9.5 điểm": {"score": "9.5"},
}  # fmt: skip


def a_former_pupil(**changes: Any) -> Transcript:
    """Return a document of grade 5 of 2023-2024 without findings, apart from the changes."""
    tested = ("TV", "TOAN", "NN1", "LSDL", "KH", "TIN")
    document = a_transcript(
        5,
        school_year=YEAR,
        regulation="TT30-2014",
        rating=UNSET,
        subjects=(
            *(Subject(code=code, kind="level", level="T", score="10.0") for code in tested),
            *(Subject(code=code, kind="level", level="T") for code in ("DD", "GDTC", "AN", "MT", "KT")),
        ),
        qualities=tuple(Assessed(code=code, level="T") for code in QUALITIES),
        competences=tuple(Assessed(code=code, level="T") for code in COMPETENCES),
    )
    return replace(document, **changes)


@pytest.mark.parametrize("row", RESULTS, ids=named)
def test_result_follows_from_levels_and_scores(row: dict[str, str]) -> None:
    """Completion and promotion of each line are accepted or told."""
    document, change = a_former_pupil(), row["Thay đổi"]
    if change in OF_MATHS:
        document = replace(document, subjects=with_row(document.subjects, "TOAN", **OF_MATHS[change]))
    elif change.startswith("phẩm chất"):
        document = replace(document, qualities=with_row(document.qualities, "CHAM_HOC", level=change[-1]))
    completed = row["Chương trình lớp học"] == "hoàn thành"
    programme = True if completed else UNSET
    result = Result(completed=completed, programme_completed=programme, promotion=PROMOTIONS[row["Lên lớp"]])
    student = a_student(5, YEAR, disability_exempt=True) if row["Học sinh"] == "khuyết tật" else document.student
    assert shown(judge(replace(document, result=result, student=student), SUMMER)) == row["Phát hiện"]


def test_findings_show_what_is_below() -> None:
    """The values that keep the pupil from completing the class stand in the working."""
    rows = with_row(a_former_pupil().subjects, "TOAN", level="C", score="3.0")
    found = check(a_former_pupil(subjects=rows))
    assert codes_of(found) == ["FORMER_COMPLETION_DIFFERS"]
    assert found[0].facts["working"] == "TOAN C, TOAN 3.0 điểm ⇒ chưa hoàn thành"


def test_values_of_other_circulars_warn_and_never_refuse() -> None:
    """Rating, learning, averages, kinds and repeated rows of other circulars are told."""
    row = Subject(code="TV", kind="score", level="T", semester_1="9.0")
    former = a_former_pupil()
    document = replace(
        former,
        subjects=(row, row),
        qualities=(former.qualities[0],) * 2,
        competences=(former.competences[0],) * 2,
        rating="HT",
        learning=YearLevels(year="T"),
    )
    found = judge(document, SUMMER)
    told = ["SUBJECT_TWICE", "QUALITY_TWICE", "COMPETENCE_TWICE"]
    told += ["SUBJECT_KIND_WRONG", "FIELD_NOT_FOR_REGULATION"] * 2 + ["FIELD_NOT_FOR_REGULATION"] * 2
    assert codes_of(found) == told
    assert not refuses(found)


@pytest.mark.parametrize("grade", [4, 5])
def test_unknown_award_and_completed_level_warn_and_never_refuse(grade: int) -> None:
    """Also what every circular shares is softened under an old one."""
    result = Result(awards=("XYZ", "XYZ"), completed=False, programme_completed=True)
    document = a_former_pupil(grade=grade, school_year="2022-2023", result=result)
    found = judge(document, SUMMER)
    assert {"AWARD_UNKNOWN", "AWARD_TWICE", "PROGRAMME_COMPLETED_WRONG"} <= set(codes_of(found))
    assert not refuses(found)


def test_semester_is_not_recomputed() -> None:
    """A pupil who leaves in the middle of the year has nothing to complete yet."""
    assert list(compute(a_former_pupil(period="semester_1"))) == []
    assert [c.agrees for c in compute(a_former_pupil())] == [True, True]
