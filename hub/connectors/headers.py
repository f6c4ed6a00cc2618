"""Find the header of a sheet by its texts: it may stand anywhere, be merged, broken over lines, composed or not."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hub.connectors.worksheets import Kind, Row, Worksheet

__all__ = ["Header", "by_key", "find_header", "group_of", "label_key", "meant_by", "titles_of"]

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


def by_key(labels: Mapping[str, str]) -> Mapping[str, str]:
    """Return the fields of titles, by the titles' keys."""
    return MappingProxyType({label_key(label): field for label, field in labels.items()})


def titles_of(prefix: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Return for each field the first of its titles, for telling a clerk which column is meant."""
    return {f"{prefix}{field}": label for label, field in reversed(list(labels.items()))}


def find_header(
    sheet: Worksheet, known: Callable[[str], bool], anchor: frozenset[str], rows_max: int = HEADER_ROWS_MAX
) -> Header | None:
    """Return the first header of at most `rows_max` rows that holds an `anchor` key and enough `known` ones."""
    for position, row in enumerate(sheet.rows[:SEARCHED_ROWS_MAX]):
        columns = [column for column, key in _keys(row).items() if key in anchor]
        if columns:
            block = _block(sheet, position, columns[0], known, rows_max)
            if sum(known(key) for row in block for key in _keys(row).values()) >= _LABELS_MIN:
                return Header(block[0].number, block[-1].number, _labels(sheet, block))
    return None


def meant_by(keys: Iterable[str], labels: Mapping[str, str]) -> str | None:
    """Return what the first known of a column's label keys means, such as the subject that it names; or None."""
    return next((labels[key] for key in keys if key in labels), None)


def group_of(column: int, header: Header, groups: Mapping[str, str]) -> str | None:
    """Return the group of a column: its own group text, or the nearest to its left when the texts are not merged.

    `groups` has the group of each label key; of several group texts over one column the lowest counts.
    """
    for left in range(column, 0, -1):
        group = meant_by(reversed(header.labels.get(left, ())), groups)
        if group is not None:
            return group
    return None


def _keys(row: Row) -> dict[int, str]:
    return {column: label_key(cell.text) for column, cell in row.cells.items() if cell.kind is Kind.TEXT}


def _block(
    sheet: Worksheet, position: int, anchor_column: int, known: Callable[[str], bool], rows_max: int
) -> list[Row]:
    """Return the rows of the header around its anchor: neighbours that hold known texts and no pupil."""
    anchor = sheet.rows[position]
    block = [anchor]
    for row in sheet.rows[position + 1 : position + rows_max]:
        far = row.number - anchor.number >= rows_max
        if far or anchor_column in row.cells or _is_numbered(row, anchor_column) or not _any_known(row, known):
            break
        block.append(row)
    for row in reversed(sheet.rows[max(0, position - rows_max + 1) : position]):
        near = anchor.number - row.number < rows_max and len(block) < rows_max
        if not near or not _any_known(row, known):
            break
        block.insert(0, row)
    return block


def _is_numbered(row: Row, anchor_column: int) -> bool:
    """Tell a pupil's row whose name is blank from a row of titles: a number stands to the left of the anchor."""
    first = min(row.cells)
    return first < anchor_column and (row.cells[first].kind is Kind.NUMBER or row.cells[first].text.isdecimal())


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
