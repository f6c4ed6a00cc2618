"""Phẩm chất và năng lực: five qualities, three general competences, five or seven specific ones.

Legal source: TT 27/2020, Điều 8 [secondary]. The sector's sheet for lower grades lacks CONG_NGHE and TIN_HOC; from
grade 3 all seven are expected [assumed], so that their absence only warns.
"""

import functools
from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from hub.domain.findings import Finding, finding
from hub.domain.regulations.rows import misordered, repeated
from hub.domain.transcript import Assessed, Transcript

__all__ = ["COMPETENCES", "QUALITIES", "check_assessed", "competences_of"]

QUALITIES: tuple[str, ...] = ("YEU_NUOC", "NHAN_AI", "CHAM_CHI", "TRUNG_THUC", "TRACH_NHIEM")
COMPETENCES: tuple[str, ...] = (
    "TU_CHU", "GIAO_TIEP", "GIAI_QUYET",
    "NGON_NGU", "TINH_TOAN", "KHOA_HOC", "CONG_NGHE", "TIN_HOC", "THAM_MI", "THE_CHAT",
)  # fmt: skip
_FROM_GRADE_3 = frozenset({"CONG_NGHE", "TIN_HOC"})


def competences_of(grade: int) -> tuple[str, ...]:
    """Return the competences expected in a grade 1-5, in document order: eight, from grade 3 ten."""
    return COMPETENCES if grade >= 3 else tuple(c for c in COMPETENCES if c not in _FROM_GRADE_3)


def check_assessed(transcript: Transcript) -> tuple[Finding, ...]:
    """Judge which qualities and competences are there; a semester_1 document or an exempt pupil may lack any."""
    complete = transcript.period == "year" and transcript.student.disability_exempt is not True
    qualities = _qualities(_codes(transcript.qualities), complete)
    return qualities + _competences(transcript.grade, _codes(transcript.competences), complete)


def _codes(rows: Sequence[Assessed] | UnsetType) -> tuple[str, ...]:
    return () if rows is UNSET else tuple([row.code for row in rows])


@functools.lru_cache(1024)
def _qualities(codes: tuple[str, ...], complete: bool) -> tuple[Finding, ...]:
    found = _list_faults(codes, QUALITIES, ("QUALITY_UNKNOWN", "QUALITY_TWICE"), "$.qualities")
    if complete:
        found += [finding("QUALITY_MISSING", "$.qualities", None, {"item": q}) for q in QUALITIES if q not in codes]
    return tuple(found)


@functools.lru_cache(4096)
def _competences(grade: int, codes: tuple[str, ...], complete: bool) -> tuple[Finding, ...]:
    path = "$.competences"
    found = _list_faults(codes, COMPETENCES, ("COMPETENCE_UNKNOWN", "COMPETENCE_TWICE"), path)
    expected = competences_of(grade)
    for item in COMPETENCES:
        if item in codes:
            if item not in expected:
                found.append(finding("COMPETENCE_UNEXPECTED", path, item, {"item": item}))
        elif complete and item in expected:
            code = "COMPETENCE_MISSING_FROM_GRADE_3" if item in _FROM_GRADE_3 else "COMPETENCE_MISSING"
            found.append(finding(code, path, None, {"item": item}))
    return tuple(found)


def _list_faults(
    codes: tuple[str, ...], known: tuple[str, ...], unknown_and_twice: tuple[str, str], path: str
) -> list[Finding]:
    """Codes of the list only, each once, in its order [contract]."""
    unknown, twice = unknown_and_twice
    allowed = {"allowed": ", ".join(known)}
    found = [finding(unknown, f"{path}[{n}].code", code, allowed) for n, code in enumerate(codes) if code not in known]
    found += repeated(codes, twice, path, "item")
    found += misordered(codes, known, path)
    return found
