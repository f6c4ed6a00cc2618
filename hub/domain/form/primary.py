"""Học bạ tiểu học: the blocks of a year in grades 1 to 5.

Legal source: TT 27/2020, Phụ lục [assumed: from memory]; TT 30/2014 with TT 22/2016 for the years before.
"""

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from hub.domain.form.shape import Block, Line, Table
from hub.domain.form.values import ASSESSED, RATINGS, SUBJECT_LEVELS, meaning_of, note_of, said_text, value_text
from hub.domain.regulations.tt27.names import NAMES
from hub.domain.transcript import Assessed, Transcript

__all__ = ["primary_blocks"]

_GENERAL = frozenset({"TU_CHU", "GIAO_TIEP", "GIAI_QUYET"})
_ASSESSED_COLUMNS = ("Nội dung", "Mức", "Nhận xét")


def primary_blocks(transcript: Transcript) -> Iterator[Block]:
    """Yield the blocks of a primary year that the document fills."""
    yield _subjects(transcript)
    qualities, competences = _rows(transcript.qualities), _rows(transcript.competences)
    general = tuple(row for row in competences if row.code in _GENERAL)
    specific = tuple(row for row in competences if row.code not in _GENERAL)
    for heading, rows in (
        ("Phẩm chất chủ yếu", qualities), ("Năng lực chung", general), ("Năng lực đặc thù", specific)
    ):  # fmt: skip
        if rows:
            yield _assessed(heading, rows)
    if transcript.rating is not UNSET:
        rating = Line("Đánh giá kết quả giáo dục", meaning_of(RATINGS, transcript.rating), str(transcript.rating))
        yield Block("Đánh giá kết quả giáo dục", (rating,))


def _subjects(transcript: Transcript) -> Block:
    rows = tuple(
        (
            NAMES.get(row.code, row.code),
            "Miễn" if row.exempt is True else value_text(row.level),
            value_text(row.score, whole=True),
            said_text(row.comment),
        )
        for row in transcript.subjects
    )
    columns = ("Môn học, hoạt động giáo dục", "Mức đạt được", "Điểm KTĐK", "Nhận xét")
    return Block("Môn học và hoạt động giáo dục", table=Table(columns, rows), note=note_of(SUBJECT_LEVELS))


def _assessed(heading: str, rows: tuple[Assessed, ...]) -> Block:
    told = tuple((NAMES.get(row.code, row.code), row.level, said_text(row.comment)) for row in rows)
    return Block(heading, table=Table(_ASSESSED_COLUMNS, told), note=note_of(ASSESSED))


def _rows(rows: tuple[Assessed, ...] | UnsetType) -> tuple[Assessed, ...]:
    return () if isinstance(rows, UnsetType) else rows
