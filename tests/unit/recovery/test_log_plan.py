"""The order in which a published log is built again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Corrupt
from hub.recovery import PublishedHead, Step, next_step

AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)


def places(*indexes: int) -> dict[int, bytes]:
    return {index: b"lock %d" % index for index in indexes}


def heads(*sizes: int) -> dict[int, PublishedHead]:
    return {size: PublishedHead(b"head %d" % size, "signature", AT) for size in sizes}


@given(st.integers(0, 6), st.sets(st.integers(1, 12)), st.integers(0, 14))
def test_steps_build_every_published_head_once_and_in_order(size: int, sizes: set[int], end: int) -> None:
    """Whatever was published: its heads come out with their own texts, and every place is given out once."""
    end = max([size, end, *sizes])
    known = {of for of in sizes if of > size}
    built: list[bytes] = []
    made: list[int] = []
    at = size
    while (step := next_step(at, places(*range(size, end)), heads(*sizes))) is not None:
        at += len(step.lock_ids)
        built += step.lock_ids
        made += [at] if step.head is not None else []
        assert step.head is None or step.head.text == b"head %d" % at
    assert built == [b"lock %d" % index for index in range(size, end)]
    assert made == sorted(known)


def test_manifests_behind_the_last_published_head_get_a_new_one() -> None:
    """They were sent, their head was not: nobody has seen another one of that size."""
    assert next_step(1, places(0, 1, 2), heads(1)) == Step((b"lock 1", b"lock 2"), None)


def test_nothing_is_left_when_the_log_has_all_that_was_published() -> None:
    """From then on new locks get new places."""
    assert next_step(3, places(0, 1, 2), heads(1, 3)) is None
    assert next_step(0, {}, {}) is None


def test_published_place_that_is_missing_stops() -> None:
    """A hole would be filled with another lock, and that is a fork."""
    with pytest.raises(Corrupt) as stopped:
        next_step(0, places(0, 2), heads(3))
    assert stopped.value.code == "RECOVERED_DIFFERS"
