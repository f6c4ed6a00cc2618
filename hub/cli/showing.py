"""How rows, findings and receipts look on a terminal; `--json` prints one object a line instead."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from hub.client import JudgedRow, ReadReceipt
from hub.client.batch import REPORT
from hub.domain.findings import Finding, render

__all__ = ["print_line", "show_findings", "show_receipt", "show_row", "told_text"]

_COLOURS = {"clean": "green", "warnings": "yellow", "refused": "red", "unreadable": "red"}
_OUTCOMES = {"accepted": "green", "unchanged": "green", "locked": "green", "ingested": "green", "refused": "red"}


def print_line(shown: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own, at once."""
    print(json.dumps(shown, ensure_ascii=False), flush=True)


def told_text(told: Mapping[str, Any]) -> str:
    """Return what whoever signs a batch should look at, on one line; "" when there is nothing."""
    counts = [f"{code} × {count}" for code, count in told["findings"].items()]
    counts += [f"thay bản trước / replace another: {told['replaces']}"] if told["replaces"] else []
    return f"xem / see {REPORT}: {' · '.join(counts)}" if counts else ""


def show_row(console: Console, row: JudgedRow) -> None:
    """Print one judged row with everything that was found."""
    place = row.file if row.row is None else f"{row.file} {row.sheet + ' ' if row.sheet else ''}dòng/row {row.row}"
    colour = _COLOURS[row.verdict.value]
    console.print(f"[{colour}]{row.verdict.value:10}[/{colour}] {escape(place)}", highlight=False, soft_wrap=True)
    show_findings(console, (render(found) for found in row.findings))


def show_receipt(console: Console, receipt: ReadReceipt, signature: str, findings: Iterable[Finding] = ()) -> None:
    """Print one receipt, its documents, and whether Sở's signature holds."""
    statement = receipt.statement
    colour = _OUTCOMES.get(statement.outcome, "yellow")
    console.print(
        f"[{colour}]{statement.outcome:15}[/{colour}] {statement.kind} {escape(statement.command_id)} · {statement.at}"
        f" · chữ ký của Sở / Sở's signature: {signature}",
        highlight=False,
        soft_wrap=True,
    )
    show_findings(console, (render(found) for found in findings))
    show_findings(console, statement.findings)
    for name, value in statement.facts.items() if isinstance(statement.facts, dict) else ():
        console.print(f"  {name}: {value}", highlight=False, markup=False, soft_wrap=True)
    for document in statement.documents:
        shade = _OUTCOMES.get(document.outcome, "yellow")
        state = document.state if isinstance(document.state, str) else ""
        console.print(
            f"  [{shade}]{document.outcome:10}[/{shade}] {document.document_sha256} {state}",
            highlight=False,
            soft_wrap=True,
        )
        show_findings(console, document.findings if isinstance(document.findings, tuple) else (), "    ")


def show_findings(console: Console, findings: Iterable[Mapping[str, Any]], indent: str = "  ") -> None:
    """Print findings as a receipt carries them; a short one has no texts, which stand in the catalogue."""
    for found in findings:
        value = f" = {found['value']!r}" if "value" in found else ""
        lines = [f"{found['code']} {found['path']}{value}", *(found.get(key, "") for key in ("vi", "en"))]
        lines += [f"→ {found[key]}" for key in ("next_vi", "next_en") if key in found]
        for n, line in enumerate(filter(None, lines)):
            console.print(escape(f"{indent}{'  ' if n else ''}{line}"), highlight=False, soft_wrap=True)
