"""Who is answered about a record that gave no document: what it states, else the folders that it stands in."""

from pathlib import Path

import pytest

from hub.connectors.sdk import Answer, SourceRecord
from hub.domain import finding
from tests.unit.connect.world import SCHOOL, World, a_pupil, a_value

UNREAD = (finding("RECORD_KEY_WRONG", "k"),)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).start()


def answered(world: World, record: SourceRecord) -> Answer:
    """Return the one answer to one record that is not sent."""
    world.system.records.append(record)
    world.settle()
    (answer,) = world.system.said()
    assert answer.outcome == "not_sent"
    return answer


@pytest.mark.parametrize(
    ("key", "place", "school", "school_year"),
    [
        ("56020001/2025-2026/5600000001/CN", "x", "56020001", "2025-2026"),
        ("5a3f", "gui/56020001/2025-2026/1A.xlsx!1A!9", "56020001", "2025-2026"),
        ("k", "56020001/2024-2025/1A.xlsx", "56020001", "2024-2025"),
        ("HP-31020001-2526-000123", "sau mốc 0, dòng 1", "", ""),
        ("a b/2025-2026/x", "gui/../2025/x.xlsx", "", ""),
        ("k", f"gui/{'9' * 21}/2025-2026/x.xlsx", "", ""),
    ],
)  # fmt: skip
def test_unread_row_is_answered_to_the_school_of_its_folders(
    world: World, key: str, place: str, school: str, school_year: str
) -> None:
    """By its key first; where neither key nor place says it, nothing is made up."""
    answer = answered(world, SourceRecord(key, "1", place, None, UNREAD))
    assert (answer.school, answer.school_year) == (school, school_year)


def test_record_without_a_document_is_answered_to_the_school_that_it_states(world: World) -> None:
    """Though its folder is another's."""
    value = a_value(None, codes=["RATING_MISSING"], school="0101777", school_year="2024-2025")
    answer = answered(world, SourceRecord("k", "1", "gui/0101001/2025-2026/a.xlsx", value))
    assert (answer.school, answer.school_year) == ("0101777", "2024-2025")


def test_document_that_is_not_sent_is_answered_to_its_school(world: World) -> None:
    """Whatever the record or its folder says beside it."""
    value = a_value(a_pupil(1), codes=["RECORD_KEY_WRONG"], school="0101777", school_year="2020-2021")
    answer = answered(world, SourceRecord("0101888/2021-2022/x", "1", "x", value))
    assert (answer.school, answer.school_year) == (SCHOOL.code, a_pupil(1).school_year)


def test_refused_records_of_one_school_can_be_mapped_again(world: World) -> None:
    """`resend` of a school takes what it states; another school's stay as they are."""
    for school in ("0101777", "0101888"):
        value = a_value(None, codes=["RATING_MISSING"], school=school, school_year="2024-2025")
        world.system.records.append(SourceRecord(school, "1", "x", value))
    world.settle()
    range_ = {"from_n": 1, "to_n": 9, "school": "0101888"}
    assert world.state.do("map_again", **range_) == 1
    assert world.states() == {"refused": 1, "pulled": 1}
