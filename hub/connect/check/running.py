"""`hub connector run` as a child process, at a stand-in for Sở, killed and started again at will."""

import json
import signal
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from hub.connect.check.children import Child
from hub.connect.check.persons import Persons
from hub.connect.check.subject import Subject
from hub.connect.folder_door import FolderDoor
from hub.connect.instance import INSTANCE_FILE
from hub.connect.store import STATE_FILE, Store
from hub.domain.transcript import School

__all__ = ["MOVING", "Phase", "Running"]

MOVING = frozenset({"pulled", "ready", "batched", "sent"})
"""States of a record that are no end."""
Phase = Literal["begun", "read", "sent"]
_STOP_S = 20.0
_LOOK_S = 0.2
_SETTLED_LOOKS = 12
_DOOR = "so"
_ATTEMPTS = "attempts.jsonl"


class Running:
    """One instance in a data folder of its own. Persons of the check sign what waits, when they are asked to."""

    def __init__(self, subject: Subject, name: str, settings: Mapping[str, Any]) -> None:
        """Lay the instance and the stand-in for Sở, with the schools of the documents."""
        self.data = subject.work / name / "data"
        self.folder = self.data / "connectors" / subject.connector.manifest.name
        self.folder.mkdir(parents=True)
        self.log = subject.work / name / "run.log"
        self._name = subject.connector.manifest.name
        self.sos = _sos(subject)
        schools: dict[str, School] = {document.school.code: document.school for document in subject.documents}
        self.door_folder = self.folder / _DOOR
        self.door = FolderDoor.laid(self.door_folder, {so: list(schools.values()) for so in self.sos})
        said = {**settings, "connector": _where(subject), "so": self.sos[0], "door": _DOOR}
        (self.folder / INSTANCE_FILE).write_text(_toml(said), encoding="utf-8")
        self._persons = Persons(datetime.now(UTC))
        self._starting = subject.starting
        self._child: Child | None = None

    def start(self) -> None:
        """Start the child; what it says goes to `log`."""
        self._child = self._starting.start(["connector", "run", self._name, "--data", str(self.data)], self.log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the child and wait for it; one that does not leave is killed."""
        child, self._child = self._child, None
        if child is not None:
            child.end(how, _STOP_S)

    def is_alive(self) -> bool:
        """Tell whether the child runs."""
        return self._child is not None and self._child.is_alive()

    def sign(self) -> int:
        """Let persons sign what waits; return how many signatures were given."""
        at = datetime.now(UTC)
        return sum(self._persons.sign_waiting(self.folder / "batches", so, at) for so in self.sos)

    def states(self) -> dict[str, int]:
        """Return how many records stand in which state."""
        if not (self.folder / STATE_FILE).exists():
            return {}
        store = Store(self.folder / STATE_FILE)
        try:
            return {row["state"]: row["count"] for row in store.all("records_by_state")}
        finally:
            store.close()

    def mark(self) -> tuple[tuple[int, int], ...]:
        """Return what changes whenever the child does something: sizes and times of its files."""
        files = (self.folder / STATE_FILE, self.folder / f"{STATE_FILE}-wal", self.door_folder / _ATTEMPTS)
        return tuple((path.stat().st_size, path.stat().st_mtime_ns) for path in files if path.exists())

    def until_moved(self, patience_s: float) -> None:
        """Wait until the child has changed something."""
        before, ends = self.mark(), time.monotonic() + patience_s
        while self.mark() == before and self.is_alive() and time.monotonic() < ends:
            time.sleep(_LOOK_S / 4)

    def until_further(self, phase: Phase, patience_s: float) -> None:
        """Wait until the child has read or sent more; not for what it has begun, nor when nothing is on its way."""
        before, ends = self._done(phase), time.monotonic() + patience_s
        while phase != "begun" and self._done(phase) == before and time.monotonic() < ends:
            states = self.states()
            if states and not MOVING & set(states):
                return
            time.sleep(_LOOK_S / 4)

    def _done(self, phase: Phase) -> int:
        return _size(self.door_folder / _ATTEMPTS) if phase == "sent" else sum(self.states().values())

    def settle(self, wanted: int, patience_s: float) -> dict[str, int]:
        """Sign and wait until `wanted` records are there and none is on its way; return the states at last."""
        ends, quiet = time.monotonic() + patience_s, 0
        while time.monotonic() < ends and quiet < _SETTLED_LOOKS and self.is_alive():
            signed = self.sign()
            states = self.states()
            done = not signed and sum(states.values()) >= wanted and not MOVING & set(states)
            quiet = quiet + 1 if done else 0
            time.sleep(_LOOK_S)
        return self.states()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _sos(subject: Subject) -> list[str]:
    manifest = subject.connector.manifest
    named = [*([manifest.so] if manifest.so else []), *(row.so for row in manifest.province)]
    return list(dict.fromkeys(named)) or ["ha-noi"]


def _where(subject: Subject) -> str:
    """Return what the instance calls the connector: its name, or the path of a vendor's."""
    return subject.name if not Path(subject.name).exists() else str(subject.at.resolve())


def _toml(settings: Mapping[str, Any]) -> str:
    """Write settings: texts, numbers and truth values are in TOML what they are in JSON; a mapping is a table."""
    alone = [
        f"{name} = {json.dumps(v, ensure_ascii=False)}\n" for name, v in settings.items() if not isinstance(v, Mapping)
    ]
    tables = [f"[{name}]\n{_toml(table)}" for name, table in settings.items() if isinstance(table, Mapping)]
    return "".join([*alone, *tables])
