"""A year on the semester that its pupil came with: named, filled where it was open, and nothing else changed."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from hub.client.judging import Context, Verdict, judge_row
from hub.client.received import ReceivedSemester, read_received, rested
from hub.connectors import PreparedRow
from hub.domain import canonical, judge, pupil_of
from hub.domain.regulations.averages import year_mark
from hub.domain.semesters import differing_results
from hub.domain.taking import take_semester
from hub.domain.transcript import Transcript, YearLevels
from hub.errors import Refused
from hub.evidence import bundle_bytes
from tests.unit.domain.builders import SUMMER, a_school, a_transcript, codes_of, with_row
from tests.unit.evidence.builders import a_locked, parts_of

FORMER, SHA = "4001007", "ab" * 32
SEMESTER = a_transcript(7, "semester_1", school=a_school(code=FORMER))
MARKS = st.integers(0, 100).map(lambda n: f"{n // 10}.{n % 10}")


def one_semester() -> Transcript:
    """Return what the new school's system exports: its own semester, and the levels of the year."""
    year = a_transcript(7)
    rows = tuple(replace(row, semester_1=UNSET, year=UNSET) for row in year.subjects)
    levels = YearLevels(semester_2="T", year="T")
    return replace(year, subjects=rows, learning=levels, training=levels)


def received(semester: Transcript = SEMESTER) -> dict[tuple[str, str], ReceivedSemester]:
    return {(pupil_of(semester), semester.school_year): ReceivedSemester(SHA, semester)}


@given(first=MARKS, second=MARKS)
def test_what_was_open_is_filled_by_the_document_and_the_formula(first: str, second: str) -> None:
    """The year is then complete under the rules, and its semester is the one that was issued."""
    semester = replace(SEMESTER, subjects=with_row(SEMESTER.subjects, "TOAN", semester_1=first))
    year = one_semester()
    year = replace(year, subjects=with_row(year.subjects, "TOAN", semester_2=second))
    taken, count = take_semester(year, semester, SHA)
    row = next(row for row in taken.subjects if row.code == "TOAN")
    assert (row.semester_1, row.semester_2, row.year) == (first, second, year_mark(first, second))
    assert (count, differing_results(taken, semester)) == (2 * len(year.subjects) + 2, ())
    assert not {"SUBJECT_VALUE_MISSING", "YEAR_MARK_DIFFERS"} & set(codes_of(judge(taken, SUMMER)))


def test_what_the_school_states_is_never_changed() -> None:
    """Another mark than was issued is kept, and refused beside it."""
    year = a_transcript(7)
    year = replace(year, subjects=with_row(year.subjects, "VAN", semester_1="3.0"))
    taken, told = rested(year, received())
    assert replace(taken, basis=UNSET) == year
    assert codes_of(told) == ["BASIS_TAKEN", "BASIS_MARKS_DIFFER"]
    assert told[0].facts == {"school": FORMER, "count": "0"}


def test_year_of_somebody_who_did_not_move_stays_as_it_is() -> None:
    """So does one that names its semester, a semester document, and the school's own."""
    year = a_transcript(7)
    assert rested(year, {}) == (year, ())
    taken, _ = rested(year, received())
    assert rested(taken, received()) == (taken, ())
    leaving = a_transcript(7, "semester_1")
    assert rested(leaving, received()) == (leaving, ())
    assert rested(year, received(a_transcript(7, "semester_1"))) == (year, ())


def test_row_of_a_file_is_judged_as_it_was_taken() -> None:
    """What was refused as incomplete may be signed, and says what was taken from where."""
    row = PreparedRow(one_semester(), (), "6A", 4)
    alone = judge_row("nam.jsonl", row, Context(SUMMER), ())
    assert (alone.verdict, "SUBJECT_VALUE_MISSING" in codes_of(alone.findings)) == (Verdict.REFUSED, True)
    judged = judge_row("nam.jsonl", row, Context(SUMMER, received=received()), ())
    assert (judged.verdict, codes_of(judged.findings)) == (Verdict.WARNINGS, ["BASIS_TAKEN"])
    assert judged.transcript is not None
    assert judged.document == canonical(judged.transcript)
    assert judged.transcript.basis is not UNSET


def test_folders_of_received_histories_are_read_with_what_is_below(tmp_path: Path) -> None:
    """Years are passed over, and so is what a correction has replaced."""
    document = canonical(SEMESTER)
    digest = hashlib.sha256(document).hexdigest()
    files = {
        "a/semester.bundle.json": document,
        "a/year.bundle.json": canonical(a_transcript(6, school_year="2024-2025")),
        "earlier/old.bundle.json": canonical(replace(SEMESTER, remarks="Bản cũ.")),
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bundle_bytes(**parts_of(a_locked(), document=content)))
    expected = {(pupil_of(SEMESTER), SEMESTER.school_year): ReceivedSemester(digest, SEMESTER)}
    assert read_received([tmp_path]) == read_received([tmp_path / "a"]) == expected


@pytest.mark.parametrize("make", [False, True])
def test_folder_that_is_none_is_told(tmp_path: Path, make: bool) -> None:
    """Nothing is guessed: without the history the year would be prepared as if there was none."""
    if make:
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "broken.bundle.json").write_text("{}")
    with pytest.raises(Refused, match="TRANSFER_FOLDER_WRONG"):
        read_received([tmp_path / "x"])
