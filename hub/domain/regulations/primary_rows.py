"""Dòng đánh giá của tiểu học: which rows of a primary document count, and whether one of their results is missing.

Legal source: TT 27/2020, Điều 6-9; TT 30/2014 as amended by TT 22/2016 [assumed]: an exempt subject does not count.
"""

from collections.abc import Container

from msgspec import UNSET

from hub.domain.transcript import Assessed, Subject, Transcript

__all__ = ["assessed_of", "counted", "is_incomplete"]


def counted(transcript: Transcript) -> list[Subject]:
    """Return the rows of subjects and activities without those of which the pupil is exempt."""
    return [row for row in transcript.subjects if row.exempt is not True]


def assessed_of(transcript: Transcript) -> tuple[Assessed, ...]:
    """Return phẩm chất và năng lực together, whose C is "Cần cố gắng"."""
    return (transcript.qualities or ()) + (transcript.competences or ())


def is_incomplete(transcript: Transcript, tested: Container[str] = ()) -> bool:
    """Tell whether a level, the score of a `tested` subject, or a whole group is missing."""
    if transcript.qualities is UNSET or transcript.competences is UNSET:
        return True
    return any(row.level is UNSET or (row.score is UNSET and row.code in tested) for row in counted(transcript))
