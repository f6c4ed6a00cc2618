"""What an attacker would answer or lay into a folder. Only served on loopback, only when `hostile` is asked for."""

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from hub.connectors.formats.writing import sheet_bytes
from hub.errors import Refused

__all__ = ["hostile_bodies", "hostile_files", "hostile_texts"]

_BODY_BYTES = 9 * 2**20
_BOMB_BYTES = 130 * 2**20
_PIECE_BYTES = 2**20
_ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    b'<worksheet><sheetData><row><c t="inlineStr"><is><t>&x;</t></is></c></row></sheetData></worksheet>'
)
_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><worksheet>&d;</worksheet>'
)
_SHEET_PART = "xl/worksheets/sheet1.xml"


def hostile_bodies() -> tuple[tuple[int, Mapping[str, str], bytes], ...]:
    """Return HTTP answers (status, headers, body), none of which a client may take or follow."""
    zipped = gzip.compress(b'{"a": "' + b"0" * _BODY_BYTES + b'"}', mtime=0)
    return (
        (200, {}, b'"' + b"0" * _BODY_BYTES + b'"'),
        (200, {"Content-Encoding": "gzip"}, zipped),
        (302, {"Location": "http://127.0.0.1:9/"}, b""),
        (200, {}, b"[" * 100_000),
        (200, {}, b'{"du_lieu": [], "du_lieu": [1]}'),
        (200, {}, b'{"moc": NaN}'),
    )


def hostile_texts(vectors: Path | None) -> list[str]:
    """Return the values of `cells.json` of a folder with vectors, each at most a cell long; else a few of our own."""
    if vectors is None:
        return ["=1+1", "@SUM(1+1)", "+A1", "-A1", "<script>alert(1)</script>", "Ng\u202euyễn", "0012"]
    cells = json.loads((vectors / "cells.json").read_text(encoding="utf-8"))["cells"]
    return [cell["value"] * min(int(cell.get("repeat", 1)), 40_000) for cell in cells]


def hostile_files(vectors: Path | None) -> dict[str, bytes]:
    """Return workbooks by file name: each XML vector as a sheet, the texts as cells, a zip bomb, and no workbook."""
    base = sheet_bytes("Lớp", [["Mã học sinh", "Họ và tên", "Toán"], ["HS1", "Nguyễn Văn A", "T"]])
    documents = {"thuc-the": _ENTITY, "cuoi": _LAUGHS}
    if vectors is not None:
        documents |= {path.stem: path.read_bytes() for path in sorted((vectors / "docs").glob("*.xml"))}
    files = {f"xml-{name}.xlsx": _with_sheet(base, document) for name, document in documents.items()}
    files["o-doc-hai.xlsx"] = sheet_bytes("Lớp", [["Mã học sinh", "Họ và tên"], *([t, t] for t in _writable(vectors))])
    files["bom-nen.xlsx"] = _bomb(base)
    files["khong-phai.xlsx"] = b"<html><body>404</body></html>"
    return files


def _writable(vectors: Path | None) -> list[str]:
    """Return the texts that a workbook can hold at all."""
    found = []
    for text in hostile_texts(vectors):
        try:
            sheet_bytes("x", [[text]])
        except Refused:
            continue
        found.append(text)
    return found


def _with_sheet(base: bytes, document: bytes) -> bytes:
    return _copied(base, {_SHEET_PART: document})


def _copied(base: bytes, parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), parts.get(name, old.read(name)), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _bomb(base: bytes) -> bytes:
    made = io.BytesIO(_copied(base, {}))
    with (
        zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/media/0.xml", "w") as part,
    ):
        for _ in range(_BOMB_BYTES // _PIECE_BYTES):
            part.write(b"\0" * _PIECE_BYTES)
    return made.getvalue()
