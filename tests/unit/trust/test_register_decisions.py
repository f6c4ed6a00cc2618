"""Decisions of Bộ and Sở in the register: what counts when, and what is refused on the way in."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trust_world import AT, YEAR_START, an_entry

from hub.catalogue import Severity
from hub.domain.rounds import deadline_of
from hub.domain.severities import is_adjustable
from hub.errors import Refused
from hub.trust import Snapshot, check_entry, check_weakening

JULY = datetime(2026, 7, 1, tzinfo=UTC)
RULE, OTHER = "PROVINCE_NOT_IN_YEAR", "SCHOOL_PROVINCE_DIFFERS"
YEAR = "2025-2026"


def a_policy(by="so", entry_id=None, *, version=1, valid_from=YEAR_START, valid_to=None, **severities):
    payload = {"by": by, "severities": severities}
    name = f"{by}.severity" if entry_id is None else entry_id
    return an_entry("severity_policy", name, payload, version=version, valid_from=valid_from, valid_to=valid_to)


def a_decision(by="so", entry_id=None, *, version=1, valid_from=YEAR_START, valid_to=None, **said):
    name = f"{by}.calendar" if entry_id is None else entry_id
    payload = {"by": by, "decision": "QĐ-100/SGDĐT"} | said
    return an_entry("calendar", name, payload, version=version, valid_from=valid_from, valid_to=valid_to)


def extended(to, year=YEAR, cohort="completed"):
    return {"school_year": year, "cohort": cohort, "extended_to": to}


def refused(check, *arguments):
    with pytest.raises(Refused) as caught:
        check(*arguments)
    return caught.value.code


def test_policy_counts_from_its_first_instant_until_before_its_last():
    """Before and after it the catalogue alone counts."""
    snapshot = Snapshot.of([a_policy(valid_from=AT, valid_to=JULY, **{RULE: "refuse"})])
    before, last = AT - timedelta(microseconds=1), JULY - timedelta(microseconds=1)
    assert [snapshot.severities(at) for at in (before, AT, last, JULY)] == [{}, {RULE: "refuse"}, {RULE: "refuse"}, {}]
    assert Snapshot.of([]).severities(AT) == {}


def test_of_each_body_the_newest_policy_counts_and_of_both_the_stricter():
    """A Sở tightens what Bộ left, a later word of Bộ tightens what a Sở said, and nobody undoes the other."""
    snapshot = Snapshot.of(
        [
            a_policy("bo", **{RULE: "warn"}),
            a_policy("so", **{RULE: "refuse", OTHER: "warn"}),
            a_policy("bo", "bo.later", version=2, valid_from=JULY, **{OTHER: "refuse"}),
            a_policy("so", "so.later", version=3, valid_from=JULY, **{OTHER: "warn"}),
        ]
    )
    assert snapshot.severities(AT) == {RULE: Severity.REFUSE, OTHER: Severity.WARN}
    assert snapshot.severities(JULY) == {OTHER: Severity.REFUSE}


def test_severities_are_made_once_for_each_span():
    """A document costs a look-up, not a merge."""
    snapshot = Snapshot.of([a_policy(**{RULE: "refuse"}), a_policy(version=2, valid_from=JULY, **{OTHER: "refuse"})])
    assert snapshot.severities(AT) is snapshot.severities(AT + timedelta(days=3))
    assert snapshot.severities(AT) is not snapshot.severities(JULY)


def test_rule_that_the_catalogue_no_longer_lets_rise_has_no_effect():
    """A register outlives a release: what was registered under an older catalogue stops nobody from reading it."""
    snapshot = Snapshot.of([a_policy(**{"GONE_WITH_A_RELEASE": "refuse", "RATING_DIFFERS": "refuse", RULE: "refuse"})])
    assert snapshot.severities(AT) == {RULE: Severity.REFUSE}


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (a_policy(RATING_DIFFERS="refuse"), "SEVERITY_RULE_ASSUMED"),
        (a_policy("bo", RATING_DIFFERS="refuse"), "SEVERITY_RULE_ASSUMED"),
        (a_policy("bo", PROVINCE_UNKNOWN="warn"), "SEVERITY_RULE_FIXED"),
        (a_policy(SIGNATURE_MISSING="warn"), "SEVERITY_RULE_UNKNOWN"),
        (a_policy(**{RULE: "ignore"}), "SEVERITY_POLICY_WRONG"),
        (a_policy("school", "school.x", **{RULE: "warn"}), "REGISTER_ENTRY_WRONG"),
        (a_policy("so", "bo.severity", **{RULE: "warn"}), "REGISTER_ENTRY_WRONG"),
        (a_policy("bo", "so.severity", **{RULE: "warn"}), "REGISTER_ENTRY_WRONG"),
        (a_decision(), "REGISTER_ENTRY_WRONG"),
        (a_decision("so", "bo.calendar", days_off=["2026-06-29"]), "REGISTER_ENTRY_WRONG"),
        (a_decision(days_off=["2026-02-30"]), "REGISTER_ENTRY_WRONG"),
        (a_decision(days_off=["2026-06-29"], decision=""), "REGISTER_ENTRY_WRONG"),
        (a_decision(deadlines=[extended("30/6/2026")]), "REGISTER_ENTRY_WRONG"),
        (a_decision(deadlines=[extended("2026-07-01", cohort="transfer")]), "REGISTER_ENTRY_WRONG"),
        (a_decision(deadlines=[extended("2026-07-01", year="2026")]), "REGISTER_ENTRY_WRONG"),
        (a_decision(days_off=["2026-06-29"], more=1), "REGISTER_ENTRY_WRONG"),
    ],
)
def test_decision_that_none_may_make_is_refused(entry, code):
    """It is never clipped to what would be allowed: whoever signed it hears of it."""
    assert refused(check_entry, entry) == code


def test_honest_decisions_are_accepted():
    """Of both bodies and both kinds."""
    for by in ("bo", "so"):
        check_entry(a_policy(by, **{RULE: "refuse", "RATING_DIFFERS": "warn"}))
        check_entry(a_decision(by, days_off=["2026-06-29"], deadlines=[extended("2026-07-03T10:00:00Z")]))


def test_so_that_weakens_what_bo_set_is_refused_with_the_rule():
    """At any time that both would be in force, also when only Bộ's policy begins later."""
    bo = a_policy("bo", valid_from=JULY, valid_to=JULY + timedelta(days=30), **{RULE: "refuse"})
    weak = {RULE: "warn", OTHER: "refuse"}
    with pytest.raises(Refused) as caught:
        check_weakening(a_policy(version=2, **weak), [bo])
    assert (caught.value.code, caught.value.facts) == ("SEVERITY_WEAKENED", {"rule": RULE})
    assert refused(check_weakening, a_policy(version=2, valid_from=JULY + timedelta(days=29), **weak), [bo])
    check_weakening(a_policy(version=2, valid_to=JULY, **weak), [bo])
    check_weakening(a_policy(version=2, valid_from=JULY + timedelta(days=30), **weak), [bo])
    check_weakening(a_policy(version=2, **{OTHER: "warn"}), [bo])
    check_weakening(a_policy("bo", version=2, **weak), [bo])


def test_only_what_stands_of_bo_is_weakened():
    """A refusal that Bộ took back binds nobody."""
    bo = [a_policy("bo", **{RULE: "refuse"}), a_policy("bo", version=2, **{RULE: "warn"})]
    check_weakening(a_policy(version=3, **{RULE: "warn"}), bo)


_MOMENTS = st.integers(0, 6)
_SAID = st.dictionaries(st.sampled_from([RULE, OTHER]), st.sampled_from(["warn", "refuse"]))
_POLICIES = st.lists(
    st.tuples(st.sampled_from(["bo", "so"]), st.integers(1, 2), _MOMENTS, st.none() | _MOMENTS, _SAID), max_size=6
)


@given(_POLICIES, _MOMENTS, st.randoms(use_true_random=False))
def test_register_never_lets_pass_what_bo_alone_would_refuse(spans, at, order):
    """Whatever Sở registers beside, in whatever order: Bộ's own register refuses no more than both together."""

    def moment(n):
        return YEAR_START + timedelta(days=n)

    entries = [
        a_policy(by, f"{by}.{n}", version=version, valid_from=moment(start),
                 valid_to=None if end is None else moment(end), **said)
        for version, (by, n, start, end, said) in enumerate(spans)
    ]  # fmt: skip
    order.shuffle(entries)
    alone = Snapshot.of([entry for entry in entries if entry.payload["by"] == "bo"]).severities(moment(at))
    both = Snapshot.of(entries).severities(moment(at))
    assert {c for c, s in alone.items() if s == "refuse"} <= {c for c, s in both.items() if s == "refuse"}
    assert all(is_adjustable(code) for code in both)


def test_day_off_moves_the_deadline_that_falls_on_it():
    """Monday 29/6/2026 off: the deadline ends with Tuesday; decided for a time, it counts in that time only."""
    snapshot = Snapshot.of([a_decision(days_off=["2026-06-29"], valid_to=JULY)])
    assert snapshot.extended_deadline(YEAR, "completed", AT) == datetime(2026, 6, 30, 17, tzinfo=UTC)
    assert snapshot.extended_deadline(YEAR, "supplementary", AT) is None
    assert snapshot.extended_deadline(YEAR, "transfer", AT) is None
    assert snapshot.extended_deadline(YEAR, "completed", JULY) is None


@pytest.mark.parametrize(
    ("to", "first_late"),
    [
        ("2026-07-03", datetime(2026, 7, 3, 17, tzinfo=UTC)),
        ("2026-07-03T10:00:00Z", datetime(2026, 7, 3, 10, tzinfo=UTC)),
    ],
)
def test_extension_ends_with_its_last_day_or_at_its_instant(to, first_late):
    """A date is the last day that is in time, UTC+7; an instant is the first that is late."""
    snapshot = Snapshot.of([a_decision(deadlines=[extended(to)])])
    assert snapshot.extended_deadline(YEAR, "completed", AT) == first_late
    assert snapshot.extended_deadline("2024-2025", "completed", AT) is None


def test_of_several_extensions_the_latest_counts_and_none_shortens():
    """Whoever decided; one before the default changes nothing."""
    entries = [
        a_decision("bo", deadlines=[extended("2026-07-10")]),
        a_decision("so", deadlines=[extended("2026-07-02"), extended("2026-08-01", cohort="supplementary")]),
        a_decision("so", "so.more", version=2, days_off=["2026-07-13"]),
    ]
    snapshot = Snapshot.of(entries)
    assert snapshot.extended_deadline(YEAR, "completed", AT) == datetime(2026, 7, 10, 17, tzinfo=UTC)
    assert snapshot.extended_deadline(YEAR, "supplementary", AT) is None


@given(
    st.lists(st.dates(date(2026, 6, 1), date(2026, 9, 1)), min_size=1, max_size=20),
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.sampled_from(["completed", "supplementary"]),
)
def test_decisions_only_ever_extend(days_off, until, cohort):
    """No day off and no date brings a deadline forward."""
    decision = a_decision(
        days_off=[day.isoformat() for day in days_off], deadlines=[extended(until.isoformat(), cohort=cohort)]
    )
    default = deadline_of(YEAR, cohort)
    found = Snapshot.of([decision]).extended_deadline(YEAR, cohort, AT)
    assert found is None or found > default
