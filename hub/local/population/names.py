"""Họ và tên: plausible names by ethnicity and sex, all drawn at random, NFC; no name is taken from a person."""

import random
from types import MappingProxyType

__all__ = ["foreign_name", "person_name"]


_KINH = (
    ("Nguyễn",) * 38 + ("Trần",) * 12 + ("Lê",) * 10 + ("Phạm",) * 7 + ("Hoàng",) * 5 + ("Huỳnh",) * 3 + ("Phan",) * 4
    + ("Vũ",) * 4 + ("Võ",) * 3 + ("Đặng",) * 3 + ("Bùi",) * 3 + ("Đỗ",) * 2 + ("Hồ", "Ngô", "Dương", "Lý", "Đinh")
    + ("Trịnh", "Đoàn", "Mai", "Tô", "Chu", "Cao", "Lưu", "Tạ", "Kiều", "Phùng", "Hà", "Thái", "Quách", "Nghiêm")
)  # fmt: skip
_FAMILY = MappingProxyType(
    {
        "Kinh": _KINH,
        "Tày": ("Nông", "Hoàng", "Ma", "Lý", "Bế", "Chu", "Lương", "Đàm"),
        "Thái": ("Lò", "Vi", "Lô", "Lương", "Quàng", "Cầm", "Hà", "Kha"),
        "Mường": ("Bùi", "Quách", "Đinh", "Hà", "Phạm", "Trương"),
        "Khơ-me": ("Thạch", "Sơn", "Kim", "Danh", "Châu", "Lâm", "Liêu"),
        "Mông": ("Vàng", "Giàng", "Lầu", "Xồng", "Thào", "Hờ", "Và", "Sùng"),
        "Nùng": ("Nông", "Lương", "Hoàng", "Lục", "Vi", "Triệu"),
        "Hoa": ("Trần", "Lâm", "Quách", "Trương", "Lý", "Mạc", "Hứa"),
        "Ra-glai": ("Cao", "Mấu", "Tro", "Bo Bo", "Pi Năng", "Chamaléa"),
        "Thổ": ("Trương", "Lê", "Cao", "Hồ", "Bùi"),
        "Chăm": ("Kiều", "Đàng", "Thiên", "Lưu", "Qua", "Bá"),
    }
)
_MIDDLE_FEMALE = (
    ("Thị",) * 6 + ("Ngọc",) * 4 + ("Thu", "Minh", "Phương", "Bảo", "Khánh", "Thanh", "Gia", "Hải", "Quỳnh", "Diệu")
    + ("Hoài", "Kim", "Mỹ", "Như", "Thảo", "Tường", "Ánh", "Cẩm", "Thúy", "Hoàng", "Nguyễn Bảo", "Lê Minh")
)  # fmt: skip
_MIDDLE_MALE = (
    ("Văn",) * 4 + ("Minh",) * 4 + ("Gia",) * 3 + ("Đức", "Quốc", "Hữu", "Anh", "Bảo", "Đình", "Hoàng", "Xuân", "Tuấn")
    + ("Công", "Thành", "Duy", "Quang", "Nhật", "Thế", "Trọng", "Khắc", "Hải", "Ngọc", "Đăng", "Phúc", "Trần Gia")
)  # fmt: skip
_GIVEN_FEMALE = (
    "An", "Anh", "Ánh", "Băng", "Bích", "Châu", "Chi", "Dung", "Duyên", "Đan", "Giang", "Hà", "Hạnh", "Hân", "Hiền",
    "Hoa", "Hòa", "Hồng", "Huệ", "Huyền", "Hương", "Khánh", "Khuê", "Lan", "Lâm", "Linh", "Loan", "Ly", "Mai", "My",
    "Mỹ", "Nga", "Ngân", "Nghi", "Ngọc", "Nguyên", "Nhi", "Như", "Nhung", "Oanh", "Phương", "Quyên", "Quỳnh", "Tâm",
    "Thanh", "Thảo", "Thơ", "Thu", "Thư", "Thúy", "Thùy", "Tiên", "Trang", "Trâm", "Trân", "Trinh", "Trúc", "Tú",
    "Uyên", "Vân", "Vi", "Vy", "Xuân", "Ý", "Yến",
)  # fmt: skip
_GIVEN_MALE = (
    "An", "Anh", "Bách", "Bảo", "Bình", "Chiến", "Công", "Cường", "Danh", "Dũng", "Duy", "Dương", "Đạt", "Đăng",
    "Định", "Đông", "Đức", "Hải", "Hào", "Hậu", "Hiếu", "Hoàng", "Hùng", "Huy", "Hưng", "Khang", "Khải", "Khánh",
    "Khiêm", "Khoa", "Khôi", "Kiên", "Kiệt", "Lâm", "Long", "Lộc", "Minh", "Nam", "Nghĩa", "Nguyên", "Nhân", "Nhật",
    "Phong", "Phú", "Phúc", "Quang", "Quân", "Quốc", "Sang", "Sơn", "Tài", "Tâm", "Thái", "Thành", "Thắng", "Thiện",
    "Thịnh", "Tiến", "Toàn", "Trí", "Trung", "Tuấn", "Tùng", "Việt", "Vinh", "Vũ",
)  # fmt: skip
_FOREIGN = MappingProxyType(
    {
        "KR": ("KIM MIN JUN", "PARK SEO YEON", "LEE HA EUN", "CHOI DO YUN"),
        "JP": ("SATO HARUTO", "TANAKA YUI", "SUZUKI REN", "ITO AOI"),
        "LA": ("SOMCHAI PHOMMA", "NOY VONGSA", "BOUNMY KEOLA", "DAO SISOUK"),
        "CN": ("WANG ZI HAN", "LI YU XUAN", "ZHANG HAO YU", "CHEN XIN YI"),
    }
)


def person_name(rng: random.Random, ethnicity: str, *, female: bool) -> str:
    """Draw họ, tên đệm and tên: three words as a rule, four now and then."""
    choice = rng.choice
    if female:
        return f"{choice(_FAMILY[ethnicity])} {choice(_MIDDLE_FEMALE)} {choice(_GIVEN_FEMALE)}"
    return f"{choice(_FAMILY[ethnicity])} {choice(_MIDDLE_MALE)} {choice(_GIVEN_MALE)}"


def foreign_name(rng: random.Random) -> tuple[str, str]:
    """Draw a nationality (two letters, ISO 3166-1) and a name as passports print it."""
    nationality = rng.choice(sorted(_FOREIGN))
    return nationality, rng.choice(_FOREIGN[nationality])
