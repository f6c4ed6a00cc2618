"""Judge one row offline: what a connector made of it, beside the rules and a policy; nothing is opened here.

Invariant: about paths that hold a stand-in nothing is said and nothing is explained. Refusals are never cut.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from hub.client.received import Received, rested
from hub.connectors import UNKNOWN_SCHOOL, PreparedRow, RowReport
from hub.domain import (
    Computed,
    Finding,
    Severities,
    Transcript,
    canonical,
    capped,
    examine,
    explain,
    judge,
    refuses,
    render,
    under,
)
from hub.domain.transcript import School

__all__ = ["Context", "JudgedRow", "Verdict", "beyond", "judge_document", "judge_findings", "judge_row"]

_NOT_READ = frozenset(
    {"DOCUMENT_NOT_UTF8", "DOCUMENT_NOT_JSON", "DOCUMENT_BOM", "DOCUMENT_TOO_DEEP", "DOCUMENT_TOO_LARGE",
     "LINE_TOO_LONG"}
)  # fmt: skip
_UNKNOWN_WITHOUT_SCHOOL = ("$.school.",)
_UNKNOWN_WITHOUT_YEAR = ("$.school_year", "$.period", "$.student.birth_date")
_UNKNOWN_WITHOUT_PUPILS = ("$.student.personal_id", "$.student.gender", "$.student.birth_date")


class Verdict(StrEnum):
    """What a row or document is, from good to bad."""

    CLEAN = "clean"
    WARNINGS = "warnings"
    REFUSED = "refused"
    UNREADABLE = "unreadable"

    @property
    def exit_code(self) -> int:
        """Exit code of `hub check` when this is the worst that it found."""
        return {Verdict.REFUSED: 1, Verdict.UNREADABLE: 2}.get(self, 0)


@dataclass(frozen=True, slots=True)
class Context:
    """What a file does not say of itself. Without pupils, school or year a workbook is judged by itself.

    `policy` is what dated policies make of warnings (`hub.domain.read_policy`); without one the catalogue counts.
    `received`: semester documents that pupils came with, on which their years here rest.
    """

    at: date
    pupils: Path | None = None
    school: School | None = None
    school_year: str | None = None
    grade: int | None = None
    policy: Severities | None = None
    received: Received = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One row, line, document or whole file (`row` None). `transcript` is there when it may be signed.

    `computed` are values that cells beside the transcript let us recompute; `beyond` the beginnings of the paths in it
    that hold stand-ins.
    """

    file: str
    findings: tuple[Finding, ...]
    verdict: Verdict
    sheet: str = ""
    row: int | None = None
    transcript: Transcript | None = None
    document: bytes | None = None
    computed: tuple[Computed, ...] = ()
    beyond: tuple[str, ...] = ()

    @property
    def sha256(self) -> str | None:
        """Hash of the document (hex), when there is one."""
        return None if self.document is None else hashlib.sha256(self.document).hexdigest()

    def shown(self) -> dict[str, Any]:
        """Return the row as one JSON line shows it. Findings may hold personal values."""
        return {
            "file": self.file,
            "sheet": self.sheet or None,
            "row": self.row,
            "document_sha256": self.sha256,
            "verdict": self.verdict.value,
            "findings": [render(found) for found in self.findings],
        }

    def explained(self) -> list[Computed]:
        """Return every recomputed value: those at cells, then those of the transcript that no stand-in states."""
        values = [] if self.transcript is None else explain(self.transcript)
        return [*self.computed, *(value for value in values if not value.path.startswith(self.beyond))]


def judge_document(name: str, document: bytes, at: date, policy: Severities | None = None) -> JudgedRow:
    """Judge the bytes of one document: form and rules; signatures are judged by Sở."""
    reading = examine(document, at, policy)
    return JudgedRow(
        name, reading.findings, _verdict(reading.findings), transcript=reading.transcript, document=document
    )


def judge_findings(name: str, findings: Iterable[Finding], context: Context) -> JudgedRow:
    """Return the line about a file of which a connector says something."""
    return _judged(name, findings, context)


def judge_row(name: str, row: PreparedRow | RowReport, context: Context, stand_ins: tuple[str, ...]) -> JudgedRow:
    """Judge what a connector made of one row; `stand_ins` are paths of its document that hold no truth."""
    if isinstance(row, RowReport):
        return _judged(name, row.findings, context, sheet=row.sheet, row=row.row, computed=row.computed)
    transcript, taken = rested(row.transcript, context.received) if context.received else (row.transcript, ())
    told = [f for f in judge(transcript, context.at, context.policy) if not f.path.startswith(stand_ins)]
    return _judged(
        name, (*row.findings, *taken, *told), context, sheet=row.sheet, row=row.row, transcript=transcript,
        document=None if stand_ins else canonical(transcript), computed=row.computed, beyond=stand_ins,
    )  # fmt: skip


def beyond(context: Context) -> tuple[str, ...]:
    """Return the beginnings of the paths that hold stand-ins for what the caller left open."""
    paths: tuple[str, ...] = ()
    if context.school is None or context.school.province == UNKNOWN_SCHOOL.province:
        paths += _UNKNOWN_WITHOUT_SCHOOL
    if context.school_year is None:
        paths += _UNKNOWN_WITHOUT_YEAR
    if context.pupils is None:
        paths += _UNKNOWN_WITHOUT_PUPILS
    return paths


def _judged(name: str, findings: Iterable[Finding], context: Context, **fields: Any) -> JudgedRow:
    """Return the row with what the policy makes of all its findings, those of the file's cells included."""
    found = under(context.policy or {}, findings)
    return JudgedRow(name, tuple(capped(found)), _verdict(found), **fields)


def _verdict(findings: Iterable[Finding]) -> Verdict:
    found = tuple(findings)
    if any(one.code in _NOT_READ for one in found):
        return Verdict.UNREADABLE
    if refuses(found):
        return Verdict.REFUSED
    return Verdict.WARNINGS if found else Verdict.CLEAN
