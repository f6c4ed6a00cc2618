"""Secondary documents by form; the older circulars as warnings; which circular applies."""

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from hub.domain.findings import refuses
from hub.domain.judge import judge
from hub.domain.regulations import regulation_for, subject_order
from hub.domain.transcript import Subject, YearLevels
from tests.unit.domain.builders import SUMMER, a_transcript, codes_of, secondary_subjects, with_row, without


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("VAN", {"year": "Đ"}, ["SUBJECT_VALUE_WRONG"]),
        ("GDTC", {"year": "8.0"}, ["SUBJECT_VALUE_WRONG"]),
        ("VAN", {"kind": "comment"}, ["SUBJECT_KIND_WRONG"]),
        ("VAN", {"year": UNSET}, ["SUBJECT_VALUE_MISSING"]),
        ("VAN", {"year": UNSET, "exempt": True}, []),
        ("VAN", {"level": "T"}, ["FIELD_NOT_FOR_REGULATION"]),
        ("VAN", {"code": "TV"}, ["SUBJECT_UNKNOWN", "SUBJECT_MISSING_SECONDARY"]),
    ],
)
def test_secondary_row_is_judged_by_form(code: str, changes: dict[str, object], expected: list[str]) -> None:
    """Marks stand where marks belong, Đ and CĐ where comments belong."""
    subjects = with_row(secondary_subjects(8), code, **changes)
    assert codes_of(judge(a_transcript(8, subjects=subjects), SUMMER)) == expected


def test_secondary_document_states_learning_and_training() -> None:
    """The levels of the year are there and come from T, K, Đ, CĐ."""
    assert codes_of(judge(a_transcript(8, learning=UNSET), SUMMER)) == ["YEAR_LEVELS_MISSING"]
    assert codes_of(judge(a_transcript(8, training=YearLevels(year="G")), SUMMER)) == ["YEAR_LEVEL_WRONG"]
    assert codes_of(judge(a_transcript(8, rating="HT"), SUMMER)) == ["FIELD_NOT_FOR_REGULATION"]


def test_upper_secondary_pupil_takes_four_chosen_subjects() -> None:
    """Another number warns only."""
    found = judge(a_transcript(11, subjects=without(secondary_subjects(11), "TIN")), SUMMER)
    assert codes_of(found) == ["SUBJECT_CHOICE_COUNT"]
    assert not refuses(found)


def test_older_circulars_never_refuse_by_their_form() -> None:
    """A grade 9 document of 2023-2024 in whatever form gets warnings only."""
    old = a_transcript(
        9,
        regulation="TT58-2011",
        school_year="2023-2024",
        subjects=(Subject(code="VE", kind="level", level="T"), Subject(code="VE", kind="comment")),
        training=UNSET,
        learning=UNSET,
    )
    found = judge(old, SUMMER)
    assert "SUBJECT_UNKNOWN" in codes_of(found)
    assert not refuses(found)
    primary = a_transcript(5, regulation="TT30-2014", school_year="2023-2024")
    assert codes_of(judge(replace(primary, rating="HT"), SUMMER)) == ["FIELD_NOT_FOR_REGULATION"]
    assert not refuses(judge(primary, SUMMER))


@pytest.mark.parametrize(
    ("school_year", "expected"),
    [
        ("2019-2020", {"TT30-2014": range(1, 6), "TT58-2011": range(6, 13)}),
        ("2020-2021", {"TT27-2020": [1], "TT30-2014": range(2, 6), "TT58-2011": range(6, 13)}),
        ("2021-2022", {"TT27-2020": [1, 2], "TT30-2014": [3, 4, 5], "TT22-2021": [6], "TT58-2011": range(7, 13)}),
        (
            "2022-2023",
            {"TT27-2020": [1, 2, 3], "TT30-2014": [4, 5], "TT22-2021": [6, 7, 10], "TT58-2011": [8, 9, 11, 12]},
        ),
        (
            "2023-2024",
            {"TT27-2020": range(1, 5), "TT30-2014": [5], "TT22-2021": [6, 7, 8, 10, 11], "TT58-2011": [9, 12]},
        ),
        ("2025-2026", {"TT27-2020": range(1, 6), "TT22-2021": range(6, 13)}),
        ("1990-1991", {None: range(1, 13)}),
    ],
)
def test_regulation_follows_school_year_and_grade(school_year: str, expected: dict[str | None, list[int]]) -> None:
    """Each cell of the table of circulars."""
    table = {grade: regulation for regulation, grades in expected.items() for grade in grades}
    assert {grade: regulation_for(school_year, grade) for grade in range(1, 13)} == table


def test_regulation_of_another_level_refuses_and_of_another_year_warns() -> None:
    """TT 22 in primary school is impossible; TT 30 in 2025 is only odd."""
    found = judge(a_transcript(3, regulation="TT22-2021"), SUMMER)
    assert codes_of(found) == ["REGULATION_NOT_FOR_GRADE"]
    assert refuses(found)
    found = judge(a_transcript(8, regulation="TT58-2011"), SUMMER)
    assert "REGULATION_NOT_FOR_YEAR" in codes_of(found)
    assert not refuses(found)


def test_subject_order_is_defined_where_the_list_is_known() -> None:
    """Importers can ask for the order of rows."""
    assert subject_order("TT27-2020", 4)[0] == "TV"
    assert subject_order("TT22-2021", 7)[:3] == ("VAN", "TOAN", "NN1")
    assert subject_order("TT58-2011", 9)[0] == "VAN"
    assert subject_order("TT30-2014", 5) == ()
