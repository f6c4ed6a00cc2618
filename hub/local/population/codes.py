"""Mã môn học, phẩm chất, năng lực by grade, as the population writes them.

Kept apart from `hub.domain.regulations` on purpose: two tables written from the same source check one another.
Source: TT 27/2020, TT 22/2021, TT 32/2018 [secondary]; docs/field.md.
"""

from types import MappingProxyType

__all__ = [
    "COMPETENCES_ALL",
    "COMPETENCES_LOWER",
    "LOWER_SECONDARY",
    "PRIMARY",
    "QUALITIES",
    "UPPER_SECONDARY_CHOICES",
    "UPPER_SECONDARY_COMMENT",
    "UPPER_SECONDARY_SCORED",
]

QUALITIES = ("YEU_NUOC", "NHAN_AI", "CHAM_CHI", "TRUNG_THUC", "TRACH_NHIEM")
_GENERAL = ("TU_CHU", "GIAO_TIEP", "GIAI_QUYET")
COMPETENCES_LOWER = (*_GENERAL, "NGON_NGU", "TINH_TOAN", "KHOA_HOC", "THAM_MI", "THE_CHAT")
COMPETENCES_ALL = (*COMPETENCES_LOWER[:6], "CONG_NGHE", "TIN_HOC", *COMPETENCES_LOWER[6:])


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
UPPER_SECONDARY_CHOICES = (  # four of nine, in the order of the form
    ("LI", "HOA", "SINH", "TIN"), ("DIA", "KTPL", "CN", "TIN"), ("DIA", "LI", "HOA", "CN"), ("DIA", "KTPL", "LI", "MT"),
    ("KTPL", "HOA", "SINH", "AN"),
)  # fmt: skip
