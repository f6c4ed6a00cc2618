"""Đầu vào độc hại: published attacks are refused or inert. Nothing is opened, nothing is shown, nothing ends.

The source reads the system's records beside the attacks in a process of its own, with little memory and time. Attacks
name a listener and a canary file of this check in place of the addresses and paths that they were published with.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.connect.check.outcome import NotApplicable
from hub.connect.check.subject import Subject
from hub.connect.check.systems import is_read, playing, pulled_all
from hub.connectors.simulating import Faults, hostile_files
from hub.domain.findings import Finding, finding

__all__ = ["CANARY", "check_hostile"]

CANARY = "CANARY-6f1d2b"
MEMORY_BYTES_MAX = 512 * 2**20
_DOCUMENT_COUNT = 40
_PATIENCE_S = 240.0  # of the clock; what it may work is bounded in the child
_SHAPES = (".xlsx", ".csv", ".json", ".jsonl", ".txt", ".xml", ".zip")
_PATHS = ("/etc/passwd", "/etc/hostname")
_ADDRESS = "127.0.0.1:9/"
_END = b"</worksheet>"
_Answer = dict[str, Any]


async def check_hostile(subject: Subject) -> list[Finding] | NotApplicable:
    """Return a finding for each attack that gets through. Not applicable without a simulator."""
    if subject.simulator is None:
        return subject.unplayed
    with _listener() as listener:
        async with playing(subject, "hostile-plain", _DOCUMENT_COUNT) as (_, settings):
            plain = await pulled_all(subject, settings, "hostile-0", patience_s=60, enough=lambda p: bool(p.records))
            wanted = plain.read(checking_only=subject.connector.manifest.checking_only)
        async with playing(subject, "hostile", _DOCUMENT_COUNT, Faults(hostile=True)) as (_, settings):
            vectors = _pointed(subject, listener.getsockname()[1])
            laid = _lay(subject.work / "hostile" / "system", vectors)
            answer = await _read_apart(subject, {**settings, "settle_s": 0}, sorted(wanted))
        return list(_judged(answer, len(wanted), laid, _was_called(listener)))


def _judged(answer: _Answer, wanted: int, laid: Sequence[str], called: bool) -> Iterator[Finding]:
    vector = f"{len(laid)} vectors" if laid else "HTTP"
    if called or CANARY in answer["text"]:
        yield finding("CONFORMANCE_ENTITY_FOLLOWED", facts={"vector": vector})
    elif answer["reason"]:
        yield finding("CONFORMANCE_HOSTILE_STOPS", facts={"vector": vector, "reason": answer["reason"]})
    elif answer["memory"] > MEMORY_BYTES_MAX:
        reason = f"{answer['memory'] // 2**20} MiB"
        yield finding("CONFORMANCE_HOSTILE_STOPS", facts={"vector": vector, "reason": reason})
    elif answer["good"] < wanted:
        reason = f"{answer['good']} / {wanted} hồ sơ / records"
        yield finding("CONFORMANCE_HOSTILE_STOPS", facts={"vector": vector, "reason": reason})


def _listener() -> socket.socket:
    """Open a port that nobody may connect to."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    return listener


def _was_called(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _pointed(subject: Subject, port: int) -> Path:
    """Return a folder of vectors that point at our listener and canary: the published ones, or a few of our own."""
    canary, made = subject.work / "canary.txt", subject.work / "vectors"
    canary.write_text(CANARY, encoding="utf-8")
    (made / "docs").mkdir(parents=True, exist_ok=True)
    published = None if subject.vectors is None else subject.vectors / "xml"
    cells = "{}" if published is None else (published / "cells.json").read_text(encoding="utf-8")
    (made / "cells.json").write_text(cells if published is not None else '{"cells": []}', encoding="utf-8")
    documents = (
        _own_documents() if published is None else {p.name: p.read_bytes() for p in (published / "docs").iterdir()}
    )
    for name, data in documents.items():
        encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
        text = data.decode(encoding).replace(_ADDRESS, f"127.0.0.1:{port}/")
        for path in _PATHS:
            text = text.replace(path, str(canary))
        (made / "docs" / name).write_bytes(text.encode(encoding))
    return made


def _own_documents() -> dict[str, bytes]:
    """Return attacks for a machine without the published ones: a file and an address, as an entity of a sheet."""
    body = b'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row></sheetData>'
    heads = {"tep.xml": b"file:///etc/passwd", "mang.xml": b"http://127.0.0.1:9/x"}
    start = b'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "'
    return {name: start + at + b'">]>' + body + _END for name, at in heads.items()}


def _lay(system: Path, vectors: Path) -> list[str]:
    """Lay the attacks wherever the system keeps files of a shape that is read, under each such shape."""
    places = {(path.parent, path.suffix) for path in system.rglob("*") if path.suffix in _SHAPES and is_read(path)}
    attacks = hostile_files(vectors) if places else {}
    for folder, suffix in places:
        for name, data in attacks.items():
            (folder / f"z-{Path(name).stem}{suffix}").write_bytes(data)
    return list(attacks)


async def _read_apart(subject: Subject, settings: Mapping[str, Any], wanted: Sequence[str]) -> _Answer:
    """Read everything in a child with bounds; its last line of output tells what came."""
    where = str(subject.at) if Path(subject.name).exists() else subject.name
    folder = subject.work / "hostile-child"
    folder.mkdir()
    task = json.dumps({"connector": where, "settings": dict(settings), "folder": str(folder), "wanted": list(wanted)})
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.connect.check.reading_apart", task,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(child.communicate(), _PATIENCE_S)
    except TimeoutError:
        child.kill()
        await child.wait()
        return {"reason": f"{_PATIENCE_S:g} s", "text": "", "good": 0, "memory": 0}
    text = out.decode("utf-8", "replace") + err.decode("utf-8", "replace")
    try:
        told: _Answer = json.loads(out.splitlines()[-1])
    except (IndexError, ValueError):
        return {"reason": f"exit {child.returncode}", "text": text, "good": 0, "memory": 0}
    return {"reason": "", **told, "text": text}
