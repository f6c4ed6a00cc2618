"""A history that one system has comes by a transfer into any other system, in that one's own form."""

import asyncio
import hashlib
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import msgspec
import pytest

from hub.client.transfer_folder import recompute
from hub.connect import FolderDoor, Instance, Run, begin, look, losses, open_store
from hub.connect.check.differing import differing_fields, plain
from hub.connect.check.round_trip import expressible
from hub.connect.transfers import transfer
from hub.connect.write import write
from hub.connectors.sdk import Answer
from hub.domain import Transcript, canonical
from hub.domain.statements import TransferParty
from hub.signing import write_receiving_key
from tests.connectors.in_memory import folder_in_memory
from tests.connectors.transferred_evidence import evidence_of
from tests.connectors.transferred_reading import read_out
from tests.connectors.transferred_systems import NAMES, System
from tests.unit.connect.transfer_world import Incoming, public_of
from tests.unit.evidence.builders import keys

NOW = datetime(2026, 7, 1, 2, tzinfo=UTC)
PASSWORD = "mật khẩu"
MARKS = ("subjects", "qualities", "competences", "learning", "training", "result", "rating")


@dataclass
class Played:
    """Every system at work, on one loop; evidence is made once for each document."""

    systems: dict[str, System]
    runner: asyncio.Runner
    evidence: dict[str, bytes]

    def evidence_of(self, document: Transcript, so: str) -> tuple[str, bytes]:
        digest = hashlib.sha256(canonical(document)).hexdigest()
        if digest not in self.evidence:
            self.evidence[digest] = evidence_of(document, so)
        return digest, self.evidence[digest]


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """Start the systems once, and read what each one says of its pupils."""
    with (
        tempfile.TemporaryDirectory(prefix="hub-moved-", dir=folder_in_memory(), ignore_cleanup_errors=True) as folder,
        asyncio.Runner() as runner,
    ):
        systems = {name: System(name, Path(folder)) for name in NAMES}
        started = []
        try:
            for one in systems.values():
                started.append(one)
                runner.run(one.start())
            yield Played(systems, runner, {})
        finally:
            for one in started:
                runner.run(one.system.stop())


class Receiver:
    """The connector of the receiving school's system, with its key and whom it trusts."""

    def __init__(self, old: System, new: System) -> None:
        manifest, folder = new.connector.manifest, new.private(f"from-{old.name}")
        code = next(iter(new.histories.values()))[-1].school.code
        key = write_receiving_key(folder / "key.pem", PASSWORD)
        (folder / "password").touch(mode=0o600)
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        (folder / "roots.der").write_bytes(keys().issued["registrar"].der)
        row = {"school": code, "key_file": "key.pem", "password_file": "password"}
        settings = {**new.settings, "transfers": {"roots": "roots.der", "school": [row]}}
        self.folder = folder
        self.party = TransferParty(school=code, so=manifest.so)
        sending = TransferParty(school=next(iter(old.histories.values()))[-1].school.code, so=old.connector.manifest.so)
        self.incoming = Incoming(public_of(key), receiving=self.party, sending=sending)
        door = FolderDoor.laid(folder / "so", {manifest.so: []}, lambda: NOW)
        door.transfers = self.incoming.transfers
        instance = Instance(new.name, folder, manifest.so, settings)
        self.run = Run(
            open_store(folder, new.name, manifest.so), new.connector, instance, door, lambda: NOW, time.monotonic
        )
        begin(self.run)

    async def work(self) -> None:
        """Take every transfer and write every answer."""
        busy = True
        while busy:
            self.run.due.clear()
            busy = await transfer(self.run) or await write(self.run)
        await self.run.close()


def moved(played: Played, old: System, new: System) -> tuple[Receiver, dict[str, list[Transcript]]]:
    """Let each pupil of the old system come to the new one; returns transfer id -> the history that was sent."""
    receiver, sent = Receiver(old, new), {}
    for kind, history in sorted(old.histories.items()):
        transfer_id = hashlib.sha256(f"{old.name}/{new.name}/{kind}".encode()).hexdigest()
        files = dict(played.evidence_of(document, old.connector.manifest.so) for document in history)
        receiver.incoming.send(files, "sent", transfer_id)
        sent[transfer_id] = history
    played.runner.run(receiver.work())
    return receiver, sent


def written(at: Receiver) -> dict[tuple[str, ...], Answer]:
    """Return the answers that stand in the system, by their documents."""
    with closing(sqlite3.connect(at.folder / "state.db")) as state:
        rows = state.execute("SELECT value FROM answer WHERE kind = 'incoming_pupil' AND state = 'written'").fetchall()
    found = [msgspec.json.decode(value, type=Answer) for (value,) in rows]
    return {answer.documents: answer for answer in found}


def told_of(answer: Answer, n: int) -> set[str]:
    """Return what the answer says that it lost of its document `n`."""
    found = [one for one in answer.findings if one["path"] == f"$.documents[{n}]"]
    assert {one["code"] for one in found} <= {"CONNECTOR_TRANSFER_NOT_EXPRESSED"}
    return {path for one in found for path in one["facts"]["paths"].split(", ")}


def differing(one: Transcript, other: Transcript) -> set[str]:
    """Return the fields in which two documents differ."""
    return set(differing_fields(plain(one), plain(other)))


def untold(found: set[str], told: set[str]) -> set[str]:
    """Return what differs and was not told: a row that is gone may be told by what stood in it."""
    return {path for path in found if not any(one == path or one.startswith(f"{path}.") for one in told)}


def marks(document: Transcript) -> dict[str, object]:
    """Return every mark and level, without comments."""
    held = {name: value for name, value in plain(document).items() if name in MARKS}
    for name in ("subjects", "qualities", "competences"):
        rows = [{field: v for field, v in row.items() if field != "comment"} for row in held.get(name, [])]
        held[name] = rows
    return held


@pytest.mark.parametrize(("sender", "receiver"), list(permutations(NAMES, 2)))
def test_history_of_any_system_arrives_in_the_form_of_any_other(played: Played, sender: str, receiver: str) -> None:
    """Read from one, sealed and proved on the way, written once by the other's connector: the same marks, and whatever
    the receiving system cannot say stands in the answer and in the loss report, nothing else.
    """
    old, new = played.systems[sender], played.systems[receiver]
    at, sent = moved(played, old, new)
    answers = written(at)
    assert len(answers) == len(sent) >= 3
    lost, equal = Counter[str](), 0
    for transfer_id, history in sent.items():
        answer = answers[tuple(canonical(one).decode() for one in history)]
        documents, told = read_out(new, answer.answer_id)
        held = recompute(at.folder / "transfers" / transfer_id, transfer_id, at.party.school)
        assert (len(documents), held.count) == (len(history), len(history))
        for n, (document, arrived) in enumerate(zip(history, documents, strict=True)):
            paths = told_of(answer, n)
            assert all(path in told for path in paths), (paths, told)
            lost.update(paths)
            if not expressible(new.connector.manifest, document):
                assert paths, "what the system does not hold at all must be told"
                assert arrived is None or not untold(differing(document, arrived), paths)
                continue
            assert arrived is not None, (document.grade, told)
            assert marks(arrived) == marks(document)
            equal += 1
            assert not untold(differing(document, arrived), paths)
            assert not untold(paths, differing(document, arrived)), "what is told is really lost"
    assert equal >= 3
    assert {row["path"]: row["count"] for row in losses(at.run.store)} == lost
    assert [row for row in losses(at.run.store) if not row["declared"] or row["direction"] != "out"] == []
    assert look(at.run.store, NOW).state == "RUNNING"
