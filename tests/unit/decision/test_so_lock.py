"""A Sở's own act: who may, who agrees, and that it locks exactly what a school's own request would."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.decision import Act, Known, Prepared, RoundRow, decide, second_person_fault, set_root
from hub.domain.statements import RoundName, SoLock, SoLockItem, encode
from hub.errors import Refused
from hub.trust import LOCK_POLICY_DEFAULT, LockPolicy, Signatory
from tests.unit.decision.builders import (
    OTHER_SCHOOL,
    SCHOOL,
    SO,
    YEAR,
    a_command,
    a_judged,
    a_lock_request,
    a_submission,
    codes_of,
    sha,
)

LEAD = Signatory("so_lead", "LD-1", sha("lead"), datetime(2026, 6, 15, tzinfo=UTC))
OFFICER = Signatory("so_officer", "CV-1", sha("officer"), datetime(2026, 6, 15, tzinfo=UTC))
POLICY = LockPolicy("warn", frozenset(), "QĐ-1", so_cohorts=frozenset({"completed"}), second_person_above=1)


def an_act(*items: SoLockItem, cohort: str = "completed") -> SoLock:
    return SoLock(
        command_id="act-0001", issued_at="2026-06-15T02:59:00Z", locks=items, number="QĐ-9", reason="trường giải thể",
        round=RoundName(cohort=cohort, number=1), school_year=YEAR, so=SO, type="vn.hocba.so-lock/1",  # type: ignore[arg-type]
    )  # fmt: skip


def an_item(school: str, *hashes: bytes) -> SoLockItem:
    return SoLockItem(count=max(1, len(hashes)), root=set_root(list(hashes)).hex(), school=school)


def a_so_lock(
    act: SoLock, school: str = SCHOOL, second: Signatory | None = OFFICER, policy: LockPolicy = POLICY
) -> Prepared:
    """Make the command that carries an act to one school."""
    command = a_command(act.asked_of(school), kind="SoLock", lock_policy=policy, signer="so_lead so-ha-noi")
    data = encode(act)
    signed = Act(act, LEAD, second, "" if second is None else "second..signature")
    return replace(command, statement=data, statement_sha256=sha(data.decode()), act=signed)


def a_school_with(*pupils: str, school: str = SCHOOL) -> tuple[Known, list[bytes]]:
    """Let a school hand in some pupils; return what is known, and their hashes."""
    documents = [a_judged(pupil, school=school) for pupil in pupils]
    _, known = decide(a_submission(*documents, school=school), Known(), SO)
    for key in known.by_round:
        known.rounds.setdefault(key, RoundRow(key, "open"))
    return known, [d.document_sha256 for d in documents]


def test_act_locks_the_same_set_as_the_schools_own_request() -> None:
    """Same lock, same state; only who closed it differs."""
    known, hashes = a_school_with("id:1", "id:2")
    own, _ = decide(a_lock_request(hashes), a_school_with("id:1", "id:2")[0], SO)
    made, known = decide(a_so_lock(an_act(an_item(SCHOOL, *hashes), an_item(OTHER_SCHOOL))), known, SO)
    assert (made.outcome, made.lock_id) == (own.outcome, own.lock_id) == ("accepted", own.lock_id)
    assert made.closing is not None
    assert (made.closing.state, made.closing.closed_by) == ("closing", "so_lead so-ha-noi")
    assert own.closing is not None
    assert own.closing.closed_by == f"principal {SCHOOL}"


def test_act_is_refused_for_another_set_as_a_school_would_be() -> None:
    """The Sở means a set too; what came meanwhile is named by the refusal."""
    known, hashes = a_school_with("id:1", "id:2")
    made, _ = decide(a_so_lock(an_act(an_item(SCHOOL, hashes[0]), an_item(OTHER_SCHOOL))), known, SO)
    assert codes_of(made) == ["LOCK_SET_DIFFERS"]


@pytest.mark.parametrize(
    "policy",
    [LOCK_POLICY_DEFAULT, replace(POLICY, so_cohorts=frozenset({"supplementary"}))],
    ids=["no policy", "another cohort"],
)
def test_act_is_refused_where_no_policy_of_the_so_says_that_it_may(policy: LockPolicy) -> None:
    """By itself a Sở locks nothing."""
    known, hashes = a_school_with("id:1")
    made, _ = decide(a_so_lock(an_act(an_item(SCHOOL, *hashes)), policy=policy), known, SO)
    assert (made.outcome, codes_of(made), made.closing) == ("refused", ["LOCK_NOT_BY_SO"], None)


def fault(schools: int, second: Signatory | None, above: int = 1) -> str | None:
    """Return what an act over so many schools lacks."""
    act = an_act(*(an_item(f"01010{n:02d}") for n in range(schools)))
    found = second_person_fault(Act(act, LEAD, second), replace(POLICY, second_person_above=above))
    return None if found is None else found.code


def test_act_over_more_schools_than_the_policy_says_needs_a_second_person() -> None:
    """As many as the policy says one person signs; with one more, two; with none, always."""
    assert fault(2, None) == "LOCK_SECOND_PERSON_MISSING"
    assert fault(2, None, above=2) is None
    assert fault(1, None) is None
    assert fault(1, None, above=0) == "LOCK_SECOND_PERSON_MISSING"
    assert fault(2, OFFICER) is None


@pytest.mark.parametrize(
    "second",
    [OFFICER._replace(person="LD-1"), OFFICER._replace(certificate_sha256=LEAD.certificate_sha256)],
    ids=["same person", "same certificate"],
)
def test_second_person_is_another_person_with_another_certificate(second: Signatory) -> None:
    """Two certificates of one person are one person; one certificate is one person too."""
    assert fault(2, second) == "LOCK_SECOND_PERSON_SAME"
    assert fault(1, second) is None


def test_same_act_again_is_a_repetition() -> None:
    """However often it is sent, a school is locked once."""
    known, hashes = a_school_with("id:1")
    command = a_so_lock(an_act(an_item(SCHOOL, *hashes), an_item(OTHER_SCHOOL)))
    _, known = decide(command, known, SO)
    again, _ = decide(replace(command, message_sha256=sha("again")), known, SO)
    assert again.repeats == command.message_sha256


def test_act_asks_each_school_for_its_own_part_only() -> None:
    """A school that is not named, or named twice, is asked for nothing."""
    act = an_act(an_item(SCHOOL, sha("a")), an_item(OTHER_SCHOOL, sha("b")))
    asked = act.asked_of(OTHER_SCHOOL)
    assert (asked.command_id, asked.school, asked.root) == (
        f"act-0001.{OTHER_SCHOOL}", OTHER_SCHOOL, set_root([sha("b")]).hex()
    )  # fmt: skip
    with pytest.raises(Refused) as absent:
        act.asked_of("0101009")
    assert absent.value.code == "LOCK_ACT_SCHOOL_ABSENT"
    with pytest.raises(Refused) as twice:
        an_act(an_item(SCHOOL, sha("a")), an_item(SCHOOL, sha("b"))).asked_of(SCHOOL)
    assert twice.value.code == "LOCK_ACT_SCHOOL_TWICE"
