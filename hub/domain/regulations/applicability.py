"""Which circular applies: school year × grade.

Legal source: the transitional articles of TT 27/2020 and TT 22/2021, which came in grade by grade from 2020-2021 to
2024-2025 [assumed: from memory; the grades of the 2023-2024 pilot agree]. Before them TT 30/2014 held for primary,
TT 58/2011 for secondary.
"""

from hub.domain.findings import Finding, finding
from hub.domain.transcript import Transcript

__all__ = ["check_applicability", "regulation_for"]

# First year (its earlier half) in which the new circular holds for a grade.
_NEW_SINCE = {
    1: 2020,
    2: 2021,
    3: 2022,
    4: 2023,
    5: 2024,
    6: 2021,
    7: 2022,
    8: 2023,
    9: 2024,
    10: 2022,
    11: 2023,
    12: 2024,
}
_TT30_SINCE = 2014
_TT58_SINCE = 2011
_OF_LEVEL = {"TT27-2020": range(1, 6), "TT30-2014": range(1, 6), "TT22-2021": range(6, 13), "TT58-2011": range(6, 13)}


def regulation_for(school_year: str, grade: int) -> str | None:
    """Return the circular of a school year ("2023-2024") and a grade 1-12; None where none is known."""
    start = int(school_year[:4])
    if start >= _NEW_SINCE[grade]:
        return "TT27-2020" if grade <= 5 else "TT22-2021"
    if grade <= 5:
        return "TT30-2014" if start >= _TT30_SINCE else None
    return "TT58-2011" if start >= _TT58_SINCE else None


def check_applicability(transcript: Transcript) -> list[Finding]:
    """A circular of the other school level refuses; one of the wrong year only warns (the table is assumed)."""
    regulation, grade = transcript.regulation, transcript.grade
    expected = regulation_for(transcript.school_year, grade)
    if regulation == expected:
        return []
    facts = {"regulation": regulation, "grade": str(grade), "expected": expected or "?"}
    if grade not in _OF_LEVEL[regulation]:
        return [finding("REGULATION_NOT_FOR_GRADE", "$.regulation", regulation, facts)]
    facts["school_year"] = transcript.school_year
    return [finding("REGULATION_NOT_FOR_YEAR", "$.regulation", regulation, facts)]
