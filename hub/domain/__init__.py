"""The law and the record, pure: documents, rules, places, rounds, states. No I/O, no clock, no chance."""

from hub.domain.civil import VIETNAM, civil_date, effective_on
from hub.domain.findings import FINDING_COUNT_MAX, Finding, finding, refuses, render
from hub.domain.identity import is_personal_id, pupil_of, pupil_of_student
from hub.domain.judge import capped, examine, judge
from hub.domain.lifecycle import Machine, Transition, first_event, next_state, states, transitions
from hub.domain.organisations import (
    DEPARTMENTS,
    LEVEL_GROUPS,
    Department,
    LevelGroup,
    department,
)
from hub.domain.provinces import Province, province_at, province_of_year, provinces_at, successor_of
from hub.domain.reading import Reading, canonical, read
from hub.domain.regulations import Computed, explain, rating_of, regulation_for, subject_order
from hub.domain.rounds import (
    ROSTER_COHORTS,
    Cohort,
    asks_roster,
    cohort_for,
    cohort_of,
    deadline_of,
    is_late,
    report_deadline_of,
    round_refusal,
)
from hub.domain.severities import Severities, read_policy, under
from hub.domain.transcript import Transcript

__all__ = [
    "DEPARTMENTS",
    "FINDING_COUNT_MAX",
    "LEVEL_GROUPS",
    "ROSTER_COHORTS",
    "VIETNAM",
    "Cohort",
    "Computed",
    "Department",
    "Finding",
    "LevelGroup",
    "Machine",
    "Province",
    "Reading",
    "Severities",
    "Transcript",
    "Transition",
    "asks_roster",
    "canonical",
    "capped",
    "civil_date",
    "cohort_for",
    "cohort_of",
    "deadline_of",
    "department",
    "effective_on",
    "examine",
    "explain",
    "finding",
    "first_event",
    "is_late",
    "is_personal_id",
    "judge",
    "next_state",
    "province_at",
    "province_of_year",
    "provinces_at",
    "pupil_of",
    "pupil_of_student",
    "rating_of",
    "read",
    "read_policy",
    "refuses",
    "regulation_for",
    "render",
    "report_deadline_of",
    "round_refusal",
    "states",
    "subject_order",
    "successor_of",
    "transitions",
    "under",
]
