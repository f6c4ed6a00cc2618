"""A small world for the agents: one PKI, two registered schools, signed commands as records, a scripted database."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace as with_fields

from hub.agents.stage import Record
from hub.client.records import command_sending, submission_sending
from hub.decision import Prepared
from hub.domain.statements import Command, LockRequest, Recall, RoundName, Submission, encode
from hub.domain.transcript import Transcript
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sending
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.topics import command
from hub.trust import ChainCache, Entry, Snapshot, sign
from tests.unit.domain.builders import a_school, a_transcript, document_of
from tests.unit.trust.trust_world import SCHOOL, World, an_entry, build_world

SO = "ha-noi"
AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
YEAR = "2025-2026"
TOPIC = command(SO)
CLOSED_SCHOOL = "010303"
Signed = tuple[bytes, tuple[str, ...]]


def a_school_entry(code: str, version: int = 1, **payload: Any) -> Entry:
    said = {"code": code, "name": f"School {code}", "province": "01", "grades": [1, 5], "so": SO}
    return an_entry("school", code, said | payload, version=version)


def an_agents_world() -> World:
    """Make the world of the trust tests with its schools registered."""
    return build_world().with_(a_school_entry(SCHOOL), a_school_entry(CLOSED_SCHOOL, closed_on="2026-01-31"))


def transcript_of(n: int = 0, **changes: Any) -> Transcript:
    transcript = a_transcript(school=a_school(code=SCHOOL))
    number = f"{transcript.student.personal_id}"[:6] + f"{n:06d}"
    student = with_fields(transcript.student, personal_id=number, student_code=f"{n:010d}")
    return with_fields(transcript, student=student, **changes)


@dataclass
class Desk:
    """A school's clerk: signs documents and commands, and hands over records."""

    world: World

    def document(self, transcript: Transcript | None = None) -> Signed:
        data = document_of(transcript if transcript is not None else transcript_of())
        return data, tuple(self.world.chain(payload=data))

    def submission(self, *documents: Signed, **changes: Any) -> Record:
        """Make the record of a submission; changes go to the statement, `role` and `who` say who signs."""
        hashes = tuple(hashlib.sha256(data).hexdigest() for data, _ in documents)
        who, role = changes.pop("who", "principal"), changes.pop("role", "principal")
        statement = with_fields(_submission(hashes), **changes)
        data = encode(statement)
        signature = sign(
            self.world.issued[who].signer, data, role=role, scope=scope_of(statement), typ=statement.type,
            iat=int(AT.timestamp()),
        )  # fmt: skip
        return record_of(submission_sending(SO, statement.school, statement.command_id, data, signature, documents))

    def command(self, statement: Command, role: str = "principal", who: str = "principal") -> Record:
        return record_of(command_sending(SO, statement, self.world.issued[who].signer, role, int(AT.timestamp())))


def _submission(hashes: tuple[str, ...]) -> Submission:
    return Submission(
        command_id="submit-0001", documents=hashes, issued_at="2026-06-20T02:59:00Z", mode="each",
        round=RoundName(cohort="completed", number=1), school=SCHOOL, school_year=YEAR, type="vn.hocba.submission/1",
    )  # fmt: skip


def a_recall(**changes: Any) -> Recall:
    made = Recall(
        command_id="recall-0001", document_sha256="00" * 32, issued_at="2026-06-20T02:59:00Z", reason="sai điểm",
        round=RoundName(cohort="completed", number=1), school=SCHOOL, school_year=YEAR, type="vn.hocba.recall/1",
    )  # fmt: skip
    return with_fields(made, **changes)


def a_lock_request(**changes: Any) -> LockRequest:
    made = LockRequest(
        command_id="lock-00001", count=1, issued_at="2026-06-20T02:59:00Z", root="00" * 32,
        round=RoundName(cohort="completed", number=1), school=SCHOOL, school_year=YEAR,
        type="vn.hocba.lock-request/1",
    )  # fmt: skip
    return with_fields(made, **changes)


def scope_of(statement: Command) -> dict[str, str]:
    round_text = statement.round.text(statement.school_year)
    return {"school": statement.school, "school_year": statement.school_year, "round": round_text}


def record_of(sending: Sending, **changes: Any) -> Record:
    """Return the record that the broker makes of it."""
    key = sending.key or b""
    fields: dict[str, Any] = {
        "topic": sending.topic,
        "part": partition_of(key, TOPIC.partitions) if sending.topic == TOPIC.name else 0,
        "offset": 0,
        "key": sending.key,
        "value": sending.value,
        "headers": tuple(sending.headers),
        "at": AT,
        "append_time": True,
    }
    return Record(**fields | changes)


@dataclass
class Answer:
    """What a scripted statement gives."""

    rows: Sequence[Sequence[Any]] = ()
    rowcount: int = 1

    def fetchone(self) -> Sequence[Any] | None:
        return self.rows[0] if self.rows else None

    def fetchall(self) -> list[Sequence[Any]]:
        return list(self.rows)

    def __iter__(self) -> Any:
        return iter(self.rows)


Script = Callable[[str, Any], Answer]


@dataclass(eq=False)
class FakeConnection:
    """Stands in for a psycopg connection: records every statement with its parameters, answers as scripted."""

    script: Script = lambda _sql, _parameters: Answer()
    calls: list[tuple[str, Any]] = field(default_factory=list)

    def execute(self, sql: str, parameters: Any = None) -> Answer:
        self.calls.append((sql, parameters))
        return self.script(sql, parameters)

    def transaction(self) -> "_Transaction":
        return _Transaction(self)

    def cursor(self) -> "FakeConnection":
        return self

    def executemany(self, sql: str, rows: Iterable[Any]) -> None:
        self.calls += [(sql, row) for row in rows]

    def close(self) -> None:
        self.calls.append(("close", None))

    def names(self) -> list[str]:
        return [sql for sql, _ in self.calls]


@dataclass
class _Transaction:
    connection: FakeConnection

    def __enter__(self) -> None:
        self.connection.calls.append(("begin", None))

    def __exit__(self, kind: object, *_: object) -> None:
        self.connection.calls.append(("commit" if kind is None else "rollback", None))


def snapshot_of(world: World, *, without: Iterable[str] = ()) -> tuple[Snapshot, ChainCache]:
    return world.with_(without=without).snapshot(), ChainCache()


def codes_of(prepared: Prepared) -> list[str]:
    return [f.code for f in prepared.findings]


def with_value(record: Record, **changes: object) -> Record:
    message = decode(record.value, TOPIC.messages)
    return replace(record, value=encode_message(message.name, message.value | changes))


def with_headers(record: Record, **changes: str) -> Record:
    return replace(
        record, headers=tuple((k, changes.get(k.replace("-", "_"), v.decode()).encode()) for k, v in record.headers)
    )
