"""Whose turn it is in a replay: by what was told, for any order in which a Sở decided."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.recovery.turns import Told, is_plain, out_of_turn

_PARTS = 3
_DECIDED = st.lists(st.tuples(st.integers(0, _PARTS - 1), st.booleans()), max_size=12)


def told(decided: list[tuple[int, bool]]) -> list[Told]:
    """Return the answers to records of (partition, plain), in the order in which they were decided."""
    return [Told(f"r-{place}", place, part, plain) for place, (part, plain) in enumerate(decided)]


def replayed(waiting: list[Told], logs: list[list[str]]) -> list[str]:
    """Do the logs again, partition by partition as far as each may go; stops where nobody may go any more."""
    left, done = [list(log) for log in logs], list[str]()
    while any(left):
        before = len(done)
        for part, log in enumerate(left):
            alive = [each for each in waiting if each.receipt_id not in done]
            number = out_of_turn(alive, part, log)
            going = log if number is None else log[:number]
            done, left[part] = [*done, *going], log[len(going) :]
        if len(done) == before:
            return done
    return done


def test_claim_comes_before_the_recall_that_followed_it() -> None:
    """A hands in, B claims the pupil, A recalls: the recall would come out the same before the claim, the claim not."""
    waiting = told([(0, True), (1, False), (0, False)])
    assert out_of_turn(waiting, 0, ["r-0", "r-2"]) == 1
    assert out_of_turn(waiting, 1, ["r-1"]) == 0
    assert out_of_turn(waiting[1:], 1, ["r-1"]) is None


def test_class_does_not_wait_for_a_class() -> None:
    """Else a whole province would be done again one command after the other."""
    waiting = told([(0, True), (1, True), (0, True), (1, True)])
    assert out_of_turn(waiting, 1, ["r-1", "r-3"]) is None


def test_new_command_comes_behind_everything_that_was_told() -> None:
    """Else a claim of today would change what was told before."""
    waiting = told([(0, True)])
    assert out_of_turn(waiting, 1, ["new"]) == 0
    assert out_of_turn(waiting, 0, ["r-0", "new"]) is None


def test_looking_again_holds_up_its_own_partition_too() -> None:
    """It is no record of any log, so nothing in the log brings it."""
    waiting = [Told("again", 0, None, False), *(Told("r-1", 1, 0, True),)]
    assert out_of_turn(waiting, 0, ["r-1"]) == 0


@given(_DECIDED)
def test_every_answer_that_is_not_plain_keeps_its_place(decided: list[tuple[int, bool]]) -> None:
    """Among all others, whatever partition comes first in a pass."""
    waiting = told(decided)
    logs = [[each.receipt_id for each in waiting if each.part == part] for part in range(_PARTS)]
    order = [waiting[int(receipt_id[2:])] for receipt_id in replayed(waiting, logs)]
    assert len(order) == len(waiting)
    for n, one in enumerate(order):
        assert all(one.plain and each.plain for each in order[:n] if each.place > one.place)


@given(_DECIDED, st.randoms())
def test_replay_always_ends_when_records_were_decided_later_than_they_came(
    decided: list[tuple[int, bool]], chance: Any
) -> None:
    """A record that waited for a person was decided behind others that stand behind it in the log."""
    waiting = told(decided)
    logs = [[each.receipt_id for each in waiting if each.part == part] + ["new"] for part in range(_PARTS)]
    for log in logs:
        chance.shuffle(log)
    assert len(replayed(waiting, logs)) == len(waiting) + _PARTS


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ({"kind": "Submission", "outcome": "accepted", "documents": [{"state": "open"}]}, True),
        ({"kind": "LockRequest", "outcome": "accepted", "documents": []}, True),
        ({"kind": "Submission", "outcome": "accepted", "documents": [{"state": "open"}, {"state": "held"}]}, False),
        ({"kind": "Submission", "outcome": "partly_accepted", "documents": []}, False),
        ({"kind": "Recall", "outcome": "accepted", "documents": []}, False),
    ],
)
def test_answer_is_plain_only_where_everything_was_taken(said: dict[str, Any], plain: bool) -> None:
    """What is held, refused or withdrawn tells of another school."""
    assert is_plain(said) is plain
