"""What every file reader gives back: documents ready to judge and sign, and a report for every row that is not."""

from dataclasses import dataclass

from hub.domain.findings import Finding
from hub.domain.regulations import Computed
from hub.domain.transcript import Transcript

__all__ = ["Prepared", "PreparedRow", "RowReport"]


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """One document from one row or line; `findings` hold warnings only. `sheet` is "" for a file of lines.

    `computed` are values that cells beside the document let us recompute, agreeing or not, each at its cell.
    """

    transcript: Transcript
    findings: tuple[Finding, ...]
    sheet: str
    row: int
    computed: tuple[Computed, ...] = ()


@dataclass(frozen=True, slots=True)
class RowReport:
    """A row or line that gave no document, and why; `computed` as in `PreparedRow`."""

    findings: tuple[Finding, ...]
    sheet: str
    row: int
    computed: tuple[Computed, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """The whole file: every row is in exactly one of `documents`, `rejected` and `ignored`.

    `findings` are about the file itself; `signable` is false when the documents lack what only other files know.
    `absent` are rows of the pupil list without results, and `list_findings` are about that file. `stand_ins` are
    paths of the documents that hold no truth ("$.student.student_code"), beside those that the caller left open.
    """

    documents: tuple[PreparedRow, ...]
    rejected: tuple[RowReport, ...] = ()
    ignored: tuple[RowReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    signable: bool = True
    absent: tuple[RowReport, ...] = ()
    list_findings: tuple[Finding, ...] = ()
    stand_ins: tuple[str, ...] = ()
