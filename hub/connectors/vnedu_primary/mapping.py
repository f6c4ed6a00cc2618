"""What the columns of a vnEdu class summary mean: header texts, subjects, competences, boxes, awards.

Source: the layout that a third party's reader of these sheets uses and its users confirmed [secondary]. The columns
of competences, qualities, birth date, codes and promotion are assumed from the circular's own summary form.
"""

from types import MappingProxyType
from typing import Final

from hub.connectors.headers import by_key, titles_of
from hub.connectors.primary_titles import COMPETENCE_LABELS, COMPETENCE_TEXTS, GROUP_TEXTS, QUALITY_TEXTS
from hub.domain.regulations import COMPETENCES, QUALITIES

__all__ = [
    "AMBIGUOUS_LABELS",
    "AWARDS",
    "BOXES",
    "BOX_LABELS",
    "FIELDS",
    "GROUP_LABELS",
    "LEVEL_CODES",
    "NAME_LABELS",
    "REQUIRED_FIELDS",
    "ROW_LABELS",
    "SUBJECTS",
    "SUBJECT_LABELS",
    "TICKS",
    "TITLES",
]

SUBJECTS: Final = (
    "TV", "TOAN", "NN1", "DD", "TNXH", "LSDL", "KH", "THCN", "TIN", "CN", "GDTC", "AN", "MT", "HDTN", "TDT",
)  # fmt: skip
BOXES: Final = ("HTXS", "HTT", "HT", "CHT")
AWARDS: Final = ("HSXS", "HSTB")

_ROW_TEXTS: Final = {
    "STT": "number", "Số TT": "number", "TT": "number",
    "Mã học sinh": "student_code", "Mã HS": "student_code",
    "Họ và tên": "name", "Họ tên": "name", "Họ tên học sinh": "name", "Họ và tên học sinh": "name",
    "Họ đệm": "name", "Họ và đệm": "name", "Họ và tên đệm": "name", "Tên": "given_name",
    "Ngày sinh": "birth_date", "Ngày tháng năm sinh": "birth_date",
    "Hoàn thành chương trình lớp học": "completed", "HTCT lớp học": "completed", "Hoàn thành CT lớp học": "completed",
    "Lên lớp": "promoted", "Được lên lớp": "promoted",
    "Hoàn thành chương trình tiểu học": "programme", "HTCT tiểu học": "programme", "Hoàn thành CTTH": "programme",
}  # fmt: skip
ROW_LABELS: Final = by_key(_ROW_TEXTS)
NAME_LABELS: Final = frozenset(key for key, field in ROW_LABELS.items() if field == "name")

_SUBJECT_TEXTS: Final = {
    "Tiếng Việt": "TV",
    "Toán": "TOAN", "Toán học": "TOAN", "Môn Toán": "TOAN",
    "Ngoại ngữ 1": "NN1", "Ngoại ngữ": "NN1", "Tiếng Anh": "NN1", "Ngoại ngữ 1 (Tiếng Anh)": "NN1",
    "Đạo đức": "DD",
    "Tự nhiên và Xã hội": "TNXH", "Tự nhiên xã hội": "TNXH", "TN-XH": "TNXH", "TN&XH": "TNXH", "TNXH": "TNXH",
    "Lịch sử và Địa lí": "LSDL", "Lịch sử & Địa lí": "LSDL", "Lịch sử - Địa lí": "LSDL", "LS&ĐL": "LSDL",
    "Khoa học": "KH",
    "Tin học và Công nghệ": "THCN", "TH-CN": "THCN", "Tin học - Công nghệ": "THCN", "Tin học & Công nghệ": "THCN",
    "Tin học": "TIN", "TH-CN (Tin học)": "TIN", "Tin học và Công nghệ (Tin học)": "TIN",
    "Công nghệ": "CN", "TH-CN (Công nghệ)": "CN", "Tin học và Công nghệ (Công nghệ)": "CN",
    "Giáo dục thể chất": "GDTC", "GDTC": "GDTC", "Thể dục": "GDTC",
    "Âm nhạc": "AN", "Nghệ thuật (Âm nhạc)": "AN", "Nghệ thuật: Âm nhạc": "AN",
    "Mĩ thuật": "MT", "Nghệ thuật (Mĩ thuật)": "MT", "Nghệ thuật: Mĩ thuật": "MT",
    "Hoạt động trải nghiệm": "HDTN", "HĐ trải nghiệm": "HDTN", "HĐTN": "HDTN",
    "Tiếng dân tộc": "TDT", "Tiếng dân tộc thiểu số": "TDT",
}  # fmt: skip
SUBJECT_LABELS: Final = by_key(_SUBJECT_TEXTS)

AMBIGUOUS_LABELS: Final = frozenset(set(COMPETENCE_LABELS) & set(SUBJECT_LABELS))  # khoa học, tin học, công nghệ

_BOX_TEXTS: Final = {
    "Hoàn thành xuất sắc": "box:HTXS", "HTXS": "box:HTXS", "HT xuất sắc": "box:HTXS",
    "Hoàn thành tốt": "box:HTT", "HTT": "box:HTT", "HT tốt": "box:HTT",
    "Hoàn thành": "box:HT", "HT": "box:HT",
    "Chưa hoàn thành": "box:CHT", "CHT": "box:CHT", "Chưa HT": "box:CHT",
    "HS Xuất sắc": "award:HSXS", "Học sinh Xuất sắc": "award:HSXS", "HSXS": "award:HSXS",
    "HS Tiêu biểu": "award:HSTB", "Học sinh Tiêu biểu": "award:HSTB", "HSTB": "award:HSTB",
    "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện": "award:HSTB",
}  # fmt: skip
BOX_LABELS: Final = by_key(_BOX_TEXTS)

GROUP_LABELS: Final = by_key({
    **GROUP_TEXTS,
    "Đánh giá kết quả giáo dục": "box", "Đánh giá KQGD": "box", "Khen thưởng": "award", "Kết quả giáo dục": "box",
})  # fmt: skip
TITLES: Final = MappingProxyType(
    titles_of("", _ROW_TEXTS)
    | {f"level:{code}": f"{title}, Mức đạt được" for code, title in titles_of("", _SUBJECT_TEXTS).items()}
    | {f"score:{code}": f"{title}, Điểm KT" for code, title in titles_of("", _SUBJECT_TEXTS).items()}
    | titles_of("competence:", COMPETENCE_TEXTS)
    | titles_of("quality:", QUALITY_TEXTS)
    | titles_of("", _BOX_TEXTS)
)
# A field is named by its kind and code: "level:TOAN", "score:TOAN", "competence:TU_CHU", "box:HTXS", "award:HSXS", …
FIELDS: Final = (
    "number", "student_code", "name", "given_name", "birth_date",
    *(f"{kind}:{code}" for code in SUBJECTS for kind in ("level", "score")),
    *(f"competence:{code}" for code in COMPETENCES), *(f"quality:{code}" for code in QUALITIES),
    *(f"box:{code}" for code in BOXES), *(f"award:{code}" for code in AWARDS), "completed", "promoted", "programme",
)  # fmt: skip
REQUIRED_FIELDS: Final = ("name", "level:TV", "level:TOAN", *(f"box:{code}" for code in BOXES))

LEVEL_CODES: Final = MappingProxyType({"HTT": "T", "HT": "H", "CHT": "C"})  # as this shape may print T, H, C
TICKS: Final = frozenset({"✓", "✔", "☑", "x", "X", "1"})
