"""What stands in a system about one answer, read as that system itself would: its JSON, tables, workbooks, files."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl

from hub.connectors.khanh_hoa import read_class_file as read_workbook
from hub.connectors.sdk import Raw, SourceRecord, version_of
from hub.connectors.tien_giang import class_files
from hub.domain import Transcript, read
from tests.connectors.transferred_systems import System

__all__ = ["read_out"]

_OURS = ("KetQua", "MaLoi", "LyDo", "ViecCanLam", "ViTri", "MaTraLoi")


def read_out(of: System, answer_id: str) -> tuple[list[Transcript | None], str]:
    """Return the documents in their order, None for what is no document to that system, and all that it was told."""
    return _READERS[of.name](of, answer_id)


def _records(of: System, values: list[Raw]) -> list[Transcript | None]:
    return [of.meant(SourceRecord(version_of(value), version_of(value), "đọc lại", value)) for value in values]


def _row(of: System, answer_id: str) -> Raw:
    (row,) = [row for row in of.system.answers() if row["id"] == answer_id]
    assert row.get("refused", 0) == 0
    return row


def _json(text: str) -> object:
    return json.loads(text, parse_float=Decimal)


def _hai_phong(of: System, answer_id: str) -> tuple[list[Transcript | None], str]:
    body = _json(_row(of, answer_id)["body"])
    return _records(of, body["hoc_ba"]), json.dumps(body["loi"])


def _nghe_an(of: System, answer_id: str) -> tuple[list[Transcript | None], str]:
    row = _row(of, answer_id)
    return _records(of, _json(row["hoc_ba"])), row["loi"]


def _ha_noi(of: System, answer_id: str) -> tuple[list[Transcript | None], str]:
    row, files = _row(of, answer_id), Path(of.settings["folder"]["path"]) / "tra-loi"
    documents = [read((files / f"{digest}.json").read_bytes()).transcript for digest in row["documents"]]
    return documents, json.dumps(row.get("findings", ()))


def _tien_giang(of: System, answer_id: str) -> tuple[list[Transcript | None], str]:
    (name,) = _row(of, answer_id)["files"]
    text = (of.system.files / name).read_text(encoding="utf-8")
    classes = ElementTree.fromstring(text).iter(f"{{{class_files.NAMESPACE}}}HoSoLop")
    found = [record for one in classes for record in class_files.read_class_file(ElementTree.tostring(one)).records]
    return _records(of, found), text


def _khanh_hoa(of: System, answer_id: str) -> tuple[list[Transcript | None], str]:
    (name,) = _row(of, answer_id)["files"]
    path = of.folder / "system/files" / name
    book = openpyxl.load_workbook(path)
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    sheets = [sheet for sheet in book.sheetnames if re.fullmatch(r"\d+ \d{4}-\d{4}", sheet)]
    return [_of_sheet(of, path, sheet) for sheet in sheets], "\n".join(cells)


def _of_sheet(of: System, path: Path, sheet: str) -> Transcript | None:
    """Read a class sheet with the list of pupils, which says who it is now, under the class and grade of that year."""
    folder = path.with_name(f"{path.stem}-{sheet}")
    folder.mkdir()
    for file, kept in (("list", "C1-HocSinh"), ("class", sheet)):
        book = openpyxl.load_workbook(path)
        for name in [name for name in book.sheetnames if name != kept]:
            del book[name]
        if file == "list":
            book[kept]["B2"] = book[kept]["C2"] = None
        else:
            school = next(m[1] for row in book[kept].iter_rows(max_row=6, values_only=True) for cell in row
                          if (m := re.search(r"\(([0-9A-Za-z]+)\)$", str(cell or ""))))  # fmt: skip
        book.save(folder / f"{file}.xlsx")
    place, record = f"gui/{school}/{sheet.split()[1]}/a.xlsx", of.connector.mapper.record
    (found,) = read_workbook(folder / "class.xlsx", folder / "list.xlsx", place, record).records
    return of.meant(found)


def _generic(of: System, answer_id: str) -> tuple[list[Transcript | None], str]:
    rows = [row for row in _answer_rows(of) if row["MaTraLoi"] == answer_id]
    values = [{name: text or None for name, text in row.items() if name not in _OURS} for row in rows]
    return _records(of, values), rows[0]["MaLoi"] + rows[0]["LyDo"]


def _answer_rows(of: System) -> Iterator[dict[str, str]]:
    for path in sorted(Path(of.settings["folder"]["path"]).glob("tra-loi/tiep-nhan-*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.DictReader(stream, delimiter=";")


_READERS: dict[str, Callable[[System, str], tuple[list[Transcript | None], str]]] = {
    "ha-noi": _ha_noi, "hai-phong": _hai_phong, "khanh-hoa": _khanh_hoa, "nghe-an": _nghe_an,
    "tien-giang": _tien_giang, "dong-thap": _generic,
}  # fmt: skip
