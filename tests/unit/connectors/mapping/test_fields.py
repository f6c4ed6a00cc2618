"""Each kind of value, read from a record and written back; what is not plainly of its kind is told."""

from decimal import Decimal

import pytest
from msgspec import UNSET

from hub.domain import canonical
from tests.unit.connectors.mapping.builders import (
    MAPPING,
    SCHOOL,
    a_mapper,
    a_pupil,
    a_value,
    lost,
    mapped,
    told,
    transcript_of,
)


def a_fields():
    """Return the rules of the mapping file that stand alone."""
    return list(MAPPING["field"])


def subject(**parts):
    """Return a record whose only subject has these parts."""
    return a_value(mon_hoc=[{"ma": "M-TOAN"} | parts])


def test_a_good_record_is_a_document_with_nothing_said():
    """The school is the register's, subjects have the circular's order and kinds; only what is known is left out."""
    made = mapped(a_value())
    document = made.transcript
    assert (made.findings, lost(made)) == ((), {("dropped", "nguoi_cap_nhat")})
    assert (document.school, document.regulation, document.grade) == (SCHOOL, "TT27-2020", 1)
    assert [(row.code, row.kind) for row in document.subjects] == [("TV", "level"), ("TOAN", "level")]
    assert document.student.name == "Nguyễn Thị Ánh"
    assert (made.reason, made.province) == (None, "31")


def test_a_record_comes_back_as_it_was():
    """Written back it is the same record, but for what the system counts by and what is left out on purpose."""
    value = a_value()
    raw, losses = a_mapper().backward(transcript_of(value))
    assert losses == ()
    subjects = [value["mon_hoc"][1], value["mon_hoc"][0]]
    left_out = ("ma_ho_so", "phien_ban", "nguoi_cap_nhat")
    assert raw == {k: v for k, v in (value | {"mon_hoc": subjects}).items() if k not in left_out}


@pytest.mark.parametrize("written", ["9.0", "9", 9, Decimal("9.0"), Decimal("9.00")])
def test_a_mark_is_a_mark_however_it_is_written(written):
    """Text and numbers are the same mark, and nothing is said."""
    made = mapped(subject(diem=written))
    assert (made.transcript.subjects[0].score, made.findings) == ("9.0", ())


@pytest.mark.parametrize("written", ["9.05", "11", "-1", "1e1", "chín", True, [9], {"a": 1}, "9.0.0", "٩"])
def test_a_wrong_mark_refuses_and_is_never_rounded(written):
    """A mark with two decimals is not ours to round."""
    made = mapped(subject(diem=written))
    assert made.transcript is None
    assert told(made) == {("MAPPING_VALUE_WRONG", "mon_hoc[0].diem")}


def test_a_decimal_comma_is_a_guess_unless_it_is_the_systems_own():
    """Told at its place, counted for all items together."""
    made = mapped(subject(diem="9,0"))
    assert ("MAPPING_GUESSED", "mon_hoc[0].diem") in told(made)
    assert ("guessed", "mon_hoc[*].diem") in lost(made)
    item = [{"to": "code", "from": "ma", "table": "subject"}, {"to": "score", "from": "diem", "form": "comma"}]
    mapper = a_mapper(list=[{"to": "subjects", "from": "mon_hoc", "item": item}])
    document = transcript_of(subject(diem="9,0"), mapper)
    assert mapped(subject(diem="9,0"), mapper).findings == ()
    assert mapper.backward(document)[0]["mon_hoc"][0]["diem"] == "9,0"


@pytest.mark.parametrize(
    ("form", "whole", "half"),
    [("fixed", "9.0", "8.5"), ("short", "9", "8.5"), ("comma", "9,0", "8,5"), ("number", 9, Decimal("8.5"))],
)
def test_a_mark_is_written_as_the_system_has_it(form, whole, half):
    """What was read in a form is written in that form."""
    item = [{"to": "code", "from": "ma", "table": "subject"}, {"to": "score", "from": "diem", "form": form}]
    mapper = a_mapper(list=[{"to": "subjects", "from": "mon_hoc", "item": item}])
    for written in (whole, half):
        raw, _ = mapper.backward(transcript_of(subject(diem=written), mapper))
        assert raw["mon_hoc"][0]["diem"] == written


@pytest.mark.parametrize(
    ("written", "read", "guessed"),
    [
        ("05/03/2019", "2019-03-05", False), ("5/3/2019", "2019-03-05", False), ("2019-03-05", "2019-03-05", False),
        ("03/2019", "2019-03", False), ("2019", "2019", False), (43529, "2019-03-05", True),
        (" 05/03/2019", "2019-03-05", True),
    ],
)  # fmt: skip
def test_a_birth_date_is_read_with_its_doubts_told(written, read, guessed):
    """A year or a month alone is legal; a serial number is a guess."""
    made = mapped(a_pupil(ngay_sinh=written))
    assert made.transcript.student.birth_date == read
    assert (("guessed", "hoc_sinh.ngay_sinh") in lost(made)) == guessed


@pytest.mark.parametrize("written", ["05/03/19", "31/02/2019", "3.5", 7, "hôm qua", False])
def test_a_birth_date_that_is_none_refuses(written):
    """A year of two digits is refused rather than guessed."""
    assert ("MAPPING_VALUE_WRONG", "hoc_sinh.ngay_sinh") in told(mapped(a_pupil(ngay_sinh=written)))


def test_decomposed_letters_and_spare_spaces_are_guesses():
    """Repaired, told, counted; the document has composed letters."""
    made = mapped(a_pupil(ho_dem="Nguyễn  Thi\u0323 "))
    assert made.transcript.student.name == "Nguyễn Thị Ánh"
    assert ("guessed", "hoc_sinh.ho_dem") in lost(made)


@pytest.mark.parametrize("written", ["A\u200bn", "\u202eAn", "x" * 201, "\ud800", ["An"], {"a": {"b": 1}}])
def test_a_name_that_hides_something_refuses(written):
    """Hidden characters, a text without end, and what is no text."""
    made = mapped(a_pupil(ten=written))
    assert made.transcript is None


def test_a_name_of_two_last_words_is_widened():
    """Read it is the same name; written back it stands elsewhere, so that is told."""
    made = mapped(a_pupil(ho_dem="Nguyễn", ten="Thị Ánh"))
    assert ("widened", "hoc_sinh.ten") in lost(made)
    raw, _ = a_mapper().backward(made.transcript)
    assert (raw["hoc_sinh"]["ho_dem"], raw["hoc_sinh"]["ten"]) == ("Nguyễn Thị", "Ánh")


def test_a_name_of_one_word_has_no_first_part():
    """A pupil may have one name only."""
    raw, losses = a_mapper().backward(transcript_of(a_pupil(ho_dem=None)))
    assert (raw["hoc_sinh"]["ho_dem"], raw["hoc_sinh"]["ten"], losses) == (None, "Ánh", ())


@pytest.mark.parametrize(("written", "read"), [("1", True), ("x", True), (True, True), ("0", False), (False, False)])
def test_yes_and_no_are_read(written, read):
    """Text, boxes and JSON's own."""
    assert transcript_of(a_value(hoan_thanh=written)).result.completed is read


def test_a_no_that_the_document_need_not_say_is_absent():
    """Only a yes stands in a document where a no means nothing said."""
    document = transcript_of(a_value(hoan_thanh_cap="0") | {"mon_hoc": [{"ma": "M-TOAN", "muc": "1", "mien": "0"}]})
    assert document.result.programme_completed is UNSET
    assert document.subjects[0].exempt is UNSET


def test_a_blank_means_no_where_the_file_says_so():
    """A box that is not ticked; one that is not there is another matter."""
    rule = {"to": "result.completed", "from": "hoan_thanh", "yes": ["x"], "no": [""], "required": True}
    mapper = a_mapper(field=[*[f for f in a_fields() if f["to"] != "result.completed"], rule])
    assert transcript_of(a_value(hoan_thanh=""), mapper).result.completed is False
    assert ("MAPPING_FIELD_MISSING", "hoan_thanh") in told(mapped(a_value(hoan_thanh=None), mapper))
    raw, _ = mapper.backward(transcript_of(a_value(hoan_thanh=""), mapper))
    assert "hoan_thanh" in raw
    assert raw["hoan_thanh"] is None


@pytest.mark.parametrize(("written", "grade"), [("01", 1), ("1", 1), (1, 1), ("Khối 1", 1)])
def test_a_grade_is_read_and_written_with_two_digits(written, grade):
    """The form of the file is the one written."""
    document = transcript_of(a_value(khoi=written))
    assert (document.grade, a_mapper().backward(document)[0]["khoi"]) == (grade, "01")


@pytest.mark.parametrize(
    ("name", "written"),
    [("khoi", "13"), ("khoi", "0"), ("khoi", None), ("nam_hoc", "2025"), ("nam_hoc", "2025-2027"), ("nam_hoc", "25-26"),
     ("ma_truong", "31 02"), ("ma_truong", True), ("nam_hoc", "2001-2002")],
)  # fmt: skip
def test_a_record_of_no_place_or_time_refuses(name, written):
    """Without school, year and grade nothing can be read; what is missing is told, and nothing else."""
    made = mapped(a_value(**{name: written}))
    assert made.transcript is None
    assert {found.path for found in made.findings} == {name}


def test_a_school_that_the_register_does_not_have_refuses():
    """Names and provinces are the register's; what is stated is still given back, for whom to answer."""
    made = mapped(a_value(ma_truong="99999999"))
    assert told(made) == {("SCHOOL_UNKNOWN", "ma_truong")}
    assert (made.transcript, made.province, made.school, made.school_year) == (None, "31", "99999999", "2025-2026")


@pytest.mark.parametrize(("stated", "tells"), [("31", False), ("30", False), ("01", True)])
def test_a_province_of_another_place_is_told(stated, tells):
    """30 is a part of 31 since the merger; 01 is no part of it."""
    made = mapped(a_value(ma_tinh=stated))
    assert (("PROVINCE_NOT_IN_YEAR", "ma_tinh") in told(made)) == tells
    assert made.transcript.school.province == "31"


def test_a_default_is_told():
    """A value that no record says is never silent."""
    made = mapped(a_pupil(quoc_tich=None))
    assert made.transcript.student.nationality == "VN"
    assert told(made) == {("MAPPING_DEFAULTED", "hoc_sinh.quoc_tich")}
    assert ("defaulted", "hoc_sinh.quoc_tich") in lost(made)


def test_a_code_that_lost_its_zeros_refuses():
    """A spreadsheet makes a number of a code; with its digits known that is seen."""
    fields = [f | {"digits": 10} if f["to"] == "student.student_code" else f for f in a_fields()]
    assert ("MAPPING_VALUE_WRONG", "hoc_sinh.ma_hs") in told(mapped(a_pupil(ma_hs=100849201), a_mapper(field=fields)))
    assert transcript_of(a_pupil(ma_hs=3100849201), a_mapper(field=fields)).student.student_code == "3100849201"


def test_the_reason_of_a_new_version_stands_beside_the_document():
    """The runner puts it there with the version that is replaced; written back it has its field."""
    made = mapped(a_value(ly_do_sua="Nhập nhầm điểm"))
    assert (made.reason, made.transcript.reason) == ("Nhập nhầm điểm", UNSET)


def test_a_class_that_nothing_says_is_completed_follows_from_promotion():
    """Where the system has no word for it, that is a guess and told."""
    mapper = a_mapper(field=[f for f in a_fields() if f["to"] != "result.completed"], known=["hoan_thanh"])
    made = mapped(a_value(), mapper)
    assert made.transcript.result.completed is True
    assert ("guessed", "result.completed") in lost(made)
    assert mapper.backward(made.transcript)[1] == ()


def test_a_rule_holds_for_its_grades_only():
    """A value at a path of other grades is dropped, and that is told."""
    fields = [f | {"grades": [5]} if f["to"] == "rating" else f for f in a_fields()]
    made = mapped(a_value(), a_mapper(field=fields))
    assert made.transcript.rating is UNSET
    assert ("dropped", "xep_loai") in lost(made)


def test_a_list_in_one_text_is_split_and_joined():
    """Systems write several awards into one column."""
    fields = [f | {"separator": ";"} if f["to"] == "result.awards" else f for f in a_fields()]
    mapper = a_mapper(field=fields)
    document = transcript_of(a_value(khen_thuong="G1;G2"), mapper)
    assert document.result.awards == ("HSXS", "HSG")
    assert mapper.backward(document)[0]["khen_thuong"] == "G1;G2"


def test_a_document_is_the_same_bytes_every_time():
    """A pure function of record, mapping and register, whatever the order of names."""
    value = a_value()
    turned = dict(reversed(value.items()))
    assert canonical(transcript_of(value)) == canonical(transcript_of(turned))
