"""Severity policies: what they may say, and that no combination of them weakens anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.catalogue import CATALOGUE, Certainty, Entry, Severity, former, mark_sheets
from hub.domain import judge
from hub.domain.findings import Finding, finding
from hub.domain.severities import (
    SeverityPolicy,
    check_severities,
    is_adjustable,
    merged,
    raised_by,
    read_policy,
    under,
    weakened,
)
from hub.errors import Refused
from tests.unit.domain.builders import SUMMER, a_school, a_transcript

WARN, REFUSE = Severity.WARN, Severity.REFUSE
ADJUSTABLE = sorted(code for code in CATALOGUE if is_adjustable(code))
STRENGTH = {None: 0, WARN: 1, REFUSE: 2}
RULE = "PROVINCE_NOT_IN_YEAR"

anything = st.dictionaries(st.sampled_from(sorted(CATALOGUE)), st.sampled_from([WARN, REFUSE]), max_size=40)


def code_of(severities: dict[str, Severity]) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        check_severities(severities)
    return caught.value.code, caught.value.facts["rule"]


def test_policy_may_raise_rules_that_warn_on_a_ground_that_is_known() -> None:
    """Identity digits, provinces, and what the law's text says."""
    assert {RULE, "PERSONAL_ID_SEX_DIFFERS", "PROGRAMME_COMPLETED_MISSING", "SCHOOL_PROVINCE_DIFFERS"} <= {*ADJUSTABLE}
    check_severities(dict.fromkeys(ADJUSTABLE, REFUSE) | {"RATING_DIFFERS": WARN, "PROVINCE_UNKNOWN": REFUSE})


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ({"CLASS_GRADE_DIFFERS": REFUSE}, "SEVERITY_RULE_ASSUMED"),
        ({"BIRTH_DATE_IMPLAUSIBLE": REFUSE}, "SEVERITY_RULE_ASSUMED"),
        ({"PROVINCE_UNKNOWN": WARN}, "SEVERITY_RULE_FIXED"),
        ({"PERSONAL_ID_MALFORMED": WARN}, "SEVERITY_RULE_FIXED"),
        ({"DOCUMENT_WHITESPACE": WARN}, "SEVERITY_RULE_FIXED"),
        ({"SIGNATURE_MISSING": WARN}, "SEVERITY_RULE_UNKNOWN"),
        ({"CERTIFICATE_STATUS_UNKNOWN": REFUSE}, "SEVERITY_RULE_UNKNOWN"),
        ({"PUPIL_CLAIMED_TWICE": REFUSE}, "SEVERITY_RULE_UNKNOWN"),
        ({"CELL_NFD": REFUSE}, "SEVERITY_RULE_UNKNOWN"),
        ({"SHEET_SUBJECT_UNKNOWN": REFUSE}, "SEVERITY_RULE_UNKNOWN"),
        ({"PERSONAL_ID_PREFIX_UNKNOWN": REFUSE}, "SEVERITY_RULE_ASSUMED"),
        ({"FORMER_LEARNING_DIFFERS": REFUSE}, "SEVERITY_RULE_ASSUMED"),
        ({"NO_SUCH_RULE": WARN}, "SEVERITY_RULE_UNKNOWN"),
    ],
)
def test_policy_that_says_what_none_may_say_is_refused_with_its_rule(severities: object, expected: str) -> None:
    """Assumed rules never refuse, default refusals never fall, and trust is no matter of a policy."""
    (rule,) = severities  # type: ignore[misc, attr-defined]
    assert code_of({RULE: REFUSE, **severities}) == (expected, rule)  # type: ignore[dict-item]


@pytest.mark.parametrize("entry", former.ENTRIES, ids=lambda entry: entry.code)
def test_no_rule_of_a_former_circular_can_be_raised(entry: Entry) -> None:
    """Their texts are not in hand: every value that is recomputed under them stands on assumed ground."""
    assert code_of({entry.code: REFUSE}) == ("SEVERITY_RULE_ASSUMED", entry.code)


@pytest.mark.parametrize("entry", mark_sheets.ENTRIES, ids=lambda entry: entry.code)
def test_no_policy_names_a_code_of_a_sheet(entry: Entry) -> None:
    """What a sheet lacks is no judgement on a transcript; the averages in it have codes of their own."""
    assert not is_adjustable(entry.code)
    assert code_of({entry.code: REFUSE}) == ("SEVERITY_RULE_UNKNOWN", entry.code)


@given(anything)
def test_no_policy_that_passes_touches_assumed_rules_or_default_refusals(severities: dict[str, Severity]) -> None:
    """What is registered can only raise what is adjustable."""
    try:
        check_severities(severities)
    except Refused:
        return
    for code, severity in severities.items():
        entry = CATALOGUE[code]
        assert entry.certainty is not Certainty.ASSUMED or severity is WARN
        assert entry.severity is not REFUSE or severity is REFUSE


@given(anything, anything)
def test_merge_is_never_weaker_than_either_policy(bo: dict[str, Severity], so: dict[str, Severity]) -> None:
    """A Sở tightens or changes nothing, whatever it says; the same holds the other way round."""
    both = merged(bo, so)
    for code in ADJUSTABLE:
        expected = max(STRENGTH[bo.get(code)], STRENGTH[so.get(code)])
        assert STRENGTH[both.get(code)] == expected
    assert both == merged(so, bo)
    assert set(both) <= set(ADJUSTABLE)


@given(anything, anything, st.sampled_from(ADJUSTABLE))
def test_merge_is_monotone(bo: dict[str, Severity], so: dict[str, Severity], rule: str) -> None:
    """One more refusal, at either level, never lets anything pass that was refused."""
    before = {code for code, severity in merged(bo, so).items() if severity is REFUSE}
    for tighter in (merged(bo | {rule: REFUSE}, so), merged(bo, so | {rule: REFUSE})):
        assert {code for code, severity in tighter.items() if severity is REFUSE} == before | {rule}


@given(anything, anything)
def test_policy_weakens_exactly_when_it_lets_pass_what_the_other_refuses(
    bo: dict[str, Severity], so: dict[str, Severity]
) -> None:
    """Silence is not a weakening: what Bộ set goes on."""
    assert weakened(bo, so) == sorted(c for c in so if (bo.get(c), so[c]) == (REFUSE, WARN))
    assert weakened(bo, {}) == []


@given(anything, st.lists(st.sampled_from(sorted(CATALOGUE)), max_size=20))
def test_findings_under_a_policy_are_never_milder(policy: dict[str, Severity], codes: list[str]) -> None:
    """And only adjustable ones change; the order stays."""
    found = [finding(code) for code in codes]
    judged = under(policy, found)
    for before, after in zip(found, judged, strict=True):
        assert after.code == before.code
        if after != before:
            assert (before.severity, after.severity, is_adjustable(after.code)) == (WARN, REFUSE, True)
    assert list(raised_by(policy, found)) == [f for f, before in zip(judged, found, strict=True) if f != before]


def test_finding_that_its_own_check_lowered_stays_a_warning() -> None:
    """Under a circular of which only the form is known a rule that refuses elsewhere may only tell."""
    lowered = Finding("SUBJECT_MISSING", severity=WARN)
    assert under({"SUBJECT_MISSING": REFUSE}, [lowered]) == [lowered]


def test_judge_refuses_under_a_policy_what_it_tells_without() -> None:
    """The same document on the same day."""
    transcript = a_transcript(school=a_school(province="49"))
    assert [(f.code, f.severity) for f in judge(transcript, SUMMER)] == [(RULE, WARN)]
    assert [(f.code, f.severity) for f in judge(transcript, SUMMER, {RULE: REFUSE})] == [(RULE, REFUSE)]
    assert judge(transcript, SUMMER, {RULE: WARN}) == judge(transcript, SUMMER)


PAYLOAD = {"by": "so", "severities": {RULE: "refuse", "RATING_DIFFERS": "warn"}}


def test_policy_is_read_from_a_payload_and_from_a_whole_statement() -> None:
    """For checks without a register; what could not be raised anyway is left out."""
    statement = {"kind": "severity_policy", "payload": PAYLOAD, "so": "ha-noi"}
    for said in (PAYLOAD, statement):
        assert read_policy(json.dumps(said).encode()) == {RULE: REFUSE}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff", b"[]", b"{}", b"[" * 100_000,
        json.dumps(PAYLOAD | {"by": "school"}).encode(),
        json.dumps(PAYLOAD | {"severities": {RULE: "ignore"}}).encode(),
        json.dumps(PAYLOAD | {"severities": {"lower": "warn"}}).encode(),
        json.dumps(PAYLOAD | {"more": 1}).encode(),
        json.dumps({"kind": "severity_policy"}).encode(),
    ],
)  # fmt: skip
def test_file_that_holds_no_policy_is_refused(data: bytes) -> None:
    """With one code, whatever is wrong."""
    with pytest.raises(Refused) as caught:
        read_policy(data)
    assert caught.value.code == "SEVERITY_POLICY_WRONG"


def test_file_with_a_forbidden_rule_is_refused_with_the_rule() -> None:
    """As it would be by a register."""
    with pytest.raises(Refused) as caught:
        read_policy(json.dumps(PAYLOAD | {"severities": {"RATING_DIFFERS": "refuse"}}).encode())
    assert caught.value.facts == {"rule": "RATING_DIFFERS"}


def test_policy_is_a_closed_shape() -> None:
    """A decision number may stand beside it."""
    policy = SeverityPolicy.of(PAYLOAD | {"decision": "QĐ-12"})
    assert replace(policy, decision="") == SeverityPolicy.of(PAYLOAD)
