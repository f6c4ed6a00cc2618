"""What an operator asks and does: is a stage keeping up, a school in time, what stands in quarantine, who waits,
who may be one pupil?
"""

from hub.operate.deadline import (
    Counts,
    DeadlineReport,
    Deadlines,
    SchoolDeadline,
    judged,
)
from hub.operate.deadline import totals as count_totals
from hub.operate.deadline_counts import completeness_of, deadline_report
from hub.operate.forecast import Forecast, Outlook, forecast
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
    "Counts",
    "DeadlineReport",
    "Deadlines",
    "Forecast",
    "Held",
    "Match",
    "Outlook",
    "ParkedSchool",
    "Sample",
    "SchoolDeadline",
    "Status",
    "completeness_of",
    "count_totals",
    "deadline_report",
    "decide_match",
    "dismiss_entry",
    "entries_of",
    "forecast",
    "held_entry",
    "judge",
    "judged",
    "matches_of",
    "parked_schools",
    "redrive_entry",
    "resume_school",
    "standing",
    "worst",
]  # fmt: skip
