"""Môn đánh giá bằng nhận xét: Đạt or Chưa đạt in a semester and in the year.

Legal source: TT 22/2021, Điều 9.1.a [secondary]: a semester is Đạt when there are enough assessments and all are Đạt;
the year is the result of semester II alone.
"""

from collections.abc import Sequence

from hub.domain.regulations.computed import Computed
from hub.domain.regulations.tt22.subjects import name_of

__all__ = ["comment_semester", "comment_semester_computed", "comment_year_computed"]


def comment_semester(results: Sequence[str], needed_count: int) -> str:
    """Return "Đ" for at least `needed_count` assessments, all "Đ"; otherwise "CĐ". Điều 9.1.a [secondary]."""
    return "Đ" if len(results) >= needed_count and all(result == "Đ" for result in results) else "CĐ"


def comment_semester_computed(
    code: str, path: str, results: Sequence[str], needed_count: int, stated: str | None
) -> Computed:
    """Return the semester result of subject `code` with its working; `path` and `stated` are a cell and its text."""
    expected = comment_semester(results, needed_count)
    return Computed(
        code="SEMESTER_COMMENT_DIFFERS",
        path=path,
        name=f"Kết quả học kì, {name_of(code)}",
        inputs=tuple((f"Lần {n}", result) for n, result in enumerate(results, 1)),
        formula="Đ khi đủ số lần đánh giá và tất cả các lần là Đ; còn lại là CĐ",
        working=f"{len(results)}/{needed_count} lần, {results.count('Đ')} lần Đ ⇒ {expected}",
        expected=expected,
        stated=stated,
    )


def comment_year_computed(
    code: str, path: str, semester_1: str | None, semester_2: str, stated: str | None
) -> Computed:
    """Return the year's result of subject `code`: that of semester II. Điều 9.1.a [secondary]."""
    first = (("HK I", semester_1),) if semester_1 else ()
    return Computed(
        code="YEAR_COMMENT_DIFFERS",
        path=path,
        name=f"Kết quả cả năm, {name_of(code)}",
        inputs=(*first, ("HK II", semester_2)),
        formula="cả năm = HK II",
        working=f"HK II {semester_2} ⇒ {semester_2}",
        expected=semester_2,
        stated=stated,
    )
