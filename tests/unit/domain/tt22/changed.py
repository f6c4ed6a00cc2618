"""Documents of the table of documents: an honest one with changes as an officer would write them."""

from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from hub.domain.transcript import Absences, Transcript, YearLevels
from tests.unit.domain.builders import a_student, a_transcript, with_row, without

__all__ = ["changed"]

_TERMS = ("semester_1", "semester_2", "year")
_RESULT = {"promotion": "promotion", "completed": "completed", "programme": "programme_completed"}


def changed(grade: int, text: str) -> Transcript:
    """Return an honest transcript of `grade` with changes such as "TOAN.year=7.9; nghỉ=46; bỏ GDDP"."""
    transcript = a_transcript(grade)
    for change in filter(None, (part.strip() for part in text.split(";"))):
        transcript = _changed(transcript, change)
    return transcript


def _changed(transcript: Transcript, change: str) -> Transcript:
    if change == "học sinh khuyết tật":
        return replace(transcript, student=replace(transcript.student, disability_exempt=True))
    if change.startswith("bỏ "):
        return replace(transcript, subjects=without(transcript.subjects, change.removeprefix("bỏ ")))
    if " thành " in change or " thêm " in change:
        return _in_two_rows(transcript, *change.split())
    if change.startswith("sinh "):
        return replace(transcript, student=a_student(transcript.grade, birth_date=change.removeprefix("sinh ")))
    where, _, text = change.partition("=")
    if where == "nghỉ":
        return replace(transcript, absences=Absences(excused=int(text) - 1, unexcused=1))
    if where == "chuyên đề":
        return replace(transcript, study_topics=tuple(text.split()))
    if where == "awards":
        return replace(transcript, result=replace(transcript.result, awards=tuple(text.split())))
    if where in _RESULT:
        return replace(transcript, result=replace(transcript.result, **{_RESULT[where]: _value(text)}))
    name, _, field = where.partition(".")
    fields = dict.fromkeys((field,) if field else _TERMS, _value(text))
    if name in ("learning", "training"):
        levels = getattr(transcript, name) or YearLevels()
        return replace(transcript, **{name: replace(levels, **fields)})
    assert any(row.code == name for row in transcript.subjects), change
    return replace(transcript, subjects=with_row(transcript.subjects, name, **fields))


def _in_two_rows(transcript: Transcript, code: str, how: str, *halves: str) -> Transcript:
    """Write a subject as two rows with its results, in place of its own row or after it."""
    at = [row.code for row in transcript.subjects].index(code)
    whole = transcript.subjects[at]
    rows = [replace(whole, code=half) for half in halves]
    kept = (whole,) if how == "thêm" else ()
    return replace(transcript, subjects=(*transcript.subjects[:at], *kept, *rows, *transcript.subjects[at + 1 :]))


def _value(text: str) -> Any:
    return {"–": UNSET, "có": True, "không": False}.get(text, text)
