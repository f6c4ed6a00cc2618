"""Find the header of a sheet by its texts: it may stand anywhere, be merged, broken over lines, composed or not."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from hub.connectors.worksheets import Kind, Row, Worksheet

__all__ = ["Header", "find_header", "label_key"]

HEADER_ROWS_MAX = 3
SEARCHED_ROWS_MAX = 60
_LABELS_MIN = 3  # a header has at least this many known texts
_NOT_WORDS = re.compile(r"[^\w]+")
_SPELLINGS = {"mĩ": "mỹ", "kì": "kỳ", "lí": "lý", "sĩ": "sỹ", "hoá": "hóa", "khoẻ": "khỏe", "thuỷ": "thủy"}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands, and for each column its label keys from the top row to the bottom row."""

    first_row: int
    last_row: int
    labels: dict[int, tuple[str, ...]]


def label_key(text: str) -> str:
    """Return what two spellings of one column title share: composed, lower case, words only, one spelling of i/y."""
    words = _NOT_WORDS.sub(" ", unicodedata.normalize("NFC", text).casefold()).split()
    return " ".join(_SPELLINGS.get(word, word) for word in words)


def find_header(sheet: Worksheet, known: Callable[[str], bool], anchor: frozenset[str]) -> Header | None:
    """Return the first header whose rows hold one of the `anchor` keys and enough `known` ones, or None."""
    for position, row in enumerate(sheet.rows[:SEARCHED_ROWS_MAX]):
        columns = [column for column, key in _keys(row).items() if key in anchor]
        if columns:
            block = _block(sheet, position, columns[0], known)
            if sum(known(key) for row in block for key in _keys(row).values()) >= _LABELS_MIN:
                return Header(block[0].number, block[-1].number, _labels(sheet, block))
    return None


def _keys(row: Row) -> dict[int, str]:
    return {column: label_key(cell.text) for column, cell in row.cells.items() if cell.kind is Kind.TEXT}


def _block(sheet: Worksheet, position: int, anchor_column: int, known: Callable[[str], bool]) -> list[Row]:
    """Return the rows of the header around its anchor: neighbours that hold known texts and no pupil."""
    anchor = sheet.rows[position]
    block = [anchor]
    for row in sheet.rows[position + 1 : position + HEADER_ROWS_MAX]:
        if row.number - anchor.number >= HEADER_ROWS_MAX or anchor_column in row.cells or not _any_known(row, known):
            break
        block.append(row)
    for row in reversed(sheet.rows[max(0, position - HEADER_ROWS_MAX + 1) : position]):
        near = anchor.number - row.number < HEADER_ROWS_MAX and len(block) < HEADER_ROWS_MAX
        if not near or not _any_known(row, known):
            break
        block.insert(0, row)
    return block


def _any_known(row: Row, known: Callable[[str], bool]) -> bool:
    return any(known(key) for key in _keys(row).values())


def _labels(sheet: Worksheet, block: list[Row]) -> dict[int, tuple[str, ...]]:
    """Give each column the texts above it; a merged text counts for every column that it spans."""
    spans = {(top, left): right for top, left, _, right in sheet.merged}
    labels: dict[int, tuple[str, ...]] = {}
    for row in block:
        for column, key in _keys(row).items():
            last = min(spans.get((row.number, column), column), column + 64)
            for spanned in range(column, last + 1):
                labels[spanned] = (*labels.get(spanned, ()), key)
    return labels
