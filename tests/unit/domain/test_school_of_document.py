"""A document's school, class and former schools, as far as the document tells by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import judge
from hub.domain.findings import refuses
from hub.domain.organisations import LEVEL_GROUPS
from hub.domain.provinces import PROVINCES, is_same_place, predecessors_of, provinces_at, successor_of
from hub.domain.transcript import Basis
from tests.unit.domain.builders import SUMMER, a_transcript, codes_of

HERE = a_transcript().school.code


@pytest.mark.parametrize(
    ("name", "grade", "differs"),
    [
        ("7A1", 7, False), ("10B", 10, False), ("1/2", 1, False), ("6.1", 6, False), ("Lớp 3A", 3, False),
        ("12", 12, False), ("51", 5, False), ("11", 1, False), ("123", 1, False), ("1+2", 2, False), ("A1", 7, False),
        ("Chồi", 1, False), ("99B", 9, False), ("05A", 5, False), ("0A", 5, False),
        ("7A1", 6, True), ("10B", 11, True), ("1A", 10, True), ("lớp 3A", 4, True), ("12", 11, True), ("11", 2, True),
    ],
)  # fmt: skip
def test_class_is_compared_with_the_grade_by_its_leading_number(name: str, grade: int, differs: bool) -> None:
    """A name that begins with no grade says nothing, and a difference only warns."""
    found = judge(a_transcript(grade, class_=name), SUMMER)
    assert codes_of(found) == (["CLASS_GRADE_DIFFERS"] if differs else [])
    assert not refuses(found)


def a_basis(n: int = 1, school: str = "0101002", period: str = "semester_1") -> Basis:
    return Basis(document_sha256=f"{n:064x}", period=period, school=school)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("period", "basis", "expected"),
    [
        ("year", [a_basis()], []),
        ("year", [a_basis(1), a_basis(2, period="year")], []),
        ("semester_1", [a_basis(period="year")], []),
        ("semester_1", [a_basis()], ["BASIS_NOT_EARLIER"]),
        ("year", [a_basis(school=HERE)], ["BASIS_SAME_SCHOOL"]),
        ("year", [a_basis(1), a_basis(2), a_basis(1)], ["BASIS_TWICE"]),
        (
            "semester_1", [a_basis(school=HERE), a_basis()],
            ["BASIS_SAME_SCHOOL", "BASIS_NOT_EARLIER", "BASIS_NOT_EARLIER", "BASIS_TWICE"],
        ),
    ],
)  # fmt: skip
def test_basis_is_of_another_school_of_an_earlier_time_and_named_once(
    period: str, basis: list[Basis], expected: list[str]
) -> None:
    """Documents of former schools; a doubt about them warns and keeps nobody out."""
    found = judge(a_transcript(3, period, basis=tuple(basis)), SUMMER)
    assert codes_of(found) == expected
    assert not refuses(found)


@pytest.mark.parametrize(
    ("group", "grades", "agrees"),
    [
        ("02", (1, 5), True), ("02", (1, 9), True), ("03", (1, 9), True), ("04", (6, 12), True), ("05", (6, 12), True),
        ("02", (6, 9), False), ("03", (10, 12), False), ("04", (1, 9), False), ("01", (1, 5), False),
    ],
)  # fmt: skip
def test_level_group_agrees_when_it_teaches_one_of_the_grades(
    group: str, grades: tuple[int, int], agrees: bool
) -> None:
    """A school of several levels has one group; a kindergarten has no grades."""
    assert LEVEL_GROUPS[group].agrees(grades) is agrees


def test_every_former_province_stands_in_one_of_the_34() -> None:
    """Successors and predecessors are one relation: 63 into 34."""
    assert [p.name for p in predecessors_of("82")] == ["Tiền Giang", "Đồng Tháp"]
    assert [p.name for p in predecessors_of("01")] == ["Hà Nội"]
    assert predecessors_of("02") == ()
    after = provinces_at(SUMMER)
    assert sum(len(predecessors_of(p.code)) for p in after) == 63
    for new in after:
        assert all(successor_of(old.code) == new for old in predecessors_of(new.code))


def test_place_of_a_code_needs_no_date() -> None:
    """Each code that changed hands went to the province that holds its former owner."""
    for new in provinces_at(SUMMER):
        old = successor_of(new.code)
        assert old == new
    assert is_same_place("87", "82")
    assert is_same_place("30", "31")
    assert not is_same_place("01", "31")
    assert not is_same_place("03", "01")


@given(*[st.sampled_from([p.code for p in PROVINCES])] * 3)
def test_same_place_is_an_equivalence(a: str, b: str, c: str) -> None:
    """Of itself, both ways, and through a third."""
    assert is_same_place(a, a)
    assert is_same_place(a, b) == is_same_place(b, a)
    assert not (is_same_place(a, b) and is_same_place(b, c)) or is_same_place(a, c)
