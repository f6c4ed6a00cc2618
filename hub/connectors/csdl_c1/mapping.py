"""What the columns of the C1 result sheet mean: header texts, subjects, qualities and competences.

Source: the 35 columns as a third party's tool fills them [secondary]; the codes are the hub's own.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hub.connectors.headers import by_key, label_key, titles_of
from hub.connectors.primary_titles import COMPETENCE_TEXTS, GROUP_TEXTS, QUALITY_TEXTS
from hub.domain.regulations import QUALITIES

__all__ = [
    "COMPETENCES",
    "GROUP_LABELS",
    "REQUIRED_RESULT_FIELDS",
    "RESULT_FIELDS",
    "ROW_LABELS",
    "STUDENT_CODE_LABELS",
    "SUBJECTS",
    "SUBJECT_LABELS",
    "TESTED",
    "TITLES",
    "UPPER_GRADE_LABELS",
]

SUBJECTS: Final = ("TOAN", "TV", "DD", "TNXH", "NN1", "TDT", "THCN", "AN", "MT", "HDTN", "GDTC")
TESTED: Final = ("TOAN", "TV")
_ELECTIVE = frozenset({"NN1", "TDT", "THCN"})
COMPETENCES: Final = (
    "TU_CHU", "GIAO_TIEP", "GIAI_QUYET", "NGON_NGU", "TINH_TOAN", "KHOA_HOC", "THAM_MI", "THE_CHAT",
)  # fmt: skip

# A field of a result row is named by its kind and code: "level:TOAN", "score:TOAN", "competence:TU_CHU", …
_SUBJECT_FIELDS = [
    f"{kind}:{code}" for code in SUBJECTS for kind in ("level", "score") if kind == "level" or code in TESTED
]
_ASSESSED_FIELDS = [*(f"competence:{code}" for code in COMPETENCES), *(f"quality:{code}" for code in QUALITIES)]
RESULT_FIELDS: Final = (
    "number", "class", "student_code", "name", "birth_date", *_SUBJECT_FIELDS, *_ASSESSED_FIELDS,
    "completed", "promoted", "rating",
)  # fmt: skip
REQUIRED_RESULT_FIELDS: Final = tuple(
    field for field in RESULT_FIELDS if field != "number" and field.removeprefix("level:") not in _ELECTIVE
)

_ROW_TEXTS: Final = {
    "STT": "number", "Số TT": "number", "TT": "number",
    "Mã lớp": "class", "Lớp": "class", "Tên lớp": "class",
    "Mã học sinh": "student_code", "Mã HS": "student_code",
    "Họ tên": "name", "Họ và tên": "name", "Họ tên học sinh": "name", "Họ và tên học sinh": "name",
    "Ngày sinh": "birth_date", "Ngày tháng năm sinh": "birth_date",
    "Hoàn thành chương trình lớp học": "completed", "HTCT lớp học": "completed", "Hoàn thành CT lớp học": "completed",
    "Lên lớp": "promoted", "Được lên lớp": "promoted",
    "Xếp loại": "rating", "Đánh giá kết quả giáo dục": "rating", "Đánh giá KQGD": "rating",
}  # fmt: skip
ROW_LABELS: Final = by_key(_ROW_TEXTS)

_SUBJECT_TEXTS: Final = {
    "Toán": "TOAN", "Toán học": "TOAN", "Môn Toán": "TOAN",
    "Tiếng Việt": "TV",
    "Đạo đức": "DD",
    "Tự nhiên và xã hội": "TNXH", "Tự nhiên xã hội": "TNXH", "TN-XH": "TNXH", "TN&XH": "TNXH",
    "Ngoại ngữ": "NN1", "Ngoại ngữ 1": "NN1", "Tiếng Anh": "NN1",
    "Tiếng dân tộc": "TDT", "Tiếng dân tộc thiểu số": "TDT",
    "TH-CN": "THCN", "TH-CN (Tin học)": "THCN", "Tin học và Công nghệ": "THCN", "TH-CN (Tin học và Công nghệ)": "THCN",
    "Tin học": "THCN",
    "Âm nhạc": "AN", "Nghệ thuật (Âm nhạc)": "AN", "Nghệ thuật: Âm nhạc": "AN",
    "Mĩ thuật": "MT", "Nghệ thuật (Mĩ thuật)": "MT", "Nghệ thuật: Mĩ thuật": "MT",
    "Hoạt động trải nghiệm": "HDTN", "HĐ trải nghiệm": "HDTN", "HĐTN": "HDTN",
    "Giáo dục thể chất": "GDTC", "GDTC": "GDTC", "Thể dục": "GDTC",
}  # fmt: skip
SUBJECT_LABELS: Final = by_key(_SUBJECT_TEXTS)

GROUP_LABELS: Final = by_key(GROUP_TEXTS)
# Subjects that only grades 4 and 5 have: a sheet with them is another template.
UPPER_GRADE_LABELS: Final = frozenset(map(label_key, ("Lịch sử và Địa lí", "Lịch sử & Địa lí", "LS&ĐL", "LS-ĐL")))
STUDENT_CODE_LABELS: Final = frozenset(key for key, field in ROW_LABELS.items() if field == "student_code")

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    titles_of("", _ROW_TEXTS)
    | titles_of("level:", _SUBJECT_TEXTS)
    | {
        field.replace("level:", "score:"): f"{title} (Điểm KTĐK)"
        for field, title in titles_of("level:", _SUBJECT_TEXTS).items()
    }
    | titles_of("competence:", COMPETENCE_TEXTS)
    | titles_of("quality:", QUALITY_TEXTS)
)
