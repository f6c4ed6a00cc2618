"""Thông tư 30/2014/TT-BGDĐT (as amended by 22/2016): primary grades before TT 27/2020; warnings only.

Legal source: TT 30/2014 as amended by TT 22/2016 [assumed], without article numbers.

The reference carries where it applied, nothing else: every rule here is [assumed], from memory. Levels T, H, C of
subjects and T, Đ, C of qualities and competences are those of TT 22/2016; the codes of its subjects, qualities and
competences (four and three, not those of TT 27) are not checked. It had no rating HTXS to CHT.
"""

from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.marks import MARKS
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.foreign_fields import foreign_groups
from hub.domain.regulations.primary_rows import assessed_of, check_row_form, counted, is_incomplete
from hub.domain.regulations.promotion import COMPLETION_NAMES, primary_promotion
from hub.domain.regulations.rows import repeated
from hub.domain.transcript import Subject, Transcript

__all__ = ["check", "compute"]

_REGULATION = "TT30-2014"
_FOREIGN_GROUPS = ("learning", "training", "conduct", "rating")


def check(transcript: Transcript) -> list[Finding]:
    """Return the findings on an older document of grades 1-5; `check_regulation` makes all of them warnings."""
    found = list(repeated([row.code for row in transcript.subjects], "SUBJECT_TWICE", "$.subjects", "subject"))
    found += repeated([a.code for a in transcript.qualities or ()], "QUALITY_TWICE", "$.qualities", "item")
    found += repeated([a.code for a in transcript.competences or ()], "COMPETENCE_TWICE", "$.competences", "item")
    lenient = transcript.student.disability_exempt is True
    for index, row in enumerate(transcript.subjects):
        found += _row(row, f"$.subjects[{index}]", lenient or row.exempt is True)
    found += foreign_groups(transcript, _FOREIGN_GROUPS, _REGULATION)
    found += _results(transcript)
    return found


def _results(transcript: Transcript) -> Iterator[Finding]:
    result = transcript.result
    good = result.completed and result.promotion == "promoted" and next(_below(transcript), None) is None
    if not good:
        yield from (c.finding() for c in compute(transcript) if not c.agrees)


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield completion and promotion of a year; nothing for a pupil with a disability, who has a plan of their own."""
    if transcript.period == "year" and transcript.student.disability_exempt is not True:
        yield _completion(transcript)
        yield primary_promotion(transcript.result.completed, transcript.result.promotion, "FORMER_PROMOTION_DIFFERS")


def _row(row: Subject, path: str, lenient: bool) -> Iterator[Finding]:
    """A subject has a level, and a test, where there is one, a whole score [assumed]."""
    yield from check_row_form(row, path, _REGULATION)
    if row.level is UNSET and not lenient:
        yield finding("FORMER_LEVEL_MISSING", f"{path}.level", None, {"subject": row.code})
    if row.score is not UNSET and row.score[-1] != "0":
        yield finding("FORMER_SCORE_NOT_INTEGER", f"{path}.score", row.score, {"subject": row.code})


def _completion(transcript: Transcript) -> Computed:
    """TT 22/2016: completed ⇔ no subject at C, every year-end test ≥ 5, no quality or competence at C [assumed].

    While a value is missing, "not completed" may be right.
    """
    below = list(_below(transcript))
    stated = COMPLETION_NAMES[transcript.result.completed]
    expected = COMPLETION_NAMES[not below]
    if not below and not transcript.result.completed and is_incomplete(transcript):
        expected = stated
    shown = f"{', '.join(below[:8])} ⇒ {expected}" if below else f"không có mục nào chưa đạt ⇒ {expected}"
    return Computed(
        code="FORMER_COMPLETION_DIFFERS",
        path="$.result.completed",
        name="Hoàn thành chương trình lớp học",
        inputs=(("Số mục chưa đạt", str(len(below))),),
        formula="mọi môn T hoặc H, mọi bài kiểm tra cuối năm ≥ 5, mọi phẩm chất và năng lực T hoặc Đ",
        working=shown,
        expected=expected,
        stated=stated,
    )


def _below(transcript: Transcript) -> Iterator[str]:
    for row in counted(transcript):
        if row.level == "C":
            yield f"{row.code} C"
        if row.score is not UNSET and MARKS[row.score] < 5:
            yield f"{row.code} {row.score} điểm"
    for item in assessed_of(transcript):
        if item.level == "C":
            yield f"{item.code} C"
