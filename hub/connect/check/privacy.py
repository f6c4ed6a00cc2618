"""Dữ liệu cá nhân: no name and no number of a pupil in the log of a run, nor in what its status shows."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hub.connect.check.outcome import NotApplicable
from hub.connect.check.running import Running
from hub.connect.check.subject import NO_FAULTS, Subject
from hub.connect.check.systems import playing, pulled_all, served
from hub.connect.status import batches_waiting, look, losses
from hub.connect.store import STATE_FILE, Store
from hub.connectors.simulating import Faults
from hub.domain.findings import Finding, finding
from hub.domain.transcript import Transcript
from hub.errors import Refused

__all__ = ["check_privacy"]

_DOCUMENT_COUNT = 120
_PATIENCE_S = 180.0


async def check_privacy(subject: Subject) -> list[Finding] | NotApplicable:
    """Run once with a system that changes its form, so that there is much to tell, and look for the pupils."""
    if subject.simulator is None:
        return subject.unplayed
    documents = served(subject, _DOCUMENT_COUNT)
    places, stops = await _places(subject, "privacy", Faults(schema="renamed"))
    if stops:  # then little was read, and little could be told
        plain, _ = await _places(subject, "privacy-plain", NO_FAULTS)
        places = {name: text + plain[name] for name, text in places.items()}
    planted = {text for document in documents for text in _personal(document)}
    return [
        finding("CONFORMANCE_PERSONAL_DATA_LOGGED", facts={"where": where})
        for where, text in places.items() if any(each in text for each in planted)
    ]  # fmt: skip


async def _places(subject: Subject, name: str, faults: Faults) -> tuple[dict[str, str], bool]:
    """Return what a run says, by where, and whether the connector stops at the change of its system's form."""
    async with playing(subject, name, _DOCUMENT_COUNT, faults) as (_, settings):
        at_once = {**settings, "settle_s": 0}
        try:
            count, stops = len((await pulled_all(subject, at_once, f"{name}-all", patience_s=60)).records), False
        except Refused:
            count, stops = 0, True
        return await asyncio.to_thread(_run, subject, name, at_once, count), stops


def _run(subject: Subject, name: str, settings: Mapping[str, Any], count: int) -> dict[str, str]:
    running = Running(subject, f"{name}-run", settings)
    try:
        running.start()
        running.settle(count, _PATIENCE_S)
        shown = _status(running)
    finally:
        running.end()
    return {"nhật ký / log": running.log.read_text(encoding="utf-8", errors="replace"), "trạng thái / status": shown}


def _status(running: Running) -> str:
    path = running.folder / STATE_FILE
    if not path.exists():
        return ""
    store = Store(path)
    try:
        told = [
            look(store, datetime.now(UTC)).shown(),
            losses(store),
            batches_waiting(store, running.folder / "batches"),
        ]
        return json.dumps(told, ensure_ascii=False, default=str)
    finally:
        store.close()


def _personal(document: Transcript) -> list[str]:
    """Return what names the pupil: numbers that are too long to stand anywhere by chance, and the name."""
    student = document.student
    numbers = [text for text in (student.personal_id, student.passport) if isinstance(text, str)]
    return [student.name, *numbers]
