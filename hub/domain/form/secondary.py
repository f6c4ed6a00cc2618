"""Học bạ trung học: the blocks of a year in grades 6 to 12, under TT 22/2021 and under TT 58/2011.

Legal source: TT 22/2021 and TT 58/2011, their forms of học bạ [assumed: from memory].
"""

from collections.abc import Iterator

from msgspec import UnsetType

from hub.domain.form.shape import Block, Table
from hub.domain.form.values import (
    CONDUCT,
    LEARNING_TT58,
    LEVELS_TT22,
    RESULTS,
    Words,
    meaning_of,
    note_of,
    said_text,
    value_text,
)
from hub.domain.regulations.tt22.subjects import name_of as name_of_tt22
from hub.domain.regulations.tt58.form import NAMES as NAMES_TT58
from hub.domain.transcript import Subject, Transcript, YearLevels

__all__ = ["secondary_blocks"]

_FORMER = "TT58-2011"
_TERMS = ("Học kì I", "Học kì II", "Cả năm", "Đánh giá lại")


def secondary_blocks(transcript: Transcript) -> Iterator[Block]:
    """Yield the blocks of a secondary year that the document fills."""
    yield _subjects(transcript)
    former = transcript.regulation == _FORMER
    learning: tuple[str, Words] = ("Học lực", LEARNING_TT58) if former else ("Kết quả học tập", LEVELS_TT22)
    rows = tuple(
        (name, *_of_terms(transcript, tuple(meaning_of(words, value) for value in _values(levels))))
        for (name, words), levels in (
            (learning, transcript.learning),
            (("Kết quả rèn luyện", LEVELS_TT22), transcript.training),
            (("Hạnh kiểm", CONDUCT), transcript.conduct),
        )
        if not isinstance(levels, UnsetType)
    )
    if rows:
        heading = "Học lực và hạnh kiểm" if former else "Kết quả học tập và rèn luyện"
        yield Block(heading, table=Table(("Nội dung", *_of_terms(transcript, _TERMS)), rows))
    if not isinstance(transcript.study_topics, UnsetType):
        topics = tuple((_name(transcript, code),) for code in transcript.study_topics)
        yield Block("Chuyên đề học tập", table=Table(("Cụm chuyên đề của môn",), topics))


def _subjects(transcript: Transcript) -> Block:
    columns = ("Môn học, hoạt động giáo dục", *_of_terms(transcript, _TERMS), "Nhận xét")
    rows = tuple(_subject(transcript, row) for row in transcript.subjects)
    return Block("Môn học và hoạt động giáo dục", table=Table(columns, rows), note=note_of(RESULTS))


def _subject(transcript: Transcript, row: Subject) -> tuple[str, ...]:
    *terms, retake = (value_text(value) for value in _values(row))
    if row.exempt is True:
        terms = [term or "Miễn" for term in terms]
    return (_name(transcript, row.code), *_of_terms(transcript, (*terms, retake)), said_text(row.comment))


def _values(row: Subject | YearLevels) -> tuple[str | UnsetType, ...]:
    return row.semester_1, row.semester_2, row.year, row.retake


def _of_terms(transcript: Transcript, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Keep of four terms those that the document tells of: a first semester has no second."""
    return texts[:1] if transcript.period == "semester_1" and not any(_later(transcript)) else texts


def _later(transcript: Transcript) -> Iterator[bool]:
    """A value that stands in the document is shown, also where it should not stand."""
    levels = (transcript.learning, transcript.training, transcript.conduct)
    rows: list[Subject | YearLevels] = [*transcript.subjects]
    for row in rows + [one for one in levels if not isinstance(one, UnsetType)]:
        yield any(not isinstance(value, UnsetType) for value in _values(row)[1:])


def _name(transcript: Transcript, code: str) -> str:
    return NAMES_TT58.get(code, code) if transcript.regulation == _FORMER else name_of_tt22(code)
