"""The files of a FolderDoor: lines that are only ever added, and what they come to when read from the beginning."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Known", "Ledger"]

_ATTEMPTS, _ACTS, _INCOMING = "attempts.jsonl", "acts.jsonl", "incoming.jsonl"
_LINES_MAX = 200


@dataclass
class Known:
    """What was decided so far: the first answer of each command, the current document of each record, and states."""

    first: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    current: dict[tuple[str, str], str] = field(default_factory=dict)
    states: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """(Sở, document) -> (school, state)."""

    def add_attempt(self, line: Mapping[str, Any]) -> None:
        """Take in an attempt; a repetition changes nothing."""
        key = (line["so"], line["school"], line["command_id"])
        if line["repeats"]:
            return
        self.first.setdefault(key, dict(line))
        for document in line["documents"]:
            if document["outcome"] == "accepted":
                place, sha256 = (line["so"], document["identity"]), document["document_sha256"]
                if (before := self.current.get(place)) is not None:
                    self.states[line["so"], before] = (line["school"], "replaced")
                self.current[place] = sha256
                self.states[line["so"], sha256] = (line["school"], "open")

    def add_act(self, line: Mapping[str, Any]) -> None:
        """Take in a lock, or a correction of what is locked."""
        if line["act"] == "correct":
            self.states[line["so"], line["supersedes"]] = (line["school"], "superseded")
            self.current[line["so"], line["identity"]] = line["documents"][0]
        for sha256 in line["documents"]:
            self.states[line["so"], sha256] = (line["school"], "locked")


class Ledger:
    """Lines in a folder, each on the disk before the call returns; several processes may write in turn."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "documents").mkdir(parents=True, exist_ok=True)

    @contextmanager
    def held(self) -> Iterator[Known]:
        """Be the only one who decides, and give what is known."""
        with (self.folder / "lock").open("a+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.known()

    def known(self) -> Known:
        """Read everything from the beginning."""
        known = Known()
        for line in self.attempts():
            known.add_attempt(line)
        for line in self.acts():
            known.add_act(line)
        return known

    def attempts(self) -> Iterator[dict[str, Any]]:
        """Yield every command that was offered, in order, repetitions included."""
        return self._lines(_ATTEMPTS)

    def add_attempt(self, line: Mapping[str, Any]) -> None:
        """Note an attempt with what was decided."""
        self._append(_ATTEMPTS, line)

    def acts(self) -> Iterator[dict[str, Any]]:
        """Yield what a Sở did by itself, in order."""
        return self._lines(_ACTS)

    def add_act(self, line: Mapping[str, Any]) -> None:
        """Note what a Sở did by itself."""
        self._append(_ACTS, line)

    def incoming(self) -> Iterator[dict[str, Any]]:
        """Yield every pupil who comes in."""
        return self._lines(_INCOMING)

    def add_incoming(self, line: Mapping[str, Any]) -> None:
        """Note a pupil who comes in."""
        self._append(_INCOMING, line)

    def add_receipt(self, so: str, line: Mapping[str, Any]) -> None:
        """Answer."""
        self._append(f"receipts-{so}.jsonl", line)

    def receipts(self, so: str, start: int) -> tuple[list[dict[str, Any]], int]:
        """Return the next answers from a byte position, and the position behind them."""
        path, found = self.folder / f"receipts-{so}.jsonl", list[dict[str, Any]]()
        if not path.exists():
            return [], start
        with path.open("rb") as lines:
            lines.seek(start)
            while len(found) < _LINES_MAX and (line := lines.readline()).endswith(b"\n"):
                found.append(json.loads(line))
                start += len(line)
        return found, start

    def keep(self, sha256: str, document: bytes) -> None:
        """Keep the bytes of a document."""
        (self.folder / "documents" / f"{sha256}.json").write_bytes(document)

    def document(self, sha256: str) -> bytes:
        """Return them again."""
        return (self.folder / "documents" / f"{sha256}.json").read_bytes()

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        path = self.folder / name
        if not path.exists():
            return
        with path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):  # a kill may have cut the last one: it was not answered
                    yield json.loads(line)

    def _append(self, name: str, line: Mapping[str, Any]) -> None:
        path = self.folder / name
        with path.open("a+b") as lines:
            end = lines.seek(0, os.SEEK_END)
            if end:
                lines.seek(end - 1)
                if lines.read(1) != b"\n":
                    _cut_last(lines)
            lines.write(json.dumps(line, sort_keys=True, ensure_ascii=False).encode() + b"\n")
            lines.flush()
            os.fsync(lines.fileno())


def _cut_last(lines: Any) -> None:
    """Take away the rest of a line that a kill cut off."""
    lines.seek(0)
    lines.truncate(lines.read().rfind(b"\n") + 1)
    lines.seek(0, os.SEEK_END)
