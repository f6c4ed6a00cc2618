"""OK, STALL, STOP or REWIND: from what was seen of positions and ends alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.operate.lag import Sample, Status, judge, standing, worst

AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=10)
Looks = Sequence[tuple[float, int, int]]


def seen(*looks: tuple[float, int, int]) -> list[Sample]:
    """Make a history of (second, position, end)."""
    return [Sample(AT + timedelta(seconds=second), position, end) for second, position, end in looks]


@st.composite
def histories(draw: st.DrawFn, *, honest: bool = True) -> list[Sample]:
    """Histories in order of time; honest ones have positions that only rise and never pass the end."""
    steps = st.integers(0, 5)
    looks, at, position, end = [], 0.0, draw(steps), draw(steps)
    for _ in range(draw(st.integers(1, 12))):
        position = position + draw(steps) if honest else draw(st.integers(0, 40))
        end = max(end + draw(steps), position) if honest else draw(st.integers(0, 40))
        looks.append((at, position, end))
        at += draw(st.floats(0.1, 8))
    return seen(*looks)


@pytest.mark.parametrize(
    ("looks", "alive", "status"),
    [
        ([(0, 5, 5)], True, Status.OK),
        ([(0, 5, 5)], False, Status.OK),
        ([(0, 5, 9), (20, 6, 30)], True, Status.OK),
        ([(0, 5, 5), (20, 5, 6)], True, Status.OK),  # what waits has come since the last look
        ([(0, 5, 9), (20, 5, 9)], True, Status.STALL),
        ([(0, 4, 9), (5, 5, 9), (15, 5, 12)], True, Status.STALL),
        ([(0, 5, 9), (9, 5, 9)], True, Status.OK),  # not for a whole window yet
        ([(0, 5, 9)], False, Status.STOP),
        ([(0, 5, 9), (1, 7, 9)], False, Status.STOP),
        ([(0, 5, 9), (1, 3, 9)], True, Status.REWIND),
        ([(0, 5, 9), (1, 3, 9), (2, 4, 4)], True, Status.REWIND),
        ([(0, 5, 9), (1, 3, 9), (2, 6, 9)], True, Status.OK),  # it has come back
        ([(0, 5, 2), (1, 5, 2)], True, Status.REWIND),
        ([(0, 5, 5), (1, 5, 2)], True, Status.OK),  # one low answer means nothing
        ([], True, Status.OK),
    ],
)
def test_status_follows_what_was_seen(looks: Looks, alive: bool, status: Status) -> None:
    """Each rule of docs/operations.md once, and its edge."""
    assert judge(seen(*looks), alive=alive, window=WINDOW) is status


@given(histories())
def test_nothing_waiting_is_ok_for_everyone(history: list[Sample]) -> None:
    """With a position that only rose, no worker is missed and nothing stalls at the end of the log."""
    last = history[-1]
    done = [*history, Sample(last.at + WINDOW, last.end, last.end)]
    assert {judge(done, alive=alive, window=WINDOW) for alive in (True, False)} == {Status.OK}


@given(histories(), st.integers(1, 50))
def test_records_without_a_worker_are_stop(history: list[Sample], more: int) -> None:
    """Whatever went before, as long as the position never fell."""
    last = history[-1]
    waiting = [*history, Sample(last.at + WINDOW, last.position, last.position + more)]
    assert judge(waiting, alive=False, window=WINDOW) is Status.STOP


@given(histories(), st.integers(1, 50))
def test_position_that_moved_within_the_window_is_ok(history: list[Sample], more: int) -> None:
    """However much waits: slow is not stuck."""
    last = history[-1]
    moved = [*history, Sample(last.at + WINDOW * 0.9, last.position + 1, last.position + 1 + more)]
    assert judge(moved, alive=True, window=WINDOW) is Status.OK


@given(histories(), st.integers(1, 50))
def test_position_that_stands_for_a_window_stalls(history: list[Sample], more: int) -> None:
    """Two looks a window apart at the same position, with records waiting at both."""
    last, end = history[-1], history[-1].end + more
    still = [Sample(last.at + n * WINDOW, last.position, end) for n in (1, 2)]
    assert judge([*history, *still], alive=True, window=WINDOW) is Status.STALL


@given(histories(), st.integers(1, 50))
def test_position_that_fell_is_rewind_until_it_is_back(history: list[Sample], by: int) -> None:
    """Alive or not, with lag or without: it is about the record, not about speed."""
    last = history[-1]
    fell = [*history, Sample(last.at + WINDOW, last.position - by, last.end)]
    assert {judge(fell, alive=alive, window=WINDOW) for alive in (True, False)} == {Status.REWIND}
    back = Sample(last.at + 2 * WINDOW, last.position, last.position)
    assert judge([*fell, back], alive=True, window=WINDOW) is Status.OK


@given(histories(honest=False), st.booleans(), st.integers(1, 100))
def test_wider_window_never_makes_it_worse(history: list[Sample], alive: bool, seconds: int) -> None:
    """Patience turns STALL into OK and nothing else into anything."""
    near = judge(history, alive=alive, window=WINDOW)
    far = judge(history, alive=alive, window=WINDOW + timedelta(seconds=seconds))
    assert far is near or (near, far) == (Status.STALL, Status.OK)


@given(histories(honest=False), st.timedeltas(timedelta(days=-900), timedelta(days=900)))
def test_verdict_does_not_depend_on_the_date(history: list[Sample], by: timedelta) -> None:
    """Only differences count, so a clock that is a day wrong judges alike."""
    moved = [Sample(s.at + by, s.position, s.end) for s in history]
    assert judge(moved, alive=True, window=WINDOW) is judge(history, alive=True, window=WINDOW)
    assert standing(moved) == standing(history)


def test_stage_is_as_well_as_its_worst_partition() -> None:
    """REWIND before STOP before STALL before OK."""
    assert worst([Status.OK, Status.STALL]) is Status.STALL
    assert worst([Status.STOP, Status.STALL, Status.REWIND]) is Status.REWIND
    assert worst([]) is Status.OK
