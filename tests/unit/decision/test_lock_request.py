"""Lock requests: only the set that the principal means closes a round."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hub.decision import Known, RoundKey, RoundRow, decide, lock_id_of, set_root
from hub.domain.findings import Finding, finding
from tests.unit.decision.builders import (
    AT,
    SCHOOL,
    SO,
    YEAR,
    a_judged,
    a_lock_request,
    a_signature,
    a_submission,
    codes_of,
    sha,
)
from tests.unit.decision.test_submission import ROUND, a_current, closed, decided

OPEN = RoundRow(ROUND, "open")
DOCUMENTS = [a_judged("id:1"), a_judged("id:2")]
ROWS = [replace(a_current(d), n=n) for n, d in enumerate(DOCUMENTS)]
HASHES = [d.document_sha256 for d in DOCUMENTS]


def test_lock_request_closes_the_round_when_it_names_exactly_the_open_set() -> None:
    """Whatever the order in which the documents are known; recalled and held ones are no part of it."""
    others = [
        a_current(a_judged("id:3"), "held"),
        a_current(a_judged("id:4"), "recalled"),
        a_current(a_judged("id:5"), round=ROUND._replace(number=2)),
    ]
    for rows in (ROWS + others, (ROWS + others)[::-1]):
        outcome = decided(a_lock_request(HASHES), *rows, a=OPEN)
        assert outcome.outcome == "accepted"
        assert outcome.closing == RoundRow(ROUND, "closing", AT, f"principal {SCHOOL}")
        assert outcome.lock_id == lock_id_of(SO, ROUND)


@pytest.mark.parametrize(
    ("hashes", "count"),
    [(HASHES[:1], None), ([*HASHES, sha("more")], None), (HASHES, 3), ([HASHES[0], sha("other")], None), ([], None)],
)
def test_lock_request_is_refused_when_it_means_another_set(hashes: list[bytes], count: int | None) -> None:
    """The refusal tells count, root and hashes of the set that stands."""
    outcome = decided(a_lock_request(hashes, count=count), *ROWS, a=OPEN)
    assert (outcome.outcome, codes_of(outcome), outcome.closing) == ("refused", ["LOCK_SET_DIFFERS"], None)
    facts = outcome.findings[0].facts
    assert (facts["count"], facts["root"]) == ("2", set_root(HASHES).hex())
    assert facts["documents"].split() == sorted(h.hex() for h in HASHES)


def test_lock_request_lists_no_more_hashes_than_a_receipt_can_show() -> None:
    """The count says how many there are."""
    rows = [replace(a_current(a_judged(f"id:{n}")), n=n) for n in range(250)]
    facts = decided(a_lock_request([]), *rows, a=OPEN).findings[0].facts
    assert (facts["count"], len(facts["documents"].split())) == ("250", 200)


def test_lock_request_is_refused_while_a_document_is_pending() -> None:
    """Its certificate may still turn out to be revoked."""
    outcome = decided(a_lock_request(HASHES), *ROWS, a_current(a_judged("id:3"), "pending"), a=OPEN)
    assert codes_of(outcome) == ["LOCK_PENDING"]
    assert outcome.findings[0].facts == {"count": "1"}


def test_lock_request_is_refused_when_nothing_was_ever_accepted() -> None:
    """Whether or not a submission has opened the round: batches are cut anyhow."""
    assert codes_of(decided(a_lock_request([]))) == ["ROUND_UNKNOWN"]
    assert codes_of(decided(a_lock_request([]), a=OPEN)) == ["ROUND_UNKNOWN"]


@pytest.mark.parametrize("state", ["recalled", "held"])
def test_lock_request_is_refused_when_nothing_stands_open(state: str) -> None:
    """There is no lock of nothing."""
    assert codes_of(decided(a_lock_request([]), a_current(DOCUMENTS[0], state), a=OPEN)) == ["LOCK_EMPTY"]


@pytest.mark.parametrize("state", ["closing", "locked"])
def test_lock_request_is_refused_when_the_round_is_closed(state: str) -> None:
    """A second request never closes a round again, and tells who did."""
    outcome = decided(a_lock_request(HASHES), *ROWS, a=closed(state))
    assert codes_of(outcome) == ["ROUND_CLOSED"]
    assert outcome.findings[0].facts["since"] == "2026-06-15T03:00:00Z"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((), []), (("CERTIFICATE_REVOKED",), ["LOCK_REVOKED"]), (("CERTIFICATE_STATUS_UNKNOWN",), ["LOCK_PENDING"])],
)
def test_lock_request_judges_revocation_again(codes: Sequence[str], expected: list[str]) -> None:
    """A revoked signer keeps the lock back, an unknown status too."""

    def judge_again(signatures: Sequence[str]) -> list[Finding]:
        return [finding(c) for c in codes] if signatures == ["second"] else []

    known = Known(rounds={ROUND: OPEN}, signatures={(ROWS[0].message_sha256, 0): ["first"]})
    known.signatures[ROWS[1].message_sha256, 1] = ["second"]
    known.add(ROWS)
    outcome, _ = decide(a_lock_request(HASHES, judge_again=judge_again), known, SO)
    assert codes_of(outcome) == expected
    if expected == ["LOCK_REVOKED"]:
        assert outcome.findings[0].facts == {"count": "1", "documents": HASHES[1].hex()}


def test_lock_request_is_refused_when_signatures_are_not_at_hand_to_judge_again() -> None:
    """What was not judged is not locked."""
    known = Known(rounds={ROUND: OPEN})
    known.add(ROWS)
    outcome, _ = decide(a_lock_request(HASHES, judge_again=lambda _: []), known, SO)
    assert codes_of(outcome) == ["LOCK_PENDING"]


def test_lock_request_in_one_batch_with_its_submission_is_judged_on_the_new_signatures() -> None:
    """What the submission brought is known to the lock request behind it."""
    seen: list[list[str]] = []

    def judge_again(signatures: Sequence[str]) -> list[Finding]:
        seen.append(list(signatures))
        return []

    _, known = decide(a_submission(*DOCUMENTS), Known(rounds={ROUND: OPEN}), SO)
    outcome, known = decide(a_lock_request(HASHES, judge_again=judge_again), known, SO)
    assert (outcome.outcome, seen) == ("accepted", [[a_signature()], [a_signature()]])
    assert known.rounds[ROUND].state == "closing"


def test_lock_id_is_one_for_each_round_of_each_so() -> None:
    """Derived, so that a replay gives the same, and unlike for everything that differs."""
    keys = [
        ROUND,
        ROUND._replace(number=2),
        ROUND._replace(cohort="transfer"),
        RoundKey("0101009", YEAR, "completed", 1),
    ]
    ids = {lock_id_of(so, key) for so in (SO, "nghe-an") for key in keys}
    assert len(ids) == 2 * len(keys)
    assert lock_id_of(SO, ROUND) == lock_id_of(SO, RoundKey(*ROUND))


def test_set_root_does_not_depend_on_the_order() -> None:
    """Leaf data ascend; one hash more gives another root."""
    assert set_root(HASHES) == set_root(HASHES[::-1])
    assert set_root(HASHES) != set_root([*HASHES, sha("more")])
