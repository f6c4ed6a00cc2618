"""Write class summaries in the templates, cell by cell: for the simulator, for corrections, for incoming pupils."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from hub.connectors.khanh_hoa.headings import heading_rows
from hub.connectors.khanh_hoa.templates import LEADING, Template, Titles, path_of, templates
from hub.connectors.sdk import Raw
from hub.connectors.workbook_writing import SheetToWrite, Value
from hub.connectors.worksheets import column_letters

__all__ = ["class_sheet", "named"]

# What is no column of a sheet: it stands in the heading, in the names of folders, or in the pupil list.
_FRAME: Final = frozenset({"mau", "ma_tinh", "ma_truong", "nam_hoc", "ky", "khoi", "lop", "hoc_sinh"})


def named(name: str) -> Template:
    """Return a template by its name ("kh1"). KeyError when there is none."""
    return {template.name: template for template in templates()}[name]


def class_sheet(records: Sequence[Raw], school: str, sheet: str | None = None) -> SheetToWrite:
    """Return the sheet of one class: records of one template, as `backward` gives them; `school` is its title line.

    A value that the template has no column for gets one of its own at the end, under its path.
    """
    first = records[0]
    template = named(first["mau"])
    columns = _columns(template, records)
    heading = heading_rows(template, first.get("ma_tinh"), school, first["lop"], first["nam_hoc"])
    header = zip(*(_header(titles, columns, n, template) for n, titles in enumerate(columns)), strict=True)
    rows = [[_value(titles, record, number) for titles in columns] for number, record in enumerate(records, 1)]
    return SheetToWrite(sheet or first["lop"], [*heading, *header, *rows], tuple(_merges(template, columns)))


def _columns(template: Template, records: Sequence[Raw]) -> tuple[Titles, ...]:
    """Return the template's columns, of the optional ones those that hold something, and what it does not know."""
    filled = {name for record in records for name, value in record.items() if value is not None}
    own = tuple(t for t in template.columns if t not in template.optional or path_of(t) in filled)
    gone = {path for path in map(path_of, own) if path not in LEADING and not any(path in r for r in records)}
    strange = dict.fromkeys(name for record in records for name in record if name not in {*template.paths, *_FRAME})
    return (*(titles for titles in own if path_of(titles) not in gone), *((name,) for name in strange))


def _value(titles: Titles, record: Raw, number: int) -> Value:
    path, pupil = path_of(titles), record["hoc_sinh"]
    if path == "STT":
        return number
    if path not in LEADING:
        return _plain(record.get(path))
    family, _, given = str(pupil["ho_ten"]).rpartition(" ")
    texts: Mapping[str, Any] = {
        "Mã HS": pupil["ma_hs"], "Họ và tên": pupil["ho_ten"], "Họ đệm": family or None, "Tên": given,
        "Ngày sinh": pupil["ngay_sinh"],
    }  # fmt: skip
    return _plain(texts[path])


def _plain(value: object) -> Value:
    if value is None or isinstance(value, str | Decimal) or type(value) is int:
        return value
    raise TypeError(f"no cell: {type(value).__name__}")


def _header(titles: Titles, columns: Sequence[Titles], at: int, template: Template) -> tuple[Value, ...]:
    """Return the header cells of a column from top to bottom; a merged text stands in its first cell only."""
    cells: list[Value] = [None] * template.header_rows
    cells[0] = None if at > 0 and _together(columns[at - 1], titles) else titles[0]
    if len(titles) > 1:
        cells[_lower(titles, template)] = titles[1]
    return tuple(cells)


def _lower(titles: Titles, template: Template) -> int:
    """Return the header row of a lower title: of KH1's subjects the third, since the subject spans two."""
    return template.header_rows - 1 if titles[1] in ("Mức đạt được", "Điểm KT") else 1


def _merges(template: Template, columns: Sequence[Titles]) -> Iterator[str]:
    """Yield the merged ranges: a title over its columns, a title alone over all header rows."""
    top, bottom = template.first_row, template.first_row + template.header_rows - 1
    for first, last in _groups(columns):
        titles = columns[first]
        if len(titles) == 1:
            yield _range(first, top, first, bottom)
            continue
        upper = top + _lower(titles, template) - 1
        if (first, top) != (last, upper):
            yield _range(first, top, last, upper)
        if upper + 1 < bottom:
            yield from (_range(column, upper + 1, column, bottom) for column in range(first, last + 1))


def _groups(columns: Sequence[Titles]) -> Iterable[tuple[int, int]]:
    """Yield first and last column of what stands under one upper title."""
    first = 0
    for at in range(1, len(columns) + 1):
        if at == len(columns) or not _together(columns[first], columns[at]):
            yield first, at - 1
            first = at


def _together(one: Titles, other: Titles) -> bool:
    return len(one) > 1 and len(other) > 1 and one[0] == other[0]


def _range(left: int, top: int, right: int, bottom: int) -> str:
    return f"{column_letters(left + 1)}{top}:{column_letters(right + 1)}{bottom}"
