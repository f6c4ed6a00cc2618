"""Standing: Sở has a record in another version than our state knows, since that was lost or is of an earlier day.

Sở's receipt names the version that stands. Where that says the same, the record is unchanged; else it is noted as what
Sở has, and the record is mapped again, to replace it: persons sign what they replace.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from hub.client import ReadReceipt
from hub.connect.codec import content_of
from hub.connect.run import Run
from hub.connect.store import Row
from hub.domain import Transcript, read

__all__ = [
    "LOCKED", "Documents", "ask_what_stands", "named_as_standing", "note_what_stands", "transcript_of",
]  # fmt: skip

Documents = Mapping[str, tuple[bytes, str]]
"""Bytes and state of documents, by hash, as Sở's database has them."""

LOCKED = frozenset({"locked", "superseded"})
"""States of a document that was locked, whether it still counts or not."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


async def ask_what_stands(run: Run, receipt: ReadReceipt) -> Documents:
    """Return the documents that a receipt names as standing, as far as Sở's database is within reach."""
    said = receipt.statement
    named = {named_as_standing(document.findings) for document in said.documents} - {None}
    command = run.store.first("command", so=said.so, school=said.school, command_id=said.command_id)
    if not named or command is None or command["state"] not in ("signed", "sent"):
        return {}
    school = run.store.one("batch", batch_id=command["batch_id"])["school"]
    held = await asyncio.to_thread(run.door.documents, said.so, school, sorted(map(str, named)))
    return held or {}


def named_as_standing(findings: Any) -> str | None:
    """Return the hash of the version that a document would have to replace, where that is what is wrong with it."""
    for found in findings if isinstance(findings, tuple) else ():
        if found.get("code") == "SUPERSEDES_MISSING":
            current = str(found.get("facts", {}).get("current"))
            return current if _SHA256.fullmatch(current) else None
    return None


def note_what_stands(run: Run, row: Row, current: str, standing: Documents) -> str | None:
    """Let a refused record stand for what Sở has; inside a transaction.

    Returns `unchanged` when that says the same, `pulled` when the record is mapped again, and None for one that the
    system signed itself, since only it can sign another, and for a pupil whom another record of the system stands for:
    which one is meant is not ours to say. Without Sở's database whether it says the same is not known.
    """
    _, state = standing.get(current, (b"", ""))
    there = transcript_of(standing, current)
    content = None if there is None else content_of(there)
    same = content is not None and content == _content(row)
    if not same and (row["value"] is None or _is_doubled(run, row)):
        return None
    if not same:
        run.store.do("arrive_again", n=row["n"], at=run.at())
    run.store.do(
        "stands", n=row["n"], state="locked" if state in LOCKED else "unchanged", document_sha256=current,
        content_sha256=content,
    )  # fmt: skip
    return "unchanged" if same else "pulled"


def transcript_of(documents: Documents, sha256: str) -> Transcript | None:
    """Return a document as far as Sở gave it whole."""
    document, _ = documents.get(sha256, (b"", ""))
    return read(document).transcript if hashlib.sha256(document).hexdigest() == sha256 else None


def _is_doubled(run: Run, row: Row) -> bool:
    return run.store.first("stands_under_other_key", identity=row["identity"], key=row["key"]) is not None


def _content(row: Row) -> str | None:
    if row["content_sha256"] is not None or row["document"] is None:
        return str(row["content_sha256"])
    own: Transcript | None = read(row["document"]).transcript
    return None if own is None else content_of(own)
