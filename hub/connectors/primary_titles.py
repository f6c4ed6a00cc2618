"""Column titles that every sheet of a primary school may print: the words of the circular and their usual short forms.

Source: TT 27/2020 for năng lực and phẩm chất [text]; short forms as third parties' tools write them [secondary].
"""

from types import MappingProxyType
from typing import Final

from hub.connectors.headers import by_key, label_key

__all__ = [
    "COMPETENCE_LABELS",
    "COMPETENCE_TEXTS",
    "GROUP_TEXTS",
    "LEVEL_LABELS",
    "QUALITY_LABELS",
    "QUALITY_TEXTS",
    "SCORE_LABELS",
]

COMPETENCE_TEXTS: Final = MappingProxyType({
    "Tự chủ và tự học": "TU_CHU", "Tự chủ, tự học": "TU_CHU",
    "Giao tiếp và hợp tác": "GIAO_TIEP", "Giao tiếp, hợp tác": "GIAO_TIEP",
    "Giải quyết vấn đề và sáng tạo": "GIAI_QUYET", "GQVĐ và sáng tạo": "GIAI_QUYET", "GQVĐ, sáng tạo": "GIAI_QUYET",
    "Ngôn ngữ": "NGON_NGU", "Tính toán": "TINH_TOAN", "Khoa học": "KHOA_HOC", "Công nghệ": "CONG_NGHE",
    "Tin học": "TIN_HOC", "Thẩm mĩ": "THAM_MI", "Thể chất": "THE_CHAT",
})  # fmt: skip
COMPETENCE_LABELS: Final = by_key(COMPETENCE_TEXTS)
QUALITY_TEXTS: Final = MappingProxyType({
    "Yêu nước": "YEU_NUOC", "Nhân ái": "NHAN_AI", "Chăm chỉ": "CHAM_CHI", "Trung thực": "TRUNG_THUC",
    "Trách nhiệm": "TRACH_NHIEM",
})  # fmt: skip
QUALITY_LABELS: Final = by_key(QUALITY_TEXTS)
GROUP_TEXTS: Final = MappingProxyType({
    "Môn học và hoạt động giáo dục": "level", "Môn học và HĐGD": "level", "Môn học": "level", "Nghệ thuật": "level",
    "Năng lực cốt lõi": "competence", "Năng lực": "competence", "Năng lực chung": "competence",
    "Năng lực đặc thù": "competence", "NL chung": "competence", "NL đặc thù": "competence",
    "Phẩm chất chủ yếu": "quality", "Phẩm chất": "quality",
})  # fmt: skip
LEVEL_LABELS: Final = frozenset(map(label_key, ("Mức đạt được", "Mức", "MĐĐ", "Mức đạt")))
SCORE_LABELS: Final = frozenset(
    map(label_key, ("Điểm KTĐK", "Điểm", "Điểm KT", "Điểm kiểm tra", "Điểm kiểm tra định kỳ", "KTĐK"))
)
