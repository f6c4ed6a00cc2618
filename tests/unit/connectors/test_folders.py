"""Every connector folder has the same files, its manifest is true, and its golden files come out as stored."""

import json
import tomllib
from pathlib import Path

import pytest

import hub.connectors
from hub.connectors import lines, opening, vnedu_primary, worksheets
from hub.connectors.csdl_c1 import documents, prepare_files, write_results
from hub.connectors.csdl_c1.mapping import RESULT_FIELDS, TITLES
from hub.connectors.file_readers import LOSS_OF
from hub.connectors.jsonl import prepare, source
from hub.connectors.pupil_list import write_pupils
from hub.connectors.pupil_list.mapping import PUPIL_TITLES, REQUIRED_PUPIL_FIELDS
from hub.connectors.sdk import read_manifest
from hub.connectors.sdk.finding import found, load
from hub.connectors.vnedu_primary import ClassToWrite
from hub.domain.reading import canonical
from tests.unit.connectors.builders import SCHOOL, YEAR
from tests.unit.connectors.class_sheets import made_of

ROOT = Path(hub.connectors.__file__).parent
SHARED = {"formats", "generic", "mapping", "pupil_list", "sdk", "signed", "simulating", "transport"}  # of no one system
FOLDERS = sorted(path.parent for path in ROOT.glob("*/manifest.toml"))
READERS = [ROOT / name for name in ("csdl_c1", "jsonl", "vnedu_primary", "vnedu_secondary")]
READER_KEYS = {
    "name", "version", "owner", "direction", "transport", "dialect", "certainty", "grades", "answers", "poll_s",
    "repeat", "loss", "limits", "cannot_express",
}  # fmt: skip
WORKBOOK_LIMITS = {
    "file_bytes": opening.WORKBOOK_BYTES_MAX, "unpacked_bytes": opening.UNPACKED_BYTES_MAX,
    "parts": opening.PART_COUNT_MAX, "rows": worksheets.ROW_COUNT_MAX, "columns": worksheets.COLUMN_COUNT_MAX,
    "cells": worksheets.CELL_COUNT_MAX,
}  # fmt: skip
LIMITS = {
    "csdl_c1": WORKBOOK_LIMITS,
    "vnedu_primary": WORKBOOK_LIMITS,
    "vnedu_secondary": WORKBOOK_LIMITS,
    "jsonl": {"line_bytes": lines.LINE_BYTES_MAX, "reported_lines": source.REPORTED_LINES_MAX},
}  # fmt: skip


def manifest(folder):
    """Return the manifest of a folder."""
    return tomllib.loads((folder / "manifest.toml").read_text("utf-8"))


def test_every_folder_is_a_connector_or_shared():
    """No connector hides without a manifest."""
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {folder.name for folder in FOLDERS} <= SHARED


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_has_the_files_of_every_folder(folder):
    """Who knows one connector finds the way in all."""
    for name in ("manifest.toml", "README.md", "source.py", "sink.py", "golden"):
        assert (folder / name).exists(), name
    assert any((folder / name).exists() for name in ("mapping.py", "mapping.toml", "mapping", "mappings"))
    assert any((folder / "golden").iterdir())
    assert read_manifest(folder / "manifest.toml").name == folder.name.replace("_", "-")


@pytest.mark.parametrize("name", sorted(found()))
def test_a_folder_s_door_gives_its_connector(name):
    """By its name, with the manifest beside it."""
    assert load(name).manifest.name == name


@pytest.mark.parametrize("folder", READERS, ids=lambda folder: folder.name)
def test_the_manifest_of_a_reader_is_true(folder):
    """Its limits are those that the code keeps; what it may lose has a finding that tells it."""
    assert (folder / "writing.py").exists()
    assert (folder / "exporting.py").exists()
    assert set(manifest(folder)) - {"checking_only"} == READER_KEYS
    assert manifest(folder)["limits"] == LIMITS[folder.name]
    assert {(loss.path, loss.kind) for loss in read_manifest(folder / "manifest.toml").loss} <= LOSS_OF.items()


def test_the_manifest_of_csdl_c1_names_the_grades_that_it_serves():
    """Manifest and code agree on the grades."""
    assert manifest(ROOT / "csdl_c1")["grades"] == list(documents.GRADES)


def test_the_manifest_of_vnedu_primary_names_the_grades_that_it_serves():
    """Manifest and code agree on the grades."""
    assert manifest(ROOT / "vnedu_primary")["grades"] == list(vnedu_primary.GRADES)


def test_every_field_has_a_title_for_the_clerk():
    """A missing column is named in the clerk's words."""
    assert set(RESULT_FIELDS) <= set(TITLES)
    assert set(REQUIRED_PUPIL_FIELDS) <= set(PUPIL_TITLES)


def shown(made, *, with_codes):
    """Return what a golden file stores of a run."""
    rows = [
        {"row": row.row, "document": json.loads(canonical(row.transcript))}
        | ({"codes": [found.code for found in row.findings]} if with_codes else {})
        for row in made.documents
    ]
    rejected = [{"row": row.row, "codes": [found.code for found in row.findings]} for row in made.rejected]
    return {"documents": rows, "rejected": rejected}


def test_golden_rows_give_the_stored_documents(tmp_path):
    """Cells of three classes become exactly the stored documents and codes."""
    golden = ROOT / "csdl_c1" / "golden"
    rows = json.loads((golden / "classes.rows.json").read_text("utf-8"))
    write_results(tmp_path / "r.xlsx", rows["results"])
    write_pupils(tmp_path / "p.xlsx", rows["pupils"])
    made = prepare_files(tmp_path / "r.xlsx", tmp_path / "p.xlsx", school=SCHOOL, school_year=YEAR)
    assert shown(made, with_codes=True) == json.loads((golden / "classes.expected.json").read_text("utf-8"))


def test_golden_class_sheets_give_the_stored_documents(tmp_path):
    """Cells of two class sheets, of grades 1 and 4, become exactly the stored documents and codes."""
    golden = ROOT / "vnedu_primary" / "golden"
    rows = json.loads((golden / "classes.rows.json").read_text("utf-8"))
    made = made_of(tmp_path, [ClassToWrite(**each) for each in rows["classes"]], rows["pupils"])
    assert shown(made, with_codes=True) == json.loads((golden / "classes.expected.json").read_text("utf-8"))


def test_golden_lines_give_the_stored_documents():
    """Lines in any key order become exactly the stored documents and codes."""
    golden = ROOT / "jsonl" / "golden"
    made = prepare(golden / "lines.jsonl")
    assert shown(made, with_codes=False) == json.loads((golden / "lines.expected.json").read_text("utf-8"))
