"""What the columns of the pupil list mean. Source: an importer of C1-HocSinh by a third party [secondary]."""

from types import MappingProxyType
from typing import Final

from hub.connectors.headers import by_key, titles_of

__all__ = [
    "ATTENDING",
    "CITIZENSHIPS",
    "GENDERS",
    "PUPIL_LABELS",
    "PUPIL_TITLES",
    "REQUIRED_PUPIL_FIELDS",
    "STUDENT_CODE_LABELS",
]

_PUPIL_TEXTS: Final = {
    "Khối": "grade", "Mã khối": "grade", "Khối lớp": "grade",
    "Mã lớp": "class", "Lớp": "class", "Tên lớp": "class_name",
    "Mã học sinh": "student_code", "Mã HS": "student_code",
    "Họ tên": "name", "Họ và tên": "name", "Họ tên học sinh": "name", "Họ và tên học sinh": "name",
    "Ngày sinh": "birth_date", "Ngày tháng năm sinh": "birth_date",
    "Giới tính": "gender", "Dân tộc": "ethnicity", "Quốc tịch": "nationality",
    "Số định danh cá nhân": "personal_id", "Số định danh": "personal_id", "Số ĐDCN": "personal_id",
    "Số định danh cá nhân/CMND/CCCD": "personal_id", "Mã định danh cá nhân": "personal_id",
    "Trạng thái HS": "status", "Trạng thái": "status", "Trạng thái học sinh": "status",
}  # fmt: skip
PUPIL_LABELS: Final = by_key(_PUPIL_TEXTS)
PUPIL_TITLES: Final = MappingProxyType(titles_of("", _PUPIL_TEXTS))
REQUIRED_PUPIL_FIELDS: Final = ("student_code", "name", "birth_date", "gender", "personal_id")
STUDENT_CODE_LABELS: Final = frozenset(key for key, field in PUPIL_LABELS.items() if field == "student_code")

GENDERS: Final = MappingProxyType({"nam": "male", "nữ": "female"})
ATTENDING: Final = frozenset({"đang học"})
CITIZENSHIPS: Final = frozenset({"việt nam", "vn", "vietnam"})
