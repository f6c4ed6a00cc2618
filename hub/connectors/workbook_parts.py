"""The parts of a workbook that its sheets rest on: list of sheets, shared strings, which styles are dates."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from hub.connectors.opening import Package, damage_refused
from hub.connectors.xml_parts import parse_part

__all__ = ["Catalogue", "SheetEntry", "read_catalogue"]

SHEET_COUNT_MAX = 64  # a pupil list has 17
_BUILT_IN_DATES = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One sheet of the list; `part` is None for a sheet without cells (a chart, a dialogue)."""

    name: str
    hidden: bool
    part: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What all sheets share."""

    sheets: tuple[SheetEntry, ...]
    strings: tuple[str, ...]
    date_styles: frozenset[int]
    from_1904: bool


def read_catalogue(package: Package) -> Catalogue:
    """Read list of sheets, strings and styles. Raises Refused(WORKBOOK_DAMAGED) when a needed part is absent."""
    with damage_refused("xl/workbook.xml"):
        book = {r.kind: r for r in _relations(package, "", "_rels/.rels").values()}["officeDocument"]
        folder, name = posixpath.split(book.part)
        relations = _relations(package, folder, f"{folder}/_rels/{name}.rels")
        listed = _Book()
        parse_part(package, book.part, listed)
        if not listed.sheets or len(listed.sheets) > SHEET_COUNT_MAX:
            raise ValueError("sheets")
        sheets = tuple(_entry(sheet, relations) for sheet in listed.sheets)
    strings, styles = _Strings(), _Styles()
    for relation in relations.values():
        if relation.kind == "sharedStrings":
            parse_part(package, relation.part, strings)
        elif relation.kind == "styles":
            parse_part(package, relation.part, styles)
    return Catalogue(sheets, tuple(strings.found), styles.dates(), listed.from_1904)


@dataclass(frozen=True, slots=True)
class _Relation:
    kind: str
    part: str


def _relations(package: Package, folder: str, part: str) -> dict[str, _Relation]:
    """Read one relations part; targets outside the package are left out and so never followed."""
    found = _Relations(folder)
    parse_part(package, part, found)
    return found.found


def _entry(sheet: Mapping[str, str], relations: Mapping[str, _Relation]) -> SheetEntry:
    relation = relations[sheet["id"]]
    hidden = sheet.get("state", "visible") != "visible"
    return SheetEntry(sheet["name"], hidden, relation.part if relation.kind == "worksheet" else None)


class _Silent:
    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


class _Relations(_Silent):
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.found: dict[str, _Relation] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode", "Internal") == "Internal":
            target = posixpath.normpath(posixpath.join("/", self._folder, attributes["Target"])).lstrip("/")
            self.found[attributes["Id"]] = _Relation(attributes["Type"].rpartition("/")[2], target)


class _Book(_Silent):
    def __init__(self) -> None:
        self.sheets: list[dict[str, str]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            self.sheets.append(dict(attributes))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}


class _Strings(_Silent):
    """Shared strings; pieces of one text are joined, phonetic hints left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._taking = False
        self._phonetic = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._taking = not self._phonetic

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append("".join(self._pieces))
        elif name == "rPh":
            self._phonetic = False
        elif name == "t":
            self._taking = False

    def text(self, text: str) -> None:
        if self._taking:
            self._pieces.append(text)


class _Styles(_Silent):
    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []
        self._in_cells = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            self._codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self._formats.append(int(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def dates(self) -> frozenset[int]:
        """Return the style numbers that show a day; a format of hours alone is none."""
        return frozenset(index for index, code in enumerate(self._formats) if self._is_date(code))

    def _is_date(self, number: int) -> bool:
        if number in self._codes:
            return any(letter in "dy" for letter in _NOT_LETTERS.sub("", self._codes[number]).lower())
        return number in _BUILT_IN_DATES
