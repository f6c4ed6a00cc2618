"""From a raw record to a prepared command: everything about it that needs no database.

Bytes that do not decode raise Refused and are quarantined. Whatever decodes is answered with a receipt: faults of the
command as a whole stand in `findings`, faults of its transcripts in each document.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from msgspec.structs import replace as with_fields

from hub.agents.acting import judge_closing, judge_school, signing_school
from hub.agents.judging import Ground, judge_documents, named
from hub.agents.sealing import Sealing, no_reader, sealing_of
from hub.agents.stage import Record
from hub.decision import KINDS, Act, Judged, Prepared, second_person_fault
from hub.domain.findings import Finding, finding, refuses
from hub.domain.statements import (
    LOCK_KINDS,
    WINDOW_ID,
    Command,
    SoLock,
    Submission,
    WindowClosed,
)
from hub.domain.statements import read as read_statement
from hub.errors import Refused
from hub.kafka.headers import disagreement, read_headers
from hub.kafka.identity import record_sha256
from hub.kafka.partition import partition_of
from hub.schemas import Message, decode
from hub.topics import REQUEST_BYTES_MAX, Topic
from hub.trust import (
    ChainCache,
    Snapshot,
    SourceCheck,
    SourceSystem,
    Verdict,
    judge_revocation,
    verify_statement,
)

__all__ = ["prepare_command"]


def prepare_command(
    record: Record, topic: Topic, snapshot: Snapshot, cache: ChainCache, check: SourceCheck = no_reader
) -> Prepared:
    """Decode, verify and judge one command; `check` reads the sources of sealed transcripts.

    Raises Refused where it does not decode, Unavailable where sources cannot be checked now.
    """
    if record.key is None:
        raise Refused("KEY_MISSING")
    message = decode(record.value, topic.messages)
    so = topic.owner.removeprefix("so-")
    ground = Ground(record, message, snapshot, cache, snapshot.severities(record.at), so, check)
    said, command, faults = _envelope(ground, topic)
    sealing = Sealing()
    if isinstance(command, Submission):
        sealing = sealing_of(command, message.value, so, snapshot, record.at)
        faults += sealing.findings
    verdict = None
    if said is not None and command is not None and not sealing.findings:
        verdict = _signature(ground, said, sealing.system)
    act, more = _act(ground, said, verdict)
    findings = (*faults, *(verdict.findings if verdict is not None else ()), *more)
    authentic = verdict is not None and not refuses(findings) and not faults
    prepared = _prepared(ground, command, findings, authentic, verdict, act, sealing)
    return _with_documents(ground, prepared, sealing)


def _envelope(ground: Ground, topic: Topic) -> tuple[Command | SoLock | None, Command | None, list[Finding]]:
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


def _headers(ground: Ground) -> list[Finding]:
    try:
        code = disagreement(read_headers(ground.record.headers), ground.message)
    except Refused as refused:
        return [finding(refused.code, facts=refused.facts)]
    return [finding(code)] if code else []


def _statement(ground: Ground, topic: Topic) -> tuple[Command | SoLock | None, Command | None, list[Finding]]:
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


def _signature(ground: Ground, said: Command | SoLock, system: SourceSystem | None) -> Verdict:
    kind = KINDS[ground.message.name]
    roles = kind.roles if system is None else kind.seals & {system.role}
    sealing = None if system is None else system.so
    return _verified(ground, said, ground.message.value["signature"], roles, sealing)


def _verified(
    ground: Ground, said: Command | SoLock, signature: str, roles: frozenset[str], sealing: str | None = None
) -> Verdict:
    return verify_statement(
        ground.message.value["statement"], signature, typ=said.type, scope=said.scope, roles=roles,
        snapshot=ground.snapshot, proven_at=ground.record.at, cache=ground.cache,
        signing=signing_school(ground.snapshot, said, ground.record.at), sealing=sealing,
    )  # fmt: skip


def _act(
    ground: Ground, said: Command | SoLock | None, verdict: Verdict | None
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
    ground: Ground, command: Command | None, findings: Sequence[Finding], authentic: bool, verdict: Verdict | None,
    act: Act | None, sealing: Sealing,
) -> Prepared:  # fmt: skip
    record, value = ground.record, ground.message.value
    assert record.key is not None
    role = verdict.signatories[0].role if verdict is not None and verdict.signatories else None
    school = _storable(record.key.decode("utf-8", "replace"))[:35]
    place = school if act is None and sealing.system is None else f"so-{ground.so}"
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
        sources=sealing.sources,
        act=act,
    )


def _storable(text: str) -> str:
    """Return a stranger's text as the database can keep it; an authentic command has no such character."""
    return text.replace("\0", "\ufffd")


def _again(ground: Ground, signatures: Sequence[str]) -> Sequence[Finding]:
    at = ground.record.at
    verdict = judge_revocation(signatures, snapshot=ground.snapshot, at=at, proven_at=at, cache=ground.cache)
    return verdict.findings


def _with_documents(ground: Ground, prepared: Prepared, sealing: Sealing) -> Prepared:
    """Judge the transcripts, unless the command is refused as a whole: then they are only counted and named."""
    rows = ground.message.value.get("documents", [])
    if not prepared.authentic or not isinstance(prepared.command, Submission):
        documents = [named(n, row) for n, row in enumerate(rows)]
    else:
        documents = judge_documents(ground, prepared.command, rows, sealing)
    return replace(prepared, documents=tuple(documents), extended_to=_extended_to(ground, prepared, documents))


def _extended_to(ground: Ground, prepared: Prepared, documents: Sequence[Judged]) -> datetime | None:
    """Return the deadline that the register gives the round; asked only for a year that a good document names."""
    key = prepared.round
    if key is None or all(document.record is None for document in documents):
        return None
    return ground.snapshot.extended_deadline(key.school_year, key.cohort, ground.record.at)
