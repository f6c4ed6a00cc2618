"""Hoàn thành chương trình giáo dục THCS: the headmaster's confirmation in the học bạ of grade 9.

Legal source: Luật 123/2025/QH15, in force 1/1/2026: it takes the place of the diploma of lower secondary school; the
conditions as others implement them [secondary]: học tập and rèn luyện at least Đạt, no comment-only subject at Chưa
đạt, at most 45 sessions missed, at most 21 years old. How age is counted is open [assumed]: between whole years when
the school year begins and calendar years at its end neither a confirmation nor its absence is told. For earlier years,
and for grade 12, only Luật Giáo dục, Điều 34, is checked, for every circular together.
"""

from collections.abc import Iterator

from hub.domain.findings import Finding, finding
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.promotion import ABSENCES_MAX
from hub.domain.regulations.stated import absences_of, level_of
from hub.domain.regulations.tt22.subjects import LAST_LOWER_GRADE
from hub.domain.transcript import Transcript

__all__ = ["agrees", "check_confirmed", "compute"]

_AGE_MAX = 21
_FIRST_SCHOOL_YEAR = "2025-2026"
_YEAR_BEGINS = "08-01"  # no school year begins earlier
_FORMULA = (
    f"học tập và rèn luyện từ Đ, không môn nhận xét nào CĐ, nghỉ không quá {ABSENCES_MAX} buổi, "
    f"không quá {_AGE_MAX} tuổi"
)


def _applies(transcript: Transcript) -> bool:
    """Tell whether the law's confirmation belongs into the document of one who completed the class."""
    last = transcript.grade == LAST_LOWER_GRADE and transcript.period == "year"
    return last and transcript.result.completed and transcript.school_year >= _FIRST_SCHOOL_YEAR


def agrees(transcript: Transcript) -> bool:
    """Tell quickly that a stated confirmation has its conditions; False asks for `compute`."""
    if transcript.grade != LAST_LOWER_GRADE or transcript.result.programme_completed is not True:
        return True
    return not _applies(transcript) or all(holds for _, _, holds in _conditions(transcript))


def check_confirmed(transcript: Transcript) -> Iterator[Finding]:
    """Yield a finding where the conditions hold and the headmaster's confirmation is not there [secondary]."""
    if transcript.grade != LAST_LOWER_GRADE or transcript.result.programme_completed is True:
        return
    old = int(transcript.school_year[5:]) - int(transcript.student.birth_date[:4]) > _AGE_MAX  # in some reading
    if not old and _applies(transcript) and all(holds for _, _, holds in _conditions(transcript)):
        yield finding("LOWER_SECONDARY_NOT_CONFIRMED", "$.result.programme_completed")


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield the conditions of the confirmation for one who completed grade 9."""
    if not _applies(transcript):
        return
    conditions = tuple(_conditions(transcript))
    broken = [f"{name} {value}" for name, value, holds in conditions if not holds]
    expected = "false" if broken else "true"
    said = transcript.result.programme_completed
    yield Computed(
        code="LOWER_SECONDARY_NOT_EARNED",
        path="$.result.programme_completed",
        name="Hoàn thành chương trình giáo dục trung học cơ sở",
        inputs=tuple((name, value) for name, value, _ in conditions),
        formula=_FORMULA,
        working=f"{'; '.join(broken) or 'đủ điều kiện'} ⇒ {expected}",
        expected=expected,
        stated="true" if said is True else None,
    )


def _conditions(transcript: Transcript) -> Iterator[tuple[str, str, bool]]:
    """Yield (name, value, whether it holds); what the document does not say holds."""
    for name, levels in (("Học tập", transcript.learning), ("Rèn luyện", transcript.training)):
        level = level_of(levels, "retake") or level_of(levels) or "?"
        yield name, level, level != "CĐ"
    failing = [r.code for r in transcript.subjects if r.exempt is not True and (r.retake or r.year) == "CĐ"]
    yield "Môn nhận xét CĐ", ", ".join(failing) or "0", not failing
    missed = absences_of(transcript)
    if missed is not None:
        yield "Số buổi nghỉ", str(missed), missed <= ABSENCES_MAX
    age = _age_min(transcript.school_year, transcript.student.birth_date)
    yield "Tuổi đầu năm học", str(age), age <= _AGE_MAX


def _age_min(school_year: str, birth_date: str) -> int:
    """Return the age in whole years when the school year begins; an unknown day or month is taken for the last one."""
    birthday = birth_date[5:].ljust(len("MM"), "9").ljust(len("MM-DD"), "9")
    return int(school_year[:4]) - int(birth_date[:4]) - (birthday > _YEAR_BEGINS)
