"""What the simulated system holds: transcripts in its own form, a counter (mốc) of changes, a third from Hải Dương.

State is one file of changes beside the transcripts: started again with the same transcripts, it holds the same.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.connectors.sdk import Mapper
from hub.domain import Transcript

__all__ = ["CHANGES", "Entry", "SystemRecords", "change_record"]

CHANGES = "thay-doi.jsonl"
_MERGED_FROM = "2025-2026"  # the first school year that ends after 1/7/2025
_PROVINCE, _FORMER_PROVINCE = "31", "30"
_FORMER_LEVELS = {"1": "HTT", "2": "HT", "3": "CHT"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the system's log: a record, and whether a later change of it follows."""

    key: str
    moc: int


class SystemRecords:
    """Records by key, and the log of their changes; `left_out` counts transcripts that the system cannot express."""

    def __init__(self, transcripts: Iterable[Transcript], mapper: Mapper, changes: Path) -> None:
        self.left_out = 0
        self._rows: dict[str, dict[str, Any]] = {}
        self._log: list[Entry] = []
        self._newest: dict[str, int] = {}
        self._changes, self._read_bytes = changes, 0
        self._fill(list(transcripts), mapper)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def keys(self) -> Sequence[str]:
        """Return the keys in the order in which the records came."""
        return tuple(self._rows)

    @property
    def moc(self) -> int:
        """Return the counter of the newest change."""
        return len(self._log)

    def get(self, key: str) -> Mapping[str, Any] | None:
        """Return a record as it is now."""
        return self._rows.get(key)

    def behind(self, moc: int) -> Sequence[Entry]:
        """Return the log behind a counter, lines that a later change made old included: pages keep their places."""
        return self._log[moc:]

    def rows(self, entries: Iterable[Entry]) -> list[Mapping[str, Any]]:
        """Return the records of those lines, each at its newest line only."""
        return [self._rows[entry.key] for entry in entries if self._newest[entry.key] == entry.moc]

    def refresh(self) -> None:
        """Take in what was appended to the file of changes."""
        if not self._changes.exists():
            return
        with self._changes.open("rb") as file:
            file.seek(self._read_bytes)
            whole = file.read().rpartition(b"\n")[0]
        self._read_bytes += len(whole) + 1 if whole else 0
        for line in whole.splitlines():
            change = json.loads(line)
            row = self._rows[change["ma_ho_so"]]
            for path, value in change["dat"].items():
                _set(row, path, value)
            row["phien_ban"] += 1
            self._logged(change["ma_ho_so"])

    def _fill(self, transcripts: Sequence[Transcript], mapper: Mapper) -> None:
        former = _former_schools(transcripts)
        numbers: Counter[str] = Counter()
        for transcript in transcripts:
            raw, losses = mapper.backward(transcript)
            if losses:
                self.left_out += 1
                continue
            row = _merged(dict(raw)) if transcript.school.code in former else {**raw, "ma_truong_cu": None}
            place = f"{row['ma_truong']}-{row['nam_hoc'][2:4]}{row['nam_hoc'][7:9]}"
            numbers[place] += 1
            row["ma_ho_so"] = key = f"HP-{place}-{numbers[place]:06d}"
            row |= {"phien_ban": 1, "nguoi_cap_nhat": "gv01"}
            row["hoc_sinh"] = {**row["hoc_sinh"], "so_dien_thoai": f"0000{numbers[place]:06d}"}
            self._rows[key] = row
            self._logged(key)

    def _logged(self, key: str) -> None:
        self._log.append(Entry(key, len(self._log) + 1))
        self._newest[key] = len(self._log)


def change_record(folder: Path, key: str, **values: Any) -> None:
    """Let a clerk change a record of a running system; `values` by path, "__" for the dot: hoc_sinh__ten="Bình"."""
    line = {"ma_ho_so": key, "dat": {path.replace("__", "."): value for path, value in values.items()}}
    with (folder / CHANGES).open("ab") as file:
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def _former_schools(transcripts: Iterable[Transcript]) -> set[str]:
    """Return the codes of each third school: those were Hải Dương's until the merger."""
    codes = sorted({t.school.code for t in transcripts if t.school.code.startswith(_PROVINCE)})
    return set(codes[2::3])


def _merged(row: dict[str, Any]) -> dict[str, Any]:
    """Return a record of a former school of Hải Dương: before the merger under its old codes, since then the new."""
    old_code = _FORMER_PROVINCE + row["ma_truong"][len(_PROVINCE) :]
    if row["nam_hoc"] >= _MERGED_FROM:
        return {**row, "ma_truong_cu": old_code}
    subjects = [{**subject, "muc": _FORMER_LEVELS.get(subject["muc"])} for subject in row["mon_hoc"]]
    old = {"ma_truong": old_code, "ma_truong_cu": None, "ma_tinh": _FORMER_PROVINCE, "mon_hoc": subjects}
    return {**row, **old}


def _set(row: dict[str, Any], path: str, value: Any) -> None:
    *above, last = path.split(".")
    for name in above:
        row = row[name]
    row[last] = value
