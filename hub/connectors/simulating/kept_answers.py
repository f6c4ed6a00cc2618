"""What a simulated system holds of us: every answer that was offered, on the disk before it is confirmed."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

__all__ = ["KeptAnswers", "Offered"]

Offered = Literal["new", "same", "other"]


class KeptAnswers:
    """The answers of one system, by kind and id. A line that was cut by a kill was never confirmed and is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        whole, _, cut = path.read_bytes().rpartition(b"\n") if path.exists() else (b"", b"", b"")
        for line in whole.splitlines():
            self._note(json.loads(line))
        if cut:
            os.truncate(path, len(whole) + 1 if whole else 0)

    def offer(self, kind: str, name: str, body: bytes) -> Offered:
        """Keep an answer: `new`; `same` bytes again are counted; `other` bytes under a known id are not kept."""
        known = self._rows.get((kind, name))
        digest = hashlib.sha256(body).hexdigest()
        line = {"kind": kind, "id": name, "sha256": digest, "body": body.decode("utf-8", "replace")[:65_536]}
        with self._path.open("ab") as file:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._note(line)
        if known is None:
            return "new"
        return "same" if known["sha256"] == digest else "other"

    def shown(self) -> Sequence[Mapping[str, Any]]:
        """Return a row for each id: kind, id, sha256, body of the first offer; `offered` and `refused` count."""
        return [dict(row) for row in self._rows.values()]

    def _note(self, line: Mapping[str, Any]) -> None:
        row = self._rows.setdefault((line["kind"], line["id"]), {**line, "offered": 0, "refused": 0})
        row["offered"] += 1
        row["refused"] += line["sha256"] != row["sha256"]
