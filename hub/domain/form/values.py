"""Figures and letters as people read them: decimals with a comma, dates by day, what a letter means in its list.

Legal source: TT 27/2020, Điều 7-9 (T, H, C; T, Đ, C); TT 22/2021, Điều 8-9 (T, K, Đ, CĐ); TT 58/2011, Điều 4, 13
[secondary]. A letter alone means nothing: C is "Chưa hoàn thành" of a subject and "Cần cố gắng" of a quality.
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import UNSET, UnsetType

__all__ = [
    "ASSESSED", "AWARDS", "CONDUCT", "GENDERS", "LEARNING_TT58", "LEVELS_TT22", "NATIONALITIES", "PROMOTIONS",
    "RATINGS", "RESULTS", "SUBJECT_LEVELS", "date_text", "mark_text", "meaning_of", "note_of", "said_text",
    "value_text",
]  # fmt: skip

Words = Mapping[str, str]

SUBJECT_LEVELS: Words = MappingProxyType({"T": "Hoàn thành tốt", "H": "Hoàn thành", "C": "Chưa hoàn thành"})
ASSESSED: Words = MappingProxyType({"T": "Tốt", "Đ": "Đạt", "C": "Cần cố gắng"})
RATINGS: Words = MappingProxyType({
    "HTXS": "Hoàn thành xuất sắc", "HTT": "Hoàn thành tốt", "HT": "Hoàn thành", "CHT": "Chưa hoàn thành",
})  # fmt: skip
LEVELS_TT22: Words = MappingProxyType({"T": "Tốt", "K": "Khá", "Đ": "Đạt", "CĐ": "Chưa đạt"})
RESULTS: Words = MappingProxyType({"Đ": "Đạt", "CĐ": "Chưa đạt"})
LEARNING_TT58: Words = MappingProxyType({"G": "Giỏi", "K": "Khá", "TB": "Trung bình", "Y": "Yếu", "KEM": "Kém"})
CONDUCT: Words = MappingProxyType({"T": "Tốt", "K": "Khá", "TB": "Trung bình", "Y": "Yếu"})
AWARDS: Words = MappingProxyType({
    "HSXS": "Học sinh Xuất sắc", "HSTB": "Học sinh Tiêu biểu", "HSG": "Học sinh Giỏi", "HSTT": "Học sinh tiên tiến",
})  # fmt: skip
PROMOTIONS: Words = MappingProxyType({
    "promoted": "Được lên lớp", "retained": "Ở lại lớp", "retake": "Kiểm tra, đánh giá lại trong kì nghỉ hè",
    "summer_training": "Rèn luyện trong kì nghỉ hè",
})  # fmt: skip
NATIONALITIES: Words = MappingProxyType({
    "VN": "Việt Nam", "LA": "Lào", "KH": "Campuchia", "CN": "Trung Quốc", "KR": "Hàn Quốc", "JP": "Nhật Bản",
    "TH": "Thái Lan", "US": "Hoa Kỳ",
})  # fmt: skip
"""Names of the codes (ISO 3166-1) that schools meet most; another code is shown as it stands."""
GENDERS: Words = MappingProxyType({"male": "Nam", "female": "Nữ", "unknown": "Không rõ"})


def mark_text(mark: str, *, whole: bool = False) -> str:
    """Return a mark such as "8.5" as "8,5"; with `whole` (primary tests) "9.0" as "9". Letters stay as they are."""
    if whole and mark.endswith(".0"):
        return mark[:-2]
    return mark.replace(".", ",")


def date_text(date: str) -> str:
    """Return a civil date "2015-03-02" as "02/03/2015"; a month or a year alone as "03/2015", "2015"."""
    return "/".join(reversed(date.split("-")))


def value_text(value: str | UnsetType, *, whole: bool = False) -> str:
    """Return a mark or level that may be absent: "" then."""
    return "" if value is UNSET else mark_text(str(value), whole=whole)


def said_text(text: str | UnsetType) -> str:
    """Return what somebody wrote, every character of it; "" where it is absent. A full stop is no decimal point."""
    return "" if text is UNSET else str(text)


def meaning_of(words: Words, code: str | UnsetType) -> str:
    """Return what a letter means in its list; the letter itself where the list has it not, "" where it is absent."""
    return "" if code is UNSET else words.get(str(code), str(code))


def note_of(words: Words) -> str:
    """Return the legend of a list: "T: Tốt · Đ: Đạt · C: Cần cố gắng"."""
    return " · ".join(f"{code}: {word}" for code, word in words.items())
