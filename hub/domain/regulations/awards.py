"""Danh hiệu and the completed school level: what holds under every circular.

Legal source: TT 27/2020, Điều 13; TT 22/2021, Điều 15 [assumed]; Luật Giáo dục 43/2019, Điều 34, of which the rule on
primary school was read [text] and those on the other two levels were told [secondary].
"""

import functools
from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.regulations.rows import misordered, repeated
from hub.domain.transcript import Transcript

__all__ = ["check_awards", "check_programme"]

# Award -> circulars that know it: Xuất sắc, Tiêu biểu, Giỏi, Tiên tiến.
_AWARDS: dict[str, frozenset[str]] = {
    "HSXS": frozenset({"TT27-2020", "TT22-2021"}),
    "HSTB": frozenset({"TT27-2020"}),
    "HSG": frozenset({"TT22-2021", "TT58-2011"}),
    "HSTT": frozenset({"TT58-2011"}),
}
_LAST_GRADES = frozenset({5, 9, 12})
_PRIMARY_LAST = 5


def check_awards(transcript: Transcript) -> tuple[Finding, ...]:
    """Judge the codes of awards: known, once, in order [contract], of this circular [assumed]."""
    awards = transcript.result.awards
    return () if awards is UNSET else _awards(transcript.regulation, tuple(awards))


@functools.lru_cache(256)
def _awards(regulation: str, awards: tuple[str, ...]) -> tuple[Finding, ...]:
    path = "$.result.awards"
    found: list[Finding] = []
    for index, award in enumerate(awards):
        at = f"{path}[{index}]"
        if award not in _AWARDS:
            found.append(finding("AWARD_UNKNOWN", at, award, {"allowed": ", ".join(_AWARDS)}))
        elif regulation not in _AWARDS[award] and regulation != "TT30-2014":
            facts = {"award": award, "regulation": regulation}
            found.append(finding("AWARD_NOT_FOR_REGULATION", at, award, facts))
    found += repeated(awards, "AWARD_TWICE", path, "award")
    found += misordered(awards, tuple(_AWARDS), path)
    return tuple(found)


def check_programme(transcript: Transcript) -> Iterator[Finding]:
    """Luật Giáo dục, Điều 34: a level is completed in its last grade, by one who completed that grade.

    Primary school [text]; lower and upper secondary school [secondary].
    """
    result = transcript.result
    if result.programme_completed is True and (transcript.grade not in _LAST_GRADES or not result.completed):
        primary = transcript.grade <= _PRIMARY_LAST
        code = "PROGRAMME_COMPLETED_WRONG" if primary else "PROGRAMME_COMPLETED_WRONG_SECONDARY"
        yield finding(code, "$.result.programme_completed", "true")
