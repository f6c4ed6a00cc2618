"""Trả lời đến muộn: Sở locks and corrects twice while nothing runs, then the system refuses the login: none is lost.

The runner works in this process, with the connector's own system.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from hub.connect.check.running import Running
from hub.connect.check.subject import Subject
from hub.connect.check.systems import playing
from hub.connect.check.working import run_at, until_idle
from hub.connect.folder_door import FolderDoor
from hub.connect.status import look
from hub.connect.supervise import Supervisor, begin
from hub.domain import canonical, read
from hub.domain.findings import Finding, finding

__all__ = ["check_late_answers"]

_DOCUMENT_COUNT = 6
_CORRECTIONS = 2
_SECRETS = ("client_secret_file", "client_key", "password_file")
_POLL_S = 1.0

_Answers = Mapping[str, Mapping[str, int]]


async def check_late_answers(subject: Subject) -> list[Finding]:
    """Return a finding when an answer is not in the system at the end, or a correction was passed over."""
    if subject.connector.manifest.checking_only or not subject.connector.manifest.answers:
        return []
    async with playing(subject, "late", _DOCUMENT_COUNT) as (_, settings):
        said = {**settings, "settle_s": 0, "poll_s": _POLL_S}
        running = Running(subject, "late-run", said)
        await _worked(subject, running, said, signing=True)
        corrections = sum(_corrected_twice(running.door, so) for so in running.sos)
        locked_out = _locked_out(said, subject.work / "late-run" / "wrong")
        if locked_out is not None:
            await _worked(subject, running, locked_out)
        answers = await _worked(subject, running, said)
    lost = _lost(answers, corrections if "correction" in subject.connector.manifest.answers else 0)
    return [finding("CONFORMANCE_ANSWER_LOST", facts={"count": str(lost)})] if lost else []


async def _worked(
    subject: Subject, running: Running, settings: Mapping[str, Any], *, signing: bool = False
) -> _Answers:  # fmt: skip
    """Let a new process work until nothing moves; return how many answers stand where, by kind."""
    run = run_at(subject, running, subject.connector, settings)
    try:
        begin(run)
        await until_idle(Supervisor(run), running, signing=signing)
        return look(run.store, run.now()).answers
    finally:
        await run.close()
        run.store.close()


def _corrected_twice(door: FolderDoor, so: str) -> int:
    """Lock all that stands open at a Sở, and correct one document twice; return how many corrections that is."""
    documents = [transcript for data in door.current(so) if (transcript := read(data).transcript) is not None]
    for school in {transcript.school.code for transcript in documents}:
        door.lock(so, school)
    for number in range(1, _CORRECTIONS + 1) if documents else ():
        before = hashlib.sha256(canonical(documents[0])).hexdigest()
        documents[0] = replace(documents[0], supersedes=before, reason=f"Đính chính lần {number}.")
        door.correct(so, canonical(documents[0]))
    return _CORRECTIONS if documents else 0


def _locked_out(settings: Mapping[str, Any], wrong: Path) -> Mapping[str, Any] | None:
    """Return settings with a secret that is not the system's; None where it asks for none."""
    for name, table in settings.items():
        secret = next((each for each in _SECRETS if each in table), None) if isinstance(table, Mapping) else None
        if secret is not None:
            wrong.touch(mode=0o600)
            wrong.write_text("sai-mat-khau", encoding="utf-8")
            return {**settings, name: {**table, secret: str(wrong)}}
    return None


def _lost(answers: _Answers, corrections: int) -> int:
    unwritten = sum(count for of in answers.values() for state, count in of.items() if state in ("waiting", "refused"))
    return unwritten + max(0, corrections - answers.get("correction", {}).get("written", 0))
