"""Kết quả rèn luyện cả năm (Điều 8): from both semesters by a table of sixteen rows.

Legal source: TT 22/2021, Điều 8 [secondary]. The level after summer training (rèn luyện trong hè) replaces that of the
year; it is the school's judgement and not computed.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import UNSET

from hub.domain.regulations.computed import Computed
from hub.domain.regulations.stated import level_of
from hub.domain.transcript import Transcript

__all__ = ["agrees", "compute", "training_year"]

_TABLE: Mapping[tuple[str, str], str] = MappingProxyType(
    {  # (HK I, HK II) -> cả năm
        ("T", "T"): "T",
        ("K", "T"): "T",
        ("Đ", "T"): "K",
        ("CĐ", "T"): "K",
        ("T", "K"): "K",
        ("K", "K"): "K",
        ("Đ", "K"): "K",
        ("CĐ", "K"): "Đ",
        ("T", "Đ"): "K",
        ("K", "Đ"): "Đ",
        ("Đ", "Đ"): "Đ",
        ("CĐ", "Đ"): "Đ",
        ("T", "CĐ"): "CĐ",
        ("K", "CĐ"): "CĐ",
        ("Đ", "CĐ"): "CĐ",
        ("CĐ", "CĐ"): "CĐ",
    }
)


def training_year(semester_1: str, semester_2: str) -> str | None:
    """Return the year's level from T, K, Đ, CĐ of both semesters; None for other values. Điều 8 [secondary]."""
    return _TABLE.get((semester_1, semester_2))


def agrees(transcript: Transcript) -> bool:
    """Tell quickly that the stated level of the year does not differ; False asks for `compute`."""
    levels = transcript.training
    if levels is UNSET or levels.year is UNSET:
        return True
    expected = _TABLE.get((levels.semester_1, levels.semester_2))  # type: ignore[arg-type]  # absent: no row
    return expected is None or levels.year == expected


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield the level of the year where both semesters have one."""
    levels = transcript.training
    if levels is UNSET:
        return
    one, two = str(levels.semester_1), str(levels.semester_2)
    expected = training_year(one, two)
    if expected is None:
        return
    yield Computed(
        code="TRAINING_DIFFERS",
        path="$.training.year",
        name="Kết quả rèn luyện cả năm",
        inputs=(("HK I", one), ("HK II", two)),
        formula="bảng xếp mức rèn luyện cả năm theo HK I và HK II (Điều 8)",
        working=f"HK I {one}, HK II {two} ⇒ {expected}",
        expected=expected,
        stated=level_of(levels),
    )
