"""`hub check` as a clerk uses it: explanations, shared faults, a policy, the rate."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from hub.cli.main import app
from hub.connectors.vnedu_secondary import SheetOf, detail_sheet
from hub.connectors.workbook_writing import write_workbook
from hub.domain.reading import canonical
from hub.domain.transcript import Transcript
from tests.unit.connectors.vnedu_secondary.builders import YEAR, a_mark_row
from tests.unit.domain.builders import a_transcript

RUNNER = CliRunner()


def lines_of(folder: Path, *transcripts: Transcript) -> Path:
    path = folder / "hoc-ba.jsonl"
    path.write_bytes(b"\n".join(map(canonical, transcripts)) + b"\n")
    return path


def check(*arguments: object) -> tuple[int, str, str]:
    done = RUNNER.invoke(app, ["check", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def with_year(transcript: Transcript, subject: str, year: str) -> Transcript:
    rows = [replace(row, year=year) if row.code == subject else row for row in transcript.subjects]
    return replace(transcript, subjects=tuple(rows))


def test_every_value_is_explained_with_formula_and_article(tmp_path: Path) -> None:
    """For one secondary pupil: each subject's year, learning, training, promotion; and where they stand in the law."""
    code, shown, _ = check(lines_of(tmp_path, a_transcript(7)), "--explain", "--json")
    (line,) = [json.loads(text) for text in shown.splitlines()]
    values = {value["path"]: value for value in line["computed"]}
    scored = [n for n, row in enumerate(a_transcript(7).subjects) if row.kind == "score"]
    assert code == 0
    assert {f"$.subjects[{n}].year" for n in scored} <= values.keys()
    assert {"$.learning.year", "$.training.year", "$.result.promotion"} <= values.keys()
    assert all(v["agrees"] and v["working"] and v["formula"] and "Điều" in v["source"] for v in values.values())


def test_sheet_of_marks_is_explained_at_its_cells(tmp_path: Path) -> None:
    """Every ĐTBmhk with its working and article, also where it agrees; in JSON and on the terminal."""
    path = tmp_path / "toan.xlsx"
    write_workbook(path, [detail_sheet(SheetOf("TOAN", 2, YEAR, "6A1"), [a_mark_row(), a_mark_row(A=2, C="Bình")])])
    code, shown, _ = check(path, "--explain", "--json")
    lines = [json.loads(text) for text in shown.splitlines()]
    values = [value for line in lines for value in line["computed"]]
    assert code == 0
    assert [value["path"] for value in values] == ["TOAN_HK2!J6", "TOAN_HK2!J7"]
    assert {(value["expected"], value["stated"], value["agrees"]) for value in values} == {("8.3", "8.3", True)}
    assert all("Điều 9" in value["source"] and "/ 9 = 8.333… → 8.3" in value["working"] for value in values)
    _, shown, _ = check(path, "--explain")
    for text in ("TOAN_HK2!J6", "TOAN_HK2!J7", "/ 9 = 8.333… → 8.3", "Điều 9"):
        assert text in shown


def test_wrong_year_shows_its_arithmetic_to_a_reader(tmp_path: Path) -> None:
    """Inputs, formula and expected value stand on the terminal, and the file is not refused for it."""
    code, shown, _ = check(lines_of(tmp_path, with_year(a_transcript(7), "TOAN", "2.0")), "--explain")
    assert code == 0
    assert "(HK I + 2 × HK II) / 3" in shown
    assert "2.0" in shown
    assert "≠" in shown
    assert "Điều 9" in shown


def test_fault_of_many_pupils_is_told_once_with_their_number(tmp_path: Path) -> None:
    """Three pupils without a subject are one line at the end."""
    poor = a_transcript(4)
    poor = replace(poor, subjects=tuple(row for row in poor.subjects if row.code != "DD"))
    code, shown, _ = check(lines_of(tmp_path, poor, poor, poor))
    assert code == 1
    assert "3 học bạ SUBJECT_MISSING" in " ".join(shown.split())


def test_policy_makes_refusals_of_warnings(tmp_path: Path) -> None:
    """The same file passes without it."""
    path, policy = lines_of(tmp_path, with_year(a_transcript(7), "TOAN", "2.0")), tmp_path / "policy.json"
    policy.write_text('{"by": "bo", "severities": {"YEAR_MARK_DIFFERS": "refuse"}}', encoding="utf-8")
    assert (check(path)[0], check(path, "--policy", policy)[0]) == (0, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "SEVERITY_POLICY_WRONG"),
        ('{"by": "so", "severities": {"YEAR_MARK_UNSURE": "refuse"}}', "SEVERITY_RULE_ASSUMED"),
        (None, "FILE_UNREADABLE"),
    ],
)
def test_policy_that_cannot_be_used_is_named(tmp_path: Path, text: str | None, code: str) -> None:
    """Nothing is judged by half a policy."""
    policy = tmp_path / "policy.json"
    if text is not None:
        policy.write_text(text, encoding="utf-8")
    done = RUNNER.invoke(app, ["check", str(lines_of(tmp_path, a_transcript(4))), "--policy", str(policy)])
    assert done.exit_code != 0
    assert code in f"{done.exception!r}"


@pytest.mark.parametrize("count", [1, 3])
def test_rate_is_told(tmp_path: Path, count: int) -> None:
    """How many, in how long."""
    _, shown, _ = check(lines_of(tmp_path, *_several(count)))
    assert f"{count} học bạ" in shown
    assert "/s" in shown


def _several(count: int) -> Sequence[Transcript]:
    return [a_transcript(4)] * count
