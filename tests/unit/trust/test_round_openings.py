"""Further rounds and locks by the Sở itself in the register: what may be registered, and what counts when."""

from datetime import UTC, datetime

import pytest
from trust_world import AT, SCHOOL, YEAR_START, an_entry

from hub.errors import Refused
from hub.trust import Snapshot, check_entry, round_opening_id

JULY = datetime(2026, 7, 1, tzinfo=UTC)
YEAR = "2025-2026"
ROUND = (SCHOOL, YEAR, "completed", 2)


def an_opening(entry_id=None, *, valid_from=YEAR_START, valid_to=None, version=1, **changes):
    payload = {
        "cohort": "completed", "decision": "QĐ-12/SGDĐT", "number": 2, "reason": "báo cáo sót", "school": SCHOOL,
        "school_year": YEAR,
    } | changes  # fmt: skip
    name = round_opening_id(payload["school"], payload["school_year"], payload["cohort"], payload["number"])
    return an_entry(
        "round_opening", entry_id or name, payload, valid_from=valid_from, valid_to=valid_to, version=version
    )


def a_lock_policy(**said):
    return an_entry("lock_policy", "lock-policy", {"completeness": "warn", "decision": "QĐ-7"} | said)


def test_opened_round_is_open_from_its_first_instant_until_its_last():
    """Dated like every decision; another number, school or cohort is another round."""
    entry = an_opening(valid_from=AT, valid_to=JULY)
    check_entry(entry)
    snapshot = Snapshot.of([entry])
    assert snapshot.is_round_open(ROUND, AT)
    assert not snapshot.is_round_open(ROUND, YEAR_START)
    assert not snapshot.is_round_open(ROUND, JULY)
    for other in ((SCHOOL, YEAR, "completed", 3), ("010202", YEAR, "completed", 2), (SCHOOL, YEAR, "supplementary", 2)):
        assert not snapshot.is_round_open(other, AT)


def test_newer_version_of_an_opening_ends_the_older_one():
    """A Sở that changes its mind publishes the same entry again, with an end."""
    snapshot = Snapshot.of([an_opening(), an_opening(valid_from=AT, valid_to=AT, version=2)])
    assert not snapshot.is_round_open(ROUND, JULY)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 1},
        {"cohort": "transfer"},
        {"cohort": "correction"},
        {"reason": ""},
        {"decision": ""},
        {"pupil": "id:001217000123"},
        {"entry_id": "010202.2025-2026.completed.2"},
    ],
)
def test_opening_that_opens_nothing_of_that_name_is_refused(changes):
    """The first round needs none, leaving pupils and corrections have their own; and its id names its round."""
    with pytest.raises(Refused) as refused:
        check_entry(an_opening(**changes))
    assert refused.value.code == "REGISTER_ENTRY_WRONG"


def test_policy_of_before_lets_the_so_lock_nothing():
    """What was registered before this could be said stays as it was."""
    policy = Snapshot.of([a_lock_policy()]).lock_policy(AT)
    assert (policy.so_cohorts, policy.second_person_above) == (frozenset(), 1)
    assert Snapshot.of([a_lock_policy(so_cohorts=["completed"])]).lock_policy(AT).so_cohorts == frozenset()


def test_policy_says_which_rounds_the_so_may_lock_and_when_two_persons_sign():
    """Both cohorts with a date unless it says which; two persons above one school unless it says how many."""
    said = Snapshot.of([a_lock_policy(so_may_lock=True)]).lock_policy(AT)
    assert (said.so_cohorts, said.second_person_above) == ({"completed", "supplementary"}, 1)
    more = a_lock_policy(so_may_lock=True, so_cohorts=["transfer"], second_person_above=0)
    check_entry(more)
    narrow = Snapshot.of([more]).lock_policy(AT)
    assert (narrow.so_cohorts, narrow.second_person_above) == ({"transfer"}, 0)


@pytest.mark.parametrize(
    "said", [{"so_cohorts": ["correction"]}, {"so_cohorts": []}, {"second_person_above": -1}, {"so_may_lock": "yes"}]
)
def test_policy_of_another_shape_is_refused(said):
    """Of a correction's round the school alone asks for the lock."""
    with pytest.raises(Refused) as refused:
        check_entry(a_lock_policy(**said))
    assert refused.value.code == "REGISTER_ENTRY_WRONG"
