"""A system as a generic file describes it, played on loopback: files in a folder or over SFTP, or a REST list.

It serves what the mapping can say backward, and counts the rest (`left_out`). Of SQL it plays what a SQLite file can
hold: one table (playing_sql.py).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.connectors.generic.playing_http import play_http
from hub.connectors.generic.playing_sql import play_sql
from hub.connectors.generic.spec import FilesAt, GenericFile, HttpAt, read_file
from hub.connectors.generic.written import ROWS_PER_FILE, as_file
from hub.connectors.mapping.paths import Reading, put
from hub.connectors.sdk import Raw
from hub.connectors.simulating import DropFolder, Faults, SftpServer, Simulator
from hub.domain import pupil_of
from hub.domain.transcript import Transcript
from hub.errors import Refused

__all__ = ["FilesPlayed", "records_of", "simulator"]

_CHANGED_FIELD = "remarks"


def simulator(
    transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0, file: Path | None = None
) -> Simulator:
    """Return the system of a file. Raises Refused SIMULATOR_MISSING for a query that none can play, and without one."""
    if file is None:
        raise Refused("SIMULATOR_MISSING", {"connector": "generic"})
    described = read_file(file)
    if isinstance(described.transport, FilesAt):
        return FilesPlayed(described, transcripts, folder, faults, port)
    if isinstance(described.transport, HttpAt):
        records, left_out = records_of(described, transcripts)
        return play_http(described, records, left_out, folder, faults, port)
    records, left_out = records_of(described, transcripts)
    return play_sql(described, records, left_out, folder, faults)


def records_of(file: GenericFile, transcripts: Iterable[Transcript]) -> tuple[list[Raw], int]:
    """Return the records of the transcripts that the system holds, and how many it does not."""
    records, left_out = [], 0
    for transcript in transcripts:
        declared = {transcript.regulation, transcript.period} & set(file.manifest.cannot_express)
        if transcript.grade in file.manifest.grades and not declared:
            records.append(_keyed(file, transcript))
        else:
            left_out += 1
    return records, left_out


def _keyed(file: GenericFile, transcript: Transcript) -> Raw:
    """Return the record with a key and a version of the system's own, where it counts its records by itself."""
    record = dict(file.mapper.backward(transcript)[0])
    own = f"{transcript.school.code}/{pupil_of(transcript)}/{transcript.school_year}/{transcript.period}"
    there = Reading(record)
    for path in file.rules.key:
        if not there.has(path):
            put(record, path, f"HS-{hashlib.sha256(own.encode()).hexdigest()[:12]}")
    if file.rules.record_version is not None:
        put(record, file.rules.record_version, "1", over=False)
    return record


class FilesPlayed:
    """Files of at most ROWS_PER_FILE records where the file of the connector takes them from. See `Simulator`."""

    def __init__(
        self, file: GenericFile, transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0
    ) -> None:
        assert isinstance(file.transport, FilesAt)
        self._file, self._at, self._faults = file, file.transport, faults
        self._records, self.left_out = records_of(file, transcripts)
        self._sftp = SftpServer(folder, faults, port) if file.transport.kind == "sftp" else None
        self.root = folder / "files"
        self._drop = DropFolder(self.root, faults)

    async def start(self) -> Mapping[str, Any]:
        """Lay the files, and return the settings of an instance."""
        self._drop.drop(dict(self._files()))
        self._drop.drop_hostile(self._at.take.rpartition("/")[0].replace("*", "a"))
        if self._sftp is not None:
            return await self._sftp.start()
        return {"folder": {"path": str(self.root.resolve())}}

    async def stop(self) -> None:
        """End serving."""
        await self._drop.stop()
        if self._sftp is not None:
            await self._sftp.stop()

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return the files of answers that lie there."""
        return self._drop.answers()

    def _files(self) -> Iterable[tuple[str, bytes]]:
        """Yield names and bytes; a doubled page is the second file under another name as well."""
        pages = [self._records[i : i + ROWS_PER_FILE] for i in range(0, len(self._records), ROWS_PER_FILE)]
        field = _optional_field(self._file)
        for number, page in enumerate(pages):
            rows = [self._faults.reshaped(row, field, number) for row in page]
            data = as_file(self._file, rows)
            yield self._name(f"{number + 1:04}"), data
            if self._faults.duplicate_page and number == min(1, len(pages) - 1):
                yield self._name(f"{number + 1:04}-lai"), data

    def _name(self, number: str) -> str:
        """Return a name of the pattern: stars in folders are one folder, the last one is the number."""
        above, _, last = self._at.take.rpartition("/")
        mark = hashlib.sha256(self._file.manifest.name.encode()).hexdigest()[:4]
        name = last.replace("*", f"{mark}-{number}", 1).replace("*", "")
        return f"{above.replace('*', 'a')}/{name}".lstrip("/")


def _optional_field(file: GenericFile) -> str:
    """Return the field that a change of the system's form is about: one that no record needs."""
    optional = [rule for rule in file.rules.fields if not rule.required and rule.to != "school.province"]
    chosen = next((rule for rule in optional if rule.to == _CHANGED_FIELD), None)
    return (chosen or optional[0]).sources[0] if optional else "ghi_chu"
