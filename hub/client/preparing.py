"""Prepare (lập hồ sơ): judged rows become the documents of one batch, each in the round that it belongs in.

Invariant: every row ends either in the batch or in the report with a refusing finding. One batch is of one school and
one school year; a pupil who stands in it twice is refused each time, because which one is meant is not ours to say.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import UNSET, UnsetType

from hub.client.batch import DOCUMENT_COUNT_MAX, REPORT, Batch, BatchDocument, write_batch, write_report
from hub.client.judging import JudgedRow, Verdict
from hub.client.papers import Paper
from hub.domain import Cohort, Transcript, cohort_for, finding, pupil_of, round_refusal
from hub.domain.findings import Finding
from hub.domain.statements import RoundName
from hub.errors import Refused

__all__ = ["PreparedBatch", "Rounds", "prepare_batch"]


@dataclass(frozen=True, slots=True)
class Rounds:
    """Which rounds year documents go into, and the number of the first leaving pupil (each has one of their own).

    `cohort` None lets each document say it: completed or supplementary. A round of corrections takes them all.
    """

    cohort: Cohort | None = None
    number: int = 1
    transfer_from: int = 1


@dataclass(frozen=True, slots=True)
class PreparedBatch:
    """What became of the files: the rows as finally judged, and the batch (None when no row was good).

    `report` is a file in the batch, or beside the folder that was not made.
    """

    rows: tuple[JudgedRow, ...]
    batch: Batch | None
    report: Path

    @property
    def taken(self) -> int:
        """How many documents the batch has."""
        return 0 if self.batch is None else len(self.batch.documents)

    @property
    def refused(self) -> int:
        """How many rows are kept out."""
        return sum(row.verdict.exit_code > 0 for row in self.rows)


def prepare_batch(
    rows: Iterable[JudgedRow], folder: Path, rounds: Rounds, school: str | None = None,
    school_year: str | None = None, acting: str | None = None, paper: Paper | None = None,
) -> PreparedBatch:  # fmt: skip
    """Write the batch of all good rows. Without `school` and `school_year` the first good row says them.

    `acting` is the school that hands them in, where it is another: the successor of a closed one. With `paper` nobody
    signs them: each is sealed as typed from that source.

    Raises Refused BATCH_EXISTS, BATCH_TOO_LARGE, and what reading the rows raises.
    """
    if folder.exists():
        raise Refused("BATCH_EXISTS", {"folder": str(folder)})
    held = _bounded(rows)
    first = next((row.transcript for row in held if _is_good(row)), None)
    if first is not None:
        school, school_year = school or first.school.code, school_year or first.school_year
        held = [_placed(row, school, school_year, rounds) for row in held]
        held = _once_each(held)
    good = [row for row in held if _is_good(row)]
    report = (row.shown() for row in held)
    if not good or school is None or school_year is None:
        beside = folder.with_name(f"{folder.name}.{REPORT}")
        write_report(beside, report)
        return PreparedBatch(tuple(held), None, beside)
    named = _named(good, rounds, UNSET if paper is None else paper.sha256)
    documents = dict(zip(named, (row.document or b"" for row in good), strict=True))
    sealed, sources = (None, ()) if paper is None else (paper.sealed, (paper.source,))
    batch = write_batch(folder, school, school_year, documents, report, acting, sealed, sources)
    return PreparedBatch(tuple(held), batch, folder / REPORT)


def _bounded(rows: Iterable[JudgedRow]) -> list[JudgedRow]:
    held: list[JudgedRow] = []
    for row in rows:
        if len(held) >= DOCUMENT_COUNT_MAX:
            raise Refused("BATCH_TOO_LARGE", {"rows_max": str(DOCUMENT_COUNT_MAX)})
        held.append(row)
    return held


def _is_good(row: JudgedRow) -> bool:
    return row.transcript is not None and row.document is not None and row.verdict.exit_code == 0


def _placed(row: JudgedRow, school: str, school_year: str, rounds: Rounds) -> JudgedRow:
    """Refuse what is of another school, another year, or not for the round that was asked for."""
    t = row.transcript
    if t is None or not _is_good(row):
        return row
    found: list[Finding] = []
    if t.school.code != school:
        found.append(finding("DOCUMENT_OTHER_SCHOOL", "$.school.code", facts={"found": t.school.code}))
    if t.school_year != school_year:
        found.append(finding("DOCUMENT_OTHER_YEAR", "$.school_year", facts={"found": t.school_year}))
    misplaced = round_refusal(t, _cohort(t, rounds))
    return _refused(row, found if misplaced is None else [*found, misplaced])


def _once_each(rows: Sequence[JudgedRow]) -> list[JudgedRow]:
    keys = [_record(row.transcript) if row.transcript is not None and _is_good(row) else None for row in rows]
    count = Counter(key for key in keys if key is not None)
    twice = finding("PUPIL_TWICE_IN_SUBMISSION", "$.student")
    return [
        _refused(row, [twice]) if key is not None and count[key] > 1 else row
        for row, key in zip(rows, keys, strict=True)
    ]


def _record(transcript: Transcript) -> tuple[str, str]:
    return pupil_of(transcript), transcript.period


def _refused(row: JudgedRow, found: Sequence[Finding]) -> JudgedRow:
    return replace(row, findings=(*row.findings, *found), verdict=Verdict.REFUSED) if found else row


def _cohort(transcript: Transcript, rounds: Rounds) -> Cohort:
    fitting = cohort_for(transcript)
    if rounds.cohort is Cohort.CORRECTION:
        return rounds.cohort
    return fitting if rounds.cohort is None or fitting is Cohort.TRANSFER else rounds.cohort


def _named(rows: Sequence[JudgedRow], rounds: Rounds, source: str | UnsetType) -> list[BatchDocument]:
    """Name the documents with their rounds; leaving pupils are numbered in the order of the file."""
    named: list[BatchDocument] = []
    transfer = rounds.transfer_from
    for row in rows:
        assert row.transcript is not None
        cohort, number = _cohort(row.transcript, rounds), rounds.number
        if cohort is Cohort.TRANSFER:
            number, transfer = transfer, transfer + 1
        name = RoundName(cohort=cohort.value, number=number)
        named.append(BatchDocument(row.sha256 or "", name, row.sheet, row.row or 0, source))
    return named
