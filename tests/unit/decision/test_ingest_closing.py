"""The end of a log at Bộ: taken where it covers all that Bộ has, repeated without harm, and never outgrown."""

from dataclasses import replace

import pytest

from hub.decision.forks import Forked
from hub.decision.ingest import Head, NewClosing, Staged, decide_ingest
from hub.errors import Refused
from hub.trust import EMPTY_ROOT
from tests.unit.decision.builders import sha
from tests.unit.decision.ingest_builders import FIRST, SECOND, SO, THIRD, a_head, after, code_of, head_over

OVER_FIRST = (*FIRST.chunks, FIRST.manifest, head_over(FIRST))
OVER_TWO = (*OVER_FIRST, *SECOND.chunks, SECOND.manifest, head_over(FIRST, SECOND))


def final(head: Head, successor: str = "nghe-an", **changes: object) -> Head:
    return replace(head, successor=successor, text=b"final", **changes)  # type: ignore[arg-type]


def forked(item: Head, *before: object) -> Forked:
    with pytest.raises(Forked) as caught:
        decide_ingest(item, after(*before))  # type: ignore[arg-type]
    return caught.value


ENDED = (*OVER_FIRST, final(head_over(FIRST)))


def test_final_head_over_all_that_bo_has_ends_the_log() -> None:
    """It decides nothing: the head before it did. Again it is a repetition, and so is every earlier head."""
    known = after(*OVER_FIRST)
    head = final(head_over(FIRST))
    assert decide_ingest(head, known) == NewClosing(head)
    assert known.closing is not None
    assert (known.closing.size, known.closing.root, known.closing.successor) == (1, head.root, "nghe-an")
    assert decide_ingest(replace(head, text=b"signed again", at_s=9), known) == Staged()
    assert decide_ingest(head_over(FIRST), known) == Staged()
    assert decide_ingest(FIRST.manifest, known) == Staged()
    assert decide_ingest(FIRST.chunks[0], known) == Staged()


def test_log_that_held_nothing_ends() -> None:
    """Size 0."""
    head = final(a_head(root=EMPTY_ROOT))
    assert decide_ingest(head, after()) == NewClosing(head)


def test_larger_head_after_the_end_is_refused_and_kept_as_a_pair() -> None:
    """Whatever it adds: the log said that it had ended."""
    error = forked(replace(head_over(FIRST, SECOND), text=b"grown"), *ENDED)
    assert (error.code, error.fork.kind, error.fork.first.text, error.fork.second.text) == (
        "LOG_CLOSED_GROWN", "checkpoint", b"final", b"grown"
    )  # fmt: skip
    assert error.facts == {"so": SO, "tree_size": "1", "successor": "nghe-an"}


@pytest.mark.parametrize("successor", ["nghe-an", "hai-phong"])
def test_larger_final_head_after_the_end_is_refused_and_kept_as_a_pair(successor: str) -> None:
    """A log ends once."""
    assert forked(final(head_over(FIRST, SECOND), successor), *ENDED).code == "LOG_CLOSED_GROWN"


def test_other_successor_at_the_same_size_is_refused_and_kept_as_a_pair() -> None:
    """Two words about who follows."""
    error = forked(final(head_over(FIRST), "hai-phong"), *ENDED)
    assert (error.code, error.fork.first.place, error.fork.second.place) == ("LOG_CLOSED_GROWN", 1, 1)


def test_other_root_at_the_end_is_a_fork_as_ever() -> None:
    """Before the end and after it."""
    other = final(a_head(FIRST.manifest.statement, root=sha("fork")))
    assert forked(other, *OVER_FIRST).code == "CHECKPOINT_ROOT_DIFFERS"
    assert forked(other, *ENDED).code == "CHECKPOINT_ROOT_DIFFERS"


def test_final_head_below_what_bo_has_is_refused_and_kept_as_a_pair() -> None:
    """It says that what Bộ has seen was never locked."""
    error = forked(final(head_over(FIRST)), *OVER_TWO)
    assert (error.code, error.fork.first.place, error.fork.second.place) == ("LOG_CLOSED_GROWN", 2, 1)


def test_final_head_beyond_what_bo_has_waits_for_the_heads_before_it() -> None:
    """Refused without a pair: it may come again behind them."""
    known = after(*OVER_FIRST, *SECOND.chunks, SECOND.manifest)
    assert code_of(final(head_over(FIRST, SECOND)), known) == "CLOSING_NOT_COVERING"
    assert code_of(final(head_over(FIRST)), known) == "CLOSING_NOT_COVERING"
    assert known.closing is None
    decide_ingest(head_over(FIRST, SECOND), known)
    assert isinstance(decide_ingest(final(head_over(FIRST, SECOND)), known), NewClosing)


def test_nothing_new_is_staged_after_the_end() -> None:
    """Neither chunks nor manifests: nobody would ever decide them."""
    known = after(*ENDED)
    assert code_of(THIRD.chunks[0], known) == "LOG_CLOSED_GROWN"
    assert code_of(replace(SECOND.manifest, log_index=1), known) == "LOG_CLOSED_GROWN"


def test_end_without_the_time_stamp_that_is_due_is_refused() -> None:
    """As every head."""
    head = final(head_over(FIRST), unstamped=Refused("CHECKPOINT_TIMESTAMP_MISSING"))
    assert code_of(head, after(*OVER_FIRST)) == "CHECKPOINT_TIMESTAMP_MISSING"
