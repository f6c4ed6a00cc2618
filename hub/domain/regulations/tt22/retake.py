"""Kiểm tra, đánh giá lại và rèn luyện trong hè: the second value stands beside the year's, and only where that failed.

Legal source: TT 22/2021, Điều 13, 14 [secondary]: comment-only subjects at Chưa đạt, scored ones below 5.0, a result of
the year at Chưa đạt. Both values are kept.
"""

from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.marks import MARKS
from hub.domain.regulations.tt22.subjects import name_of
from hub.domain.transcript import Subject, Transcript

__all__ = ["check_retakes", "failed"]

_PASS_MARK = MARKS["5.0"]
_GROUPS = (("learning", "kết quả học tập"), ("training", "kết quả rèn luyện"))


def failed(kind: str, year: str) -> bool:
    """Tell whether a subject's year value opens the way to a re-assessment. Điều 14 [secondary]."""
    mark = MARKS.get(year) if kind == "score" else None
    return year == "CĐ" if mark is None else mark < _PASS_MARK


def check_retakes(transcript: Transcript) -> Iterator[Finding]:
    """Yield a finding for each re-assessment of what had not failed."""
    for index, row in enumerate(transcript.subjects):
        if row.retake is not UNSET and not _failing(row):
            yield _finding(f"$.subjects[{index}].retake", f"môn {name_of(row.code)}", row.year, row.retake)
    for group, name in _GROUPS:
        levels = getattr(transcript, group)
        if levels is not UNSET and levels.retake is not UNSET and levels.year not in ("CĐ", UNSET):
            yield _finding(f"$.{group}.retake", name, levels.year, levels.retake)


def _failing(row: Subject) -> bool:
    return row.year is UNSET or failed(row.kind, row.year)


def _finding(path: str, name: str, year: object, retake: object) -> Finding:
    return finding("RETAKE_WITHOUT_FAILURE", path, retake, {"name": name, "year": str(year), "retake": str(retake)})
