"""Marks across thresholds, edits at the last moment, windows that nobody used: counted with their evidence."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from hub.domain import canonical
from hub.operate import (
    THRESHOLDS,
    CorrectedRecord,
    CorrectionReport,
    Edit,
    VersionPlace,
    correction_report_of_bo,
    correction_report_of_so,
    crossings_of,
    edits_by_school,
    shown_school,
    shown_totals,
)
from hub.store.queries import queries_of
from tests.unit.agents.world import Answer, FakeConnection
from tests.unit.domain.builders import a_transcript, with_row

AT = datetime(2026, 7, 1, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW = VersionPlace("a" * 64, 4), VersionPlace("b" * 64, 9)
BASE = a_transcript(7)
MARKS = st.decimals("0.0", "10.0", places=1)


def _with(mark: object, field: str = "year") -> Any:
    value = mark if mark is UNSET else str(mark)
    return replace(BASE, subjects=with_row(BASE.subjects, "TOAN", **{field: value}))


@pytest.mark.parametrize(
    ("old", "new", "crossed"),
    [
        ("4.9", "5.0", ["5.0"]), ("5.0", "4.9", ["5.0"]), ("5.0", "6.4", []), ("6.4", "6.5", ["6.5"]),
        ("7.9", "8.0", ["8.0"]), ("8.0", "10.0", []), ("0.0", "10.0", ["5.0", "6.5", "8.0"]), ("6.5", "6.5", []),
    ],
)  # fmt: skip
def test_mark_crosses_where_it_reaches_or_leaves_a_threshold(old: str, new: str, crossed: list[str]) -> None:
    """The threshold itself is reached: 5.0 is at least 5.0."""
    found = crossings_of(_with(old), _with(new))
    assert [str(c.threshold) for c in found] == crossed
    assert all((c.subject, c.field, c.is_up) == ("TOAN", "year", Decimal(new) > Decimal(old)) for c in found)


@given(MARKS, MARKS)
def test_way_back_crosses_the_same_thresholds(old: Decimal, new: Decimal) -> None:
    """In the other direction, none twice."""
    there, back = crossings_of(_with(old), _with(new)), crossings_of(_with(new), _with(old))
    assert [c.threshold for c in there] == [c.threshold for c in back]
    assert all(a.is_up != b.is_up for a, b in zip(there, back, strict=True))
    assert len(there) == sum(min(old, new) < t <= max(old, new) for t in THRESHOLDS)


@pytest.mark.parametrize("field", ["semester_1", "semester_2", "retake", "score"])
def test_every_mark_of_a_subject_counts(field: str) -> None:
    """Semesters, the mark after the retake, and the test score of primary school."""
    assert [c.field for c in crossings_of(_with("4.0", field), _with("9.0", field))] == [field] * 3


def test_mark_that_came_or_went_and_levels_cross_nothing() -> None:
    """There is no mark to compare; Đ and CĐ are none."""
    assert crossings_of(_with(UNSET), _with("9.0")) == crossings_of(_with("9.0"), _with(UNSET)) == ()
    assert crossings_of(_with("CĐ"), _with("Đ")) == ()
    fewer = replace(BASE, subjects=BASE.subjects[1:])
    assert crossings_of(fewer, BASE) == ()


def an_edit(at: datetime = AT, ends_at: datetime | None = None, school: str = "0101001", **changes: Any) -> Edit:
    crossings = crossings_of(_with("4.9"), _with("8.0"))
    fields: dict[str, Any] = {"kind": "correction", "correction": "c-1", "round": "2025-2026/correction/1"}
    return Edit(school, *(fields | changes).values(), OLD, NEW, at, ends_at, crossings)


def a_record(state: str, closes_at: datetime | None = None, school: str = "0101001") -> CorrectedRecord:
    return CorrectedRecord(school, "c-1", "2025-2026/correction/1", state, OLD, None, closes_at)


@pytest.mark.parametrize(
    ("before_s", "is_last"), [(3601, False), (3600, True), (1, True), (0, False), (-1, False), (None, False)]
)
def test_last_moments_end_with_the_deadline(before_s: int | None, is_last: bool) -> None:
    """The whole hour before counts, the deadline itself is late and counts elsewhere; without an end there is none."""
    ends_at = None if before_s is None else AT + timedelta(seconds=before_s)
    assert an_edit(ends_at=ends_at).is_last(HOUR) is is_last


@pytest.mark.parametrize(
    ("state", "closes_at", "unused"),
    [("expired", AT, True), ("approved", AT, True), ("approved", AT + HOUR, False), ("resubmitted", AT, False),
     ("relocked", AT, False), ("requested", None, False)],
)  # fmt: skip
def test_window_is_unused_when_it_has_passed_without_a_document(
    state: str, closes_at: datetime | None, unused: bool
) -> None:
    """Whether the scheduler has said so already or not."""
    assert a_record(state, closes_at).is_unused(AT) is unused


def a_report(*, knows_windows: bool = True) -> CorrectionReport:
    records = [a_record("relocked"), a_record("expired", AT), a_record("relocked", school="0101002")]
    edits = [an_edit(ends_at=AT + HOUR), an_edit(school="0101002")]
    return CorrectionReport("ha-noi", "2025-2026", AT, HOUR, knows_windows, tuple(edits_by_school(records, edits)))


def test_every_figure_has_its_evidence() -> None:
    """As many pieces as the figure says, each with documents, correction and places in the log."""
    report = a_report()
    shown = shown_school(report, report.schools[0])
    evidence = shown["evidence"]
    assert shown["corrections"] == {"expired": 1, "relocked": 1}
    assert len(evidence["corrections"]) == sum(shown["corrections"].values())
    assert (shown["last_edits"], len(evidence["last_edits"])) == (1, 1)
    assert (shown["unused_windows"], [r["state"] for r in evidence["unused_windows"]]) == (1, ["expired"])
    marks = [m for e in evidence["crossings"] for m in e["marks"]]
    assert sum(n for by in shown["crossings"].values() for n in by.values()) == len(marks) == 3
    assert marks[0] == {
        "subject": "TOAN", "field": "year", "old": "4.9", "new": "8.0", "threshold": "5.0", "direction": "up",
    }  # fmt: skip
    for piece in (p for pieces in evidence.values() for p in pieces):
        assert piece["correction"] == "c-1"
        assert piece["old"] == {"document_sha256": "a" * 64, "log_index": 4}
    json.dumps(shown)


def test_totals_are_the_sum_of_the_schools() -> None:
    """And say what was counted as the last moments."""
    report = a_report()
    total = shown_totals(report)
    assert total["corrections"] == {"expired": 1, "relocked": 2}
    assert total["crossings"] == {t: {"up": 2, "down": 0} for t in ("5.0", "6.5", "8.0")}
    assert (total["last_edits"], total["unused_windows"], total["last_minutes"]) == (1, 1, 60)


def test_figure_that_nobody_can_know_at_bo_is_no_zero() -> None:
    """Windows are opened and closed at Sở alone."""
    report = a_report(knows_windows=False)
    assert shown_totals(report)["unused_windows"] is None
    assert "unused_windows" not in shown_school(report, report.schools[0])["evidence"]


# -- what is read


_SO, _BO, _COMMON = queries_of("so"), queries_of("bo"), queries_of("common")
DUE = datetime(2026, 6, 29, 17, tzinfo=UTC)  # 2025-2026/completed
REPORT_DUE = datetime(2026, 7, 9, 17, tzinfo=UTC)


def _of_so(cohort: str, at: datetime, closes_at: datetime | None) -> tuple[Any, ...]:
    old, new = canonical(_with("4.0")), canonical(_with("9.0"))
    correction = "c-1" if cohort == "correction" else None
    return ("0101001", cohort, 1, 2, "locked", at, b"\x02" * 32, new, 9, b"\x01" * 32, old, 4, correction, closes_at)


def _connection(rows: dict[str, list[Any]]) -> Any:
    return FakeConnection(lambda sql, _: Answer(rows.get(sql, [])))


@pytest.mark.parametrize(
    ("cohort", "kind", "at", "closes_at", "is_last"),
    [
        ("completed", "replacement", DUE - HOUR, None, True), ("completed", "replacement", DUE, None, False),
        ("transfer", "replacement", DUE - HOUR, None, False), ("correction", "correction", AT, AT + HOUR, True),
        ("correction", "correction", DUE - HOUR, AT + HOUR, False),
    ],
)  # fmt: skip
def test_edit_at_so_is_measured_against_its_own_end(
    cohort: str, kind: str, at: datetime, closes_at: datetime | None, is_last: bool
) -> None:
    """The deadline of its round, or the end of its window; a leaving pupil has neither."""
    connection = _connection({_SO["look_changed_versions"]: [_of_so(cohort, at, closes_at)]})
    report = correction_report_of_so(connection, "ha-noi", "2025-2026", AT, HOUR)
    (school,) = report.schools
    (edit,) = school.edits
    assert (edit.kind, edit.round, edit.is_last(HOUR)) == (kind, f"2025-2026/{cohort}/1", is_last)
    assert (edit.old, edit.new) == (VersionPlace("01" * 32, 4), VersionPlace("02" * 32, 9))
    assert [str(c.threshold) for c in edit.crossings] == ["5.0", "6.5", "8.0"]


@pytest.mark.parametrize(("at", "is_last"), [(REPORT_DUE - HOUR, True), (REPORT_DUE, False)])
def test_bo_counts_superseding_versions_from_its_own_rows(at: datetime, is_last: bool) -> None:
    """Each Sở by itself; the last moments are those before Sở's deadline towards Bộ."""
    old, new = canonical(_with("9.0")), canonical(_with("4.0"))
    row = ("ha-noi", "0101001", 2, at, b"\x02" * 32, new, 9, b"\x01" * 32, old, 4)
    connection = _connection({_BO["look_superseding"]: [row]})
    mine, other = correction_report_of_bo(connection, ("ha-noi", "nghe-an"), "2025-2026", AT, HOUR)
    (school,) = mine.schools
    assert (school.count_by_state(), other.schools) == ({"relocked": 1}, ())
    assert (len(school.last(HOUR)) == 1) is is_last
    assert shown_totals(mine)["crossings"]["8.0"] == {"up": 0, "down": 1}
    assert shown_school(mine, school)["evidence"]["corrections"][0]["round"] == "2025-2026/correction/2"
