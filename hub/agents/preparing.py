"""From a raw record to a prepared command: everything about it that needs no database.

Bytes that do not decode raise Refused and are quarantined. Whatever decodes is answered with a receipt: faults of the
command as a whole stand in `findings`, faults of its transcripts in each document.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from msgspec.structs import replace as with_fields

from hub.agents.acting import judge_closing, judge_school, signing_school, stands_for
from hub.agents.stage import Record
from hub.decision import KINDS, Act, Judged, Prepared, RecordKey, second_person_fault
from hub.domain import civil_date, judge, pupil_of, read, round_refusal
from hub.domain.findings import Finding, finding, refuses
from hub.domain.severities import Severities, under
from hub.domain.statements import (
    LOCK_KINDS,
    WINDOW_ID,
    Command,
    SoLock,
    Submission,
    WindowClosed,
)
from hub.domain.statements import read as read_statement
from hub.domain.transcript import Transcript
from hub.errors import Refused
from hub.kafka.headers import disagreement, read_headers
from hub.kafka.identity import record_sha256
from hub.kafka.partition import partition_of
from hub.schemas import Message, decode
from hub.topics import REQUEST_BYTES_MAX, Topic
from hub.trust import (
    ChainCache,
    Snapshot,
    Status,
    Verdict,
    check_placing,
    envelope_sha256,
    judge_revocation,
    verify_document,
    verify_statement,
)

__all__ = ["prepare_command"]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What one record is judged on."""

    record: Record
    message: Message
    snapshot: Snapshot
    cache: ChainCache
    policy: Severities


def prepare_command(record: Record, topic: Topic, snapshot: Snapshot, cache: ChainCache) -> Prepared:
    """Decode, verify and judge one command. Refused: it does not decode."""
    if record.key is None:
        raise Refused("KEY_MISSING")
    message = decode(record.value, topic.messages)
    ground = _Ground(record, message, snapshot, cache, snapshot.severities(record.at))
    said, command, faults = _envelope(ground, topic)
    verdict = _signature(ground, said) if said is not None and command is not None else None
    act, more = _act(ground, said, verdict)
    findings = (*faults, *(verdict.findings if verdict is not None else ()), *more)
    authentic = verdict is not None and not refuses(findings) and not faults
    return _with_documents(ground, _prepared(ground, command, findings, authentic, verdict, act))


def _envelope(ground: _Ground, topic: Topic) -> tuple[Command | SoLock | None, Command | None, list[Finding]]:
    """Compare key, partition, headers, message and statement; they must say the same.

    Returns what was signed, and what it means for this school: the same, but of a Sở's act over many.
    """
    record, value = ground.record, ground.message.value
    found: list[Finding] = []
    partition = partition_of(record.key or b"", topic.partitions)
    if record.part != partition:
        facts = {"partition": str(record.part), "expected": str(partition)}
        found.append(finding("PARTITION_WRONG", facts=facts))
    if value.get("encryption") is not None:
        found.append(finding("ENCRYPTION_UNSUPPORTED"))
    found += _headers(ground)
    said, command, more = _statement(ground, topic)
    return said, command, found + more


def _headers(ground: _Ground) -> list[Finding]:
    try:
        code = disagreement(read_headers(ground.record.headers), ground.message)
    except Refused as refused:
        return [finding(refused.code, facts=refused.facts)]
    return [finding(code)] if code else []


def _statement(ground: _Ground, topic: Topic) -> tuple[Command | SoLock | None, Command | None, list[Finding]]:
    value = ground.message.value
    try:
        said = read_statement(value["statement"], KINDS[ground.message.name].statement)
        command = said.asked_of(value["school"]) if isinstance(said, SoLock) else said
    except Refused as refused:
        return None, None, [finding(refused.code, "$.statement", facts=refused.facts)]
    found: list[Finding] = []
    owner = f"so-{getattr(said, 'so', topic.owner.removeprefix('so-'))}"  # a Sở's own statement names it
    if (command.command_id, command.school, command.school.encode(), owner) != (
        value["command_id"], value["school"], ground.record.key, topic.owner
    ):  # fmt: skip
        found.append(finding("ENVELOPE_DISAGREES", "$.statement"))
    if command.command_id.startswith(WINDOW_ID) and not isinstance(command, WindowClosed):
        found.append(finding("COMMAND_ID_RESERVED", "$.statement.command_id"))
    if isinstance(command, Submission):
        hashes = [hashlib.sha256(d["document"]).hexdigest() for d in value["documents"]]
        if list(command.documents) != hashes:
            found.append(finding("DOCUMENT_LIST_DIFFERS", "$.statement.documents"))
    late = judge_closing(ground.snapshot, command, ground.record.at)
    return (
        said,
        command,
        found + late + _size(ground.message) + judge_school(ground.snapshot, command, ground.record.at),
    )


def _size(message: Message) -> list[Finding]:
    """Refuse a request for a lock that could not travel on to Bộ beside the lock's manifest."""
    size = len(message.value["statement"])
    if message.name not in LOCK_KINDS or size <= REQUEST_BYTES_MAX:
        return []
    facts = {"size": f"{size} bytes", "limit": f"{REQUEST_BYTES_MAX} bytes"}
    return [finding("LOCK_STATEMENT_TOO_LARGE", "$.statement", facts=facts)]


def _signature(ground: _Ground, said: Command | SoLock) -> Verdict:
    return _verified(ground, said, ground.message.value["signature"], KINDS[ground.message.name].roles)


def _verified(ground: _Ground, said: Command | SoLock, signature: str, roles: frozenset[str]) -> Verdict:
    return verify_statement(
        ground.message.value["statement"], signature, typ=said.type, scope=said.scope, roles=roles,
        snapshot=ground.snapshot, proven_at=ground.record.at, cache=ground.cache,
        signing=signing_school(ground.snapshot, said, ground.record.at),
    )  # fmt: skip


def _act(
    ground: _Ground, said: Command | SoLock | None, verdict: Verdict | None
) -> tuple[Act | None, tuple[Finding, ...]]:
    """Return a Sở's act with who signed it, and what is wrong with its second signature, or that it needs one."""
    if not isinstance(said, SoLock) or verdict is None or not verdict.signatories:
        return None, ()
    act, found = Act(said, verdict.signatories[0]), tuple[Finding, ...]()
    second = _storable(ground.message.value["second_signature"])
    if second:
        judged = _verified(ground, said, second, KINDS[ground.message.name].second)
        act = replace(act, second=next(iter(judged.signatories), None), second_signature=second)
        found = tuple(with_fields(f, path="$.second_signature") for f in judged.findings)
    lacking = second_person_fault(act, ground.snapshot.lock_policy(ground.record.at))
    return act, found if lacking is None else (*found, lacking)


def _prepared(
    ground: _Ground, command: Command | None, findings: Sequence[Finding], authentic: bool, verdict: Verdict | None,
    act: Act | None,
) -> Prepared:  # fmt: skip
    record, value = ground.record, ground.message.value
    assert record.key is not None
    role = verdict.signatories[0].role if verdict is not None and verdict.signatories else None
    school = _storable(record.key.decode("utf-8", "replace"))[:35]
    place = school if act is None else f"so-{act.statement.so}"
    return Prepared(
        message_sha256=record_sha256(record.part, record.key, record.headers, record.value),
        topic=record.topic,
        part=record.part,
        offset=record.offset,
        at=record.at,
        kind=ground.message.name,
        school=school,
        command_id=_storable(value["command_id"])[:64],
        statement=value["statement"],
        statement_sha256=hashlib.sha256(value["statement"]).digest(),
        signature=_storable(value["signature"]),
        register_version=ground.snapshot.version,
        authentic=authentic,
        findings=tuple(findings),
        command=command,
        signer=None if role is None else f"{role} {place}",
        transcript_count=len(value.get("documents", ())),
        judge_again=lambda signatures: _again(ground, signatures),
        lock_policy=ground.snapshot.lock_policy(record.at),
        signatory=verdict.signatories[0] if verdict is not None and verdict.signatories else None,
        act=act,
    )


def _storable(text: str) -> str:
    """Return a stranger's text as the database can keep it; an authentic command has no such character."""
    return text.replace("\0", "\ufffd")


def _again(ground: _Ground, signatures: Sequence[str]) -> Sequence[Finding]:
    at = ground.record.at
    verdict = judge_revocation(signatures, snapshot=ground.snapshot, at=at, proven_at=at, cache=ground.cache)
    return verdict.findings


def _with_documents(ground: _Ground, prepared: Prepared) -> Prepared:
    """Judge the transcripts, unless the command is refused as a whole: then they are only counted and named."""
    rows = ground.message.value.get("documents", [])
    if not prepared.authentic or not isinstance(prepared.command, Submission):
        documents = [_named(n, row) for n, row in enumerate(rows)]
    else:
        documents = _once_each([_judged(ground, prepared.command, n, row) for n, row in enumerate(rows)])
    return replace(prepared, documents=tuple(documents), extended_to=_extended_to(ground, prepared, documents))


def _extended_to(ground: _Ground, prepared: Prepared, documents: Sequence[Judged]) -> datetime | None:
    """Return the deadline that the register gives the round; asked only for a year that a good document names."""
    key = prepared.round
    if key is None or all(document.record is None for document in documents):
        return None
    return ground.snapshot.extended_deadline(key.school_year, key.cohort, ground.record.at)


def _named(n: int, row: dict[str, Any]) -> Judged:
    digest = hashlib.sha256(row["document"]).digest()
    return Judged(n, row["document"], digest, b"", row["signatures"], None, None, ())


def _judged(ground: _Ground, command: Submission, n: int, row: dict[str, Any]) -> Judged:
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


def _place(ground: _Ground, command: Submission, transcript: Transcript) -> list[Finding]:
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


def _succeeds(ground: _Ground, command: Submission, issuer: str) -> bool:
    """Tell whether the command corrects documents of a closed school that the one which sends it succeeds."""
    return command.round.cohort == "correction" and stands_for(
        ground.snapshot, issuer, command.school, ground.record.at
    )


def _is_opened(ground: _Ground, command: Submission) -> bool:
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
