"""What a document states of a year: a level, the sessions missed; None where it says nothing."""

from msgspec import UNSET, UnsetType

from hub.domain.transcript import Transcript, YearLevels

__all__ = ["absences_of", "level_of"]


def level_of(levels: YearLevels | UnsetType, term: str = "year") -> str | None:
    """Return the level of semester_1, semester_2, year or retake."""
    return None if levels is UNSET else getattr(levels, term) or None


def absences_of(transcript: Transcript) -> int | None:
    """Return số buổi nghỉ of the year, with and without permission."""
    absences = transcript.absences
    return None if absences is UNSET else absences.excused + absences.unexcused
