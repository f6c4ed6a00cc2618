"""Stored rows of a class give exactly the stored documents and codes; manifest and code agree."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import hub.connectors.vnedu_secondary as door
from hub.connectors.pupil_list import write_pupils
from hub.connectors.vnedu_secondary import SheetOf, detail_sheet, prepare_files, summary_sheet
from hub.connectors.vnedu_secondary.documents import GRADES
from hub.connectors.workbook_writing import write_workbook
from hub.domain.reading import canonical
from tests.unit.connectors.vnedu_secondary.builders import SCHOOL, YEAR

FOLDER = Path(door.__file__).parent


def prepared(folder):
    """Write the stored rows as a workbook of four sheets and prepare it."""
    rows = json.loads((FOLDER / "golden" / "class.rows.json").read_text("utf-8"), parse_float=Decimal)
    sheets = []
    for make, key in ((detail_sheet, "details"), (summary_sheet, "summaries")):
        for one in rows[key]:
            of = SheetOf(one["subject"], one["semester"], YEAR, "6A1", one.get("regular_count", 4))
            sheets.append(make(of, one["rows"], name=f"{of.subject}_HK{of.semester}"))
    write_workbook(folder / "m.xlsx", sheets)
    write_pupils(folder / "p.xlsx", rows["pupils"])
    return prepare_files([folder / "m.xlsx"], folder / "p.xlsx", school=SCHOOL, school_year=YEAR)


def test_golden_rows_give_the_stored_documents(tmp_path):
    """Three pupils of 6A1 in three subjects, a fourth who is kept out."""
    made = prepared(tmp_path)
    shown = {
        "documents": [
            {"codes": [f"{f.code} {f.path}" for f in row.findings], "document": json.loads(canonical(row.transcript))}
            for row in made.documents
        ],
        "rejected": [[f"{f.code} {f.path}" for f in row.findings] for row in made.rejected],
        "findings": [found.code for found in made.findings],
    }
    assert shown == json.loads((FOLDER / "golden" / "class.expected.json").read_text("utf-8"))


def test_the_manifest_names_the_grades_that_are_served():
    """Manifest and code agree."""
    assert tomllib.loads((FOLDER / "manifest.toml").read_text("utf-8"))["grades"] == list(GRADES)
