"""Near matches: what speaks for one person, and what does not."""

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.domain.matching import Person, Why, compare, match_keys

ID = "001217000123"


def a_person(
    number: str | None = ID, name: str = "Nguyễn Thị Thuý", born: str = "2017-03-04", sex: str = "female",
    pupil: str | None = None,
) -> Person:  # fmt: skip
    return Person(pupil or (f"id:{number}" if number else f"school:1:{name}{born}"), number, name, born, sex)


BASE = a_person()
NEAR = [
    # one number, not one description
    (a_person(name="Trần Văn An"), "id_same name_different birth_date_same"),
    (a_person(born="2016-01-01"), "id_same name_same birth_date_different"),
    (a_person(sex="male"), "id_same name_same birth_date_same sex_different"),
    # nearly one number, and a name that agrees
    (a_person("001217000124"), "id_one_digit name_same birth_date_same"),
    (a_person("101217000123"), "id_one_digit name_same birth_date_same"),
    (a_person("001217000132"), "id_swapped_digits name_same birth_date_same"),
    (a_person("001210700123"), "id_swapped_digits name_same birth_date_same"),  # on both sides of the middle
    (a_person("001217000124", born="2015-09-09"), "id_one_digit name_same birth_date_different"),
    (a_person("001317000123", sex="male"), "id_one_digit name_same birth_date_same sex_different"),
    (a_person("001217000124", "nguyễn thị thúy"), "id_one_digit name_spelling birth_date_same"),
    # another number or none, one name and birth date
    (a_person("079217555555"), "id_different name_same birth_date_same"),
    (a_person(None), "id_absent name_same birth_date_same"),
    (a_person("079217555555", "Nguyễn Thị Thúy"), "id_different name_spelling birth_date_same"),
    (a_person("079217555555", "NGUYEN THI THUY"), "id_different name_without_marks birth_date_same"),
    (a_person("079217555555", "Thị Thúy Nguyễn"), "id_different name_order birth_date_same"),
    (a_person("079217555555", "Thuy Nguyen Thi"), "id_different name_order birth_date_same"),
    (a_person("079217555555", born="2017-04-03"), "id_different name_same birth_date_day_month"),
    (a_person("079217555555", born="2017-03"), "id_different name_same birth_date_partial"),
    (a_person("079217555555", born="2017"), "id_different name_same birth_date_partial"),
    (a_person("079217555555", sex="unknown"), "id_different name_same birth_date_same"),
]  # fmt: skip
FAR = [
    BASE,
    a_person(name="nguyễn thị thúy"),  # one number, spelt otherwise
    a_person(born="2017-03"),
    a_person("001217000124", "Trần Văn An"),  # neighbours in the register of births
    a_person("001217000124", "Nguyễn Thị Thuỷ"),  # twins
    a_person("079217555555", "Nguyễn Thị Thuỷ"),
    a_person("079217555555", "Nguyễn Thị Thuỳ Trang"),
    a_person("079217555555", born="2017-03-05"),
    a_person("079217555555", born="2016"),
    a_person("079217555555", sex="male"),
    a_person(None, "Trần Văn An"),
]


@pytest.mark.parametrize(("other", "reasons"), NEAR)
def test_pair_that_needs_a_person_is_told_with_its_reasons(other: Person, reasons: str) -> None:
    """The same reasons from both sides, and both are found under a common key."""
    assert " ".join(compare(BASE, other)) == reasons
    assert compare(other, BASE) == compare(BASE, other)
    assert match_keys(BASE) & match_keys(other)


@pytest.mark.parametrize("other", FAR)
def test_pair_without_enough_is_left_alone(other: Person) -> None:
    """Itself, another spelling of itself, neighbours, twins, namesakes."""
    assert compare(BASE, other) == ()
    assert compare(other, BASE) == ()


def test_two_pupils_without_numbers_are_compared() -> None:
    """Two schools know them under codes of their own."""
    other = a_person(None, pupil="school:2:7")
    assert compare(a_person(None, pupil="school:1:7"), other) == (Why.ID_ABSENT, Why.NAME_SAME, Why.BIRTH_DATE_SAME)


NAMES = [
    "Nguyễn Thị Thuý",
    "nguyễn thị thúy",
    "Nguyen Thi Thuy",
    "Thuý Nguyễn Thị",
    "Trần Mỹ",
    "Trần Mĩ",
    "Lê An",
    "",
    "😀",
]
DATES = ["2017-03-04", "2017-04-03", "2017-03", "2017", "2016-03-04", "2017-12-25"]


@st.composite
def numbers(draw: st.DrawFn) -> str | None:
    """Draw the base number, one with a changed digit, one with neighbours exchanged, another, a broken one, none."""
    at = draw(st.integers(0, 10))
    kinds = [
        ID, ID[:at] + str(draw(st.integers(0, 9))) + ID[at + 1 :], ID[:at] + ID[at + 1] + ID[at] + ID[at + 2 :],
        draw(st.from_regex(r"\A[0-9]{12}\Z")), "12345", None,
    ]  # fmt: skip
    return draw(st.sampled_from(kinds))


people = st.builds(
    a_person, numbers(), st.sampled_from(NAMES), st.sampled_from(DATES), st.sampled_from(["male", "female", "unknown"])
)


@given(people, people)
def test_comparing_is_symmetric_and_finds_by_keys(a: Person, b: Person) -> None:
    """Whoever comes first; and no near pair is missed by looking under common keys."""
    assert compare(a, b) == compare(b, a)
    if compare(a, b):
        assert match_keys(a) & match_keys(b)


@given(people)
def test_nobody_is_near_to_himself(a: Person) -> None:
    """The same description of the same pupil is no pair."""
    assert compare(a, a) == ()


@given(st.integers(0, 11), st.integers(1, 9), st.from_regex(r"\A[0-9]{12}\Z"))
def test_every_single_digit_and_every_exchange_is_found(at: int, step: int, number: str) -> None:
    """At each of twelve places, and for each of eleven neighbours."""
    changed = number[:at] + str((int(number[at]) + step) % 10) + number[at + 1 :]
    one, two = a_person(number), a_person(changed, born="1999")
    assert compare(one, two)[0] is Why.ID_ONE_DIGIT
    assert match_keys(one) & match_keys(two)
    assume(at < 11 and number[at] != number[at + 1])
    two = a_person(number[:at] + number[at + 1] + number[at] + number[at + 2 :], born="1999")
    assert compare(one, two)[0] is Why.ID_SWAPPED_DIGITS
    assert match_keys(one) & match_keys(two)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_is_compared(one: str, two: str) -> None:
    """Whatever a document may hold."""
    a, b = a_person(name=one), a_person("001217000124", name=two)
    assert bool(compare(a, b)) == bool(compare(b, a))
    if compare(a, b):
        assert match_keys(a) & match_keys(b)


def test_keys_are_few_and_fit_a_column() -> None:
    """Five rows a pupil in the index, each a signed number of 64 bits; none without a number but two."""
    assert len(match_keys(BASE)) == 5
    assert len(match_keys(a_person(None))) == 2
    assert all(-(2**63) <= key < 2**63 for key in match_keys(BASE))


def test_ten_thousand_keys_take_little_time() -> None:
    """Seconds would be felt."""
    begun = time.process_time()
    for n in range(2_000):
        match_keys(a_person(f"0012170{n:05d}", f"Nguyễn Văn {chr(65 + n % 26)}"))
    assert time.process_time() - begun < 1.0
