"""What an operator asks and does: is a stage keeping up, what stands in quarantine and what becomes of it?"""

from hub.operate.lag import Sample, Status, judge, standing, worst
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
    "QUARANTINE_STATES",
    "QUARANTINE_WAITING",
    "Held",
    "ParkedSchool",
    "Sample",
    "Status",
    "dismiss_entry",
    "entries_of",
    "held_entry",
    "judge",
    "parked_schools",
    "redrive_entry",
    "resume_school",
    "standing",
    "worst",
]  # fmt: skip
