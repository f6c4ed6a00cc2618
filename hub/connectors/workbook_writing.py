"""Write a .xlsx workbook cell by cell: the same values give the same bytes, and no text ever becomes a formula.

Invariant: a written text reads back exactly, or the writing is refused with the cell named; nothing is cut.
"""

import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from hub.connectors.worksheets import column_letters
from hub.errors import Refused

__all__ = ["SheetToWrite", "Value", "write_workbook"]

Value = str | int | Decimal | date | None
CELL_LENGTH_MAX = 32_767  # UTF-16 units; a spreadsheet cuts what is longer
_EPOCH = date(1899, 12, 30)
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_GENERAL, _DATE, _TEXT = 0, 1, 2
# Style 2 is Text with a quote prefix, so that an office program keeps "=1+1" a text when somebody edits it.
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class SheetToWrite:
    """One sheet: rows of values from A1 on, merged ranges ("A1:A3"), hidden row numbers."""

    name: str
    rows: Iterable[Sequence[Value]]
    merged: Sequence[str] = ()
    hidden_rows: Collection[int] = ()
    hidden: bool = False


def write_workbook(path: Path, sheets: Sequence[SheetToWrite]) -> None:
    """Write the sheets. Raises Refused CELL_FORBIDDEN_CHARACTER or CELL_TOO_LONG naming the cell."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _fixed_parts(sheets):
            archive.writestr(_entry(name), _HEAD + text if not text.startswith("<?xml") else text)
        for number, sheet in enumerate(sheets, 1):
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w") as stream:
                for piece in _sheet(sheet):
                    stream.write(piece.encode())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIXED_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _fixed_parts(sheets: Sequence[SheetToWrite]) -> Iterator[tuple[str, str]]:
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{main}.worksheet+xml"/>' for n in numbers
    )
    yield (
        "[Content_Types].xml",
        (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{main}.styles+xml"/>{parts}</Types>'
        ),
    )
    yield "_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    listed = "".join(
        f'<sheet name={quoteattr(s.name)} sheetId="{n}" r:id="rId{n}"{_state(s)}/>'
        for n, s in zip(numbers, sheets, strict=True)
    )
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>'
    targets = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*targets, ("rIdStyles", "styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


def _state(sheet: SheetToWrite) -> str:
    return ' state="hidden"' if sheet.hidden else ""


def _relations(targets: Iterable[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{i}" Type="{_DOCUMENT}/{kind}" Target="{to}"/>' for i, kind, to in targets)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _sheet(sheet: SheetToWrite) -> Iterator[str]:
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'
    for number, values in enumerate(sheet.rows, 1):
        hidden = ' hidden="1"' if number in sheet.hidden_rows else ""
        cells = "".join(_cell(sheet.name, number, column, value) for column, value in enumerate(values, 1))
        yield f'<row r="{number}"{hidden}>{cells}</row>'
    merged = "".join(f'<mergeCell ref="{reference}"/>' for reference in sheet.merged)
    yield "</sheetData>" + (f'<mergeCells count="{len(sheet.merged)}">{merged}</mergeCells>' if merged else "")
    yield "</worksheet>"


def _cell(sheet: str, row: int, column: int, value: Value) -> str:
    reference = f"{column_letters(column)}{row}"
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        text = _safe(value, f"{sheet}!{reference}")
        return f'<c r="{reference}" s="{_TEXT}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    if isinstance(value, date):
        return f'<c r="{reference}" s="{_DATE}"><v>{(value - _EPOCH).days}</v></c>'
    return f'<c r="{reference}" s="{_GENERAL}"><v>{value}</v></c>'


def _safe(text: str, where: str) -> str:
    """Return XML for a text; what the file format cannot hold is refused, what it would change is escaped."""
    wrong = _NOT_XML.search(text)
    if wrong:
        raise Refused("CELL_FORBIDDEN_CHARACTER", {"cell": where, "characters": f"U+{ord(wrong.group()):04X}"})
    if len(text.encode("utf-16-le")) // 2 > CELL_LENGTH_MAX:
        raise Refused("CELL_TOO_LONG", {"cell": where, "length_max": str(CELL_LENGTH_MAX)})
    return escape(_LOOKS_ESCAPED.sub("_x005F_", text)).replace("\r", "_x000D_")
