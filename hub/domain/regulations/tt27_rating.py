"""Đánh giá kết quả giáo dục (Điều 9): HTXS, HTT, HT, CHT recomputed from levels, qualities, competences and scores.

Legal source: TT 27/2020, Điều 9. Row HTXS is [secondary], the other rows are [assumed], so a difference only warns.
"Every test" is read as the end-of-year tests [assumed].
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.marks import MARKS
from hub.domain.regulations.tt27_grid import Place, place_of
from hub.domain.transcript import Subject, Transcript

__all__ = ["check_rating", "rating_of"]

_RANK = {"CHT": 0, "HT": 1, "HTT": 2, "HTXS": 3}
_NEEDS = {"HTXS": ("T", "T", Decimal(9)), "HTT": ("T", "T", Decimal(7)), "HT": ("TH", "TĐ", Decimal(5))}


def rating_of(levels: Iterable[str], assessed: Iterable[str], scores: Iterable[Decimal]) -> str:
    """Return the rating of one year (Điều 9).

    `levels` are T/H/C of subjects and activities, `assessed` T/Đ/C of qualities and competences, `scores` the
    end-of-year test scores on the scale of 10. Empty inputs set no limit.
    """
    subject_set, assessed_set = set(levels), set(assessed)
    lowest = min(scores, default=Decimal(10))
    if "C" in subject_set or "C" in assessed_set or lowest < 5:
        return "CHT"
    if "H" in subject_set or "Đ" in assessed_set or lowest < 7:
        return "HT"
    return "HTT" if lowest < 9 else "HTXS"


def check_rating(transcript: Transcript) -> Iterator[Finding]:
    """Compare the stated rating with the recomputed one; a year document without one is incomplete.

    Values that are missing can only lower the rating, so the recomputed one is then an upper bound. Whether electives
    count is open: a rating that holds with or without them passes. Exempt pupils have plans of their own.
    """
    if transcript.period != "year" or transcript.student.disability_exempt is True:
        return
    stated = transcript.rating
    if stated is UNSET:
        yield finding("RATING_MISSING", "$.rating")
        return
    rows = transcript.subjects
    computed = _rate(transcript, rows)
    if computed == stated:
        return
    places = place_of(transcript.grade)
    without = _rate(transcript, [r for r in rows if places.get(r.code) is not Place.ELECTIVE])
    if stated == without or (_incomplete(transcript) and _RANK[str(stated)] < max(_RANK[computed], _RANK[without])):
        return
    facts = {"stated": str(stated), "computed": without, "because": _because(transcript, str(stated), without)}
    yield finding("RATING_DIFFERS", "$.rating", stated, facts)


def _rate(transcript: Transcript, rows: Iterable[Subject]) -> str:
    counted = [r for r in rows if r.exempt is not True]
    levels = [r.level for r in counted if isinstance(r.level, str)]
    scores = [MARKS[r.score] for r in counted if isinstance(r.score, str)]
    return rating_of(levels, _assessed(transcript), scores)


def _assessed(transcript: Transcript) -> list[str]:
    groups = (transcript.qualities, transcript.competences)
    return [row.level for rows in groups if isinstance(rows, tuple) for row in rows]


def _incomplete(transcript: Transcript) -> bool:
    places = place_of(transcript.grade)
    lacking = any(
        r.level is UNSET or (r.score is UNSET and places.get(r.code) is Place.SCORED)
        for r in transcript.subjects
        if r.exempt is not True
    )
    return lacking or transcript.qualities is UNSET or transcript.competences is UNSET


def _because(transcript: Transcript, stated: str, computed: str) -> str:
    """Name the values that keep the document from the better of the two ratings, such as "AN=H, TV=8.0"."""
    better = max(stated, computed, key=_RANK.__getitem__)
    levels, assessed, lowest = _NEEDS[better]
    blocking = [
        f"{r.code}={r.level}" for r in transcript.subjects if isinstance(r.level, str) and r.level not in levels
    ]
    blocking += [
        f"{r.code}={r.score}" for r in transcript.subjects if isinstance(r.score, str) and MARKS[r.score] < lowest
    ]
    groups = (transcript.qualities, transcript.competences)
    rows = (row for group in groups if isinstance(group, tuple) for row in group)
    blocking += [f"{row.code}={row.level}" for row in rows if row.level not in assessed]
    return ", ".join(blocking[:8]) or f"{better}: ≥ {lowest}"
