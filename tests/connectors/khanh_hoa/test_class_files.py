"""Class files become records, records documents, and both come back: golden cells, faults of cells, templates."""

import json

import openpyxl
import pytest
from msgspec.structs import replace

from hub.connectors.formats import parse_json
from hub.connectors.headers import label_key
from hub.connectors.khanh_hoa import class_sheet, connector, read_class_file
from hub.connectors.khanh_hoa.templates import LEADING, templates
from hub.connectors.pupil_list import pupil_row, write_pupils
from hub.connectors.sdk import SourceRecord
from hub.connectors.workbook_writing import write_workbook
from hub.domain.reading import canonical
from hub.errors import Refused
from tests.connectors.khanh_hoa.builders import (
    FORMER,
    GOLDEN,
    PRIMARY,
    SECONDARY,
    a_class,
    context,
    edit,
    golden_cells,
    write_cells,
)

KH1 = "gui/56020001/2025-2026/1A-KH1.xlsx"
MAPPER = connector().mapper
CLASS_FILES = {
    "kh1": KH1, "kh2": "gui/56020007/2024-2025/4B-KH2.xlsx", "kh3": "gui/56030002/2025-2026/6-1-KH3.xlsx",
}  # fmt: skip


@pytest.fixture
def laid(tmp_path):
    """The golden class files and their lists, by name."""
    return {name: write_cells(tmp_path / name, cells) for name, cells in golden_cells().items()}


def read(laid, name):
    """Read one of the laid class files."""
    return read_class_file(laid[name], laid[f"{name.rpartition('/')[0]}/C1-HocSinh.xlsx"], name, MAPPER.record)


def codes(record):
    """Return the codes told of a record."""
    return [found.code for found in record.findings]


@pytest.mark.parametrize("template", sorted(CLASS_FILES))
def test_golden_cells_give_the_stored_records(laid, template):
    """Numbers stay numbers, blank cells are null, the pupil comes from the list, each at its row."""
    stored = parse_json((GOLDEN / f"{template}.json").read_bytes())["records"]
    found = read(laid, CLASS_FILES[template])
    assert [record.value for record in found.records[: len(stored)]] == stored
    first = 8 if template == "kh3" else 9
    sheet = golden_cells()[CLASS_FILES[template]]["name"]
    for row, (record, value) in enumerate(zip(found.records, stored, strict=False), first):
        year, code = value["nam_hoc"], value["hoc_sinh"]["ma_hs"]
        assert record.key == f"{value['ma_truong']}/{year}/{code}/CN"
        assert record == MAPPER.record(value, record.place)
        assert record.place == f"{CLASS_FILES[template]}!{sheet}!{row}"


@pytest.mark.parametrize("template", sorted(CLASS_FILES))
def test_golden_records_give_the_stored_documents(template):
    """Independent of the way back, which the simulator uses."""
    stored = parse_json((GOLDEN / f"{template}.json").read_bytes())
    expected = json.loads((GOLDEN / f"{template}.expected.json").read_text("utf-8"))
    register = context(PRIMARY, FORMER, SECONDARY)
    names = {school["code"]: school["name"] for school in stored["schools"]}
    documents, rejected = [], []
    for row, value in enumerate(stored["records"], 1):
        mapped = MAPPER.forward(SourceRecord("k", "v", "p", value), register)
        told = [found.code for found in mapped.findings]
        if mapped.transcript is None:
            rejected.append({"row": row, "codes": told})
        else:
            document = json.loads(canonical(mapped.transcript))
            document["school"]["name"] = names[document["school"]["code"]]
            documents.append({"row": row, "codes": told, "document": document})
    assert {"documents": documents, "rejected": rejected} == expected


@pytest.mark.parametrize("year", ["2025-2026", "2024-2025"])
def test_what_a_correction_cannot_say_is_declared(year):
    """A foreign pupil and an exempt subject are in no class summary; a correction of theirs loses what is declared."""
    known = {(loss.kind, loss.direction, loss.path) for loss in connector().manifest.loss}
    pupil = a_class(4, 1, school=PRIMARY if year == "2025-2026" else FORMER, school_year=year)[0]
    student = replace(pupil.student, nationality="LA", passport="P1234567")
    exempt = replace(pupil.subjects[-1], exempt=True)
    _, losses = MAPPER.backward(replace(pupil, student=student, subjects=(*pupil.subjects[:-1], exempt)))
    lost = {(loss.kind, loss.direction, loss.path) for loss in losses}
    assert {path for _, _, path in lost} == {"$.student.nationality", "$.student.passport", "$.subjects[*].exempt"}
    assert lost <= known


def test_a_row_s_faults_keep_that_row_out_and_no_other(laid):
    """A lost zero with the code that may be meant, and a hidden row; notes below the table are told."""
    found = read(laid, KH1)
    assert [codes(record) for record in found.records[4:]] == [["STUDENT_CODE_ZERO_LOST"], ["ROW_HIDDEN"]]
    assert found.records[4].findings[0].facts["proposal"] == "0600849205"
    assert [record.value for record in found.records[4:]] == [None, None]
    assert "ROW_IGNORED" in {told.code for told in found.findings}


def test_a_formula_keeps_its_row_out(laid):
    """Whatever value stands beside it."""
    edit(laid[KH1], F9="=9+1")
    found = read(laid, KH1)
    assert codes(found.records[0]) == ["CELL_FORMULA"]
    assert found.records[0].findings[0].path == "1A!F9"
    assert found.records[1].value is not None


def test_a_merged_cell_over_two_pupils_keeps_both_out(laid):
    """Whose value it is, is not ours to say."""
    book = openpyxl.load_workbook(laid[KH1])
    book.worksheets[0].merge_cells("F9:F10")
    book.save(laid[KH1])
    found = read(laid, KH1)
    assert [codes(record) for record in found.records[:3]] == [["CELL_MERGED"], ["CELL_MERGED"], []]


def test_a_pupil_who_is_not_in_the_list_is_refused(laid):
    """And so is one whom the list has under another name."""
    edit(laid[KH1], B9="5600000000", C10="Nguyễn Văn Khác")
    found = read(laid, KH1)
    assert [codes(record) for record in found.records[:2]] == [["PUPIL_NOT_IN_LIST"], ["PUPIL_NAME_DIFFERS"]]


def test_a_sheet_of_another_year_than_its_folder_is_refused(laid):
    """Row by row, so that each school hears of each pupil."""
    edit(laid[KH1], A5="Năm học: 2024 - 2025", A4="Khối 1")
    assert set(codes(read(laid, KH1).records[0])) == {"CLASS_SHEET_YEAR_DIFFERS", "CLASS_SHEET_WITHOUT_CLASS"}


def test_a_workbook_of_another_shape_names_the_nearest_template(laid):
    """With the first title that it lacks."""
    edit(laid[KH1], E6="Văn", G6="Đại số", AB7="Giỏi")
    with pytest.raises(Refused) as refused:
        read(laid, KH1)
    assert refused.value.code == "WORKBOOK_SHAPE_UNKNOWN"
    assert refused.value.facts["nearest"].startswith("KH1")
    assert refused.value.facts["expected"] == "Tiếng Việt / Mức đạt được"


def test_a_renamed_column_is_told_with_its_old_title(laid):
    """Neither the class nor the sheet is refused for it."""
    edit(laid[KH1], AJ6="Được lên lớp")
    mapped = MAPPER.forward(read(laid, KH1).records[0], context())
    told = {found.code: found.facts for found in mapped.findings}
    assert told["MAPPING_FIELD_UNKNOWN"]["proposal"] == "Lên lớp"
    assert ("dropped", "Được lên lớp") in {(loss.kind, loss.path) for loss in mapped.losses}


def test_every_path_of_a_mapping_is_a_column_of_its_template():
    """But for the frame, which stands in the heading, in folders, or in the list."""
    for template in templates():
        rules = MAPPER[template.name].rules
        columns = {label_key(path) for path in template.paths if path not in LEADING}
        named = {label_key(path) for path in rules.names if " / " in path or not path.isascii() or path[0].isupper()}
        assert named == columns


@pytest.mark.parametrize(
    ("school", "year", "grade", "name"),
    [
        *((PRIMARY, "2025-2026", grade, "kh1") for grade in range(1, 6)),
        *((FORMER, "2024-2025", grade, "kh2") for grade in range(1, 6)),
        *((SECONDARY, "2025-2026", grade, "kh3") for grade in range(6, 13)),
    ],
)  # fmt: skip
def test_a_written_class_reads_back_as_the_same_documents(tmp_path, school, year, grade, name):
    """Through cells: document, record, class sheet, record, document; the template follows from grade and year."""
    pupils = a_class(grade, school=school, school_year=year)
    written = [MAPPER.backward(transcript) for transcript in pupils]
    assert {(record["mau"], losses) for record, losses in written} == {(name, ())}
    write_workbook(tmp_path / "a.xlsx", [class_sheet([record for record, _ in written], school.name)])
    write_pupils(tmp_path / "l.xlsx", [pupil_row(transcript, 1) for transcript in pupils])
    file = f"gui/{school.code}/{year}/{grade}A.xlsx"
    found = read_class_file(tmp_path / "a.xlsx", tmp_path / "l.xlsx", file, MAPPER.record)
    mapped = [MAPPER.forward(record, context()) for record in found.records]
    assert [one.transcript for one in mapped] == pupils
    assert not any(one.findings or one.losses for one in mapped)
    assert {one.province for one in mapped} == {school.province}
