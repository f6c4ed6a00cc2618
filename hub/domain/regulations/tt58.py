"""Thông tư 58/2011/TT-BGDĐT (as amended by 26/2020): older secondary documents, form only, warnings at most.

Subjects [assumed: from memory]; học lực G, K, TB, Y, KEM and hạnh kiểm T, K, TB, Y [secondary].
"""

from hub.domain.findings import Finding
from hub.domain.regulations.secondary_form import Form, check_form
from hub.domain.transcript import Transcript

__all__ = ["FORM", "check"]

_SCORED = ("VAN", "TOAN", "NN1", "LI", "HOA", "SINH", "SU", "DIA", "GDCD", "CN", "TIN", "GDQPAN")
_COMMENT = ("GDTC", "AN", "MT")

FORM = Form(
    regulation="TT58-2011",
    kinds=dict.fromkeys(_SCORED, "score") | dict.fromkeys(_COMMENT, "comment") | dict.fromkeys(("TDT", "NN2"), "score"),
    required=frozenset({"VAN", "TOAN"}),
    choice=frozenset(),
    choice_count=0,
    levels={"learning": frozenset({"G", "K", "TB", "Y", "KEM"}), "conduct": frozenset({"T", "K", "TB", "Y"})},
)


def check(transcript: Transcript) -> list[Finding]:
    """Return the findings on the form of an older document of grades 6-12; the caller softens them."""
    return check_form(transcript, FORM)
