"""What a time-stamp beside a head means to Bộ."""

from dataclasses import replace
from typing import Any

import pytest

from hub.decision.ingest import KnownLog, NewHead, Staged, decide_ingest
from hub.decision.ingest_stamp import stamp_of
from hub.errors import Refused
from hub.trust import TrustPolicy
from tests.unit.decision.ingest_builders import FIRST, SECOND, after, code_of, head_over
from tests.unit.trust.timestamp_world import AT, DATA, a_token, policy_changes, stranger
from tests.unit.trust.trust_world import build_world

WRONG = Refused("CHECKPOINT_TIMESTAMP_WRONG", {"reason": "TIMESTAMP_SIGNATURE_WRONG"})


@pytest.fixture(scope="module")
def payload() -> dict[str, Any]:
    return build_world().pki.trust_policy_payload()


def judged(payload: dict[str, Any], token: bytes, **changes: Any) -> tuple[Any, str | None, dict[str, str]]:
    at, refused = stamp_of(token, DATA, TrustPolicy.of(payload | changes))
    return at, None if refused is None else refused.code, {} if refused is None else refused.facts


def test_time_of_a_good_token_is_noted(payload: dict[str, Any]) -> None:
    """However far it is from now: the authority's clock is its own affair, and recorded."""
    assert judged(payload, a_token(), **policy_changes()) == (AT, None, {})


def test_head_without_a_token_stands_where_none_is_due(payload: dict[str, Any]) -> None:
    """Older hubs send none, nor does a Sở without an authority."""
    assert judged(payload, b"") == (None, None, {})
    assert judged(payload, b"", **policy_changes()) == (None, None, {})
    assert stamp_of(b"", DATA, None) == (None, None)


def test_head_without_a_token_does_not_stand_where_one_is_due(payload: dict[str, Any]) -> None:
    """The policy in force demands it."""
    due = policy_changes(timestamp_required=True)
    assert judged(payload, b"", **due) == (None, "CHECKPOINT_TIMESTAMP_MISSING", {})


def test_head_with_a_wrong_token_does_not_stand(payload: dict[str, Any]) -> None:
    """Whoever sends a token means it; which lie it tells stands in the refusal."""
    for token, reason in (
        (a_token(made=stranger()), "TIMESTAMP_SIGNATURE_WRONG"),
        (a_token(b"another head"), "TIMESTAMP_IMPRINT_DIFFERS"),
        (b"0", "TIMESTAMP_UNREADABLE"),
    ):
        found = judged(payload, token, **policy_changes())
        assert found == (None, "CHECKPOINT_TIMESTAMP_WRONG", {"reason": reason})


def test_token_that_nobody_can_judge_is_kept_and_proves_nothing(payload: dict[str, Any]) -> None:
    """The policy names no root: neither a time nor a fault."""
    assert judged(payload, a_token()) == (None, None, {})


def test_new_head_is_refused_by_its_stamp_and_may_come_again() -> None:
    """Neither log nor locks have changed; the same head with a good token promotes them."""
    known = after(*FIRST.chunks, FIRST.manifest)
    assert code_of(replace(head_over(FIRST), unstamped=WRONG), known) == "CHECKPOINT_TIMESTAMP_WRONG"
    assert (known.frontier.size, known.records, known.roots, known.heads) == (0, set(), {}, {})
    new = decide_ingest(replace(head_over(FIRST), timestamp=b"token", stamped_at=AT), known)
    assert isinstance(new, NewHead)
    assert (new.head.timestamp, new.head.stamped_at) == (b"token", AT)
    assert len(new.locks[0].documents) == 2


def test_fork_is_told_before_its_stamp() -> None:
    """Evidence against a Sở does not get lost behind a smaller fault."""
    known = after(*FIRST.chunks, FIRST.manifest)
    forked = replace(head_over(FIRST), root=bytes(32), unstamped=WRONG)
    assert code_of(forked, known) == "CHECKPOINT_ROOT_DIFFERS"


def test_repeated_head_is_a_repetition_whatever_is_demanded_today() -> None:
    """It was judged when it came first, by the policy of that day."""
    known: KnownLog = after(*FIRST.chunks, FIRST.manifest, head_over(FIRST), *SECOND.chunks, SECOND.manifest)
    assert decide_ingest(replace(head_over(FIRST), unstamped=WRONG), known) == Staged()
