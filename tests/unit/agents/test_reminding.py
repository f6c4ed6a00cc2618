"""The scheduler of reminders: each threshold once, whatever stood before; and after a restore, what was told stands."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.agents import reminding
from hub.agents.reminding import remind_once
from hub.operate import Counts, DeadlineReport, Deadlines, judged
from hub.operate.reminders import reminders_of_round
from hub.schemas import decode, encode
from hub.store.queries import queries_of
from tests.unit.agents.world import Answer, FakeConnection

SO, YEAR = "ha-noi", "2025-2026"
DUE = datetime(2026, 6, 29, 17, tzinfo=UTC)
AT = DUE - timedelta(days=2)
SQL, COMMON = queries_of("so"), queries_of("common")


def a_report(at: datetime, cohort: str = "completed") -> DeadlineReport:
    window = timedelta(hours=6)
    rows = judged([("010101", "", Counts()), ("010102", "", Counts(accepted=4, state="open"))], DUE, window, at)
    return DeadlineReport(SO, YEAR, cohort, at, Deadlines(DUE, None), window, rows)


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was counted, instead of counting."""
    seen: list[tuple[str, str]] = []

    def report(_: object, so: str, year: str, cohort: str, at: datetime, _window: object) -> DeadlineReport:
        seen.append((year, cohort))
        return a_report(at, cohort)

    monkeypatch.setattr(reminding, "deadline_report", report)
    return seen


def a_connection(
    looked: bool = False, known: tuple[str, ...] = (), lost: tuple[bytes, ...] = (), windows: tuple[Any, ...] = ()
) -> FakeConnection:
    answers: dict[str, Callable[[Any], Answer]] = {
        COMMON["unmet_exists"]: lambda _: Answer([(bool(lost), bool(lost))]),
        COMMON["unmet_values"]: lambda _: Answer([("id", message, AT) for message in lost]),
        SQL["reminder_looked"]: lambda _: Answer([(looked,)]),
        SQL["reminders_known"]: lambda _: Answer([(one,) for one in known]),
        SQL["reminder_windows"]: lambda _: Answer(windows),
    }
    return FakeConnection(lambda sql, parameters: answers.get(sql, lambda _: Answer())(parameters))


def told(connection: FakeConnection) -> list[dict[str, Any]]:
    return [decode(row[8], ("Reminder",)).value for sql, row in connection.calls if sql == COMMON["put"]]


def test_round_is_looked_at_and_its_schools_are_told(counted: list[tuple[str, str]]) -> None:
    """One message a school, a row beside it, and the note that it was looked at, in one transaction."""
    connection = a_connection()
    assert remind_once(connection, SO, AT) == 2
    assert counted == [(YEAR, "completed")]
    assert [(v["school"], v["kind"], v["threshold"]) for v in told(connection)] == [
        ("010101", "nothing_submitted", "3"), ("010102", "round_open", "3")
    ]  # fmt: skip
    names = connection.names()
    begun = names.index("begin")
    assert begun < names.index(SQL["add_reminder_look"]) < names.index(SQL["add_reminder"]) < names.index("commit")


@pytest.mark.parametrize(("since", "expected"), [(AT, 0), (AT + timedelta(seconds=1), 2)])
def test_so_whose_log_is_closed_reminds_nobody(since: datetime, expected: int) -> None:
    """From the first instant on; its schools hand in elsewhere."""
    connection = a_connection()
    payload = {"decision": "QĐ-9", "so": SO, "successor": "nghe-an"}
    work = connection.script

    def script(sql: str, parameters: Any) -> Answer:
        rows = [("log_closing", SO, since, None, payload, 1)]
        return Answer(rows) if sql == SQL["reminder_calendar"] else work(sql, parameters)

    connection.script = script
    assert remind_once(connection, SO, AT) == len(told(connection)) == expected


def test_round_that_was_looked_at_for_this_threshold_is_not_counted_again(counted: list[tuple[str, str]]) -> None:
    """However often a worker starts."""
    connection = a_connection(looked=True)
    assert remind_once(connection, SO, AT) == 0
    assert (counted, told(connection)) == ([], [])


def test_round_far_from_its_date_is_not_even_asked_about(counted: list[tuple[str, str]]) -> None:
    """Most of the year nothing is due."""
    connection = a_connection()
    assert remind_once(connection, SO, DUE - timedelta(days=100)) == 0
    assert SQL["reminder_looked"] not in connection.names()
    assert counted == []


def test_school_that_was_told_already_is_not_told_again() -> None:
    """After a restore the note of the look may be gone, and what was told is not."""
    first = next(reminders_of_round(a_report(AT)))
    connection = a_connection(known=(first.reminder_id,))
    assert remind_once(connection, SO, AT) == 1
    assert first.school not in {v["school"] for v in told(connection)}


def test_window_is_told_of_its_own(counted: list[tuple[str, str]]) -> None:
    """Whatever the rounds do."""
    row = ("010101", YEAR, "correction-1", 3, AT + timedelta(hours=20), 2)
    connection = a_connection(looked=True, windows=(row,))
    assert remind_once(connection, SO, AT) == 1
    (value,) = told(connection)
    assert (value["kind"], value["number"], value["counts"]["windows"]) == ("window_closing", 3, 2)


def test_what_was_told_before_a_restore_stands_again_with_its_bytes_and_nothing_new_is_told(
    counted: list[tuple[str, str]],
) -> None:
    """Counts have moved on; the message has not."""
    message = encode("Reminder", next(reminders_of_round(a_report(AT - timedelta(hours=30)))).value())
    connection = a_connection(lost=(message,))
    assert remind_once(connection, SO, AT) == 1
    assert counted == []
    rows = [row for sql, row in connection.calls if sql == SQL["add_reminder"]]
    assert [row[-1] for row in rows] == [message]
