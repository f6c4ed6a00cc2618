"""What an operator asks and does: is a stage keeping up, a school in time, what stands in quarantine, who waits,
who may be one pupil, how far is a correction?
"""

from hub.operate.closing import ClosingState, LogEnd, closing_state, log_end
from hub.operate.correction_edits import (
    THRESHOLDS,
    CorrectedRecord,
    Crossing,
    Edit,
    SchoolEdits,
    VersionPlace,
    crossings_of,
    edits_by_school,
)
from hub.operate.correction_figures import shown_school, shown_totals
from hub.operate.correction_report import CorrectionReport, correction_report_of_bo, correction_report_of_so
from hub.operate.correction_shown import shown_correction, shown_summary
from hub.operate.correction_state import CorrectionStep, StateAnswer, StateStep, answer_of, step_into
from hub.operate.corrections import (
    CORRECTION_STATES,
    CorrectedVersion,
    CorrectionSeen,
    PupilCorrection,
    correction_of,
    corrections_of,
)
from hub.operate.deadline import (
    Counts,
    DeadlineReport,
    Deadlines,
    SchoolDeadline,
    judged,
)
from hub.operate.deadline import totals as count_totals
from hub.operate.deadline_actions import Action, actions_of, free_round_number
from hub.operate.deadline_counts import completeness_of, deadline_report
from hub.operate.forecast import Forecast, Outlook, forecast
from hub.operate.lag import Sample, Status, judge, standing, worst
from hub.operate.lock_plan import LockPlan, SchoolPlan, lock_plan
from hub.operate.locks import HangingLock, Resent, hanging_locks, resend_lock, retry_lock
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
from hub.operate.reminders_told import reminders_told

__all__ = [
    "CORRECTION_STATES",
    "MATCH_STATES",
    "QUARANTINE_STATES",
    "QUARANTINE_WAITING",
    "THRESHOLDS",
    "Action",
    "ClosingState",
    "CorrectedRecord",
    "CorrectedVersion",
    "CorrectionReport",
    "CorrectionSeen",
    "CorrectionStep",
    "Counts",
    "Crossing",
    "DeadlineReport",
    "Deadlines",
    "Edit",
    "Forecast",
    "HangingLock",
    "Held",
    "LockPlan",
    "LogEnd",
    "Match",
    "Outlook",
    "ParkedSchool",
    "PupilCorrection",
    "Resent",
    "Sample",
    "SchoolDeadline",
    "SchoolEdits",
    "SchoolPlan",
    "StateAnswer",
    "StateStep",
    "Status",
    "VersionPlace",
    "actions_of",
    "answer_of",
    "closing_state",
    "completeness_of",
    "correction_of",
    "correction_report_of_bo",
    "correction_report_of_so",
    "corrections_of",
    "count_totals",
    "crossings_of",
    "deadline_report",
    "decide_match",
    "dismiss_entry",
    "edits_by_school",
    "entries_of",
    "forecast",
    "free_round_number",
    "hanging_locks",
    "held_entry",
    "judge",
    "judged",
    "lock_plan",
    "log_end",
    "matches_of",
    "parked_schools",
    "redrive_entry",
    "reminders_told",
    "resend_lock",
    "resume_school",
    "retry_lock",
    "shown_correction",
    "shown_school",
    "shown_summary",
    "shown_totals",
    "standing",
    "step_into",
    "worst",
]  # fmt: skip
