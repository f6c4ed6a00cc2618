"""What the columns and titles of vnEdu's secondary sheets mean: subjects, fields, gender, results in words.

Source: a third party's parser whose layouts its users confirmed [secondary]: which fields a sheet has, in which order;
most spellings of the titles are assumed. Subject codes are the hub's own.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hub.connectors.headers import label_key
from hub.domain.regulations.tt22 import LOWER, UPPER

__all__ = [
    "ANCHORS",
    "COMMENT_SUBJECTS",
    "PASSES",
    "PASS_ALIASES",
    "SUBJECT_TITLES",
    "TITLES",
    "field_of",
    "is_label",
    "part_of",
    "subject_of",
]

# Assessed by comment only, in whatever grade: the circular's own lists say which.
COMMENT_SUBJECTS: Final = frozenset(
    code for form in (LOWER, UPPER) for code, kind in form.kinds.items() if kind == "comment"
)
PASSES: Final = ("Đ", "CĐ")
PASS_ALIASES: Final = MappingProxyType({
    "đ": "Đ", "ð": "Đ", "đạt": "Đ", "cđ": "CĐ", "cð": "CĐ", "chưa đạt": "CĐ",
})  # fmt: skip

# The first spelling of a subject is the one that the writer prints.
_SUBJECT_TEXTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "VAN": ("Ngữ văn", "Văn", "Văn học"),
    "TOAN": ("Toán học", "Toán"),
    "NN1": ("Ngoại ngữ 1", "Ngoại ngữ", "Tiếng Anh", "Ngoại ngữ 1 (Tiếng Anh)", "Ngoại ngữ (Tiếng Anh)", "Anh văn"),
    "GDCD": ("Giáo dục công dân", "GDCD"),
    "KHTN": ("Khoa học tự nhiên", "KHTN"),
    "LSDL": ("Lịch sử và Địa lí", "Lịch sử & Địa lí", "Lịch sử - Địa lí", "LS&ĐL"),
    "SU": ("Lịch sử", "Sử"),
    "DIA": ("Địa lí", "Địa"),
    "GDQPAN": ("Giáo dục quốc phòng và an ninh", "GDQP&AN", "GDQP-AN", "GDQPAN", "GDQP", "Giáo dục quốc phòng"),
    "KTPL": ("Giáo dục kinh tế và pháp luật", "GDKT&PL", "GDKTPL", "GD KT&PL"),
    "LI": ("Vật lí", "Lí"),
    "HOA": ("Hóa học", "Hóa"),
    "SINH": ("Sinh học", "Sinh"),
    "TIN": ("Tin học", "Tin"),
    "CN": ("Công nghệ", "Công nghệ (Công nghiệp)", "Công nghệ (Nông nghiệp)", "Công nghệ công nghiệp",
           "Công nghệ nông nghiệp", "Công nghệ (CN)", "Công nghệ (NN)"),
    "GDTC": ("Giáo dục thể chất", "GDTC", "Thể dục"),
    "NT": ("Nghệ thuật",),
    "AN": ("Âm nhạc", "Nghệ thuật (Âm nhạc)"),
    "MT": ("Mĩ thuật", "Nghệ thuật (Mĩ thuật)"),
    "HDTN": ("Hoạt động trải nghiệm, hướng nghiệp", "Hoạt động trải nghiệm - hướng nghiệp", "HĐTN, HN", "HĐTN-HN",
             "HĐTN", "Hoạt động trải nghiệm", "HĐTNHN"),
    "GDDP": ("Nội dung giáo dục của địa phương", "Nội dung giáo dục địa phương", "Giáo dục địa phương", "GDĐP",
             "Nội dung GD địa phương", "GD địa phương", "NDGDĐP"),
    "TDT": ("Tiếng dân tộc thiểu số", "Tiếng dân tộc", "Tiếng DTTS"),
    "NN2": ("Ngoại ngữ 2",),
})  # fmt: skip
SUBJECT_TITLES: Final[Mapping[str, str]] = MappingProxyType({code: texts[0] for code, texts in _SUBJECT_TEXTS.items()})
_SUBJECT_KEYS = MappingProxyType({label_key(text): code for code, texts in _SUBJECT_TEXTS.items() for text in texts})

# Titles that a clerk is told when a column is missing.
TITLES: Final = MappingProxyType({
    "number": "STT", "name": "Họ và tên", "average": "ĐTB (ĐTBmhk)", "regular:1": "ĐĐGtx", "midterm": "ĐĐGgk",
    "final": "ĐĐGck",
})  # fmt: skip
_FIELD_TEXTS: Final = {
    "number": ("STT", "Số TT", "TT"),
    "student_code": ("Mã học sinh", "Mã HS"),
    "name": ("Họ và tên", "Họ tên", "Họ tên học sinh", "Họ và tên học sinh", "Tên học sinh"),
    "family_name": ("Họ đệm", "Họ và đệm", "Họ và tên đệm", "Họ, tên đệm", "Họ và chữ đệm", "Họ"),
    "given_name": ("Tên",),
    "birth_date": ("Ngày sinh", "Ngày tháng năm sinh", "Năm sinh"),
    "gender": ("Giới tính", "Phái", "Nam/Nữ"),
    "class": ("Lớp", "Mã lớp", "Tên lớp"),
    "remark": ("Nhận xét", "Nhận xét của giáo viên", "Lời nhận xét"),
    "regular": ("ĐĐGtx", "Điểm ĐĐGtx", "TX", "ĐGtx", "Đánh giá thường xuyên", "Điểm đánh giá thường xuyên",
                "Điểm thường xuyên", "KTTX"),
    "midterm": ("ĐĐGgk", "Điểm ĐĐGgk", "GK", "ĐGgk", "Giữa kì", "Điểm giữa kì", "Đánh giá giữa kì", "KTGK"),
    "final": ("ĐĐGck", "Điểm ĐĐGck", "CK", "ĐGck", "Cuối kì", "Điểm cuối kì", "Đánh giá cuối kì", "KTCK"),
    "average": ("ĐTB", "ĐTBm", "ĐTBmhk", "ĐTB HK", "ĐTB học kì", "ĐTB môn học kì", "TBM", "TBMHK", "TB môn",
                "Điểm trung bình", "Điểm TB", "Điểm trung bình môn", "ĐTB môn"),
    "year": ("ĐTBmcn", "ĐTB CN", "ĐTB cả năm", "ĐTBm cả năm", "TBCN", "TBM CN", "TBMCN", "Cả năm", "CN",
             "Điểm trung bình cả năm"),
}  # fmt: skip
# By label keys without spaces: "ĐTB mhk" is "ĐTBmhk".
_FIELD_KEYS = MappingProxyType(
    {label_key(text).replace(" ", ""): field for field, texts in _FIELD_TEXTS.items() for text in texts}
)
ANCHORS: Final = frozenset(label_key(text) for text in _FIELD_TEXTS["number"])
_REGULAR = re.compile(r"(?:đđgtx|đgtx|đtx|tx)([1-9][0-9]?)")
_SEMESTER = re.compile(r"(?:đtb|đtbm|đtbmhk|đtbhk|tbm|tbmhk|tbhk)?(?:hk)?(1|2|i|ii)")
_PARTS = MappingProxyType({"hk1": "1", "hki": "1", "hk2": "2", "hkii": "2", "họckỳ1": "1", "họckỳi": "1",
                           "họckỳ2": "2", "họckỳii": "2", "cn": "year", "cảnăm": "year"})  # fmt: skip


def subject_of(text: str) -> str | None:
    """Return the subject code of a title such as "TOÁN HỌC", or None."""
    return _SUBJECT_KEYS.get(label_key(text))


def field_of(key: str) -> str | None:
    """Return the field of one label key: "name", "regular", "regular:2", "average", "average:1", "year", …, or None."""
    tight = key.replace(" ", "")
    if tight in _FIELD_KEYS:
        return _FIELD_KEYS[tight]
    if match := _REGULAR.fullmatch(tight):
        return f"regular:{int(match.group(1))}"
    match = _SEMESTER.fullmatch(tight)
    if match and len(tight) > len(match.group(1)) and tight not in _PARTS:
        return f"average:{_number(match.group(1))}"
    return None


def part_of(key: str) -> str | None:
    """Return which part of the year a label under a group of averages means: "1", "2", "year", or None."""
    return _PARTS.get(key.replace(" ", ""))


def is_label(key: str) -> bool:
    """Tell whether a header's text is known; a bare "HỌC KỲ 2" is rather a line of the title."""
    return field_of(key) is not None or (part_of(key) is not None and not key.startswith("học kỳ"))


def _number(text: str) -> str:
    return {"i": "1", "ii": "2"}.get(text, text)
