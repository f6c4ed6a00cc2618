"""Rows of a file as read: values by column title or field name, and what is told about each and about the whole."""

from dataclasses import dataclass

from hub.connectors.sdk.records import Raw
from hub.domain.findings import Finding

__all__ = ["LINE_COUNT_MAX", "ROW_COUNT_MAX", "RowRead", "Rows"]

ROW_COUNT_MAX = 10_000
LINE_COUNT_MAX = 2**21  # of a text file: twice what the largest sheet has, whose empty rows an export may keep


@dataclass(frozen=True, slots=True)
class RowRead:
    """One row. `place` is for people ("dòng 12", "5A!12"); `value` is None where the row was refused (`findings`)."""

    place: str
    value: Raw | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows in their order, the titles of their columns, and findings about the file as a whole.

    `heading` are the texts above a sheet's header, in reading order ("Trường: …", "Lớp: 5A"); `name` is the sheet's.
    """

    titles: tuple[str, ...]
    rows: tuple[RowRead, ...]
    findings: tuple[Finding, ...] = ()
    heading: tuple[str, ...] = ()
    name: str = ""
