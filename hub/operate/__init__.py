"""What an operator asks and does: is a stage keeping up, what stands in quarantine, who waits, who may be one pupil?"""

from hub.operate.lag import Sample, Status, judge, standing, worst
from hub.operate.matches import MATCH_STATES, Match, decide_match, matches_of
from hub.operate.parked import ParkedSchool, parked_schools, resume_school
from hub.operate.quarantine import (
    QUARANTINE_STATES,
    QUARANTINE_WAITING,
    Held,
    dismiss_entry,
    entries_of,
    held_entry,
    redrive_entry,
)

__all__ = [
    "MATCH_STATES",
    "QUARANTINE_STATES",
    "QUARANTINE_WAITING",
    "Held",
    "Match",
    "ParkedSchool",
    "Sample",
    "Status",
    "decide_match",
    "dismiss_entry",
    "entries_of",
    "held_entry",
    "judge",
    "matches_of",
    "parked_schools",
    "redrive_entry",
    "resume_school",
    "standing",
    "worst",
]  # fmt: skip
