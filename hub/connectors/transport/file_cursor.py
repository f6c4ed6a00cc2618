"""Where reading files has come to: which were read as they are now, and the row within the one that is being read.

A province has tens of thousands of files a year, and the cursor is written with each page. So of a file that was read
only fingerprints are kept, 16 bytes: of its name, of its size and time, of its bytes; folder by folder.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import msgspec

from hub.connectors.sdk.records import CURSOR_LENGTH_MAX
from hub.connectors.transport.files import Entry
from hub.errors import Refused

__all__ = ["FileCursor"]

_DIGEST_LENGTH = 32  # hexadecimal digits kept of a SHA-256: enough to see a change
_NAME, _SEEN = 6, 5  # bytes of a fingerprint: one in a million million is taken for another
_FILE = _NAME + 2 * _SEEN

_Folder = Mapping[bytes, bytes]  # by the fingerprint of a name: those of size and time, and of the bytes
_NOTHING: _Folder = MappingProxyType({})


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    done: dict[str, str]
    file: str = ""
    sha256: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class FileCursor:
    """Immutable. `done`: what was read of each folder; the others: the file at work."""

    done: Mapping[str, _Folder] = field(default_factory=dict)
    file: str = ""
    sha256: str = ""
    row: int = 0

    @classmethod
    def read(cls, cursor: str | None) -> "FileCursor":
        """Read a cursor; None is the beginning. Raises Refused CURSOR_REFUSED."""
        if cursor is None:
            return cls()
        try:
            found = msgspec.json.decode(cursor, type=_Written)
            done = {folder: _unpacked(text) for folder, text in found.done.items()}
        except (msgspec.MsgspecError, ValueError):
            raise Refused("CURSOR_REFUSED", {"reason": "not of this connector"}) from None
        return cls(done, found.file, found.sha256, found.row)

    def text(self) -> str:
        """Return it as the runner keeps it. Raises Refused FOLDER_TOO_FULL when it has become too long to be kept."""
        done = {folder: _packed(files) for folder, files in self.done.items()}
        found: dict[str, Any] = {"done": done, "file": self.file, "sha256": self.sha256, "row": self.row}
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        if len(text) > CURSOR_LENGTH_MAX:
            raise Refused("FOLDER_TOO_FULL", {"count_max": str(self.count)})
        return text

    @property
    def count(self) -> int:
        """Return how many files were read."""
        return sum(map(len, self.done.values()))

    def knows(self, entry: Entry) -> bool:
        """Tell whether this file was read as it stands: same size, same time."""
        return self._of(entry.name)[:_SEEN] == _stood(entry)

    def holds(self, entry: Entry, sha256: str) -> bool:
        """Tell whether these very bytes were read, whatever the file's time says."""
        return self._of(entry.name)[_SEEN:] == _print(sha256, _SEEN)

    def at(self, name: str, sha256: str, row: int) -> "FileCursor":
        """Return a cursor within a file."""
        return replace(self, file=name, sha256=sha256[:_DIGEST_LENGTH], row=row)

    def is_at(self, name: str, sha256: str) -> bool:
        """Tell whether it is within these very bytes."""
        return (self.file, self.sha256) == (name, sha256[:_DIGEST_LENGTH])

    def after(self, entry: Entry, sha256: str) -> "FileCursor":
        """Return a cursor behind the file."""
        folder, name = _placed(entry.name)
        files = {**self.done.get(folder, _NOTHING), name: _stood(entry) + _print(sha256, _SEEN)}
        return FileCursor({**self.done, folder: files})

    def kept(self, names: Iterable[str]) -> "FileCursor":
        """Return it without files that are gone."""
        there: dict[str, set[bytes]] = {}
        for folder, name in map(_placed, names):
            there.setdefault(folder, set()).add(name)
        done = {
            folder: {name: seen for name, seen in files.items() if name in there[folder]}
            for folder, files in self.done.items()
            if folder in there
        }
        return replace(self, done=done)

    def _of(self, path: str) -> bytes:
        folder, name = _placed(path)
        return self.done.get(folder, _NOTHING).get(name, b"")


def _placed(path: str) -> tuple[str, bytes]:
    folder, _, last = path.rpartition("/")
    return folder, _print(last, _NAME)


def _stood(entry: Entry) -> bytes:
    return _print(f"{entry.size} {entry.mtime}", _SEEN)


def _print(text: str, length: int) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:length]


def _packed(files: _Folder) -> str:
    return base64.b64encode(b"".join(name + seen for name, seen in files.items())).decode()


def _unpacked(text: str) -> _Folder:
    data = base64.b64decode(text, validate=True)
    if len(data) % _FILE:
        raise ValueError("cut")
    files = (data[start : start + _FILE] for start in range(0, len(data), _FILE))
    return {file[:_NAME]: file[_NAME:] for file in files}
