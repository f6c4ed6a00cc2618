"""The balance of provinces: it adds up or says in words what does not."""

from typing import Any

import pytest

from hub.local.demo import ProvincesStory, grade_problems, province_problems

LOCKED = 90


def a_province(**changes: Any) -> dict[str, Any]:
    """Return the counts of a province in which everything adds up."""
    return {
        "in_system": 100, "left_out": 3, "pulled": 100, "locked": LOCKED, "refused": 4, "turned_down": 1,
        "held_back": 5, "unchanged": 0, "overtaken": 0, "replaced": 0,
        "answers": {"receipt": 200, "correction": 1, "incoming_pupil": 20}, "answers_in_system": 221, "undeclared": 0,
    } | changes  # fmt: skip


def test_province_has_no_problem_when_it_adds_up() -> None:
    """Each record in one place, each answer in the system."""
    assert province_problems({"khanh-hoa": a_province()}, LOCKED) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"in_system": 101}, "pulled = in system"),
        ({"held_back": 4}, "pulled = locked"),
        ({"replaced": 1, "held_back": 4}, "replaced"),
        ({"answers_in_system": 220}, "answers = answers in system"),
        ({"answers": {"receipt": 221, "correction": 0, "incoming_pupil": 0}}, "each kind of answer"),
        ({"undeclared": 1}, "undeclared losses"),
    ],
)
def test_province_problem_is_said_in_words(changes: dict[str, Any], said: str) -> None:
    """With the Sở's slug, and nothing else is found."""
    (problem,) = province_problems({"khanh-hoa": a_province(**changes)}, LOCKED)
    assert problem.startswith("khanh-hoa: ")
    assert said in problem


def test_province_problem_is_said_when_systems_know_other_locks_than_so() -> None:
    """A lock that no system heard of is none that came back."""
    (problem,) = province_problems({"khanh-hoa": a_province()}, LOCKED + 1)
    assert "locked" in problem


@pytest.mark.parametrize(("in_system", "undeclared"), [(100, 0), (250, 1)])
def test_added_field_is_expected_where_there_is_a_second_page(in_system: int, undeclared: int) -> None:
    """The system of Hải Phòng adds it there; its clerk makes three more versions, and one takes another's place."""
    told = a_province(
        in_system=in_system, pulled=in_system + 3, locked=in_system - 8, refused=6, replaced=1, held_back=3,
        undeclared=undeclared,
    )  # fmt: skip
    assert province_problems({"hai-phong": told}, in_system - 8) == []
    told["undeclared"] = 1 - undeclared
    assert len(province_problems({"hai-phong": told}, in_system - 8)) == 1


def test_grade_of_which_nothing_is_locked_is_told() -> None:
    """Of a played province, and of paper; a grade that nobody played is not missed."""
    story = ProvincesStory(provinces={"a": {"evidence": "native"}, "b": {"evidence": "derived"}}, papers=2)
    locked = {"native": 3, "derived": 0, "attested": 0, "legacy_evidence": 2}
    assert grade_problems(story, locked) == ["does not hold: derived > 0"]
    assert grade_problems(story, {**locked, "derived": 1, "legacy_evidence": 0}) == [
        "does not hold: legacy_evidence > 0"
    ]
