"""Rows of a file, of an answer or of a query as records: key and version by the rules of the mapping."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from hub.connectors.formats import RowRead, Rows, read_csv, read_json, read_json_lines, read_sheet
from hub.connectors.generic.spec import GenericFile
from hub.connectors.mapping.paths import Reading
from hub.connectors.sdk import KEY_LENGTH_MAX, Raw, SourceRecord, version_of
from hub.connectors.transport import FileRecords
from hub.domain.findings import finding

__all__ = ["Reader"]

_REASON_LENGTH_MAX = 200


class Reader:
    """Makes records as the file of a generic connector says."""

    def __init__(self, file: GenericFile) -> None:
        self._format = file.format
        self._mapper = file.mapper
        self._titles = tuple(dict.fromkeys(part for path in file.paths for part in path.split(" / ")))

    def read(self, path: Path, name: str) -> FileRecords:
        """Return the records of one file. Raises Refused as the readers of its format do."""
        rows = self._rows(path)
        if self._format.kind == "csv" and (missing := self._missing(rows.titles)):
            return FileRecords((self._without(missing, rows, name),), rows.findings)
        return FileRecords(tuple(self.of_row(row, name) for row in rows.rows), rows.findings)

    def record(self, value: Raw, place: str) -> SourceRecord:
        """Return one record; one without a usable key is refused, under a key made of its content."""
        return self._mapper.record(value, place)

    def of_row(self, row: RowRead, name: str = "") -> SourceRecord:
        """Return the record of one row; one that its reader refused stands under its place."""
        place = f"{name}!{row.place}" if name else row.place
        if row.value is None:
            return SourceRecord(place[-KEY_LENGTH_MAX:], _version_of_refusal(row), place, None, row.findings)
        made = self.record(row.value, place)
        return SourceRecord(made.key, made.version, place, made.value, (*row.findings, *made.findings))

    def _rows(self, path: Path) -> Rows:
        if self._format.kind == "csv":
            return read_csv(path, self._format.delimiter, self._format.encoding)
        if self._format.kind == "xlsx":
            return read_sheet(path, self._titles, tuple(self._last_titles()))
        if self._format.kind == "jsonl":
            return read_json_lines(path)
        return read_json(path, self._format.records or "")

    def _missing(self, titles: Collection[str]) -> list[str]:
        """Return the columns of the key that a header has not got: no row below it could be known."""
        there = Reading(dict.fromkeys(titles))
        return [path for path in self._mapper.rules.file.key if not there.has(path)]

    def _without(self, missing: Sequence[str], rows: Rows, name: str) -> SourceRecord:
        """Return the one record that stands for a file without them, so that it is told once and not by its rows."""
        none = len(missing) == len(self._mapper.rules.file.key)
        asked = f'; is "{self._format.delimiter}" its delimiter?' if none else ""
        reason = f"no column {', '.join(missing)}{asked}"[:_REASON_LENGTH_MAX]
        told = finding("CSV_WRONG", name, facts={"line": "1", "reason": reason})
        version = version_of({"titles": list(rows.titles), "reason": reason})
        return SourceRecord(name[-KEY_LENGTH_MAX:], version, name, None, (told,))

    def _last_titles(self) -> Iterator[str]:
        """Yield the titles that stand directly over the columns of the key: every row of a record fills them."""
        for path in self._mapper.rules.file.key:
            yield path.rsplit(" / ", 1)[-1]


def _version_of_refusal(row: RowRead) -> str:
    return version_of({"codes": [found.code for found in row.findings], "values": [f.value for f in row.findings]})
