"""Versions of a record in time: which was in force on a day, and which took whose place."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hub.client.history import History, Version, with_successors
from hub.domain.lifecycle import rule_of
from hub.errors import Refused
from tests.unit.client.builders import sha
from tests.unit.domain.builders import a_transcript

DAY = timedelta(days=1)
AT = datetime(2026, 6, 20, tzinfo=UTC)
FIRST, SECOND, THIRD = date(2026, 6, 30), date(2026, 9, 1), date(2026, 12, 1)


def _version(number: int, effective_on: date | None, supersedes: str | None = None, **changes: Any) -> Version:
    fields = {} if supersedes is None else {"supersedes": supersedes, "reason": "Nhập nhầm"}
    state = "open" if effective_on is None else "locked"
    transcript = a_transcript(**fields, **changes)
    return Version("ha-noi", transcript, state, number, sha(f"v{number}"), AT, effective_on, "L", number, None)


def _history(*versions: Version) -> History:
    return History("L", tuple(with_successors(versions)))


CORRECTED = (_version(1, FIRST), _version(2, SECOND, sha("v1")), _version(3, THIRD, sha("v2")))


@pytest.mark.parametrize(
    ("day", "number"),
    [(FIRST, 1), (date(2026, 8, 31), 1), (SECOND, 2), (date(2026, 11, 30), 2), (THIRD, 3), (date(2040, 1, 1), 3)],
)
def test_version_is_in_force_until_the_next_one_is(day: date, number: int) -> None:
    """From its effective date on, that day included."""
    assert [v.version for v in _history(*CORRECTED).as_of(day).versions] == [number]


def test_nothing_was_in_force_before_the_first_lock() -> None:
    """A version that is not locked is never in force."""
    for versions in (CORRECTED, (_version(1, None),)):
        with pytest.raises(Refused) as refused:
            _history(*versions).as_of(date(2026, 6, 29))
        assert refused.value.code == "LOOKUP_NOTHING_FOUND"


def test_each_version_says_what_it_replaced_and_what_replaced_it() -> None:
    """By hash, with the day; the newest has nothing behind it."""
    shown = _history(*CORRECTED).shown()["versions"]
    assert [v["supersedes"] for v in shown] == [None, sha("v1"), sha("v2")]
    assert [v["superseded_by"] for v in shown] == [sha("v2"), sha("v3"), None]
    assert [v["superseded_on"] for v in shown] == ["2026-09-01", "2026-12-01", None]


def test_correction_that_is_not_locked_yet_changes_nothing() -> None:
    """The locked version stays the one in force while the new one waits."""
    history = _history(_version(1, FIRST), _version(2, None, sha("v1")))
    assert history.versions[0].superseded_by is None
    assert [v.version for v in history.as_of(THIRD).versions] == [1]


def test_records_of_other_years_stand_beside_each_other() -> None:
    """Of each record the version of that day, in the order of the history."""
    other = _version(1, SECOND, school_year="2024-2025", grade=2)
    history = _history(other, *CORRECTED)
    assert [(v.transcript.school_year, v.version) for v in history.as_of(SECOND).versions] == [
        ("2024-2025", 1), ("2025-2026", 2),
    ]  # fmt: skip


def test_version_answers_since_when_and_by_whom_it_stands_so() -> None:
    """Open since it came, locked since the lock, superseded since the lock of its successor."""
    old = replace(_version(1, FIRST), locked_at=AT + DAY, locked_by="principal")
    new = replace(_version(2, SECOND, sha("v1")), locked_at=AT + 9 * DAY, locked_by="so_lead")
    first, second = _history(replace(old, state="superseded"), new).shown("principal")["versions"]
    waiting = _version(3, None).shown("principal")
    told = [(v["state"], v["since"], v["by"], v["rule"]) for v in (first, second, waiting)]
    assert told == [
        ("superseded", (AT + 9 * DAY).isoformat(), "principal", rule_of("document", "supersede")),
        ("locked", (AT + 9 * DAY).isoformat(), "so_lead", rule_of("document", "lock")),
        ("open", AT.isoformat(), None, rule_of("document", "accept")),
    ]
    assert [set(v["may"]) for v in (first, second, waiting)] == [
        set(), {"supersede"}, {"recall", "replace", "lock"},
    ]  # fmt: skip
