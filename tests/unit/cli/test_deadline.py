"""`hub deadline` without servers: what it prints and writes, how it ends, and what it refuses before it asks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from hub.cli import deadline
from hub.cli.deadline_table import deadline_table
from hub.connectors.worksheets import open_workbook
from hub.domain.completeness import Completeness
from hub.errors import Refused
from hub.operate import Action, Counts, DeadlineReport, Deadlines, judged

DUE = datetime(2026, 6, 29, 17, tzinfo=UTC)
BUSY = Counts(submitted=90, accepted=80, refused=5, causes=(("ROUND_CLOSED", 5),), recent=30, expected=140, missing=60)
DONE = Counts(submitted=40, accepted=40, locked=40, ingested=40, expected=40, state="locked")
PUPIL = "id:001217000123"


def a_report(at: datetime) -> DeadlineReport:
    window = timedelta(hours=6)
    counted = [("01010001", "Trường Mẫu =1+1", BUSY), ("01010002", "Trường Hai", DONE), ("01010003", "", Counts())]
    rows = judged(counted, DUE, window, at)
    deadlines = Deadlines(DUE, DUE + timedelta(days=10), extended=True, decision="QĐ-7/SGDĐT")
    return DeadlineReport("ha-noi", "2025-2026", "completed", at, deadlines, window, rows)


@pytest.fixture(name="asked", autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """A hub that needs none, a week before the deadline; what is asked is noted."""
    asked: list[tuple[Any, ...]] = []

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[Any]:
        yield SimpleNamespace(slugs=("ha-noi",))

    def report(_: object, *said: Any) -> DeadlineReport:
        asked.append(said)
        return a_report(DUE - timedelta(days=7))

    monkeypatch.setattr(deadline, "connected", opened)
    monkeypatch.setattr(deadline, "open_owner", opened)
    monkeypatch.setattr(deadline, "chosen_so", lambda _, slug: slug)
    monkeypatch.setattr(deadline, "deadline_report", report)
    monkeypatch.setattr(deadline, "actions_of", lambda *_: (Action("extend", 2, "hub deadline extend ha-noi"),))
    monkeypatch.setattr(
        deadline, "completeness_of",
        lambda _c, school, *_: Completeness((), (PUPIL,), (), (), ()) if school == "01010001" else None,
    )  # fmt: skip
    return asked


def typed(*arguments: object, width: int = 250) -> Any:
    app = typer.Typer()
    app.command()(deadline.deadline)
    return CliRunner().invoke(app, ["ha-noi", *(str(a) for a in arguments)], env={"COLUMNS": str(width)})


def test_json_gives_one_line_a_school_and_the_totals_last() -> None:
    """Everything that the table shows, and nothing personal."""
    done = typed("--year", "2025-2026", "--json")
    *schools, last = (json.loads(line) for line in done.stdout.splitlines())
    assert [s["school"] for s in schools] == ["01010003", "01010001", "01010002"]
    busy = schools[1]
    assert (busy["expected"], busy["missing"], busy["causes"], busy["outlook"]) == (
        140,
        60,
        {"ROUND_CLOSED": 5},
        "in_time",
    )
    assert (busy["per_hour"], busy["done_at"]) == (5.0, "2026-06-23T05:00:00Z")
    totals = last["totals"]
    assert (totals["schools"], totals["without_roster"], totals["accepted"], totals["expected"]) == (3, 1, 120, 180)
    assert (totals["decision"], totals["left_s"]) == ("QĐ-7/SGDĐT", 7 * 86400)
    assert done.exit_code == 0


def test_table_shows_deadline_with_its_decision_rows_and_totals() -> None:
    """What a person looks for on 29 June."""
    shown = typed("--year", "2025-2026").output
    for word in ("30/06 00:00", "QĐ-7/SGDĐT", "7d 0h", "01010001", "in_time", "ROUND_CLOSED:5", "Cộng/total", "180"):
        assert word in shown, word


def test_narrow_terminal_gets_the_columns_that_decide_and_none_is_cut() -> None:
    """Eighty characters, as in a pipe."""
    lines = [line.strip() for line in typed("--year", "2025-2026", width=80).output.splitlines()]
    head = next(line for line in lines if line.startswith("school"))
    assert head.split() == ["school", "outlook", "expected", "accepted", "missing", "refused", "locked", "forecast"]
    busy = next(line for line in lines if line.startswith("01010001"))
    assert busy.split() == ["01010001", "in_time", "140", "80", "60", "5", "0", "23/06", "12:00"]


def test_low_terminal_shows_the_most_pressing_schools_and_the_totals_of_all() -> None:
    """How many are left out is said."""
    console = Console(width=80, file=StringIO())
    console.print(deadline_table(a_report(DUE - timedelta(days=7)), 80, 1))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "01010003" in shown
    assert "… +2" in shown
    assert "01010001" not in shown
    assert "180" in shown


def test_workbook_holds_the_same_rows_and_no_name_becomes_a_formula(tmp_path: Path) -> None:
    """Read back by the project's own reader."""
    path = tmp_path / "han.xlsx"
    assert typed("--xlsx", path).exit_code == 0
    first, second = (
        [[row.cells[n].text for n in sorted(row.cells)] for row in sheet.rows] for sheet in open_workbook(path).sheets
    )
    assert first[3][:6] == ["01010001", "Trường Mẫu =1+1", "in_time", "140", "90", "80"]
    assert first[-1][0] == "Cộng"
    assert second[1] == ["01010001", "ROUND_CLOSED", "5"]


def test_exit_code_is_5_when_a_school_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the present rate, or after the deadline."""
    monkeypatch.setattr(deadline, "deadline_report", lambda *_: a_report(DUE - timedelta(hours=11)))
    assert typed().exit_code == 5


def test_pupils_of_one_school_are_listed_by_identifier_only_when_asked_for() -> None:
    """Personal data stays out of every other form."""
    assert PUPIL in typed("--school", "01010001").output
    assert json.loads(typed("--school", "01010001", "--json").stdout)["missing"] == [PUPIL]
    assert PUPIL not in typed("--json").output
    refused = typed("--school", "01019999").exception
    assert isinstance(refused, Refused)
    assert refused.code == "ROSTER_UNKNOWN"


@pytest.mark.parametrize("other", [["--json"], ["--xlsx", "x.xlsx"], ["--school", "1"]])
def test_watch_is_for_the_terminal_alone(other: list[str], asked: list[Any]) -> None:
    """It would never end otherwise; refused before anything is read."""
    refused = typed("--watch", *other).exception
    assert isinstance(refused, Refused)
    assert (refused.code, asked) == ("OPTION_WRONG", [])


def test_watch_shows_the_table_once_where_nobody_looks() -> None:
    """A pipe gets an answer and an end."""
    assert "01010001" in typed("--watch").output


def test_cohort_window_and_year_are_handed_on(asked: list[tuple[Any, ...]]) -> None:
    """As typed; the year of today when none is."""
    typed("--year", "2024-2025", "--cohort", "supplementary", "--window-h", "2")
    so, year, cohort, _, window = asked[0]
    assert (so, year, cohort, window) == ("ha-noi", "2024-2025", "supplementary", timedelta(hours=2))
    typed()
    assert len(asked[1][1]) == len("2025-2026")
