"""Học lực của học kì, cả năm, sau kiểm tra lại: the stated levels compared with those of the marks.

Legal source: TT 58/2011, Điều 13 (see `learning_levels`); after a second test its mark stands for the year's, Điều 16
[assumed]. Not known: the condition that chuyên classes add, so that in grades 10-12 a lower level may be right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from msgspec import UNSET

from hub.domain.findings import Finding
from hub.domain.marks import MARKS, mark_text
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.stated import level_of
from hub.domain.regulations.tt58.form import ELECTIVES, NAMES
from hub.domain.regulations.tt58.learning_levels import FORMULA, LEVELS, learning_of, level_and_ground, overall_average
from hub.domain.transcript import Transcript

__all__ = ["check_learning", "compute_learning"]

_RANK = {level: rank for rank, level in enumerate(LEVELS)}
_LEADING = frozenset({"TOAN", "VAN", "NN1"})
_COLUMNS = {"semester_1": "HK I", "semester_2": "HK II", "year": "cả năm", "retake": "sau kiểm tra lại"}
_AMENDED_SINCE = 2020  # TT 26/2020; what held before is not known


@dataclass(frozen=True, slots=True)
class _Column:
    """The results of one semester or year: marks by subject, and how many comment subjects have CĐ."""

    codes: tuple[str, ...]
    marks: tuple[Decimal, ...]
    failed: int

    @property
    def leading(self) -> list[Decimal]:
        """The marks of Toán, Văn and Ngoại ngữ that are there."""
        return [mark for code, mark in zip(self.codes, self.marks, strict=True) if code in _LEADING]

    def level(self) -> str:
        """Return học lực, the adjustment for one subject included."""
        return learning_of(self.marks, self.leading, self.failed)

    def level_and_ground(self) -> tuple[str, str]:
        """Return the level by the table alone, and the one that the table gives if one subject is passed over."""
        return level_and_ground(self.marks, self.leading, self.failed)


def check_learning(transcript: Transcript) -> Iterator[Finding]:
    """Compare each stated học lực with the recomputed one; a column with a missing result is not compared.

    A level that holds with or without electives passes [assumed]; a pupil with a disability has a plan of their own.
    """
    if transcript.learning is UNSET or transcript.student.disability_exempt is True:
        return
    for name in _COLUMNS:
        stated = level_of(transcript.learning, name)
        if stated is not None:
            column = _column(transcript, name, electives=True)
            if column is not None and column.level() != stated:
                yield from (c.finding() for c in _computed(transcript, name) if not c.agrees)


def compute_learning(transcript: Transcript) -> Iterator[Computed]:
    """Tell học lực of each column whose results are all there; of the second test only where it is stated."""
    if transcript.student.disability_exempt is True:
        return
    for name in _COLUMNS:
        if name != "retake" or level_of(transcript.learning, name) is not None:
            yield from _computed(transcript, name)


def _column(transcript: Transcript, name: str, *, electives: bool) -> _Column | None:
    """Return the results of a column; None when one that counts is missing. A retake stands for the year's mark."""
    codes: list[str] = []
    marks: list[Decimal] = []
    failed = 0
    for row in transcript.subjects:
        if row.exempt is True or (row.code in ELECTIVES and not electives):
            continue
        value = getattr(row, name)
        if value is UNSET and name == "retake":
            value = row.year
        mark = MARKS.get(value)
        if mark is not None:
            codes.append(row.code)
            marks.append(mark)
        elif value == "CĐ":
            failed += 1
        elif value != "Đ":
            return None
    return _Column(tuple(codes), tuple(marks), failed) if marks else None


def _computed(transcript: Transcript, name: str) -> Iterator[Computed]:
    stated = level_of(transcript.learning, name)
    column = _column(transcript, name, electives=True)
    if column is None or column.level() != stated:
        column = _column(transcript, name, electives=False)
    if column is None:
        return
    expected = column.level()
    yield Computed(
        code=_code(transcript, column, expected, stated),
        path=f"$.learning.{name}",
        name=f"Học lực {_COLUMNS[name]}",
        inputs=_inputs(column),
        formula=FORMULA,
        working=_working(column, expected),
        expected=expected,
        stated=stated,
    )


def _code(transcript: Transcript, column: _Column, expected: str, stated: str | None) -> str:
    """Both codes are [assumed]; the adjustment, chuyên classes and the years before 2020 are the least sure of all."""
    reached, _ = column.level_and_ground()
    chuyen = transcript.grade >= 10 and _RANK.get(str(stated), 0) < _RANK[expected]
    unsure = reached != expected or chuyen or int(transcript.school_year[:4]) < _AMENDED_SINCE
    return "FORMER_LEARNING_UNSURE" if unsure else "FORMER_LEARNING_DIFFERS"


def _inputs(column: _Column) -> tuple[tuple[str, str], ...]:
    marks = tuple((NAMES.get(c, c), mark_text(mark)) for c, mark in zip(column.codes, column.marks, strict=True))
    return (*marks, ("Số môn nhận xét chưa đạt", str(column.failed)))


def _working(column: _Column, expected: str) -> str:
    """Return the average with its sum, the two decisive marks, and the adjustment where there is one."""
    least = min(column.marks)
    code = column.codes[column.marks.index(least)]
    best = mark_text(max(column.leading)) if column.leading else "–"
    reached, ground = column.level_and_ground()
    adjusted = f"; chỉ do một môn mà từ {ground} xuống {reached} nên điều chỉnh" if reached != expected else ""
    return (
        f"ĐTB các môn {sum(column.marks, Decimal(0)):.1f} / {len(column.marks)} → {overall_average(column.marks)}; "
        f"Toán, Văn, NN cao nhất {best}; thấp nhất {NAMES.get(code, code)} {mark_text(least)}; "
        f"{column.failed} môn nhận xét chưa đạt{adjusted} ⇒ {expected}"
    )
