"""Workbooks and CSV: a column for each subject and part of it, and boxes that are ticked."""

import msgspec
import pytest
from msgspec import UNSET

from hub.connectors.mapping import DeclaredMapper, MapperByTemplate
from hub.connectors.sdk import SourceRecord
from hub.domain.transcript import Absences
from tests.unit.connectors.mapping.builders import MERGED, context_of, lost, mapped, rows, told, transcript_of

TABLES = {
    "subject": [
        {"code": "Toán", "means": "TOAN"}, {"code": "Tiếng Việt", "means": "TV"}, {"code": "Đạo đức", "means": "DD"},
        {"code": "Thủ công", "means": "CN", "to": MERGED},
    ],
    "quality": [{"code": "Yêu nước", "means": "YEU_NUOC"}],
    "level": rows(T="T", H="H", C="C"),
}  # fmt: skip
MAPPING = {
    "key": ["Trường", "Năm học", "Mã HS"], "school": "Trường", "school_year": "Năm học", "grade": "Khối",
    "field": [
        {"to": "class", "from": "Lớp"}, {"to": "student.name", "from": "Họ và tên"},
        {"to": "student.student_code", "from": "Mã HS"}, {"to": "student.birth_date", "from": "Ngày sinh"},
        {"to": "student.gender", "from": "Giới tính"}, {"to": "student.nationality", "from": "Quốc tịch"},
        {"to": "result.completed", "from": "HTCT", "yes": ["x"], "no": [""]},
    ],
    "columns": [
        {"to": "subjects", "table": "subject", "title": "{code} / {value}",
         "values": {"level": {"title": "Mức", "table": "level"}, "score": {"title": "Điểm KT", "form": "short"}}},
        {"to": "qualities", "table": "quality", "title": "Phẩm chất / {code}", "values": {"level": ""}},
    ],
    "ticks": [
        {"to": "rating", "exactly": 1, "of": {
            "Đánh giá / Hoàn thành xuất sắc": "HTXS", "Đánh giá / Hoàn thành tốt": "HTT", "Đánh giá / Hoàn thành": "HT",
            "Đánh giá / Chưa hoàn thành": "CHT"}},
        {"to": "result.awards", "of": {"Khen / HSXS": "HSXS", "Khen / HSTB": "HSTB"}},
        {"to": "result.promotion", "of": {"Lên lớp": "promoted"}},
    ],
}  # fmt: skip
ROW = {
    "Trường": "31020001", "Năm học": "2025-2026", "Khối": "1", "Lớp": "1A", "Họ và tên": "Lê Văn An",
    "Mã HS": "3100849201", "Ngày sinh": "05/03/2019", "Giới tính": "male", "Quốc tịch": "VN", "HTCT": "x",
    "Tiếng Việt / Mức": "T", "Tiếng Việt / Điểm KT": "9", "Toán / Mức": "H", "Toán / Điểm KT": "7",
    "Đạo đức / Mức": "T", "Phẩm chất / Yêu nước": "T", "Lên lớp": "x", "Khen / HSTB": "x", "Khen / HSXS": "",
    "Đánh giá / Hoàn thành xuất sắc": "", "Đánh giá / Hoàn thành tốt": "✓", "Đánh giá / Hoàn thành": "",
    "Đánh giá / Chưa hoàn thành": None,
}  # fmt: skip


def a_mapper(**changes):
    """Return the mapper of that sheet."""
    return DeclaredMapper.of(MAPPING | changes, TABLES)


def test_a_row_is_a_document_in_the_order_of_the_circular():
    """Each filled column of a subject is a part of it; a blank one is absent."""
    made = mapped(ROW, a_mapper())
    assert (made.findings, made.losses) == ((), ())
    subjects = [(row.code, row.level, row.score) for row in made.transcript.subjects]
    assert subjects == [("TV", "T", "9.0"), ("TOAN", "H", "7.0"), ("DD", "T", UNSET)]
    assert [(row.code, row.level) for row in made.transcript.qualities] == [("YEU_NUOC", "T")]
    result = made.transcript.result
    assert (made.transcript.rating, result.awards, result.promotion) == ("HTT", ("HSTB",), "promoted")


def test_a_row_comes_back_in_its_columns():
    """With the first mark that the file names, and numbers as they stood."""
    raw, losses = a_mapper().backward(transcript_of(ROW, a_mapper()))
    assert losses == ()
    assert raw == {path: value for path, value in ROW.items() if value} | {"Đánh giá / Hoàn thành tốt": "x"}


def test_a_complete_row_has_every_column():
    """So that a file can be written with one header for all."""
    raw, _ = a_mapper(complete=True).backward(transcript_of(ROW, a_mapper()))
    assert set(raw) == {*ROW, "Thủ công / Mức", "Thủ công / Điểm KT", "Đạo đức / Điểm KT"}


@pytest.mark.parametrize(
    ("change", "told_of"),
    [
        ({"Đánh giá / Hoàn thành": "x"}, ("MAPPING_TICKS_WRONG", "Đánh giá / Hoàn thành xuất sắc")),
        ({"Đánh giá / Hoàn thành tốt": ""}, ("MAPPING_TICKS_WRONG", "Đánh giá / Hoàn thành xuất sắc")),
        ({"Đánh giá / Hoàn thành": "có"}, ("MAPPING_VALUE_WRONG", "Đánh giá / Hoàn thành")),
        ({"Thủ công / Mức": "T"}, ("MAPPING_CODE_NOT_IN_FORCE", "Thủ công / Mức")),
        ({"Toán / Mức": "X"}, ("MAPPING_CODE_UNKNOWN", "Toán / Mức")),
        ({"Toán / Điểm KT": "7,55"}, ("MAPPING_VALUE_WRONG", "Toán / Điểm KT")),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_refuses(change, told_of):
    """Two boxes, no box, a box with a word, a column of another time, a code of no table, a mark too precise."""
    made = mapped(ROW | change, a_mapper())
    assert told_of in told(made)
    assert made.transcript is None


def test_a_column_of_no_subject_is_told_with_the_nearest_title():
    """A title that was mistyped leaves its subject out; both are told."""
    row = {path.replace("Toán / Mức", "Toan / Mức"): value for path, value in ROW.items()}
    made = mapped(row, a_mapper())
    (found,) = made.findings
    assert (found.code, found.facts["proposal"]) == ("MAPPING_FIELD_UNKNOWN", "Toán / Mức")
    assert ("dropped", "Toan / Mức") in lost(made)


def test_boxes_may_say_one_thing_that_other_rules_write():
    """Whether the class is completed follows from the box of promotion; it is written there alone."""
    fields = [rule for rule in MAPPING["field"] if rule["to"] != "result.completed"]
    derived = {"to": "result.completed", "of": {"Lên lớp": True}, "derived": True}
    mapper = a_mapper(field=fields, ticks=[*MAPPING["ticks"], derived], known=["HTCT"])
    document = transcript_of(ROW, mapper)
    assert document.result.completed is True
    raw, losses = mapper.backward(document)
    assert (raw["Lên lớp"], losses) == ("x", ())


def test_what_a_sheet_has_no_column_for_is_a_loss_on_the_way_out():
    """By field where the group is known, as a group where it is not."""
    document = transcript_of(ROW, a_mapper())
    subjects = tuple(msgspec.structs.replace(row, comment="Tốt", exempt=True) for row in document.subjects)
    fuller = msgspec.structs.replace(
        document, subjects=subjects, absences=Absences(excused=1, unexcused=0), supersedes="0" * 64, reason="Sửa điểm",
        remarks="Ngoan", student=msgspec.structs.replace(document.student, ethnicity="Kinh"), period="semester_1",
    )  # fmt: skip
    _, losses = a_mapper().backward(fuller)
    assert {loss.path for loss in losses} == {
        "$.absences", "$.period", "$.reason", "$.remarks", "$.student.ethnicity", "$.subjects[*].comment",
        "$.subjects[*].exempt", "$.supersedes",
    }  # fmt: skip


def test_a_record_is_read_by_its_template_and_written_in_the_best():
    """Forward the record says which; backward the first that is for the grade and year and loses least."""
    old = a_mapper(years={"to": "2024-2025"}, version="2")
    poor = a_mapper(ticks=[], version="1", grades=[1, 2])
    mapper = MapperByTemplate({"kh2": old, "kh0": poor, "kh1": a_mapper()})
    assert mapper.version == "kh2:2+kh0:1+kh1:1"
    record = mapper.record(ROW | {"mau": "kh2"}, "5A.xlsx!5A!9")
    assert (record.key, record.value["mau"]) == ("31020001/2025-2026/3100849201", "kh2")
    made = mapper.forward(record, context_of())
    raw, losses = mapper.backward(made.transcript)
    assert (made.findings, raw["mau"], losses) == ((), "kh1", ())


@pytest.mark.parametrize("named", ["kh9", None, 5, ["kh1"]])
def test_a_template_that_is_not_known_refuses(named):
    """Read by another one its columns would mean something else."""
    mapper = MapperByTemplate({"kh1": a_mapper()})
    made = mapper.forward(SourceRecord("k", "v", "p", ROW | {"mau": named}), context_of())
    assert (made.transcript, [found.code for found in made.findings]) == (None, ["MAPPING_CODE_UNKNOWN"])
