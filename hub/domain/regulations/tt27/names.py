"""Tên môn học, hoạt động giáo dục, phẩm chất và năng lực of primary school, as a clerk reads them in a working.

Legal source: TT 32/2018 (subjects) [secondary]; TT 27/2020, Điều 8 (qualities and competences) [text]. The codes are
the hub's own.
"""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["NAMES"]

NAMES: Mapping[str, str] = MappingProxyType({
    "TV": "Tiếng Việt",
    "TOAN": "Toán",
    "NN1": "Ngoại ngữ 1",
    "DD": "Đạo đức",
    "TNXH": "Tự nhiên và Xã hội",
    "LSDL": "Lịch sử và Địa lí",
    "KH": "Khoa học",
    "THCN": "Tin học và Công nghệ",
    "TIN": "Tin học",
    "CN": "Công nghệ",
    "GDTC": "Giáo dục thể chất",
    "AN": "Âm nhạc",
    "MT": "Mĩ thuật",
    "HDTN": "Hoạt động trải nghiệm",
    "TDT": "Tiếng dân tộc thiểu số",
    "YEU_NUOC": "Yêu nước",
    "NHAN_AI": "Nhân ái",
    "CHAM_CHI": "Chăm chỉ",
    "TRUNG_THUC": "Trung thực",
    "TRACH_NHIEM": "Trách nhiệm",
    "TU_CHU": "Tự chủ và tự học",
    "GIAO_TIEP": "Giao tiếp và hợp tác",
    "GIAI_QUYET": "Giải quyết vấn đề và sáng tạo",
    "NGON_NGU": "Năng lực ngôn ngữ",
    "TINH_TOAN": "Năng lực tính toán",
    "KHOA_HOC": "Năng lực khoa học",
    "CONG_NGHE": "Năng lực công nghệ",
    "TIN_HOC": "Năng lực tin học",
    "THAM_MI": "Năng lực thẩm mĩ",
    "THE_CHAT": "Năng lực thể chất",
})  # fmt: skip
