"""Rosters and lock policies in the register: what may be registered, and what counts when."""

from datetime import UTC, datetime

import pytest
from trust_world import AT, SCHOOL, YEAR_START, an_entry

from hub.domain.rounds import deadline_of, report_deadline_of
from hub.errors import Refused
from hub.trust import LOCK_POLICY_DEFAULT, Snapshot, check_entry, roster_id

JULY = datetime(2026, 7, 1, tzinfo=UTC)
YEAR = "2025-2026"
PUPILS = ["id:001217000123", "passport:FR:12AB34567", f"school:{SCHOOL}:0100000123"]


def a_roster(entry_id=None, **changes):
    payload = {"school": SCHOOL, "school_year": YEAR, "class": "1A", "pupils": PUPILS} | changes
    return an_entry("roster", roster_id(SCHOOL, YEAR, "1A") if entry_id is None else entry_id, payload)


def a_lock_policy(completeness="refuse", entry_id="lock-policy", *, version=1, valid_from=YEAR_START, **said):
    payload = {"completeness": completeness, "decision": "QĐ-7/SGDĐT"} | said
    return an_entry("lock_policy", entry_id, payload, version=version, valid_from=valid_from)


def a_calendar(by, *deadlines, version=1, decision="QĐ-1", **said):
    payload = {"by": by, "decision": decision, "deadlines": list(deadlines)} | said
    return an_entry("calendar", f"{by}.{version}", payload, version=version)


def until(to, extended_to, cohort="completed"):
    return {"school_year": YEAR, "cohort": cohort, "extended_to": extended_to, "to": to}


def test_roster_of_one_class_is_registered():
    """Numbers, passports and the school's own codes, as documents will name the pupils; an empty class is one too."""
    check_entry(a_roster())
    check_entry(a_roster(pupils=[]))


@pytest.mark.parametrize(
    "changes",
    [
        {"pupils": ["id:001217000123", "id:001217000123"]},
        {"pupils": ["001217000123"]},
        {"pupils": ["id:1217000123"]},
        {"pupils": ["Nguyễn Thị Chim"]},
        {"pupils": [{"id": "id:001217000123", "name": "Chim"}]},
        {"pupils": [f"id:{n:012d}" for n in range(201)]},
        {"class": "1B"},
        {"school": "010202"},
        {"school_year": "2026-2027"},
        {"teacher": "GV-1"},
        {"entry_id": "roster"},
    ],
)
def test_roster_is_refused_when_it_is_no_list_of_identifiers_of_its_own_class(changes):
    """No names, no pupil twice, nothing besides; and an id of another class would push that class out of the topic."""
    with pytest.raises(Refused) as refused:
        check_entry(a_roster(**changes))
    assert refused.value.code == "REGISTER_ENTRY_WRONG"


def test_snapshot_passes_over_rosters_but_counts_their_versions():
    """Hà Nội has seventy thousand of them: they would fill the memory of every worker."""
    entries = [a_lock_policy(version=3), an_entry("roster", "any", {"pupils": None}, version=9)]
    assert Snapshot.of(entries).version == 9


def test_snapshot_under_another_version_answers_alike_and_leaves_the_first_alone():
    """What a receipt names is the whole register, rosters included."""
    first = Snapshot.of([a_lock_policy()])
    later = first.at_version(70)
    assert (first.version, later.version) == (1, 70)
    assert later.lock_policy(AT) == first.lock_policy(AT)


def test_lock_policy_counts_from_its_first_instant_and_without_one_missing_pupils_are_told():
    """All three reasons pass unless the Sở says which do."""
    snapshot = Snapshot.of(
        [a_lock_policy(), a_lock_policy("warn", "later", version=2, valid_from=JULY, reasons=["moved"])]
    )
    assert snapshot.lock_policy(AT).completeness == "refuse"
    assert snapshot.lock_policy(AT).reasons == {"left", "moved", "supplementary"}
    assert (snapshot.lock_policy(JULY).completeness, snapshot.lock_policy(JULY).reasons) == ("warn", {"moved"})
    assert Snapshot.of([]).lock_policy(AT) == LOCK_POLICY_DEFAULT
    assert LOCK_POLICY_DEFAULT.completeness == "warn"


@pytest.mark.parametrize("said", [{"completeness": "maybe"}, {"reasons": ["tired"]}, {"decision": ""}, {"more": 1}])
def test_lock_policy_of_another_shape_is_refused(said):
    """It is named when it comes in, not when a school locks."""
    with pytest.raises(Refused) as refused:
        check_entry(a_lock_policy(**said))
    assert refused.value.code == "REGISTER_ENTRY_WRONG"


def test_report_deadline_is_extended_by_bo_alone_and_apart_from_that_of_schools():
    """10/7 is the Sở's own deadline: it cannot move it for itself."""
    entry = a_calendar("bo", until("bo", "2026-07-20"))
    check_entry(entry)
    snapshot = Snapshot.of([entry])
    assert snapshot.extended_report_deadline(YEAR, "completed", AT) == datetime(2026, 7, 20, 17, tzinfo=UTC)
    assert snapshot.extended_deadline(YEAR, "completed", AT) is None
    assert snapshot.extended_report_deadline(YEAR, "supplementary", AT) is None
    assert snapshot.extended_report_deadline(YEAR, "transfer", AT) is None
    with pytest.raises(Refused) as refused:
        check_entry(a_calendar("so", until("bo", "2026-07-20")))
    assert refused.value.code == "REGISTER_ENTRY_WRONG"


def test_day_off_moves_both_deadlines():
    """A last day that is off ends with the next working day, whoever reports to whom."""
    snapshot = Snapshot.of([a_calendar("so", days_off=["2026-06-29", "2026-07-09"])])
    for extended, default in (
        (snapshot.extended_deadline(YEAR, "completed", AT), deadline_of(YEAR, "completed")),
        (snapshot.extended_report_deadline(YEAR, "completed", AT), report_deadline_of(YEAR, "completed")),
    ):
        assert extended is not None
        assert default is not None
        assert extended > default


def test_extended_deadline_names_the_decision_that_gives_it():
    """Of several the one with the latest date; none for what the law itself says."""
    decisions = [
        a_calendar("so", until("so", "2026-07-03"), version=1, decision="QĐ-1"),
        a_calendar("so", until("so", "2026-07-05"), version=2, decision="QĐ-2"),
        a_calendar("bo", until("bo", "2026-07-25"), version=3, decision="QĐ-3"),
    ]
    snapshot = Snapshot.of(decisions)
    assert snapshot.extending_decision(YEAR, "completed", AT) == "QĐ-2"
    assert snapshot.extending_decision(YEAR, "supplementary", AT) is None
    assert Snapshot.of([]).extending_decision(YEAR, "completed", AT) is None
