"""Môn học và hoạt động giáo dục (Điều 3-5): which subjects a grade has, and how each is assessed.

Legal source: TT 22/2021, Điều 5 (marks or comments) [secondary]; TT 32/2018 as amended by TT 13/2022 (the lists, four
chosen subjects from grade 10 on) [secondary]. That a required subject is there is [assumed] and only warns. In grades
6-9 Nghệ thuật is one subject with two contents [assumed], so it is taken in either shape: one row NT, or AN and MT.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hub.domain.regulations.secondary_form import Form

__all__ = [
    "ART_HALVES",
    "ELECTIVES",
    "LAST_LOWER_GRADE",
    "LOWER",
    "REGULATION",
    "TOPIC_SUBJECTS",
    "UPPER",
    "form_of",
    "name_of",
]

REGULATION = "TT22-2021"
LAST_LOWER_GRADE = 9

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "VAN": "Ngữ văn",
        "TOAN": "Toán",
        "NN1": "Ngoại ngữ 1",
        "GDCD": "Giáo dục công dân",
        "KHTN": "Khoa học tự nhiên",
        "LSDL": "Lịch sử và Địa lí",
        "SU": "Lịch sử",
        "DIA": "Địa lí",
        "KTPL": "Giáo dục kinh tế và pháp luật",
        "LI": "Vật lí",
        "HOA": "Hóa học",
        "SINH": "Sinh học",
        "CN": "Công nghệ",
        "TIN": "Tin học",
        "GDQPAN": "Giáo dục quốc phòng và an ninh",
        "GDTC": "Giáo dục thể chất",
        "NT": "Nghệ thuật",
        "AN": "Âm nhạc",
        "MT": "Mĩ thuật",
        "HDTN": "Hoạt động trải nghiệm, hướng nghiệp",
        "GDDP": "Nội dung giáo dục của địa phương",
        "TDT": "Tiếng dân tộc thiểu số",
        "NN2": "Ngoại ngữ 2",
    }
)

_LEVELS = frozenset({"T", "K", "Đ", "CĐ"})
_COMMENT = frozenset({"GDTC", "NT", "AN", "MT", "HDTN", "GDDP"})  # Điều 5.3.a [secondary]
_ART, _HALVES = "NT", ("AN", "MT")
_LOWER = ("VAN", "TOAN", "NN1", "GDCD", "KHTN", "LSDL", "TIN", "CN", "GDTC", "NT", "HDTN", "GDDP")
_UPPER = ("VAN", "TOAN", "NN1", "SU", "GDQPAN", "GDTC", "HDTN", "GDDP")
_CHOICE = ("DIA", "KTPL", "LI", "HOA", "SINH", "CN", "TIN", "AN", "MT")
_CHOICE_COUNT = 4
_IN_ORDER_LAST = ("TDT", "NN2")

ELECTIVES = frozenset(_IN_ORDER_LAST)  # môn tự chọn
ART_HALVES = frozenset(_HALVES)  # of the one subject Nghệ thuật in grades 6-9; subjects of their own from grade 10 on


def _form(
    codes: tuple[str, ...], required: tuple[str, ...], choice: tuple[str, ...], halves: dict[str, tuple[str, ...]]
) -> Form:
    return Form(
        regulation=REGULATION,
        kinds={code: "comment" if code in _COMMENT else "score" for code in codes},
        required=frozenset(required),
        choice=frozenset(choice),
        choice_count=_CHOICE_COUNT if choice else 0,
        halves=halves,
        levels={"learning": _LEVELS, "training": _LEVELS},
    )


_ART_END = _LOWER.index(_ART) + 1
LOWER = _form((*_LOWER[:_ART_END], *_HALVES, *_LOWER[_ART_END:], *_IN_ORDER_LAST), _LOWER, (), halves={_ART: _HALVES})
UPPER = _form((*_UPPER, *_CHOICE, *_IN_ORDER_LAST), _UPPER, _CHOICE, halves={})

# Subjects that can have study topics: the scored ones, and Âm nhạc and Mĩ thuật, which TT 32/2018 gives topics too
# [assumed].
TOPIC_SUBJECTS = frozenset({code for code, kind in UPPER.kinds.items() if kind == "score"} | {"AN", "MT"})


def form_of(grade: int) -> Form:
    """Return the subjects and kinds of a grade 6-12."""
    return LOWER if grade <= LAST_LOWER_GRADE else UPPER


def name_of(code: str) -> str:
    """Return the Vietnamese name of a subject; an unknown code is its own name."""
    return _NAMES.get(code, code)
