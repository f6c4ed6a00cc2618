"""Môn học, mức học lực và hạnh kiểm of TT 58/2011: what may stand in a document of the old programme.

Legal source: TT 58/2011, Điều 13 (học lực G, K, TB, Y, KEM; hạnh kiểm T, K, TB, Y) [secondary]; subjects and their
kinds [assumed: from memory]. Which subjects a grade had is not checked, beyond Ngữ văn and Toán.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hub.domain.regulations.secondary_form import Form

__all__ = ["ELECTIVES", "FORM", "NAMES"]

_SCORED = ("VAN", "TOAN", "NN1", "LI", "HOA", "SINH", "SU", "DIA", "GDCD", "CN", "TIN", "GDQPAN")
_COMMENT = ("GDTC", "AN", "MT")
_ELECTIVE = ("TDT", "NN2")
ELECTIVES = frozenset(_ELECTIVE)

FORM = Form(
    regulation="TT58-2011",
    kinds=dict.fromkeys(_SCORED, "score") | dict.fromkeys(_COMMENT, "comment") | dict.fromkeys(_ELECTIVE, "score"),
    required=frozenset({"VAN", "TOAN"}),
    choice=frozenset(),
    choice_count=0,
    levels={"learning": frozenset({"G", "K", "TB", "Y", "KEM"}), "conduct": frozenset({"T", "K", "TB", "Y"})},
)

NAMES: Mapping[str, str] = MappingProxyType({
    "VAN": "Ngữ văn",
    "TOAN": "Toán",
    "NN1": "Ngoại ngữ",
    "LI": "Vật lí",
    "HOA": "Hóa học",
    "SINH": "Sinh học",
    "SU": "Lịch sử",
    "DIA": "Địa lí",
    "GDCD": "Giáo dục công dân",
    "CN": "Công nghệ",
    "TIN": "Tin học",
    "GDQPAN": "Giáo dục quốc phòng và an ninh",
    "GDTC": "Thể dục",
    "AN": "Âm nhạc",
    "MT": "Mĩ thuật",
    "TDT": "Tiếng dân tộc thiểu số",
    "NN2": "Ngoại ngữ 2",
})  # fmt: skip
