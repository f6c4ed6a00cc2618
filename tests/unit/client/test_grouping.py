"""Findings of many rows told once."""

from hub.catalogue import Severity
from hub.client import Grouping
from hub.domain import Finding, finding


def missing(subject: str) -> Finding:
    return finding("SUBJECT_MISSING", "$.subjects", None, {"subject": subject, "grade": "4"})


def test_equal_faults_are_one_group_with_its_count() -> None:
    """Forty-three pupils without TIN are one line; a single fault is none."""
    grouping = Grouping()
    for _ in range(43):
        grouping.add([missing("TIN")])
    grouping.add([missing("TIN"), missing("CN")])
    (group,) = grouping.groups()
    assert (group.code, group.count, group.alike) == ("SUBJECT_MISSING", 44, True)
    assert "TIN" in group.vi
    assert [g.about for g in grouping.groups(least=1)] == [("TIN", "4"), ("CN", "4")]


def test_row_with_the_same_fault_twice_counts_once() -> None:
    """The count is of pupils, not of cells."""
    grouping = Grouping()
    found = [finding("LEVEL_MISSING", f"$.subjects[{n}].level", None, {"subject": "AN"}) for n in (1, 2)]
    grouping.add(found)
    assert grouping.groups(least=1)[0].count == 1


def test_texts_that_differ_are_marked() -> None:
    """A group of other numbers is told by its first row, and says so."""
    grouping = Grouping()
    for rating in ("HT", "HTT"):
        facts = {"stated": "HTXS", "expected": rating, "working": "AN H"}
        grouping.add([finding("RATING_DIFFERS", "$.rating", "HTXS", facts)])
    (group,) = grouping.groups()
    assert (group.count, group.alike) == (2, False)


def test_refusals_come_first_then_the_most_frequent() -> None:
    """What keeps documents out is read first."""
    grouping = Grouping()
    for _ in range(5):
        grouping.add([finding("PERSONAL_ID_SEX_DIFFERS", "$.student.personal_id", "0", {"digit": "2"})])
    for _ in range(2):
        grouping.add([missing("TV")])
    for _ in range(3):
        grouping.add([missing("TOAN")])
    groups = grouping.groups()
    assert [g.about for g in groups] == [("TOAN", "4"), ("TV", "4"), ()]
    assert groups[-1].severity is Severity.WARN
