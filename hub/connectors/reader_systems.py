"""Play the system behind a reader of files: a drop folder into which schools export, with our answers beside the files.

Each reader brings its own writer (`Export`); folders, the pupil list, faults and answers are the same for all.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from msgspec import UNSET

from hub.connectors.answer_sheets import held_answers, workbook_bytes
from hub.connectors.bundles import PUPIL_LIST
from hub.connectors.pupil_list import PUPIL_HEADER, pupil_row
from hub.connectors.simulating import DropFolder, Faults
from hub.connectors.workbook_writing import SheetToWrite, Value
from hub.domain.transcript import Transcript

__all__ = ["Export", "ReaderSystem", "is_of_citizen", "is_rated_year", "reshaped_sheet"]

_HOSTILE: Final = "99990001/2025-2026"
_KINDS: Final = {"tra-loi-": "receipt"}
_BELOW: Final = "x"  # what stands in a column that the system added


@dataclass(frozen=True, slots=True)
class Export:
    """How schools export: `file` bytes of the transcripts of one class, as file number n (from 0) of the system.

    `says` tells whether the shape can say a transcript at all. `listed`: the pupil list lies beside the files.
    """

    ending: str
    says: Callable[[Transcript], bool]
    file: Callable[[Sequence[Transcript], Faults, int], bytes]
    listed: bool = True


class ReaderSystem:
    """Implements `Simulator`; `left_out` counts the transcripts that the shape cannot say.

    Nothing answers here, so the faults `slow`, `errors`, `busy` and `token` show nowhere. With `duplicate-page` the
    first file comes a second time under another name.
    """

    def __init__(self, export: Export, transcripts: Iterable[Transcript], folder: Path, faults: Faults) -> None:
        held = list(transcripts)
        said = [transcript for transcript in held if export.says(transcript)]
        self.left_out = len(held) - len(said)
        self.root = folder / "files"
        self._hostile = faults.hostile
        self._drop = DropFolder(self.root, faults)
        self._lists = dict(_lists(said)) if export.listed else {}
        self._files = dict(_classes(export, said, faults))

    async def start(self) -> Mapping[str, Any]:
        """Lay the files, the pupil lists first; return the settings for `connector.toml`."""
        self._drop.drop({**self._lists, **self._files})
        self._drop.drop_hostile(_HOSTILE)
        if self._hostile and self._lists:
            self._drop.drop({f"{_HOSTILE}/{PUPIL_LIST}": next(iter(self._lists.values()))})
        return {"folder": {"path": str(self.root.resolve())}}

    async def stop(self) -> None:
        """End what still grows; the files stay."""
        await self._drop.stop()

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return a row for each answer that lies there, with the files that it stands in."""
        return held_answers(self.root, _KINDS)


def is_of_citizen(t: Transcript) -> bool:
    """Tell whether the pupil is a citizen with a personal id: sheets of schools have no column for others."""
    return t.student.nationality == "VN" and t.student.personal_id is not UNSET


def is_rated_year(t: Transcript) -> bool:
    """Tell whether it is a whole year of a citizen who is assessed, with a rating."""
    assessed = t.rating is not UNSET and t.student.disability_exempt is UNSET
    return t.period == "year" and is_of_citizen(t) and assessed


def reshaped_sheet(sheet: SheetToWrite, title: str, faults: Faults, number: int) -> SheetToWrite:
    """Return a sheet as file number `number` shows it: with a fault `schema`, from the second on, `title` is another.

    A sheet without that title stays as it is.
    """
    rows = [list(row) for row in sheet.rows]
    place = next(((r, row.index(title)) for r, row in enumerate(rows) if title in row), None)
    if faults.schema is None or number < 1 or place is None:
        return replace(sheet, rows=rows)
    top, column = place
    if faults.schema == "renamed":
        rows[top][column] = f"{title} mới"
    elif faults.schema == "removed":
        rows = [*rows[:top], *(_without(row, column) for row in rows[top:])]
    else:
        width = max(map(len, rows))
        rows = [*rows[:top], *(_wider(row, width, f"{title} bổ sung" if n == 0 else _BELOW)
                               for n, row in enumerate(rows[top:]))]  # fmt: skip
    return replace(sheet, rows=rows)


def _without(row: Sequence[Value], column: int) -> list[Value]:
    return [None if place == column else value for place, value in enumerate(row)]


def _wider(row: Sequence[Value], width: int, value: Value) -> list[Value]:
    return [*row, *[None] * (width - len(row)), value] if any(row) else list(row)


def _classes(export: Export, transcripts: Iterable[Transcript], faults: Faults) -> Iterator[tuple[str, bytes]]:
    by_class: defaultdict[str, list[Transcript]] = defaultdict(list)
    for transcript in transcripts:
        by_class[f"{_folder(transcript)}/{transcript.class_.replace('/', '-')}"].append(transcript)
    for number, (name, members) in enumerate(sorted(by_class.items())):
        data = export.file(members, faults, number)
        yield f"{name}{export.ending}", data
        if faults.duplicate_page and number == 0:
            yield f"{name} (2){export.ending}", data


def _lists(transcripts: Iterable[Transcript]) -> Iterator[tuple[str, bytes]]:
    by_folder: defaultdict[str, list[Transcript]] = defaultdict(list)
    for transcript in transcripts:
        by_folder[_folder(transcript)].append(transcript)
    for folder, listed in sorted(by_folder.items()):
        rows = [PUPIL_HEADER, *(pupil_row(transcript, number) for number, transcript in enumerate(listed, 1))]
        yield f"{folder}/{PUPIL_LIST}", workbook_bytes([SheetToWrite("Sheet1", rows)])


def _folder(transcript: Transcript) -> str:
    return f"{transcript.school.code}/{transcript.school_year}"
