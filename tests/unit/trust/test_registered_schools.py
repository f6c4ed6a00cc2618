"""Schools in the register: level groups, closures, who succeeds whom, and documents beside them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_fields
from trust_world import AT, YEAR_START, an_entry

from hub.domain.transcript import Basis
from hub.errors import Refused
from hub.trust import Snapshot, check_entry, check_placing, succession_facts
from tests.unit.domain.builders import a_school, a_transcript

JULY = datetime(2026, 7, 1, tzinfo=UTC)
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
PAST = datetime(2020, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CLOSED = "2026-01-31"


def a_registered(code, version=1, valid_from=YEAR_START, valid_to=None, **payload):
    said = {"code": code, "name": f"Trường {code}", "province": "01", "grades": [1, 5], "so": "ha-noi"} | payload
    return an_entry("school", code, said, version=version, valid_from=valid_from, valid_to=valid_to)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"level_group": "03"}, "SCHOOL_LEVEL_DIFFERS"),
        ({"level_group": "01"}, "SCHOOL_LEVEL_DIFFERS"),
        ({"level_group": "02", "grades": [10, 12]}, "SCHOOL_LEVEL_DIFFERS"),
        ({"level_group": "2"}, "REGISTER_ENTRY_WRONG"),
        ({"successor": "B"}, "SCHOOL_SUCCESSOR_WRONG"),
        ({"successor": "A", "closed_on": CLOSED}, "SCHOOL_SUCCESSOR_WRONG"),
    ],
)
def test_school_that_cannot_be_is_refused_when_it_is_registered(payload, code):
    """A level group teaches one of the grades, and only a school that closes has a successor, another one."""
    with pytest.raises(Refused) as caught:
        check_entry(a_registered("A", **payload))
    assert caught.value.code == code


def test_school_says_level_group_and_successor():
    """Both are optional."""
    entry = a_registered("A", level_group="02", closed_on=CLOSED, successor="B")
    check_entry(entry)
    check_entry(a_registered("A"))
    school = Snapshot.of([entry]).school("A", AT)
    assert (school.level_group, school.successor, school.is_closed(AT)) == ("02", "B", True)
    assert not school.is_closed(datetime(2026, 1, 30, 16, 59, tzinfo=UTC))
    assert school.is_closed(datetime(2026, 1, 30, 17, tzinfo=UTC))


def test_successor_is_followed_through_all_that_closed_since():
    """A went into B, and B, later, into C."""
    snapshot = Snapshot.of(
        [
            a_registered("A", closed_on=CLOSED, successor="B"),
            a_registered("B"),
            a_registered("B", version=2, valid_from=JULY, closed_on="2026-07-01", successor="C"),
            a_registered("C"),
        ]
    )
    found = [[snapshot.successor_of_school(code, at) for code in "ABC"] for at in (YEAR_START, AT, JULY)]
    assert found == [[None, None, None], ["B", None, None], ["C", "C", None]]


def test_successor_of_another_register_ends_the_chain():
    """It is named, though nothing is known of it here; a school without one, or an unknown one, has none."""
    snapshot = Snapshot.of([a_registered("A", closed_on=CLOSED, successor="82-1"), a_registered("B", closed_on=CLOSED)])
    assert [snapshot.successor_of_school(code, AT) for code in ("A", "B", "Z")] == ["82-1", None, None]
    assert succession_facts(snapshot, "A", AT)["successor"] == "82-1"
    assert "successor" not in succession_facts(snapshot, "B", AT)


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.sampled_from("ABCDEF"), max_size=6))
def test_successors_never_lead_in_a_circle(names):
    """Whatever is registered, the answer is a school that stands, or nobody."""
    entries = [a_registered(code) for code in "ABCDEF" if code not in names]
    entries += [a_registered(code, closed_on=CLOSED, successor=after) for code, after in names.items()]
    snapshot = Snapshot.of(entries)
    for code in "ABCDEF":
        found = snapshot.successor_of_school(code, AT)
        assert (found is None) or (code in names and found not in names)


def placed(transcript, *entries):
    return [f.code for f in check_placing(transcript, Snapshot.of(entries), AT)]


@pytest.mark.parametrize(
    ("document", "registered", "expected"),
    [
        ("01", "01", []),
        ("87", "82", []),  # Đồng Tháp before and after
        ("82", "82", []),  # Tiền Giang is in Đồng Tháp now
        ("30", "31", []),
        ("31", "01", ["SCHOOL_PROVINCE_DIFFERS"]),
        ("99", "01", ["SCHOOL_PROVINCE_DIFFERS"]),
    ],
)
def test_province_of_a_document_is_compared_with_the_register(document, registered, expected):
    """In the meaning of either list: a document of last year has the code of last year."""
    transcript = a_transcript(school=a_school(code="A", province=document))
    assert placed(transcript, a_registered("A", province=registered)) == expected


MERGED = datetime(2025, 6, 30, 17, tzinfo=UTC)  # 1/7/2025, 0:00 UTC+7


def test_school_of_a_province_that_was_merged_stands_in_one_register_at_a_time():
    """Tiền Giang's until 30/6/2025, Đồng Tháp's from the next day on: both say 82, and mean another province."""
    old = Snapshot.of([a_registered("82020001", province="82", so="tien-giang", valid_from=PAST, valid_to=MERGED)])
    new = Snapshot.of([a_registered("82020001", province="82", so="dong-thap", valid_from=MERGED)])
    assert [s.school("82020001", MERGED - SECOND) is not None for s in (old, new)] == [True, False]
    assert [s.school("82020001", MERGED) is not None for s in (old, new)] == [False, True]
    for province, year in (("82", "2024-2025"), ("87", "2024-2025"), ("82", "2025-2026")):
        transcript = a_transcript(school=a_school(code="82020001", province=province), school_year=year)
        assert check_placing(transcript, new, MERGED) == [], "each fits a school of Đồng Tháp today"
    strange = a_transcript(school=a_school(code="82020001", province="86"), school_year="2024-2025")
    assert [f.code for f in check_placing(strange, new, MERGED)] == ["SCHOOL_PROVINCE_DIFFERS"]


def test_grade_is_compared_with_the_grades_of_the_school():
    """And nothing is said of a school that the register has not: that is told elsewhere."""
    transcript = a_transcript(6, school=a_school(code="A"))
    assert placed(transcript, a_registered("A")) == ["GRADE_NOT_OF_SCHOOL"]
    assert placed(transcript, a_registered("A", grades=[1, 9])) == []
    assert placed(transcript) == []


BEGAN = datetime(2025, 7, 31, 17, tzinfo=UTC)  # 1 August 2025, UTC+7: the beginning of the document's year


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([a_registered("A", valid_from=PAST, grades=[1, 9]), a_registered("A", version=2, valid_from=BEGAN)],
         ["GRADE_NOT_OF_SCHOOL"]),
        ([a_registered("A", valid_from=PAST, grades=[1, 9]), a_registered("A", version=2, valid_from=BEGAN + SECOND)],
         []),
        ([a_registered("A"), a_registered("A", version=2, valid_from=AT, grades=[1, 9])], []),
        ([a_registered("A"), a_registered("A", version=2, valid_from=AT + SECOND, grades=[1, 9])],
         ["GRADE_NOT_OF_SCHOOL"]),
        ([a_registered("A"), a_registered("A", version=2, valid_from=JANUARY, grades=[1, 9]),
          a_registered("A", version=3, valid_from=JANUARY + SECOND)], []),
    ],
)  # fmt: skip
def test_grade_that_the_school_taught_at_any_time_of_the_year_is_no_fault(entries, expected):
    """From the beginning of the document's school year until its arrival; before and after do not count."""
    assert placed(a_transcript(6, school=a_school(code="A")), *entries) == expected


def test_late_document_of_a_grade_that_the_school_gave_up_is_placed():
    """Grades 1 to 9 until 30/6/2025, 1 to 5 from 1/7/2025: a grade 7 document of 2024-2025 may come on 20/7/2025."""
    given_up = datetime(2025, 6, 30, 17, tzinfo=UTC)
    entries = [
        a_registered("A", valid_from=PAST, grades=[1, 9]), a_registered("A", version=2, valid_from=given_up),
    ]  # fmt: skip
    arrived = datetime(2025, 7, 20, tzinfo=UTC)
    for school_year, expected in (("2024-2025", []), ("2025-2026", ["GRADE_NOT_OF_SCHOOL"])):
        transcript = with_fields(a_transcript(7, school=a_school(code="A")), school_year=school_year)
        assert [f.code for f in check_placing(transcript, Snapshot.of(entries), arrived)] == expected


def a_basis(school, period="semester_1"):
    return Basis(document_sha256="00" * 32, period=period, school=school)


@pytest.mark.parametrize(
    ("basis", "entries", "expected"),
    [
        (a_basis("B"), [a_registered("B")], []),
        (a_basis("B"), [a_registered("B", closed_on=CLOSED, successor="A")], []),
        (a_basis("B"), [a_registered("B", valid_to=AT)], []),
        (a_basis("B"), [], ["BASIS_SCHOOL_UNKNOWN"]),
        (a_basis("B"), [a_registered("B", valid_from=JULY)], ["BASIS_SCHOOL_UNKNOWN"]),
        (a_basis("B"), [a_registered("B", closed_on="2025-07-15")], ["BASIS_SCHOOL_CLOSED"]),
        (a_basis("B", "year"), [a_registered("B", closed_on="2025-07-15")], []),
    ],
)
def test_former_school_of_a_pupil_is_known_and_was_open(basis, entries, expected):
    """In the register now or before; a first semester of this year cannot come from a school that closed before it."""
    transcript = with_fields(a_transcript(school=a_school(code="A")), basis=(basis,))
    assert placed(transcript, a_registered("A"), *entries) == expected


def test_document_of_a_year_that_no_calendar_has_is_placed_all_the_same():
    """What is wrong with its year is told by the rules; nothing breaks here."""
    transcript = a_transcript(school=a_school(code="A"), school_year="0000-0001", student=a_transcript().student)
    transcript = with_fields(transcript, basis=(a_basis("B"),))
    assert placed(transcript, a_registered("A"), a_registered("B", closed_on=CLOSED)) == []
    assert placed(transcript, a_registered("A", grades=[6, 9])) == ["GRADE_NOT_OF_SCHOOL", "BASIS_SCHOOL_UNKNOWN"]
