"""Mã môn học, phẩm chất, năng lực by circular and grade, as the population writes them.

Kept apart from `hub.domain.regulations` on purpose: two tables written from the same source check one another.
Source: TT 27/2020, TT 22/2021, TT 32/2018 [secondary]; TT 58/2011, TT 30/2014 and TT 22/2016 [memory]; docs/field.md.
"""

from itertools import combinations
from types import MappingProxyType

__all__ = [
    "CHOSEN_SUBJECTS",
    "COMPETENCES_ALL",
    "COMPETENCES_FORMER",
    "COMPETENCES_LOWER",
    "FORMER_PRIMARY",
    "FORMER_SECONDARY",
    "LOWER_SECONDARY",
    "PRIMARY",
    "QUALITIES",
    "QUALITIES_FORMER",
    "SECONDARY_ELECTIVES",
    "STUDY_TOPICS",
    "UPPER_SECONDARY_CHOICES",
    "UPPER_SECONDARY_CHOICES_USUAL",
    "UPPER_SECONDARY_COMMENT",
    "UPPER_SECONDARY_SCORED",
    "regulation_of",
]

QUALITIES = ("YEU_NUOC", "NHAN_AI", "CHAM_CHI", "TRUNG_THUC", "TRACH_NHIEM")
_GENERAL = ("TU_CHU", "GIAO_TIEP", "GIAI_QUYET")
COMPETENCES_LOWER = (*_GENERAL, "NGON_NGU", "TINH_TOAN", "KHOA_HOC", "THAM_MI", "THE_CHAT")
COMPETENCES_ALL = (*COMPETENCES_LOWER[:6], "CONG_NGHE", "TIN_HOC", *COMPETENCES_LOWER[6:])
# TT 22/2016: chăm học, chăm làm; tự tin, trách nhiệm; trung thực, kỉ luật; đoàn kết, yêu thương [memory].
QUALITIES_FORMER = ("CHAM_HOC", "TU_TIN", "TRUNG_THUC", "DOAN_KET")
# TT 22/2016: tự phục vụ, tự quản; hợp tác; tự học và giải quyết vấn đề [memory].
COMPETENCES_FORMER = ("TU_PHUC_VU", "HOP_TAC", "TU_HOC")

# Grades under the new circulars, by the calendar year in which a school year begins; all of them from 2024 on.
_NEW_PRIMARY = MappingProxyType({2020: (1,), 2021: (1, 2), 2022: (1, 2, 3), 2023: (1, 2, 3, 4)})
_NEW_SECONDARY = MappingProxyType({2021: (6,), 2022: (6, 7, 10), 2023: (6, 7, 8, 10, 11)})
_ALL_NEW_SINCE = 2024


def regulation_of(school_year: str, grade: int) -> str:
    """Return the circular of a grade in a school year ("2023-2024") [memory]."""
    start = int(school_year[:4])
    if grade <= 5:
        new = start >= _ALL_NEW_SINCE or grade in _NEW_PRIMARY.get(start, ())
        return "TT27-2020" if new else "TT30-2014"
    new = start >= _ALL_NEW_SINCE or grade in _NEW_SECONDARY.get(start, ())
    return "TT22-2021" if new else "TT58-2011"


def _grade(grade: int, *, joined: bool) -> tuple[tuple[str, bool], ...]:
    """Return (subject, has a periodic test) in the order of the form."""
    informatics = (("THCN", True),) if joined else (("TIN", True), ("CN", True))
    middle: tuple[tuple[str, bool], ...] = (("NN1", True), *informatics) if grade >= 3 else ()
    nature = (("TNXH", False),) if grade <= 3 else (("LSDL", True), ("KH", True))
    arts = (("GDTC", False), ("AN", False), ("MT", False), ("HDTN", False))
    return (("TV", True), ("TOAN", True), *middle[:1], ("DD", False), *nature, *middle[1:], *arts)


# Key: (grade, whether Tin học và Công nghệ is one row).
PRIMARY = MappingProxyType({(g, joined): _grade(g, joined=joined) for g in range(1, 6) for joined in (False, True)})

LOWER_SECONDARY = (
    ("VAN", "TOAN", "NN1", "GDCD", "KHTN", "LSDL", "TIN", "CN"),
    ("GDTC", "NT", "HDTN", "GDDP"),
)
UPPER_SECONDARY_SCORED = ("VAN", "TOAN", "NN1", "SU", "GDQPAN")
UPPER_SECONDARY_COMMENT = ("GDTC", "HDTN", "GDDP")
CHOSEN_SUBJECTS = ("DIA", "KTPL", "LI", "HOA", "SINH", "CN", "TIN", "AN", "MT")  # in the order of the form
UPPER_SECONDARY_CHOICES = tuple(combinations(CHOSEN_SUBJECTS, 4))  # all 126
UPPER_SECONDARY_CHOICES_USUAL = (
    ("LI", "HOA", "SINH", "TIN"), ("DIA", "KTPL", "CN", "TIN"), ("DIA", "LI", "HOA", "CN"), ("DIA", "KTPL", "LI", "MT"),
    ("KTPL", "HOA", "SINH", "AN"), ("DIA", "KTPL", "SINH", "CN"), ("LI", "HOA", "CN", "TIN"),
)  # fmt: skip
SECONDARY_ELECTIVES = ("TDT", "NN2")
STUDY_TOPICS = ("VAN", "TOAN", "SU", *CHOSEN_SUBJECTS)  # môn có chuyên đề học tập, in the order of the form


def _former_primary(grade: int) -> tuple[tuple[str, bool], ...]:
    """Return (subject, has a year-end test) of the programme of 2006 [memory]."""
    nature = (("TNXH", False),) if grade <= 3 else (("LSDL", True), ("KH", True))
    language = (("NN1", True),) if grade >= 3 else ()
    crafts = (("TC", False),) if grade <= 3 else (("KT", False),)
    return (
        ("TV", True), ("TOAN", True), *language, ("DD", False), *nature, *((("TIN", True),) if grade >= 3 else ()),
        ("GDTC", False), ("AN", False), ("MT", False), *crafts,
    )  # fmt: skip


FORMER_PRIMARY = MappingProxyType({grade: _former_primary(grade) for grade in range(1, 6)})


def _former_secondary(grade: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (scored, comment-only) subjects of the programme of 2006 [memory]."""
    chemistry = ("HOA",) if grade >= 8 else ()
    if grade < 10:
        return ("VAN", "TOAN", "NN1", "LI", *chemistry, "SINH", "SU", "DIA", "GDCD", "CN"), ("GDTC", "AN", "MT")
    scored = ("VAN", "TOAN", "NN1", "LI", "HOA", "SINH", "SU", "DIA", "GDCD", "CN", "TIN", "GDQPAN")
    return scored, ("GDTC",)


FORMER_SECONDARY = MappingProxyType({grade: _former_secondary(grade) for grade in range(6, 13)})
