"""Rows judged offline: the policy counts for what cells say too, refusals are never cut, stand-ins state nothing."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from hub.catalogue import Severity
from hub.client import Context, Verdict, judge_file
from hub.client.judging import judge_row
from hub.connectors import PreparedRow
from hub.connectors.vnedu_primary import class_of, write_classes
from hub.connectors.vnedu_secondary import SheetOf, detail_sheet
from hub.connectors.workbook_writing import write_workbook
from hub.domain import FINDING_COUNT_MAX, finding
from hub.domain.severities import merged
from tests.unit.connectors.class_sheets import a_class
from tests.unit.connectors.vnedu_secondary.builders import YEAR, a_mark_row
from tests.unit.domain.builders import a_transcript

AT = date(2026, 6, 10)
RAISED = merged({"SEMESTER_MARK_DIFFERS": Severity.REFUSE}, {})


def a_sheet(folder: Path, **cells: object) -> Path:
    """Write one subject detail of grade 6."""
    path = folder / "toan.xlsx"
    write_workbook(path, [detail_sheet(SheetOf("TOAN", 2, YEAR, "6A1"), [a_mark_row(**cells)])])
    return path


def test_policy_counts_for_findings_of_cells(tmp_path: Path) -> None:
    """An average that the marks do not give refuses the row under a policy that says so, and only warns without."""
    path = a_sheet(tmp_path, J=Decimal("8.2"))
    for policy, verdict, severity in (
        (None, Verdict.WARNINGS, Severity.WARN),
        (RAISED, Verdict.REFUSED, Severity.REFUSE),
    ):
        *_, row = judge_file(path, Context(AT, policy=policy))
        (found,) = [found for found in row.findings if found.code == "SEMESTER_MARK_DIFFERS"]
        assert (row.verdict, found.severity) == (verdict, severity)


def test_refusal_is_shown_however_many_warnings_stand_before_it() -> None:
    """What is cut from a long list are warnings."""
    told = tuple(finding("CELL_NFD", f"Sheet1!A{n}") for n in range(FINDING_COUNT_MAX + 5))
    raised = finding("SEMESTER_MARK_DIFFERS", "Sheet1!J6")
    prepared = PreparedRow(a_transcript(6), (*told, raised), "Sheet1", 6)
    row = judge_row("a.xlsx", prepared, Context(AT, policy=RAISED), ())
    assert (row.verdict, len(row.findings)) == (Verdict.REFUSED, FINDING_COUNT_MAX)
    assert [found.code for found in row.findings if found.severity is Severity.REFUSE] == ["SEMESTER_MARK_DIFFERS"]


def test_every_result_of_a_sheet_is_explained_at_its_cell(tmp_path: Path) -> None:
    """Agreeing, differing and unstated ĐTBmhk alike; nothing that no sheet says is explained as stated."""
    path = tmp_path / "toan.xlsx"
    rows = [a_mark_row(), a_mark_row(A=2, C="Bình", J=Decimal("8.2")), a_mark_row(A=3, C="Chi", J=None)]
    write_workbook(path, [detail_sheet(SheetOf("TOAN", 2, YEAR, "6A1"), rows)])
    _, *judged = judge_file(path, Context(AT))
    values = [row.explained() for row in judged]
    assert [[(value.path, value.expected, value.stated, value.agrees) for value in each] for each in values] == [
        [("TOAN_HK2!J6", "8.3", "8.3", True)],
        [("TOAN_HK2!J7", "8.3", "8.2", False)],
        [("TOAN_HK2!J8", "8.3", None, True)],
    ]
    assert {value.working for each in values for value in each} == {
        "(8.0 + 8.0 + 8.0 + 8.0 + 2 × 8.0 + 3 × 9.0) / 9 = 8.333… → 8.3"
    }


def test_stand_in_is_not_explained_as_what_the_document_states(tmp_path: Path) -> None:
    """Without a column for it nobody has stated that the pupil completed the grade; the rest is explained."""
    for lost in (False, True):
        sheet = class_of(a_class())
        if lost:
            place = sheet.fields.index("completed")
            sheet.fields = tuple(name for name in sheet.fields if name != "completed")
            sheet.rows = [[value for n, value in enumerate(row) if n != place] for row in sheet.rows]
        write_classes(tmp_path / "a.xlsx", [sheet])
        row = next(row for row in judge_file(tmp_path / "a.xlsx", Context(AT)) if row.transcript is not None)
        paths = {value.path for value in row.explained()}
        assert "$.rating" in paths
        assert ("$.result.completed" in paths) is not lost
