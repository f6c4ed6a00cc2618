"""Merged cells among the rows of pupils: one value over two pupils or two fields belongs to neither for certain."""

from collections.abc import Collection, Iterable, Sequence

from hub.connectors.worksheets import Row, Worksheet

__all__ = ["merged_rows"]

_Range = tuple[int, int, int, int]


def merged_rows(sheet: Worksheet, rows: Sequence[Row], columns: Collection[int]) -> dict[int, int]:
    """Return for each row that a merged range spoils the first column of that range that holds a field.

    A range spoils when it spans rows, or more than one of the `columns`. One pass over ranges and rows, so that
    hostile ranges cost nothing.
    """
    ranges = sorted(_spoiling(sheet.merged, columns))
    spoilt: dict[int, int] = {}
    next_range, bottom, column = 0, 0, 0
    for row in rows:
        while next_range < len(ranges) and ranges[next_range][0] <= row.number:
            if ranges[next_range][1] > bottom:
                _, bottom, column = ranges[next_range]
            next_range += 1
        if row.number <= bottom:
            spoilt[row.number] = column
    return spoilt


def _spoiling(ranges: Iterable[_Range], columns: Collection[int]) -> Iterable[tuple[int, int, int]]:
    for top, left, bottom, right in ranges:
        held = sorted(column for column in columns if left <= column <= right)
        if held and (bottom > top or len(held) > 1):
            yield top, bottom, held[0]
