"""Tables of cases, one line each, with Vietnamese headings: written by hand from the law, for officers and tests."""

from pathlib import Path

from hub.catalogue import Severity
from hub.domain.findings import Finding

_SEVERITY = {Severity.REFUSE: "từ chối", Severity.WARN: "cảnh báo"}
NOTHING = "–"


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the cases of a table by heading; lines that begin with # explain it. Ragged lines are an error."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"]
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]


def named(row: dict[str, str]) -> str:
    """Return the name of a case in a test report."""
    return " ".join(value for value in row.values() if value != NOTHING)


def items_of(cell: str) -> list[str]:
    """Return the items of a cell, which semicolons separate."""
    return [] if cell == NOTHING else [item.strip() for item in cell.split(";")]


def shown(findings: list[Finding]) -> str:
    """Return findings as a table writes them: "từ chối SUBJECT_MISSING; cảnh báo SCORE_MISSING"."""
    return "; ".join(f"{_SEVERITY[f.severity]} {f.code}" for f in findings) or NOTHING
