"""One pupil in one school year: what a transcript is drawn from."""

from dataclasses import dataclass
from typing import Literal

from hub.domain.transcript import School
from hub.local.population.pupils import Pupil

__all__ = ["YearOfPupil"]


@dataclass(frozen=True, slots=True)
class YearOfPupil:
    """`joined_informatics`: Tin học và Công nghệ is one row (primary).

    `choices`: môn lựa chọn, `study_topics`: chuyên đề học tập (upper secondary); `elective`: the subject that the
    class takes beside the required ones, or "".
    """

    pupil: Pupil
    school: School
    school_year: str
    regulation: str
    grade: int
    class_name: str
    period: Literal["year", "semester_1"]
    struggling: bool
    joined_informatics: bool
    choices: tuple[str, ...]
    study_topics: tuple[str, ...]
    elective: str
