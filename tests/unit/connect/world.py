"""A system, its connector and persons for tests of the runner: in memory, honest, and killed at will."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from hub.client import is_batch, load_batch, missing_roles, seal_batch, sign_batch, sign_submissions
from hub.connect import FolderDoor, Instance, Look, Run, Store, Supervisor, begin, look, open_store
from hub.connectors.sdk import (
    Answer,
    Connector,
    Context,
    Loss,
    Manifest,
    Mapped,
    Opened,
    Page,
    Raw,
    SourceRecord,
    UnlockRequest,
    extract_record,
    version_of,
)
from hub.domain import Finding, Transcript, canonical, finding, read
from hub.errors import Refused
from tests.unit.client.builders import ISSUED_AT, ISSUED_S, signer
from tests.unit.domain.builders import a_school, a_student, a_transcript

SO, OTHER = "ha-noi", "ha-tay"
SCHOOL = a_school()
ROLES = ("homeroom_teacher", "principal", "school_seal")


class Killed(BaseException):
    """The process is gone."""


def a_pupil(n: int, **changes: Any) -> Transcript:
    """Make the transcript of a pupil."""
    return a_transcript(student=a_student(student_code=f"01{n:08d}", personal_id=f"001217{n:06d}"), **changes)


def a_value(transcript: Transcript | None, **more: Any) -> dict[str, Any]:
    """Make a record of the system; its document stands in it."""
    return {"document": None if transcript is None else canonical(transcript).decode(), **more}


@dataclass
class System:
    """A province's system: a list of records that grows, pages of it, and what was written into it."""

    records: list[SourceRecord] = field(default_factory=list)
    batches: list[Path] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    sink_faults: list[BaseException] = field(default_factory=list)
    sources: list[bytes] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    requests: list[UnlockRequest] = field(default_factory=list)
    lag_bytes: int | None = None
    pulls: int = 0
    asked: list[str | None] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    offered: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    closed: int = 0

    def put(
        self, key: str, value: Mapping[str, Any] | None, findings: tuple[Finding, ...] = (), source: str | None = None
    ) -> None:  # fmt: skip
        """Add a record, or a new version of one."""
        version = version_of(value) if value is not None else f"v{len(self.records)}"
        self.records.append(SourceRecord(key, version, f"lop.xlsx!{key}", value, findings, source))

    def said(self) -> list[Answer]:
        """Return what was written, in order of first writing."""
        return [msgspec.json.decode(data, type=Answer) for data in self.answers.values()]

    def outcomes(self) -> Counter[str]:
        """Count the answers by outcome."""
        return Counter(answer.outcome for answer in self.said())

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next records; native batches come with the first page."""
        self.pulls += 1
        self.asked.append(cursor)
        if self.faults:
            raise self.faults.pop(0)
        start = int(cursor or 0)
        end = min(start + limit, len(self.records))
        records, more = tuple(self.records[start:end]), end < len(self.records)
        more_of_it = {"requests": tuple(self.requests), "lag_bytes": self.lag_bytes}
        return Page(records, str(end), more, self.findings, tuple(self.batches), tuple(self.sources), **more_of_it)

    async def write(self, answers: Sequence[Answer]) -> None:
        """Keep answers by id, as a system that knows its ids does: other bytes under one id are refused."""
        for answer in answers:
            data = msgspec.json.encode(answer)
            self.offered[answer.answer_id] += 1
            if self.answers.setdefault(answer.answer_id, data) != data:
                raise Refused("SYSTEM_REFUSES", {"status": "409"})
            if self.sink_faults:
                raise self.sink_faults.pop(0)

    async def close(self) -> None:
        """Count."""
        self.closed += 1


class Mapper:
    """The document stands in the record; so do losses, a reason and what is wrong."""

    def __init__(self, version: str = "1", remarks: str | None = None) -> None:
        """A later version may read more: it adds remarks."""
        self.version, self._remarks = version, remarks

    def forward(self, record: SourceRecord, context: Context) -> Mapped:
        """Return the document of the record."""
        value = record.value or {}
        if value.get("crash"):
            raise KeyError("mapping")
        losses = tuple(Loss(*loss) for loss in value.get("losses", ()))
        found = tuple(finding(code) for code in value.get("codes", ()))
        document = value.get("document")
        transcript = None if document is None else read(document.encode()).transcript
        if transcript is not None and self._remarks is not None:
            transcript = replace(transcript, remarks=self._remarks)
        stated = (value.get("province"), value.get("school"), value.get("school_year"))
        return Mapped(transcript, found, losses, value.get("reason"), *stated)

    def backward(self, transcript: Transcript) -> tuple[Raw, tuple[Loss, ...]]:
        """Return the record of a document."""
        return a_value(transcript), ()


class OneSystem:
    """The connector of the system."""

    def __init__(self, system: System, manifest: Manifest) -> None:
        self.manifest, self.mapper, self._system = manifest, Mapper(), system

    def source(self, opened: Opened) -> System:
        """Open it."""
        self._system.opened += 1
        return self._system

    def sink(self, opened: Opened) -> System | None:
        """Open it."""
        return self._system if self.manifest.answers else None


@dataclass(frozen=True)
class KeptMapping:
    """One version of the mapping."""

    name: str
    version: str
    sha256: str
    mapper: Mapper


class SealedSystem(OneSystem):
    """The connector of a system whose records no person signs."""

    def __init__(self, system: System, manifest: Manifest, versions: Mapping[str, str | None]) -> None:
        super().__init__(system, manifest)
        self.mappings = tuple(
            KeptMapping(f"tinh/{version}", version, sha256(version.encode()), Mapper(version, remarks))
            for version, remarks in versions.items()
        )
        self.mapper = self.mappings[-1].mapper

    def rows(self, data: bytes) -> tuple[SourceRecord, ...]:
        """Return the one record of an extract."""
        return (extract_record(data),)


def a_manifest(**changes: Any) -> Manifest:
    """Make a manifest; limits are small, so that they are met."""
    said: dict[str, Any] = {
        "name": "tinh", "owner": "Sở thử", "direction": "both", "transport": "http", "dialect": "thử",
        "certainty": "synthetic", "grades": [3], "so": SO, "answers": ["receipt", "incoming_pupil", "correction"],
        "poll_s": 1, "limits": {"page_records": 2, "waiting_records": 100},
        "loss": [{"path": "phone", "kind": "dropped"}],
        "province": [{"code": "01", "so": SO}, {"code": "17", "so": OTHER}],
    }  # fmt: skip
    return msgspec.convert(said | changes, Manifest)


class World:
    """One connector with its folder, a stand-in for Sở, persons, and a clock that goes on when told."""

    def __init__(self, folder: Path, **manifest: Any) -> None:
        self.folder = folder / "connectors" / "tinh"
        self.now = ISSUED_AT + timedelta(minutes=5)
        self.clock_s = 100.0
        self.system = System()
        self.connector: Connector = OneSystem(self.system, a_manifest(**manifest))
        self._manifest = manifest
        self.door = FolderDoor.laid(folder / "so", {SO: [SCHOOL]}, lambda: self.now)
        self.store: Store | None = None
        self.supervisor: Supervisor | None = None
        self.commits = 0
        self.kill_at: tuple[int, str] | None = None

    def seals(self, evidence: str = "attested", **versions: str | None) -> "World":
        """Nobody signs any more; `versions` of the mapping ("v1", "v2"), each with the remarks that it adds."""
        named = {name.removeprefix("v"): remarks for name, remarks in (versions or {"v1": None}).items()}
        manifest = a_manifest(**(self._manifest | {"evidence": evidence, "system": "so-lieu-tinh"}))
        self.connector = SealedSystem(self.system, manifest, named)
        return self

    # -- the process

    def start(self) -> "World":
        """Start the process."""
        store = open_store(self.folder, "tinh", SO)
        self._count_commits(store)
        run = Run(
            store, self.connector, Instance("tinh", self.folder, SO, {}), self.door, lambda: self.now,
            lambda: self.clock_s,
        )  # fmt: skip
        begin(run)
        self.store, self.supervisor = store, Supervisor(run)
        return self

    def restart(self) -> "World":
        """What a process knew is gone; what is on the disk stays."""
        if self.store is not None:
            self.store.close()
        return self.start()

    def turn(self) -> bool:
        """Let every step do one piece."""
        assert self.supervisor is not None
        return asyncio.run(self.supervisor.turn())

    def work(self) -> "World":
        """Work until nothing is left to do without persons; a little time passes."""
        idle = 0
        while idle < 2:
            idle = 0 if self.turn() else idle + 1
            self.clock_s += 1.1
        return self

    def settle(self) -> "World":
        """Work and let persons sign until nothing moves."""
        self.work()
        while self.sign():
            self.work()
        return self

    @property
    def state(self) -> Store:
        """The open state."""
        assert self.store is not None
        return self.store

    @property
    def runner(self) -> Run:
        """The run."""
        assert self.supervisor is not None
        return self.supervisor.run

    def _count_commits(self, store: Store) -> None:
        commit = store._commit

        def counted() -> None:
            self.commits += 1
            if self.kill_at == (self.commits, "before"):
                raise Killed
            commit()
            if self.kill_at == (self.commits, "after"):
                raise Killed

        store._commit = counted  # type: ignore[method-assign]

    # -- persons

    def sign(self, roles: Iterable[str] = ROLES, submissions: bool = True) -> int:
        """Let persons sign every waiting batch; return how many signatures were given."""
        count = 0
        for folder in self.waiting():
            batch = load_batch(folder)
            if batch.sealed is not None:
                count += sum(seal_batch(batch, signer(batch.sealed.role), self.now))
                continue
            for role in roles:
                if role in missing_roles(batch):
                    count += sign_batch(batch, role, signer(role), ISSUED_S)
            if submissions and not missing_roles(batch):
                count += sign_submissions(batch, signer("school_seal"), "school_seal", self.now)
        return count

    def waiting(self) -> list[Path]:
        """Return the folders of batches that wait."""
        folders = sorted((self.folder / "batches").glob("*")) if (self.folder / "batches").exists() else []
        return [folder for folder in folders if is_batch(folder) and folder.suffix not in (".overtaken", ".new")]

    # -- what is seen

    def look(self) -> Look:
        """Look at the connector."""
        return look(self.state, self.now)

    def states(self) -> dict[str, int]:
        """Count the records by state."""
        return self.look().records


def sha256(document: bytes) -> str:
    """Return a hash."""
    return hashlib.sha256(document).hexdigest()


def facts_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a row."""
    found: dict[str, Any] = json.loads(line["facts"])
    return found
