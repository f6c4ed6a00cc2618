"""Which record, and which round: the keys by which decisions look things up."""

from typing import NamedTuple

__all__ = ["RecordKey", "RoundKey"]


class RoundKey(NamedTuple):
    """Đợt chốt of one school."""

    school: str
    school_year: str
    cohort: str
    number: int

    @property
    def correction(self) -> tuple[str, str, int] | None:
        """Issuing school, year and number of a round of corrections; None for any other."""
        return (self.school, self.school_year, self.number) if self.cohort == "correction" else None


class RecordKey(NamedTuple):
    """Identity of a record; `pupil` is the identifier that the document carries."""

    school: str
    pupil: str
    school_year: str
    period: str
