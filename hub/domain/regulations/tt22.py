"""Thông tư 22/2021/TT-BGDĐT: secondary school, checked for form only.

Subjects: TT 32/2018 as amended by TT 13/2022 [secondary]; kinds: Điều 5 [secondary]; levels: Điều 8, 9 [secondary].
"""

from hub.domain.findings import Finding
from hub.domain.regulations.secondary_form import Form, check_form
from hub.domain.transcript import Transcript

__all__ = ["LOWER", "UPPER", "check"]

_LEVELS = frozenset({"T", "K", "Đ", "CĐ"})
_COMMENT = frozenset({"GDTC", "NT", "AN", "MT", "HDTN", "GDDP"})
_LOWER = ("VAN", "TOAN", "NN1", "GDCD", "KHTN", "LSDL", "TIN", "CN", "GDTC", "NT", "HDTN", "GDDP")
_UPPER = ("VAN", "TOAN", "NN1", "SU", "GDQPAN", "GDTC", "HDTN", "GDDP")
_CHOICE = ("DIA", "KTPL", "LI", "HOA", "SINH", "CN", "TIN", "AN", "MT")


def _form(codes: tuple[str, ...], required: tuple[str, ...], choice: tuple[str, ...]) -> Form:
    return Form(
        regulation="TT22-2021",
        kinds={code: "comment" if code in _COMMENT else "score" for code in codes},
        required=frozenset(required),
        choice=frozenset(choice),
        choice_count=4,
        levels={"learning": _LEVELS, "training": _LEVELS},
    )


LOWER = _form((*_LOWER, "TDT", "NN2"), _LOWER, ())
UPPER = _form((*_UPPER, *_CHOICE, "TDT", "NN2"), _UPPER, _CHOICE)


def check(transcript: Transcript) -> list[Finding]:
    """Return the findings on the form of a document of grades 6-12."""
    return check_form(transcript, LOWER if transcript.grade <= 9 else UPPER)
