"""Trả lời: each answer stands in the system once with equal bytes, also when it is written again after a kill."""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from hub.connect.check.outcome import NotApplicable
from hub.connect.check.pulling import Pulled, drain
from hub.connect.check.subject import Subject
from hub.connect.check.systems import opened_source, playing, served
from hub.connectors.sdk import Answer, AnswerKind, SourceRecord
from hub.connectors.simulating import Simulator
from hub.domain import canonical, render
from hub.domain.findings import Finding, finding
from hub.domain.transcript import Transcript
from hub.errors import Unavailable

__all__ = ["check_answers"]

_DOCUMENT_COUNT = 20
_ANSWERS_OF_A_KIND = 4
_TRIES = 5
_COUNTS = {"offered", "refused"}
_AT = "2026-07-01T02:00:00Z"
_NO_ANSWERS = NotApplicable(
    "bản khai không nhận câu trả lời nào (answers)", "the manifest takes no answers (answers)"
)  # fmt: skip
_OUTCOMES = {"receipt": "accepted", "incoming_pupil": "incoming", "correction": "corrected"}


async def check_answers(subject: Subject) -> list[Finding] | NotApplicable:
    """Write each kind of the manifest, and all of it once more with a sink that knows nothing of the first."""
    manifest = subject.connector.manifest
    if not manifest.answers:
        return _NO_ANSWERS
    if subject.simulator is None:
        return subject.unplayed
    async with playing(subject, "answers", _DOCUMENT_COUNT) as (simulator, settings):
        async with opened_source(subject, settings, "answers-source") as source:
            pulled = await drain(source, Pulled(), patience_s=60, now=subject.now, enough=lambda p: bool(p.records))
        records = list(islice(pulled.records.values(), _ANSWERS_OF_A_KIND))
        documents = served(subject, _DOCUMENT_COUNT)[:_ANSWERS_OF_A_KIND]
        lost = doubled = 0
        for kind in manifest.answers:
            group = _group(kind, records, documents)
            before = _held(simulator)
            await _write(subject, settings, group, f"answers-{kind}-1")
            once = _held(simulator)
            lost += _lost(group, before, once)
            await _write(subject, settings, group, f"answers-{kind}-2")
            again = _held(simulator)
            doubled += sum(again[name] != once.get(name) for name in again)
        doubled += sum(int(row.get("refused", 0)) > 0 for row in simulator.answers())
    return [
        finding(code, facts={"count": str(count)})
        for code, count in (("CONFORMANCE_ANSWER_LOST", lost), ("CONFORMANCE_ANSWER_DOUBLED", doubled)) if count
    ]  # fmt: skip


def _lost(group: Sequence[Answer], before: Mapping[str, str], after: Mapping[str, str]) -> int:
    """Return how many answers the system has not got; one that holds files tells only whether there is a new one."""
    held = {name.partition("/")[2] for name in after}
    if any(answer.answer_id in held for answer in group):
        return sum(answer.answer_id not in held for answer in group)
    return len(group) if set(after) == set(before) else 0


async def _write(subject: Subject, settings: Mapping[str, Any], group: Sequence[Answer], name: str) -> None:
    sink = subject.connector.sink(subject.opened(settings, name))
    if sink is None:
        return
    try:
        for left in range(_TRIES, 0, -1):
            try:
                await sink.write(group)
            except Unavailable:
                if left == 1:
                    raise
            else:
                return
    finally:
        await sink.close()


def _held(simulator: Simulator) -> dict[str, str]:
    """Return what the system holds by id, as one text each, without how often it was offered."""
    return {
        f"{row.get('kind', '')}/{row['id']}": repr(sorted((name, row[name]) for name in row.keys() - _COUNTS))
        for row in simulator.answers()
    }


def _group(kind: AnswerKind, records: Sequence[SourceRecord], documents: Sequence[Transcript]) -> list[Answer]:
    """Return a group of answers about the first records (receipts) or documents (the others)."""
    found = finding("SCHOOL_YEAR_NOT_CONSECUTIVE", "$.school_year", facts={"school_year": "2025-2027"})
    made = []
    for number, document in enumerate(documents):
        record = records[number] if number < len(records) else None
        if kind == "receipt" and record is None:
            break
        answer_id = hashlib.sha256(f"{kind}/{number}".encode()).hexdigest()
        made.append(Answer(
            answer_id=answer_id, kind=kind, group=f"check/{kind}", school=document.school.code,
            school_year=document.school_year, at=_AT, outcome=_OUTCOMES[kind],
            record_key=None if record is None or kind == "incoming_pupil" else record.key,
            place=None if record is None else record.place,
            findings=(render(found),) if kind == "receipt" else (),
            documents=() if kind == "receipt" else (canonical(document).decode(),),
        ))  # fmt: skip
    return made
