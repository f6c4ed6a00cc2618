"""The closing of a log in the register: what may be registered, what counts when, and from when on nothing changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trust_world import AT, an_entry

from hub.errors import Refused
from hub.trust import Snapshot, check_closing_stands, check_entry, log_closing_of

SINCE = datetime(2025, 6, 30, 17, tzinfo=UTC)  # 1/7/2025, 0:00 UTC+7
SECOND = timedelta(seconds=1)


def a_closing(entry_id="tien-giang", *, since=SINCE, valid_to=None, version=1, **changes):
    payload = {"decision": "QĐ-202/UBND", "so": "tien-giang", "successor": "dong-thap"} | changes
    return an_entry("log_closing", entry_id, payload, valid_from=since, valid_to=valid_to, version=version)


def test_log_is_closed_from_the_first_instant_of_the_entry_on_and_for_ever():
    """Before it is announced; later it says who follows, by which decision."""
    entry = a_closing()
    check_entry(entry)
    snapshot = Snapshot.of([entry])
    assert snapshot.closing(SINCE - SECOND) is None
    assert snapshot.announced_closing == snapshot.closing(SINCE) == snapshot.closing(AT + 9000 * SECOND)
    assert snapshot.closing(SINCE).facts() == {"successor": "dong-thap", "decision": "QĐ-202/UBND"}
    assert Snapshot.of([]).closing(AT) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"entry_id": "dong-thap"}, "LOG_CLOSING_WRONG"),
        ({"successor": "tien-giang"}, "LOG_CLOSING_WRONG"),
        ({"valid_to": SINCE + SECOND}, "LOG_CLOSING_WRONG"),
        ({"successor": "nowhere"}, "LOG_CLOSING_WRONG"),
        ({"entry_id": "nowhere", "so": "nowhere"}, "LOG_CLOSING_WRONG"),
        ({"successor": "Đồng Tháp"}, "REGISTER_ENTRY_WRONG"),
        ({"successor": ["dong-thap", "vinh-long"]}, "REGISTER_ENTRY_WRONG"),
        ({"decision": ""}, "REGISTER_ENTRY_WRONG"),
        ({"reason": "sáp nhập"}, "REGISTER_ENTRY_WRONG"),
    ],
)
def test_closing_that_cannot_be_is_refused_when_it_comes_in(changes, code):
    """It would make every later command of the Sở ask who follows, and get no answer."""
    with pytest.raises(Refused) as refused:
        check_entry(a_closing(**changes))
    assert refused.value.code == code


def test_newer_version_puts_the_closing_off_as_a_whole():
    """Nothing of the older one is left: at its own date the log is open."""
    later = SINCE + timedelta(days=30)
    snapshot = Snapshot.of([a_closing(), a_closing(since=later, version=2)])
    assert snapshot.closing(SINCE) is None
    assert snapshot.closing(later).since == later


@given(st.integers(-100, 100), st.integers(-100, 100), st.sampled_from(["dong-thap", "vinh-long"]))
def test_only_before_it_is_in_force_a_closing_changes(at_s, since_s, successor):
    """From then on the last head may be out: the same words again are taken, any others are refused."""
    standing = log_closing_of(a_closing())
    new = log_closing_of(a_closing(since=SINCE + since_s * SECOND, successor=successor, decision="QĐ-203/UBND"))
    at, same = SINCE + at_s * SECOND, (since_s, successor) == (0, "dong-thap")
    check_closing_stands(new, None, at)
    if at_s < 0 or same:
        check_closing_stands(new, standing, at)
        return
    with pytest.raises(Refused) as refused:
        check_closing_stands(new, standing, at)
    assert refused.value.code == "LOG_CLOSING_FINAL"
