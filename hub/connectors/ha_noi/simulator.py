"""Play the city's system: it makes a batch of each class, has it signed, and moves it into `gui/` when it is whole.

Batches are made in `dang-ky/`, on the same disk, so that moving one in is a single step.
"""

import asyncio
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.connectors.ha_noi.copying import INDEX
from hub.connectors.ha_noi.sink import ANSWERS
from hub.connectors.ha_noi.source import INCOMING
from hub.connectors.simulating import Faults
from hub.domain import Cohort, Transcript, canonical, cohort_for

__all__ = ["HALF_WRITTEN_S", "BatchSystem", "simulator"]

HALF_WRITTEN_S = 8.0
SETTLE_S = 1.0  # enough here, since a batch is moved in whole
_MAKING = "dang-ky"


class BatchSystem:
    """A simulated system; `sign` adds signatures (and commands) to the batch folder that it is given.

    Without `sign` the batches come unsigned, and persons sign what the connector made of them, as elsewhere.
    """

    def __init__(
        self, transcripts: Iterable[Transcript], folder: Path, faults: Faults,
        sign: Callable[[Path], None] | None = None,
    ) -> None:  # fmt: skip
        self._transcripts, self._folder, self._faults, self._sign = transcripts, folder, faults, sign
        self._late: asyncio.Task[None] | None = None

    async def start(self) -> Mapping[str, Any]:
        """Deliver every batch that is not there yet; return the settings for `connector.toml`."""
        for name in (INCOMING, ANSWERS):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        made = await asyncio.to_thread(self._make_all)
        if self._faults.half_written and made:
            self._late = asyncio.create_task(self._deliver_late(made.pop(0)))
        for batch in made:
            self._deliver(batch)
        if self._faults.hostile:
            _link_out(self._folder / INCOMING / "hong")
        return {"folder": {"path": str(self._folder)}, "settle_s": SETTLE_S}

    async def stop(self) -> None:
        """Deliver nothing more; what was delivered stays."""
        if self._late is not None:
            self._late.cancel()
            await asyncio.gather(self._late, return_exceptions=True)

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return the answers in the folder; a file replaced by equal bytes leaves no trace, so each counts once."""
        found = [json.loads(path.read_bytes()) for path in sorted((self._folder / ANSWERS).glob("*.json"))]
        return [{"id": answer["answer_id"], "offered": 1, **answer} for answer in found if "answer_id" in answer]

    def _make_all(self) -> list[Path]:
        """Make and sign each batch that is not delivered yet; what a kill left half made is made anew."""
        making = self._folder / _MAKING
        shutil.rmtree(making, ignore_errors=True)
        made: list[Path] = []
        for name, documents in _classes(self._transcripts).items():
            if (self._folder / INCOMING / name / INDEX).exists():
                continue
            _write_batch(making / name, documents)
            if self._sign is not None:
                self._sign(making / name)
            made.append(making / name)
        return made

    def _deliver(self, batch: Path) -> None:
        to = self._folder / INCOMING / batch.name
        shutil.rmtree(to, ignore_errors=True)  # half delivered when it was killed
        batch.rename(to)
        if self._faults.clock:
            at = to.stat().st_mtime + self._faults.clock
            os.utime(to / INDEX, (at, at))
        if self._faults.duplicate_page:
            shutil.copytree(to, to.with_name(f"{to.name}-lai"), dirs_exist_ok=True)

    async def _deliver_late(self, batch: Path) -> None:
        """Deliver without the index, and the index seconds later."""
        to = self._folder / INCOMING / batch.name
        shutil.copytree(batch, to, ignore=shutil.ignore_patterns(INDEX), dirs_exist_ok=True)
        await asyncio.sleep(HALF_WRITTEN_S)
        (batch / INDEX).rename(to / INDEX)


def simulator(
    transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0,
    sign: Callable[[Path], None] | None = None,
) -> BatchSystem:  # fmt: skip
    """Return the system; a folder has no `port`. Faults of answers (`slow`, `errors`, `busy`, `token`) do not apply."""
    return BatchSystem(transcripts, folder, faults, sign)


_Rounded = tuple[Transcript, dict[str, Any]]


def _classes(transcripts: Iterable[Transcript]) -> dict[str, list[_Rounded]]:
    """Return the transcripts of each class with their rounds, by the name of its batch.

    Each leaving pupil has a transfer round of their own, numbered through the school.
    """
    found: dict[str, list[_Rounded]] = {}
    leaving: Counter[str] = Counter()
    for transcript in transcripts:
        year = f"{transcript.school.code}-{transcript.school_year}"
        cohort = cohort_for(transcript)
        leaving[year] += cohort is Cohort.TRANSFER
        of = {"cohort": cohort.value, "number": leaving[year] if cohort is Cohort.TRANSFER else 1}
        name = "".join(c if c.isascii() and c.isalnum() else "-" for c in f"{year}-{transcript.class_}")
        found.setdefault(name, []).append((transcript, of))
    return found


def _write_batch(folder: Path, transcripts: Sequence[_Rounded]) -> None:
    """Write an unsigned `vn.hocba.batch/1` of one school and year, its index last."""
    (folder / "documents").mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    for row, (transcript, of) in enumerate(transcripts, 1):
        data = canonical(transcript)
        sha256 = hashlib.sha256(data).hexdigest()
        (folder / "documents" / f"{sha256}.json").write_bytes(data)
        rows.append({"document_sha256": sha256, "round": of, "row": row, "sheet": ""})
    first, _ = transcripts[0]
    index = {
        "type": "vn.hocba.batch/1", "school": first.school.code, "school_year": first.school_year, "documents": rows,
    }  # fmt: skip
    (folder / INDEX).write_text(json.dumps(index, indent=1), encoding="utf-8")


def _link_out(folder: Path) -> None:
    """Leave a batch whose only document is a link to a file outside."""
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    link = folder / "documents" / f"{'0' * 64}.json"
    link.unlink(missing_ok=True)
    link.symlink_to("/etc/hostname")
    (folder / INDEX).write_text("{}", encoding="utf-8")
