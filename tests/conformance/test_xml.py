"""Hostile XML, spreadsheet cells and strings through the readers and writers of files."""

import json
import resource
import socket
import subprocess
import sys
import unicodedata
import zipfile

import openpyxl
import pytest

from hub.catalogue import CATALOGUE
from hub.connectors import PreparedRow
from hub.connectors.cell_texts import squeezed
from hub.connectors.csdl_c1 import prepare_files, write_results
from hub.connectors.jsonl import read_lines
from hub.connectors.workbook_writing import SheetToWrite, write_workbook
from hub.connectors.worksheets import Cell, Kind, open_workbook
from hub.domain.findings import refuses
from hub.domain.marks import MARKS
from hub.domain.reading import canonical
from hub.errors import Refused
from tests.unit.connectors.builders import a_result, prepared

MEMORY_BYTES_MAX = 512 * 2**20
CPU_S_MAX = 20

# Reads one workbook for each document, in a process of its own with little memory and time, and tells what came out.
READER = """
import json, sys
from pathlib import Path
from hub.connectors.opening import open_package
from hub.connectors.worksheets import open_workbook
from hub.connectors.xml_parts import parse_part
from hub.errors import Refused

class Names:
    def __init__(self): self.inside, self.found, self.names = False, [], []
    def start(self, name, attributes):
        self.inside = self.inside or name == "HoTen"
        self.names += [name, *attributes]
    def end(self, name): self.inside = self.inside and name != "HoTen"
    def text(self, text): self.found += [text] if self.inside else []

for path in sorted(Path(sys.argv[1]).glob("*.xlsx")):
    names = Names()
    try:
        open_workbook(path)
        parse_part(open_package(path), "docProps/custom.xml", names)
        answer = {"code": None, "text": "".join(names.found), "names": names.names[:50]}
    except Refused as error:
        answer = {"code": error.code, "text": str(error), "names": []}
    print(json.dumps({"file": path.stem} | answer))
"""


def listener():
    """Open a port that nobody may connect to."""
    server = socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    return server


def pointed(data, port, canary):
    """Point a document's addresses and paths at our own listener and canary, in its own encoding."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
    text = data.decode(encoding).replace("127.0.0.1:9/", f"127.0.0.1:{port}/")
    for path in ("/etc/passwd", "/etc/hostname"):
        text = text.replace(path, str(canary))
    return text.encode(encoding)


def test_hostile_documents_inside_a_workbook_are_refused_or_inert(vectors, tmp_path):
    """Every published document answers as expected, opens no connection, shows no file and stays within its limits."""
    folder = vectors / "xml"
    documents = json.loads((folder / "docs.json").read_text("utf-8"))["documents"]
    canary = tmp_path / "canary"
    canary.write_text("CANARY-6f1d", "utf-8")
    books = tmp_path / "books"
    books.mkdir()
    with listener() as server:
        for document in documents:
            path = books / f"{document['file']}.xlsx"
            write_results(path, [a_result()])
            with zipfile.ZipFile(path, "a") as package:
                data = (folder / "docs" / document["file"]).read_bytes()
                package.writestr("docProps/custom.xml", pointed(data, server.getsockname()[1], canary))
        done = subprocess.run(
            [sys.executable, "-c", READER, str(books)], capture_output=True, text=True, check=True, timeout=60,
            preexec_fn=lambda: (
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX)),
                resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX)),
            ),
        )  # fmt: skip
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "CANARY" not in done.stdout + done.stderr
    answers = {answer["file"]: answer for answer in map(json.loads, done.stdout.splitlines())}
    assert len(answers) == len(documents) == 27
    for document in documents:
        answer = answers[document["file"]]
        if document["expect"] == "reject":
            assert answer["code"] in {"WORKBOOK_XML_FORBIDDEN", "WORKBOOK_DAMAGED"}, document
        if document["expect"] == "accept":
            assert answer["code"] is None, document
        assert "xacThuc" not in answer["names"]
    assert answers["comment-in-text.xml"]["text"] == "Nguyễn Văn Anh"
    assert answers["benign-vietnamese.xml"]["text"] == "Nguyễn Thị Ánh Tuyết"
    assert answers["benign-predefined-entities.xml"]["text"] == "A & B <C> \"D\" 'E' ễ"


def cells_of(vectors):
    """Return (cell, value) of the published list."""
    cells = json.loads((vectors / "xml" / "cells.json").read_text("utf-8"))["cells"]
    assert len(cells) == 179
    return [(cell, cell["value"] * cell.get("repeat", 1)) for cell in cells]


def test_cells_are_written_as_inert_text_and_read_back_exactly(vectors, tmp_path):
    """Export: no value becomes a formula, a number or a date; one that a workbook cannot hold is refused by cell."""
    path, refused = tmp_path / "t.xlsx", set()
    kept = []
    for cell, value in cells_of(vectors):
        try:
            write_workbook(path, [SheetToWrite("Sheet1", [[value]])])
        except Refused as error:
            refused.add((cell["class"], error.code, error.facts["cell"]))
        else:
            kept.append(value)
    assert {place for _, _, place in refused} == {"Sheet1!A1"}
    assert {(kind, code) for kind, code, _ in refused} <= {
        ("control-character", "CELL_FORBIDDEN_CHARACTER"),
        ("leading-whitespace", "CELL_FORBIDDEN_CHARACTER"),
        ("length", "CELL_TOO_LONG"),
    }
    write_workbook(path, [SheetToWrite("Sheet1", [[value] for value in kept])])
    read = [row.cells[1] for row in open_workbook(path).sheets[0].rows]
    assert read == [Cell(Kind.TEXT, value) for value in kept]
    with zipfile.ZipFile(path) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    others = openpyxl.load_workbook(path).active["A"]
    assert {cell.data_type for cell in others} == {"s"}


def test_cells_as_names_are_kept_or_refused_with_a_word(vectors, tmp_path):
    """Import, text column: the document has the value itself, or a normal form that a finding tells, or a refusal."""
    values = []
    for cell, value in cells_of(vectors):
        try:
            write_workbook(tmp_path / "t.xlsx", [SheetToWrite("Sheet1", [[value]])])
        except Refused:
            continue
        values.append((cell, value))
    rows = [a_result(C=f"{number:010}", D=value) for number, (_, value) in enumerate(values, 1)]
    write_results(tmp_path / "r.xlsx", rows)
    made = prepare_files(tmp_path / "r.xlsx", None)
    documents = {row.row: row for row in made.documents}
    reports = {report.row: report for report in made.rejected}
    assert len(documents) + len(reports) == len(values)
    for number, (cell, value) in enumerate(values, 4):
        if number in reports:
            assert cell["class"] not in {"benign", "date-look-alike", "number-look-alike"} or value[:1] in "-+"
            assert refuses(reports[number].findings)
            continue
        name = documents[number].transcript.student.name
        assert name == value or (name == squeezed(value) and len(documents[number].findings) > 1), cell


def test_cells_as_scores_are_refused_unless_they_are_marks(vectors, tmp_path):
    """Import, score column: only what the stated rule takes is a mark; a decimal comma is told."""
    values = [
        value
        for cell, value in cells_of(vectors)
        if cell["class"] in {"number-look-alike", "date-look-alike", "formula"}
    ]
    rows = [a_result(C=f"{number:010}", G=value) for number, value in enumerate(values, 1)]
    write_results(tmp_path / "r.xlsx", rows)
    made = prepare_files(tmp_path / "r.xlsx", None)
    taken = {}
    for row in made.documents:
        (subject,) = [s for s in row.transcript.subjects if s.code == "TOAN"]
        taken[values[row.row - 4]] = subject.score
    for value, mark in taken.items():
        assert MARKS[mark] == MARKS[f"{float(value.replace(',', '.')):.1f}"]
        assert float(value.replace(",", ".")) == float(mark)
    assert len(made.rejected) == len(values) - len(taken) > 40


def test_strings_in_a_line_are_kept_or_refused(vectors, tmp_path):
    """Every naughty string in a remark is kept exactly, composed with a word, or refused with a catalogued code."""
    strings = json.loads((vectors / "xml" / "strings" / "blns.json").read_text("utf-8"))
    assert len(strings) == 515
    (good,) = prepared(tmp_path, [a_result()]).documents
    value = json.loads(canonical(good.transcript))
    lines = [json.dumps(value | {"remarks": text}) for text in strings]
    (tmp_path / "t.jsonl").write_text("\n".join(lines), "utf-8")
    kept = 0
    for text, row in zip(strings, read_lines(tmp_path / "t.jsonl"), strict=True):
        if isinstance(row, PreparedRow):
            kept += 1
            remark = row.transcript.remarks
            assert remark == text or (remark == unicodedata.normalize("NFC", text) and row.findings)
        else:
            assert {found.code for found in row.findings} <= set(CATALOGUE)
    assert kept > 400
