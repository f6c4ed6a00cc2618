"""A folder that answers like a Sở: for checks and tests, without broker and database.

    so.json                  which Sở it is for, with the schools of their registers
    attempts.jsonl           every command that was offered, with what was decided, synced before it is answered
    receipts-<so>.jsonl      the answers, in order; a position is a place in this file
    acts.jsonl               what the Sở did by itself: locks and corrections
    documents/<sha256>.json  the bytes of what was accepted
    incoming.jsonl           pupils who come into a school, by the version of the register

It accepts what is new, calls `unchanged` what is current, repeats its first receipt for a command that comes again, and
refuses another text under a known id and a version that does not name the current one. It judges and signs nothing.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import msgspec
from msgspec import UNSET

from hub.client import Outbound, ReadReceipt
from hub.connect.codec import identity_of, sha256_of
from hub.connect.door import Incoming, TransferMessage
from hub.connect.folder_ledger import Known, Ledger
from hub.domain import Finding, Severities, Transcript, finding, pupil_of, render
from hub.domain import read as read_document
from hub.domain.statements import ReceiptDocument, ReceiptStatement, Submission, encode, read
from hub.domain.transcript import School
from hub.errors import Refused, Unavailable
from hub.schemas import decode

__all__ = ["FolderDoor"]

_TOLD = "so.json"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FolderDoor:
    """See above. Several processes may use one folder: a runner sends, a test locks and corrects."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = _utc_now) -> None:
        """Open a folder that `laid` made. Raises Unavailable CONNECTOR_DOOR_MISSING."""
        try:
            self._schools: dict[str, list[dict[str, str]]] = json.loads((folder / _TOLD).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Unavailable("CONNECTOR_DOOR_MISSING", {"folder": folder.name}) from error
        self._ledger, self._now = Ledger(folder), now

    @classmethod
    def laid(
        cls, folder: Path, schools: Mapping[str, Iterable[School]], now: Callable[[], datetime] = _utc_now
    ) -> Self:
        """Make the folder for these Sở, each with the schools of its register (whatever the school year)."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {so: [msgspec.to_builtins(school) for school in of] for so, of in schools.items()}
        (folder / _TOLD).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return cls(folder, now)

    # -- what the runner asks

    @property
    def cluster_id(self) -> str:
        """Which folder this is, by the Sở that it is for."""
        return f"folder/{'+'.join(sorted(self._schools))}"

    def serves(self, so: str) -> bool:
        """Tell whether this folder is for that Sở too."""
        return so in self._schools

    def severities(self, so: str) -> Severities:
        """Return no policy: the catalogue counts."""
        return {}

    def school(self, so: str, code: str, school_year: str) -> School | None:
        """Return the school as it was laid down."""
        found = (school for school in self._schools.get(so, ()) if school["code"] == code)
        return next((msgspec.convert(school, School) for school in found), None)

    async def send(self, so: str, batch: Sequence[Outbound]) -> None:
        """Note, decide and answer each command, in order."""
        for outbound in batch:
            with self._ledger.held() as known:
                self._take(so, outbound, known)

    async def receipts(self, so: str, since: Mapping[int, int]) -> tuple[list[ReadReceipt], dict[int, int]]:
        """Return the next answers; there is one partition, and its offsets are places in the file."""
        found, end = self._ledger.receipts(so, since.get(0, 0))
        return [_read_receipt(line) for line in found], {0: end}

    def judged(self, receipt: ReadReceipt) -> tuple[str, tuple[Finding, ...]]:
        """Return that nobody signed it."""
        return "unchecked", ()

    def documents(self, so: str, school: str, hashes: Sequence[str]) -> Mapping[str, tuple[bytes, str]] | None:
        """Return bytes and state of those that are known."""
        states = self._ledger.known().states
        held = {sha256: states[so, sha256] for sha256 in hashes if (so, sha256) in states}
        return {s: (self._ledger.document(s), state) for s, (of, state) in held.items() if of == school}

    def incoming(self, so: str, schools: Sequence[str], since: int) -> tuple[list[Incoming], int]:
        """Return who comes in by versions newer than `since`, as far as the history is not open here."""
        lines = [line for line in self._ledger.incoming() if line["so"] == so]
        newest = max((line["version"] for line in lines), default=since)
        wanted = [line for line in lines if line["version"] > since]
        return self._come(wanted, schools), max(newest, since)

    def incoming_by_locks(
        self, so: str, schools: Sequence[str], since: int | None
    ) -> tuple[list[Incoming], int | None]:  # fmt: skip
        """Return who comes in with documents of later acts than `since`; an act's place is that in its file."""
        acts = [line["documents"] for line in self._ledger.acts() if line["so"] == so]
        changed = {sha256 for hashes in acts[len(acts) if since is None else since :] for sha256 in hashes}
        lines = (line for line in self._ledger.incoming() if line["so"] == so)
        return self._come([line for line in lines if changed & set(line["documents"])], schools), len(acts)

    async def transfers(self, so: str, since: Mapping[str, int]) -> tuple[list[TransferMessage], dict[str, int], bool]:
        """Nobody moves here: what Bộ sends is sealed and signed, and nothing of that is played."""
        return [], dict(since), False

    async def close(self) -> None:
        """Nothing is held open."""

    # -- what a test or a check does and sees

    def attempts(self) -> list[dict[str, Any]]:
        """Return every command that was offered, repetitions included, with what was decided."""
        return list(self._ledger.attempts())

    def effects(self) -> Counter[tuple[str, str]]:
        """Count the accepted documents of each (Sở, record): 1 each, unless a version was replaced."""
        return Counter(
            (line["so"], document["identity"])
            for line in self._ledger.attempts() if not line["repeats"]
            for document in line["documents"] if document["outcome"] == "accepted"
        )  # fmt: skip

    def current(self, so: str) -> list[bytes]:
        """Return the bytes of every current document of a Sở."""
        known = self._ledger.known()
        return [self._ledger.document(sha256) for (of, _), sha256 in known.current.items() if of == so]

    def lock(self, so: str, school: str, hashes: Iterable[str] | None = None) -> list[str]:
        """Lock what stands open of a school (by default all), answer it so, and return the hashes."""
        with self._ledger.held() as known:
            is_open = [s for (of, s), held in known.states.items() if (of, *held) == (so, school, "open")]
            chosen = sorted(is_open if hashes is None else set(hashes) & set(is_open))
            self._ledger.add_act({"act": "lock", "documents": chosen, "school": school, "so": so})
            self._answer_lock(so, school, chosen, {"count": str(len(chosen))})
        return chosen

    def correct(self, so: str, document: bytes) -> str:
        """Let a locked document that names another by `supersedes` take its place, answer it so; return its hash."""
        transcript = _transcript(document)
        sha256, school = hashlib.sha256(document).hexdigest(), transcript.school.code
        with self._ledger.held():
            self._ledger.keep(sha256, document)
            self._ledger.add_act(
                {"act": "correct", "documents": [sha256], "identity": _identity(transcript), "school": school,
                 "so": so, "supersedes": transcript.supersedes}
            )  # fmt: skip
            version = {"document_sha256": sha256, "supersedes": transcript.supersedes}
            self._answer_lock(so, school, [sha256], {"versions": [version]})
        return sha256

    def add_incoming(self, so: str, school: str, school_year: str, documents: Sequence[bytes]) -> None:
        """Let a pupil come into a school with this history, by one more version of the register."""
        version = 1 + max((line["version"] for line in self._ledger.incoming()), default=0)
        hashes = [hashlib.sha256(document).hexdigest() for document in documents]
        for sha256, document in zip(hashes, documents, strict=True):
            self._ledger.keep(sha256, document)
        self._ledger.add_incoming(
            {"at": f"{self._now():%Y-%m-%dT%H:%M:%SZ}", "documents": hashes,
             "pupil": pupil_of(_transcript(documents[-1])), "school": school, "school_year": school_year,
             "so": so, "version": version}
        )  # fmt: skip

    # -- deciding

    def _take(self, so: str, outbound: Outbound, known: Known) -> None:
        value = decode(outbound.sending.value, ("Submission",)).value
        statement = read(value["statement"], Submission)
        sha256 = hashlib.sha256(value["statement"]).hexdigest()
        line: dict[str, Any] = {
            "at": f"{self._now():%Y-%m-%dT%H:%M:%S.000Z}", "codes": [], "command_id": statement.command_id,
            "documents": [], "repeats": False, "school": statement.school, "so": so, "statement_sha256": sha256,
        }  # fmt: skip
        before = known.first.get((so, statement.school, statement.command_id))
        if before is not None:
            line["repeats"] = True
            if before["statement_sha256"] != sha256:
                line["codes"] = ["COMMAND_ID_REUSED"]
        else:
            line["documents"] = [self._decide(so, row["document"], known) for row in value["documents"]]
        self._ledger.add_attempt(line)
        self._answer(so, before if before is not None and not line["codes"] else line)

    def _decide(self, so: str, document: bytes, known: Known) -> dict[str, Any]:
        transcript, sha256 = _transcript(document), hashlib.sha256(document).hexdigest()
        identity = _identity(transcript)
        current = known.current.get((so, identity))
        decided: dict[str, Any] = {"codes": [], "document_sha256": sha256, "identity": identity, "outcome": "accepted"}
        if current == sha256:
            return decided | {"outcome": "unchanged"}
        if current is not None and transcript.supersedes != current:
            return decided | {"outcome": "refused", "codes": ["SUPERSEDES_MISSING"], "current": current}
        self._ledger.keep(sha256, document)
        known.current[so, identity] = sha256
        return decided

    def _answer(self, so: str, line: Mapping[str, Any]) -> None:
        documents = tuple(
            ReceiptDocument(
                document_sha256=d["document_sha256"], outcome=d["outcome"],
                findings=tuple(render(finding(code, facts=_facts(d))) for code in d["codes"]) or UNSET,
            )
            for d in line["documents"]
        )  # fmt: skip
        refused = sum(d.outcome == "refused" for d in documents)
        none_stands = bool(line["codes"]) or refused == len(documents)
        statement = ReceiptStatement(
            at=line["at"], command_id=line["command_id"], documents=documents, kind="Submission",
            findings=tuple(render(finding(code)) for code in line["codes"]), register_version=1,
            outcome="refused" if none_stands else "partly_accepted" if refused else "accepted",
            school=line["school"], so=so, type="vn.hocba.receipt/1",
        )  # fmt: skip
        self._write(so, _receipt_id(line), statement)

    def _answer_lock(self, so: str, school: str, hashes: Sequence[str], facts: dict[str, Any]) -> None:
        at = f"{self._now():%Y-%m-%dT%H:%M:%S.000Z}"
        receipt_id = sha256_of("lock", so, school, *hashes)
        statement = ReceiptStatement(
            at=at, command_id=f"lock-{receipt_id[:12]}", documents=(), facts=facts, findings=(), kind="Lock",
            outcome="locked", register_version=1, school=school, so=so, type="vn.hocba.receipt/1",
        )  # fmt: skip
        self._write(so, receipt_id, statement)

    def _write(self, so: str, receipt_id: str, statement: ReceiptStatement) -> None:
        said = base64.b64encode(encode(statement)).decode()
        self._ledger.add_receipt(so, {"receipt_id": receipt_id, "statement": said})

    def _come(self, lines: Iterable[Mapping[str, Any]], schools: Sequence[str]) -> list[Incoming]:
        is_open = {key for key, (_, state) in self._ledger.known().states.items() if state == "open"}
        return [
            self._incoming(line)
            for line in lines
            if line["school"] in schools and not any((line["so"], sha256) in is_open for sha256 in line["documents"])
        ]

    def _incoming(self, line: Mapping[str, Any]) -> Incoming:
        documents = tuple(self._ledger.document(sha256) for sha256 in line["documents"])
        newest = line["documents"][-1]
        return Incoming(line["school"], line["school_year"], line["pupil"], documents, newest, line["at"])


def _facts(document: Mapping[str, Any]) -> dict[str, str]:
    return {"current": document["current"]} if "current" in document else {}


def _receipt_id(line: Mapping[str, Any]) -> str:
    return sha256_of("answer", line["so"], line["school"], line["command_id"], line["statement_sha256"])


def _read_receipt(line: Mapping[str, Any]) -> ReadReceipt:
    said = base64.b64decode(line["statement"])
    statement = read(said, ReceiptStatement)
    return ReadReceipt(line["receipt_id"], statement, said, "", datetime.fromisoformat(statement.at))


def _transcript(document: bytes) -> Transcript:
    transcript = read_document(document).transcript
    if transcript is None:
        raise Refused("BATCH_DAMAGED", {"file": "documents"})
    return transcript


def _identity(transcript: Transcript) -> str:
    return identity_of(transcript.school.code, pupil_of(transcript), transcript.school_year, transcript.period)
