"""Provinces (tỉnh, thành phố trực thuộc trung ương) and their two-digit codes, effective-dated.

Legal source: Nghị quyết 202/2025/QH15 (63 provinces until 30/6/2025, 34 from 1/7/2025) and Quyết định 19/2025/QĐ-TTg
(codes) [secondary]. Seven codes changed hands that day: 15, 24, 44, 52, 80, 82, 91. The texts of 30/4/2026
(30/2026/QH16, 237/NQ-UBTVQH16) changed the lists again, still to 34 provinces; what they change is not known here, so
no row has that date. The first three digits of a personal number keep the meaning of the 63.
"""

from dataclasses import dataclass
from datetime import date

__all__ = [
    "MERGED_ON", "PROVINCES", "Province", "birth_province", "is_same_place", "predecessors_of", "province_at",
    "province_of_year", "provinces_at", "successor_of",
]  # fmt: skip

MERGED_ON = date(2025, 7, 1)
_SINCE = date(2008, 8, 1)  # Hà Tây joins Hà Nội: the list of 63 [from memory; no earlier transcript is in scope]


@dataclass(frozen=True, slots=True)
class Province:
    """One province in one period: in force from `valid_from` until before `valid_to` (None: still in force)."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether the code has this meaning on a civil date."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


_OLD = """
01 Hà Nội|02 Hà Giang|04 Cao Bằng|06 Bắc Kạn|08 Tuyên Quang|10 Lào Cai|11 Điện Biên|12 Lai Châu|14 Sơn La|15 Yên Bái|
17 Hòa Bình|19 Thái Nguyên|20 Lạng Sơn|22 Quảng Ninh|24 Bắc Giang|25 Phú Thọ|26 Vĩnh Phúc|27 Bắc Ninh|30 Hải Dương|
31 Hải Phòng|33 Hưng Yên|34 Thái Bình|35 Hà Nam|36 Nam Định|37 Ninh Bình|38 Thanh Hóa|40 Nghệ An|42 Hà Tĩnh|
44 Quảng Bình|45 Quảng Trị|46 Thừa Thiên Huế|48 Đà Nẵng|49 Quảng Nam|51 Quảng Ngãi|52 Bình Định|54 Phú Yên|
56 Khánh Hòa|58 Ninh Thuận|60 Bình Thuận|62 Kon Tum|64 Gia Lai|66 Đắk Lắk|67 Đắk Nông|68 Lâm Đồng|70 Bình Phước|
72 Tây Ninh|74 Bình Dương|75 Đồng Nai|77 Bà Rịa - Vũng Tàu|79 Thành phố Hồ Chí Minh|80 Long An|82 Tiền Giang|
83 Bến Tre|84 Trà Vinh|86 Vĩnh Long|87 Đồng Tháp|89 An Giang|91 Kiên Giang|92 Cần Thơ|93 Hậu Giang|94 Sóc Trăng|
95 Bạc Liêu|96 Cà Mau
"""

# New code, new name, and the old codes that went into it.
_NEW = """
01 Hà Nội=01|04 Cao Bằng=04|08 Tuyên Quang=08,02|11 Điện Biên=11|12 Lai Châu=12|14 Sơn La=14|15 Lào Cai=10,15|
19 Thái Nguyên=19,06|20 Lạng Sơn=20|22 Quảng Ninh=22|24 Bắc Ninh=27,24|25 Phú Thọ=25,26,17|31 Hải Phòng=31,30|
33 Hưng Yên=33,34|37 Ninh Bình=37,35,36|38 Thanh Hóa=38|40 Nghệ An=40|42 Hà Tĩnh=42|44 Quảng Trị=45,44|46 Huế=46|
48 Đà Nẵng=48,49|51 Quảng Ngãi=51,62|52 Gia Lai=64,52|56 Khánh Hòa=56,58|66 Đắk Lắk=66,54|68 Lâm Đồng=68,67,60|
75 Đồng Nai=75,70|79 Thành phố Hồ Chí Minh=79,74,77|80 Tây Ninh=72,80|82 Đồng Tháp=87,82|86 Vĩnh Long=86,83,84|
91 An Giang=89,91|92 Cần Thơ=92,94,93|96 Cà Mau=96,95
"""


def _rows(table: str) -> list[tuple[str, str]]:
    cells = (cell.strip() for cell in table.replace("\n", "").split("|"))
    return [(cell[:2], cell[3:]) for cell in cells]


_OLD_ROWS = tuple(Province(code, name, _SINCE, MERGED_ON) for code, name in _rows(_OLD))
_NEW_ROWS = tuple(Province(code, text.split("=")[0], MERGED_ON) for code, text in _rows(_NEW))
_SUCCESSOR = {old: new for new, text in _rows(_NEW) for old in text.split("=")[1].split(",")}

PROVINCES: tuple[Province, ...] = _OLD_ROWS + _NEW_ROWS
_BY_CODE: dict[str, tuple[Province, ...]] = {p.code: tuple(q for q in PROVINCES if q.code == p.code) for p in PROVINCES}
_OLD_BY_CODE = {p.code: p for p in _OLD_ROWS}
_NEW_BY_CODE = {p.code: p for p in _NEW_ROWS}


def province_at(code: str, on: date) -> Province | None:
    """Return what a two-digit code means on a civil date (UTC+7), or None: 82 is Tiền Giang, later Đồng Tháp."""
    return next((p for p in _BY_CODE.get(code, ()) if p.in_force(on)), None)


def province_of_year(code: str, school_year: str) -> Province | None:
    """Return what a code means on a document of a school year ("2024-2025"): on 31 May, when lessons end, or else in
    the summer that follows; 82 is Tiền Giang up to 2024-2025. None for a code without a meaning then.
    """
    end = int(school_year[5:])
    return province_at(code, date(end, 5, 31)) or province_at(code, date(end, 8, 31))


def provinces_at(on: date) -> tuple[Province, ...]:
    """Return every province in force on a civil date, by code: 63 before 1/7/2025, 34 from then on."""
    return tuple(p for p in PROVINCES if p.in_force(on))


def successor_of(code: str) -> Province | None:
    """Return the province of the 34 that holds the former province `code` (its meaning before 1/7/2025), or None."""
    return _NEW_BY_CODE.get(_SUCCESSOR.get(code, ""))


def predecessors_of(code: str) -> tuple[Province, ...]:
    """Return the provinces of the 63 that went into one of the 34, by code: 82 holds Tiền Giang and Đồng Tháp."""
    return tuple(p for p in _OLD_ROWS if _SUCCESSOR[p.code] == code)


def is_same_place(code: str, other: str) -> bool:
    """Tell whether two codes, of whichever list, can mean parts of one province of the 34.

    No date is needed: each of the seven codes that changed hands went to the province that holds its former owner.
    """
    return _SUCCESSOR.get(code, code) == _SUCCESSOR.get(other, other)


def birth_province(prefix: str) -> Province | None:
    """Return the province of a personal number's first three digits, in their meaning among the 63; None if unknown.

    Births registered abroad have another prefix. Births from 1/7/2025 may use the 34 [assumed]; no pupil before 2031.
    """
    return _OLD_BY_CODE.get(prefix[1:]) if len(prefix) == 3 and prefix[0] == "0" else None
