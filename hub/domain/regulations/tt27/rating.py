"""Đánh giá kết quả giáo dục (Điều 9): HTXS, HTT, HT, CHT recomputed from levels, qualities, competences and scores.

Legal source: TT 27/2020, Điều 9. Row HTXS is [secondary], the other rows are [assumed], so a difference only warns.
"Every test" is read as the end-of-year tests [assumed].
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.marks import MARKS
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.primary_rows import assessed_of, counted, is_incomplete
from hub.domain.regulations.tt27.grid import Place, place_of
from hub.domain.regulations.tt27.names import NAMES
from hub.domain.transcript import Subject, Transcript

__all__ = ["check_rating", "compute_rating", "rating_of"]

_LEVELS = ("CHT", "HT", "HTT", "HTXS")
_RANK = {name: rank for rank, name in enumerate(_LEVELS)}
# Rating, best first -> levels that subjects, and that qualities and competences, may have; the least score of a test.
_NEEDS = {
    "HTXS": (frozenset("T"), frozenset("T"), Decimal(9)),
    "HTT": (frozenset("T"), frozenset("T"), Decimal(7)),
    "HT": (frozenset("TH"), frozenset("TĐ"), Decimal(5)),
}
_FORMULA = (
    "HTXS: mọi môn T, mọi phẩm chất và năng lực T, mọi bài kiểm tra cuối năm ≥ 9; HTT: như HTXS nhưng ≥ 7; "
    "HT: mọi môn T hoặc H, phẩm chất và năng lực T hoặc Đ, ≥ 5; còn lại CHT"
)
_SHOWN_COUNT_MAX = 8  # blocking values named in a working; more would not fit a receipt


def rating_of(levels: Iterable[str], assessed: Iterable[str], scores: Iterable[Decimal]) -> str:
    """Return the rating of one year (Điều 9).

    `levels` are T/H/C of subjects and activities, `assessed` T/Đ/C of qualities and competences, `scores` the
    end-of-year test scores on the scale of 10. Empty inputs set no limit.
    """
    subject_set, assessed_set = set(levels), set(assessed)
    lowest = min(scores, default=Decimal(10))
    for rating, (of_subjects, of_assessed, least) in _NEEDS.items():
        if subject_set <= of_subjects and assessed_set <= of_assessed and lowest >= least:
            return rating
    return "CHT"


def check_rating(transcript: Transcript) -> Iterator[Finding]:
    """Compare the stated rating with the recomputed one; a year document without one is incomplete."""
    if not _judged(transcript):
        return
    stated = transcript.rating
    if stated is UNSET:
        yield finding("RATING_MISSING", "$.rating")
    elif _rate(transcript, counted(transcript)) != stated:
        yield from (c.finding() for c in compute_rating(transcript) if not c.agrees)


def compute_rating(transcript: Transcript) -> Iterator[Computed]:
    """Tell the rating with what keeps the pupil from a better one; nothing for a semester or an exempt pupil.

    Whether electives count is open [assumed]: a rating that holds with or without them agrees. Values that are missing
    can only lower the rating, so a lower stated one agrees too while any is missing.
    """
    if not _judged(transcript):
        return
    stated = None if transcript.rating is UNSET else str(transcript.rating)
    rows = counted(transcript)
    expected = _rate(transcript, rows)
    if stated != expected:
        rows = _without_electives(transcript, rows)
        expected = _rate(transcript, rows)
    working = _working(transcript, rows, expected, stated)
    if stated and _RANK[stated] < _RANK[expected] and _incomplete(transcript):
        expected, working = stated, f"{working}; còn thiếu dữ liệu nên {stated} có thể đúng"
    yield Computed(
        code="RATING_DIFFERS",
        path="$.rating",
        name="Đánh giá kết quả giáo dục",
        inputs=_inputs(transcript, rows),
        formula=_FORMULA,
        working=working,
        expected=expected,
        stated=stated,
    )


def _judged(transcript: Transcript) -> bool:
    """Điều 9 rates a year; a pupil with a disability has a plan of their own [assumed]."""
    return transcript.period == "year" and transcript.student.disability_exempt is not True


def _without_electives(transcript: Transcript, rows: Iterable[Subject]) -> list[Subject]:
    places = place_of(transcript.grade)
    return [row for row in rows if places.get(row.code) is not Place.ELECTIVE]


def _rate(transcript: Transcript, rows: Sequence[Subject]) -> str:
    levels = {row.level for row in rows if row.level is not UNSET}
    scores = [MARKS[row.score] for row in rows if row.score is not UNSET]
    return rating_of(levels, {row.level for row in assessed_of(transcript)}, scores)


def _incomplete(transcript: Transcript) -> bool:
    tested = [code for code, place in place_of(transcript.grade).items() if place is Place.SCORED]
    return is_incomplete(transcript, tested)


def _inputs(transcript: Transcript, rows: Sequence[Subject]) -> tuple[tuple[str, str], ...]:
    scores = [row.score for row in rows if row.score is not UNSET]
    lowest = min(scores, key=MARKS.__getitem__, default="–")
    return (
        ("Môn học và hoạt động giáo dục", _tally(str(row.level) for row in rows if row.level is not UNSET)),
        ("Phẩm chất", _tally(row.level for row in transcript.qualities or ())),
        ("Năng lực", _tally(row.level for row in transcript.competences or ())),
        ("Điểm kiểm tra cuối năm thấp nhất", lowest),
    )


def _tally(levels: Iterable[str]) -> str:
    counts = Counter(levels)
    return ", ".join(f"{counts[level]} {level}" for level in "THĐC" if counts[level]) or "–"


def _working(transcript: Transcript, rows: Sequence[Subject], expected: str, stated: str | None) -> str:
    """Name what blocks the stated rating, or the next better one: "Âm nhạc H nên chưa đạt HTXS ⇒ HT"."""
    above = _LEVELS[min(_RANK[expected] + 1, 3)]
    target = stated if stated and _RANK[stated] > _RANK[expected] else above
    blocking = list(_blocking(transcript, rows, target))
    if not blocking:
        return f"mọi điều kiện của {expected} đều đạt ⇒ {expected}"
    more = "" if len(blocking) <= _SHOWN_COUNT_MAX else f" và {len(blocking) - _SHOWN_COUNT_MAX} mục khác"
    return f"{', '.join(blocking[:_SHOWN_COUNT_MAX])}{more} nên chưa đạt {target} ⇒ {expected}"


def _blocking(transcript: Transcript, rows: Sequence[Subject], target: str) -> Iterator[str]:
    levels, assessed, lowest = _NEEDS[target]
    for row in rows:
        if row.level is not UNSET and row.level not in levels:
            yield f"{NAMES.get(row.code, row.code)} {row.level}"
        if row.score is not UNSET and MARKS[row.score] < lowest:
            yield f"{NAMES.get(row.code, row.code)} {row.score} điểm"
    for item in assessed_of(transcript):
        if item.level not in assessed:
            yield f"{NAMES.get(item.code, item.code)} {item.level}"
