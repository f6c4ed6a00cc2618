"""Học bạ của một lần nộp: which transcripts of an authentic submission may stand, before others are looked at."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.agents.acting import stands_for
from hub.agents.sealing import Sealing
from hub.agents.stage import Record
from hub.decision import Judged, RecordKey
from hub.domain import civil_date, judge, pupil_of, read, round_refusal
from hub.domain.findings import Finding, finding, refuses
from hub.domain.severities import Severities, under
from hub.domain.statements import Submission
from hub.domain.transcript import Transcript
from hub.schemas import Message
from hub.trust import ChainCache, Snapshot, SourceCheck, Status, check_placing, envelope_sha256, verify_document

__all__ = ["Ground", "judge_documents", "named"]


@dataclass(frozen=True, slots=True)
class Ground:
    """What one record is judged on, at the Sở `so` (slug)."""

    record: Record
    message: Message
    snapshot: Snapshot
    cache: ChainCache
    policy: Severities
    so: str
    check: SourceCheck


def judge_documents(
    ground: Ground, command: Submission, rows: Sequence[dict[str, Any]], sealing: Sealing
) -> list[Judged]:
    """Judge every transcript: bytes, place, signatures, rules, its source, and that no pupil stands twice.

    Raises Unavailable where sources cannot be checked now.
    """
    judged = [_judged(ground, command, n, row) for n, row in enumerate(rows)]
    return _once_each(sealing.judged(judged, ground.snapshot, ground.check, ground.record.at))


def named(n: int, row: dict[str, Any]) -> Judged:
    """Return a transcript of a submission that is refused as a whole: it is only counted and named."""
    digest = hashlib.sha256(row["document"]).digest()
    return Judged(n, row["document"], digest, b"", row["signatures"], None, None, ())


def _judged(ground: Ground, command: Submission, n: int, row: dict[str, Any]) -> Judged:
    document, signatures = row["document"], row["signatures"]
    digest = hashlib.sha256(document).digest()
    reading = read(document)
    transcript = reading.transcript
    if transcript is None or not reading.sound:
        return Judged(n, document, digest, b"", signatures, None, None, tuple(reading.findings))
    place = _place(ground, command, transcript)
    verdict = verify_document(
        document, signatures, school=transcript.school.code, school_year=transcript.school_year,
        period=transcript.period, snapshot=ground.snapshot, proven_at=ground.record.at, cache=ground.cache,
    )  # fmt: skip
    rules = (*place, *check_placing(transcript, ground.snapshot, ground.record.at))
    judged = judge(transcript, civil_date(ground.record.at), ground.policy)
    found = (*under(ground.policy, rules), *verdict.findings, *judged)
    if refuses(found):
        return Judged(n, document, digest, b"", signatures, None, None, found)
    record = RecordKey(transcript.school.code, pupil_of(transcript), transcript.school_year, transcript.period)
    pending = verdict.status is Status.UNKNOWN
    return Judged(n, document, digest, envelope_sha256(signatures), signatures, transcript, record, found, pending)


def _place(ground: Ground, command: Submission, transcript: Transcript) -> list[Finding]:
    """Compare the document with the command that carries it."""
    found: list[Finding] = []
    if transcript.school.code != command.school and not _succeeds(ground, command, transcript.school.code):
        found.append(finding("DOCUMENT_OTHER_SCHOOL", "$.school.code", facts={"found": transcript.school.code}))
    if transcript.school_year != command.school_year:
        found.append(finding("DOCUMENT_OTHER_YEAR", "$.school_year", facts={"found": transcript.school_year}))
    if not _is_opened(ground, command):
        found.append(finding("ROUND_NUMBER_NOT_OPENED", "$.round.number", command.round.number))
    misplaced = round_refusal(transcript, command.round.cohort)
    if misplaced is not None:
        found.append(misplaced)
    return found


def _succeeds(ground: Ground, command: Submission, issuer: str) -> bool:
    """Tell whether the command corrects documents of a closed school that the one which sends it succeeds."""
    return command.round.cohort == "correction" and stands_for(
        ground.snapshot, issuer, command.school, ground.record.at
    )


def _is_opened(ground: Ground, command: Submission) -> bool:
    """Tell whether the round's number may be used: the first, one that the Sở opened; of leaving pupils any."""
    name = command.round
    if name.number == 1 or name.cohort in ("transfer", "correction"):  # a correction's is given at its approval
        return True
    opened = (command.school, command.school_year, name.cohort, name.number)
    return ground.snapshot.is_round_open(opened, ground.record.at)


def _once_each(documents: list[Judged]) -> list[Judged]:
    """Refuse every document of a pupil who stands twice: which one is meant is not ours to say."""
    count = Counter(d.record for d in documents if d.record is not None)
    twice = finding("PUPIL_TWICE_IN_SUBMISSION", "$.student")
    return [
        replace(d, findings=(*d.findings, twice), record=None) if d.record is not None and count[d.record] > 1 else d
        for d in documents
    ]
