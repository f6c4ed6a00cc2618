"""Read the tables of cases: one line a case, columns parted by "|", Vietnamese headings, the article first."""

from pathlib import Path

import pytest

__all__ = ["FOLDER", "cases", "marks_of", "rows_of", "words_of"]

FOLDER = Path(__file__).parent / "tables"


def rows_of(table: str) -> list[list[str]]:
    """Return the cells of each case, without heading and without the closing note."""
    head, *lines = (FOLDER / f"{table}.txt").read_text(encoding="utf-8").splitlines()
    width = len(head.split("|"))
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    assert all(len(row) == width and row[0] for row in rows), table
    return [row[:-1] for row in rows]


def cases(table: str) -> list[object]:
    """Return the cases as parameters of a test, named by article and cells; the article is left out."""
    return [pytest.param(*row[1:], id=" · ".join(row)) for row in rows_of(table)]


def words_of(cell: str) -> list[str]:
    """Return the values of a cell: "8.0×2 6.5" is 8.0, 8.0, 6.5."""
    words = []
    for word in cell.split():
        value, _, count = word.partition("×")
        words += [value] * int(count or "1")
    return words


def marks_of(cell: str) -> list[int]:
    """Return marks in whole tenths, read without decimals: "8.0×2" is 80, 80."""
    return [int(word.replace(".", "")) for word in words_of(cell)]
