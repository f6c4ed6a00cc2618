"""The parts of a form: a title, lines about the pupil and the school, and blocks of lines or tables."""

from dataclasses import dataclass

__all__ = ["Block", "Form", "Line", "Table"]


@dataclass(frozen=True, slots=True)
class Line:
    """One named value; `meaning` says what a letter stands for under the circular, "" where the value says it."""

    name: str
    value: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under columns; a cell is "" where the document has nothing there."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a year: a heading, then a table, or lines, or both; `note` explains its letters."""

    heading: str
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A transcript as its form shows it. `layout` names the layout of sheets: primary, secondary or former."""

    layout: str
    title: str
    subtitle: str
    regulation: str
    pupil: tuple[Line, ...]
    year: tuple[Line, ...]
    blocks: tuple[Block, ...]
