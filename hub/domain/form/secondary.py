"""Học bạ trung học: the blocks of a year in grades 6 to 12, under TT 22/2021 and under TT 58/2011.

Legal source: TT 22/2021 and TT 58/2011, their forms of học bạ [assumed: from memory].
"""

from collections.abc import Iterator

from msgspec import UnsetType

from hub.domain.form.shape import Block, Table
from hub.domain.form.values import CONDUCT, LEARNING_TT58, LEVELS_TT22, RESULTS, Words, meaning_of, note_of, value_text
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
    for (heading, words), levels in (
        (learning, transcript.learning),
        (("Kết quả rèn luyện", LEVELS_TT22), transcript.training),
        (("Hạnh kiểm", CONDUCT), transcript.conduct),
    ):
        if not isinstance(levels, UnsetType):
            yield _levels(heading, words, levels)
    if not isinstance(transcript.study_topics, UnsetType):
        topics = tuple((_name(transcript, code),) for code in transcript.study_topics)
        yield Block("Chuyên đề học tập", table=Table(("Cụm chuyên đề của môn",), topics))


def _subjects(transcript: Transcript) -> Block:
    columns = ("Môn học, hoạt động giáo dục", *_TERMS, "Nhận xét")
    rows = tuple(_subject(transcript, row) for row in transcript.subjects)
    return Block("Môn học và hoạt động giáo dục", table=Table(columns, rows), note=note_of(RESULTS))


def _subject(transcript: Transcript, row: Subject) -> tuple[str, ...]:
    values = tuple(value_text(value) for value in (row.semester_1, row.semester_2, row.year, row.retake))
    if row.exempt is True:
        values = ("Miễn", *values[1:])
    return (_name(transcript, row.code), *values, value_text(row.comment))


def _levels(heading: str, words: Words, levels: YearLevels) -> Block:
    values = (levels.semester_1, levels.semester_2, levels.year, levels.retake)
    return Block(heading, table=Table(_TERMS, (tuple(meaning_of(words, value) for value in values),)))


def _name(transcript: Transcript, code: str) -> str:
    return NAMES_TT58.get(code, code) if transcript.regulation == _FORMER else name_of_tt22(code)
