"""A small system with every kind of rule: its mapping, its tables, one good record, and how it is read."""

from copy import deepcopy
from datetime import date

from hub.connectors.mapping import DeclaredMapper
from hub.connectors.sdk import Context, SourceRecord
from hub.domain.findings import render
from hub.domain.transcript import School

SCHOOL = School(code="31020001", name="Trường Tiểu học Mẫu số 1", province="31")
MERGED = date(2025, 7, 1)


def rows(**codes):
    """Return the rows of a table, in order: its codes and what they mean."""
    return [{"code": code, "means": means} for code, means in codes.items()]


TABLES = {
    "period": rows(CN="year", HK1="semester_1"),
    "gender": [{"code": "1", "means": "male"}, {"code": "2", "means": "female"}, {"code": "9", "means": "unknown"}],
    "subject": [
        {"code": f"M-{code}", "means": code}
        for code in (
            "TV", "TOAN", "NN1", "DD", "TNXH", "LSDL", "KH", "THCN", "TIN", "CN", "GDTC", "AN", "MT", "HDTN", "TDT",
            "KT", "TC", "VAN", "GDCD", "KHTN", "SU", "DIA", "KTPL", "LI", "HOA", "SINH", "GDQPAN", "NT", "GDDP", "NN2",
        )
    ],
    "level": [
        {"code": "HTT", "means": "T", "widens": True}, {"code": "1", "means": "T"},
        {"code": "2", "means": "H"}, {"code": "3", "means": "C"},
    ],
    "assessed": rows(A="T", B="Đ", C="C"),
    "award": [
        {"code": "G1", "means": "HSTB", "to": MERGED}, {"code": "G1", "means": "HSXS", "from": MERGED},
        {"code": "G2", "means": "HSG"}, {"code": "G3", "means": "HSXS", "to": MERGED},
        {"code": "G4", "means": "HSTB", "from": MERGED}, {"code": "G5", "means": "HSTT"},
    ],
}  # fmt: skip

_ITEM = [
    {"to": "code", "from": "ma", "table": "subject", "required": True},
    {"to": "level", "from": "muc", "table": "level"}, {"to": "score", "from": "diem"},
    {"to": "semester_1", "from": "hk1"}, {"to": "semester_2", "from": "hk2"},
    {"to": "year", "from": "ca_nam"}, {"to": "retake", "from": "thi_lai"}, {"to": "exempt", "from": "mien"},
    {"to": "comment", "from": "nhan_xet"},
]  # fmt: skip
_ASSESSED = [
    {"to": "code", "from": "ma"}, {"to": "level", "from": "muc", "table": "assessed"}, {"to": "comment", "from": "nx"}
]  # fmt: skip
_LEVELS = [
    {"to": f"{group}.{part}", "from": f"{name}.{part}"}
    for group, name in (("learning", "hoc_tap"), ("training", "ren_luyen"), ("conduct", "hanh_kiem"))
    for part in ("semester_1", "semester_2", "year", "retake")
]
MAPPING = {
    "version": "3",
    "key": ["ma_ho_so"],
    "record_version": "phien_ban",
    "school": "ma_truong",
    "school_year": "nam_hoc",
    "grade": {"from": "khoi", "form": "two_digits"},
    "reason": "ly_do_sua",
    "known": ["nguoi_cap_nhat"],
    "field": [
        {"to": "school.province", "from": "ma_tinh"},
        {"to": "period", "from": "ky", "table": "period", "required": True},
        {"to": "class", "from": "lop", "required": True},
        {"to": "student.name", "from": ["hoc_sinh.ho_dem", "hoc_sinh.ten"], "required": True},
        {"to": "student.student_code", "from": "hoc_sinh.ma_hs", "required": True},
        {"to": "student.personal_id", "from": "hoc_sinh.so_dinh_danh"},
        {"to": "student.passport", "from": "hoc_sinh.ho_chieu"},
        {"to": "student.birth_date", "from": "hoc_sinh.ngay_sinh", "required": True},
        {"to": "student.gender", "from": "hoc_sinh.gioi_tinh", "table": "gender", "required": True},
        {"to": "student.nationality", "from": "hoc_sinh.quoc_tich", "default": "VN"},
        {"to": "student.ethnicity", "from": "hoc_sinh.dan_toc"},
        {"to": "student.disability_exempt", "from": "hoc_sinh.khuyet_tat"},
        {"to": "rating", "from": "xep_loai"},
        {"to": "remarks", "from": "nhan_xet_chung"},
        {"to": "result.completed", "from": "hoan_thanh", "required": True},
        {"to": "result.programme_completed", "from": "hoan_thanh_cap"},
        {"to": "result.promotion", "from": "len_lop"},
        {"to": "result.awards", "from": "khen_thuong", "table": "award"},
        {"to": "study_topics", "from": "chuyen_de", "table": "subject"},
        {"to": "absences.excused", "from": "nghi.co_phep"},
        {"to": "absences.unexcused", "from": "nghi.khong_phep", "form": "number"},
        *_LEVELS,
    ],
    "list": [
        {"to": "subjects", "from": "mon_hoc", "item": _ITEM},
        {"to": "qualities", "from": "pham_chat", "item": _ASSESSED},
        {"to": "competences", "from": "nang_luc", "item": _ASSESSED},
    ],
}


def a_mapper(mapping=None, tables=None, **changes):
    """Return a mapper of that system; keyword arguments change entries of the mapping file."""
    file = deepcopy(MAPPING if mapping is None else mapping) | changes
    return DeclaredMapper.of(file, TABLES if tables is None else tables)


def a_value(**changes):
    """Return one good record of grade 1; keyword arguments change its fields, None leaves one out."""
    value = {
        "ma_ho_so": "HS-1", "phien_ban": 3, "ma_truong": "31020001", "ma_tinh": "31", "nam_hoc": "2025-2026",
        "ky": "CN", "khoi": "01", "lop": "1A",
        "hoc_sinh": {
            "ho_dem": "Nguyễn Thị", "ten": "Ánh", "ma_hs": "3100849201", "so_dinh_danh": "031319001234",
            "ngay_sinh": "05/03/2019", "gioi_tinh": "2", "quoc_tich": "VN",
        },
        "mon_hoc": [{"ma": "M-TOAN", "muc": "1", "diem": "9.0"}, {"ma": "M-TV", "muc": "2", "diem": "8.0"}],
        "xep_loai": "HTT", "hoan_thanh": "1", "len_lop": "promoted", "nguoi_cap_nhat": "gv01",
    }  # fmt: skip
    return {name: value for name, value in (value | changes).items() if value is not None}


def a_pupil(**changes):
    """Return the same record with changes of its pupil; None leaves a field out."""
    pupil = a_value()["hoc_sinh"] | changes
    return a_value(hoc_sinh={name: value for name, value in pupil.items() if value is not None})


def context_of(*schools):
    """Return a register that has these schools in every school year."""
    known = {school.code: school for school in schools or (SCHOOL,)}
    return Context(lambda code, _year: known.get(code))


def mapped(value, mapper=None):
    """Map one record; every finding of it must show without an unfilled slot."""
    made = (mapper or a_mapper()).forward(SourceRecord("k", "v", "trang 1, dòng 1", value), context_of())
    for found in made.findings:
        shown = render(found)
        assert "{" not in shown["vi"] + shown["en"] + shown["next_vi"] + shown["next_en"], found
    return made


def transcript_of(value, mapper=None):
    """Map one record that must give a document."""
    made = mapped(value, mapper)
    assert made.transcript is not None, made.findings
    return made.transcript


def told(made):
    """Return what was told: codes with their places."""
    return {(found.code, found.path) for found in made.findings}


def lost(made):
    """Return the losses: kinds with their paths."""
    return {(loss.kind, loss.path) for loss in made.losses}
