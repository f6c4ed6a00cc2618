"""What one entry of the catalogue says."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Certainty", "Entry", "Severity"]


class Severity(StrEnum):
    """What a finding does to its document: `refuse` keeps it out, `warn` only tells."""

    REFUSE = "refuse"
    WARN = "warn"


class Certainty(StrEnum):
    """How sure we are of the ground: the law's text, a transcription of it, an assumption, or our own contract."""

    TEXT = "text"
    SECONDARY = "secondary"
    ASSUMED = "assumed"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Entry:
    """One code. Texts may hold `{name}` slots that a finding's facts fill; facts carry no names of persons."""

    code: str
    severity: Severity
    certainty: Certainty
    source: str
    vi: str
    en: str
    next_vi: str
    next_en: str

    def __post_init__(self) -> None:
        if self.certainty is Certainty.ASSUMED and self.severity is Severity.REFUSE:
            raise ValueError(f"{self.code}: an assumed rule never refuses")
