"""The set that a school means to lock: folded from its receipts, the same however often these are repeated."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.client import ReadReceipt, lock_set
from hub.domain.statements import RoundName
from hub.errors import Refused
from tests.unit.client.builders import FIRST, a_command, a_receipt, sha

A, B, C = sha("a"), sha("b"), sha("c")
YEAR = "2025-2026"
HANDED_IN = a_receipt("submit-1", 1, (A, "accepted", "open"), (B, "accepted", "open"), (C, "refused", ""))
SENT = [
    a_command("submit-1", A, B, C),
    a_command("recall-1", kind="Recall", recalled=A),
    a_command("submit-2", C, supersedes=((C, B),)),
    a_command("submit-3", sha("other"), round=RoundName(cohort="supplementary", number=1)),
]


def _set(*receipts: ReadReceipt, **by_hand: list[str]) -> tuple[str, ...]:
    return lock_set(receipts, SENT, YEAR, FIRST, **by_hand).documents


def test_accepted_documents_are_meant_and_refused_ones_not() -> None:
    """Unchanged ones stand too, once."""
    again = a_receipt("submit-1", 9, (A, "unchanged", "open"), (B, "unchanged", "open"))
    assert _set(HANDED_IN) == _set(HANDED_IN, again) == tuple(sorted((A, B)))


def test_recalled_and_replaced_documents_are_left_out() -> None:
    """What followed counts; a recall that was refused changes nothing."""
    recalled = a_receipt("recall-1", 2, kind="Recall")
    too_late = a_receipt("recall-1", 2, kind="Recall", outcome="refused")
    replaced = a_receipt("submit-2", 3, (C, "accepted", "open"))
    assert _set(HANDED_IN, recalled, replaced) == (C,)
    assert _set(HANDED_IN, too_late) == tuple(sorted((A, B)))


@given(st.permutations([HANDED_IN, HANDED_IN, a_receipt("recall-1", 2, kind="Recall")]))
def test_order_and_repetition_of_receipts_do_not_matter(receipts: list[ReadReceipt]) -> None:
    """The time of what they answer does."""
    assert _set(*receipts) == (B,)


def test_recalled_document_that_was_sent_again_is_meant() -> None:
    """A later acceptance brings it back."""
    recalled = a_receipt("recall-1", 2, kind="Recall")
    again = a_receipt("submit-1", 3, (A, "accepted", "open"))
    assert set(_set(HANDED_IN, recalled, again)) == {A, B}


def test_other_rounds_do_not_mix() -> None:
    """A round has its own set."""
    other = a_receipt("submit-3", 2, (sha("other"), "accepted", "open"))
    assert sha("other") not in _set(HANDED_IN, other)


def test_held_documents_are_told_and_left_out() -> None:
    """Sở does not lock what two schools claim."""
    held = a_receipt("submit-1", 1, (A, "accepted", "held"), (B, "accepted", "open"))
    found = lock_set([held], SENT, YEAR, FIRST)
    assert (found.documents, found.held) == ((B,), (A,))


def test_second_corrected_document_counts_instead_of_the_first() -> None:
    """Both name the locked version; only the later one stands open, and a refused one changes nothing."""
    correction = RoundName(cohort="correction", number=4)
    sent = [
        a_command(f"submit-{n}", document, supersedes=((document, A),), round=correction)
        for n, document in enumerate((B, C, sha("refused")), start=1)
    ]
    receipts = [
        a_receipt("submit-1", 1, (B, "accepted", "open")),
        a_receipt("submit-2", 2, (C, "accepted", "open")),
        a_receipt("submit-3", 3, (sha("refused"), "refused", "")),
    ]
    assert lock_set(receipts[:1], sent, YEAR, correction).documents == (B,)
    assert lock_set(receipts, sent, YEAR, correction).documents == (C,)


def test_steps_of_a_correction_need_no_original() -> None:
    """They are about no round, so the set does not depend on them."""
    decided = a_receipt("approve-1", 5, kind="UnlockDecision")
    assert _set(HANDED_IN, decided) == _set(HANDED_IN)


def test_set_can_be_corrected_by_hand() -> None:
    """Adding and leaving out work without the commands themselves."""
    assert _set(HANDED_IN, including=[C], leaving_out=[A]) == tuple(sorted((B, C)))
    stranger = a_receipt("submit-9", 4, (A, "accepted", "open"))
    assert _set(stranger, including=[C]) == (C,)


def test_receipt_of_an_unknown_command_stops_the_lock() -> None:
    """Without the command nobody knows which round it was about."""
    with pytest.raises(Refused) as refused:
        _set(HANDED_IN, a_receipt("submit-9", 4, (C, "accepted", "open")))
    assert (refused.value.code, refused.value.facts["commands"]) == ("COMMANDS_NOT_KEPT", "submit-9")


def test_nothing_to_lock_is_said() -> None:
    """An empty set is never sent."""
    with pytest.raises(Refused) as refused:
        _set(a_receipt("submit-1", 1, (A, "refused", ""), outcome="refused"))
    assert refused.value.code == "LOCK_SET_EMPTY"


def test_root_is_that_of_the_sorted_hashes() -> None:
    """One leaf: the RFC 9162 leaf hash of the document's hash."""
    found = lock_set([HANDED_IN], SENT, YEAR, FIRST, leaving_out=[B])
    assert found.root == hashlib.sha256(b"\x00" + bytes.fromhex(A)).hexdigest()


def test_decision_of_the_so_brings_a_held_document_in_or_leaves_it_out() -> None:
    """Its follow-up receipt is about the submission; what was recalled meanwhile stays out."""
    held = a_receipt("submit-1", 1, (A, "accepted", "held"), (B, "accepted", "open"))
    released = a_receipt("submit-1", 3, (A, "accepted", "open"), kind="Conflict")
    refused = a_receipt("submit-1", 3, (B, "refused", "refused"), kind="Conflict", outcome="refused")
    assert _set(held) == (B,)
    assert set(_set(held, released)) == {A, B}
    assert _set(held, released, refused) == (A,)
    assert _set(held, a_receipt("recall-1", 2, kind="Recall"), released) == (B,)
