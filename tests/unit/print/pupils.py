"""Evidence of synthetic pupils of every form, short and as long as life allows: what layouts are looked at with."""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from hub.domain.regulations.tt58.form import FORM as TT58
from hub.domain.transcript import Absences, Result, Subject, YearLevels
from hub.evidence import bundle_bytes
from tests.unit.domain.builders import a_school, a_student, a_transcript
from tests.unit.evidence import builders

LONG_NAME = "Nguyễn Phước Hoàng Thị Công Tằng Tôn Nữ Thùy Dương Bảo Ngọc Quỳnh Như Khánh Linh"
LONG_SCHOOL = "Trường Phổ thông dân tộc bán trú Tiểu học và Trung học cơ sở Nguyễn Bỉnh Khiêm xã Quảng Sơn huyện Mẫu"
COMMENT = "Em chăm ngoan, lễ phép; đọc lưu loát, viết chữ đều và đẹp, tính toán nhanh. Cần mạnh dạn hơn khi phát biểu."


def primary() -> dict[str, Any]:
    """TT 27/2020, plain."""
    return {"grade": 3, "absences": Absences(excused=2, unexcused=0), "remarks": "Chăm ngoan, học tốt."}


def primary_long() -> dict[str, Any]:
    """TT 27/2020 with a comment in every row, an exempt subject, a school and a pupil of long names."""
    made = a_transcript(4)
    rows = [replace(one, comment=COMMENT) for one in made.subjects]
    rows = [replace(one, exempt=True, level=UNSET) if one.code == "GDTC" else one for one in rows]
    assert made.qualities is not UNSET
    assert made.competences is not UNSET
    return {
        "grade": 4, "subjects": tuple(rows), "remarks": " ".join([COMMENT] * 12),
        "qualities": tuple(replace(one, comment=COMMENT) for one in made.qualities),
        "competences": tuple(replace(one, comment=COMMENT, level="C") for one in made.competences),
        "absences": Absences(excused=13, unexcused=1), "school": a_school(name=LONG_SCHOOL),
        "student": a_student(4, name=LONG_NAME, ethnicity="Bru - Vân Kiều"),
        "result": Result(completed=True, promotion="promoted", awards=("HSXS", "HSTB")),
    }  # fmt: skip


def lower() -> dict[str, Any]:
    """TT 22/2021, grade 9, plain; the programme is completed."""
    return {"grade": 9, "absences": Absences(excused=0, unexcused=0), "school": a_school(name="Trường THCS Mẫu 2")}


def lower_retaken() -> dict[str, Any]:
    """TT 22/2021 with marks of a second test, long comments and a reason of correction."""
    rows = [replace(one, comment=COMMENT if n % 3 == 0 else "Có tiến bộ.") for n, one in enumerate(lower_rows())]
    rows[1] = replace(rows[1], year="4.8", retake="6.5")
    return {
        "grade": 8, "subjects": tuple(rows), "remarks": COMMENT, "reason": "Nhập nhầm điểm Toán học kì II.",
        "learning": YearLevels(semester_1="CĐ", semester_2="Đ", year="CĐ", retake="Đ"),
        "result": Result(completed=True, promotion="promoted", awards=("HSG",)),
    }  # fmt: skip


def lower_rows() -> tuple[Subject, ...]:
    """Return the rows of grade 8."""
    return a_transcript(8).subjects


def upper() -> dict[str, Any]:
    """TT 22/2021, grade 11, of a foreigner of whom little is known."""
    student = a_student(
        11, personal_id=UNSET, passport="N1234567", nationality="LA", ethnicity=UNSET, birth_date="2008",
        gender="unknown",
    )  # fmt: skip
    return {"grade": 11, "study_topics": ("LI", "HOA", "TIN"), "student": student, "remarks": "Chăm ngoan."}


def upper_semester() -> dict[str, Any]:
    """TT 22/2021, a first semester."""
    return {"grade": 12, "period": "semester_1"}


def former() -> dict[str, Any]:
    """TT 58/2011, grade 12 of 2023-2024, with every subject that the circular has."""
    value = {kind: (("7.5", "8.0", "7.8") if kind == "score" else ("Đ", "Đ", "Đ")) for kind in TT58.kinds.values()}
    rows = tuple(
        Subject(code=code, kind=kind, semester_1=value[kind][0], semester_2=value[kind][1], year=value[kind][2])
        for code, kind in TT58.kinds.items()
    )
    return {
        "grade": 12, "school_year": "2023-2024", "regulation": "TT58-2011", "subjects": rows, "training": UNSET,
        "learning": YearLevels(semester_1="K", semester_2="G", year="K"),
        "conduct": YearLevels(semester_1="T", semester_2="T", year="T"), "absences": Absences(excused=2, unexcused=0),
        "result": Result(completed=True, programme_completed=True, awards=("HSTT",)),
    }  # fmt: skip


PUPILS: dict[str, Callable[[], dict[str, Any]]] = {
    "primary": primary, "primary-long": primary_long, "lower": lower, "lower-retaken": lower_retaken, "upper": upper,
    "upper-semester": upper_semester, "former": former,
}  # fmt: skip


def evidence_of(name: str) -> bytes:
    """Return the evidence file of one of `PUPILS`."""
    return bundle_bytes(**builders.parts_of(builders.a_locked(**PUPILS[name]())))
