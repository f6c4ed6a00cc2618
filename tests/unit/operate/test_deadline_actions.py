"""What a Sở may do now about a round, with the line that does it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hub.operate import Counts, DeadlineReport, Deadlines, actions_of, deadline_actions, free_round_number, judged
from hub.store.queries import queries_of
from tests.unit.agents.world import Answer, FakeConnection

SQL = queries_of("so")
DUE = datetime(2026, 6, 29, 17, tzinfo=UTC)
OPEN = Counts(accepted=3, expected=5, missing=2, state="open")
LOCKED = Counts(accepted=3, expected=5, missing=2, locked=3, state="locked")


def a_report(*counted: Counts, due: datetime | None = DUE) -> DeadlineReport:
    window, at = timedelta(hours=6), DUE - timedelta(days=1)
    rows = judged([(f"0101000{n}", "", c) for n, c in enumerate(counted)], due, window, at)
    return DeadlineReport("ha-noi", "2025-2026", "completed", at, Deadlines(due, None), window, rows)


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Corrections, as they would be read."""
    found: list[Any] = []
    monkeypatch.setattr(deadline_actions, "corrections_of", lambda *_, **__: found)
    return found


def actions(report: DeadlineReport, held: int = 0) -> dict[str, list[Any]]:
    connection = FakeConnection(lambda sql, _: Answer([(held,)] if sql == SQL["conflicts_open"] else ()))
    found: dict[str, list[Any]] = {}
    for action in actions_of(connection, report):  # type: ignore[arg-type]
        found.setdefault(action.name, []).append(action)
    return found


@pytest.mark.usefixtures("waiting")
def test_deadline_may_be_extended_wherever_there_is_one() -> None:
    """How many schools still miss pupils stands beside it; a round without a date has nothing to extend."""
    (extend,) = actions(a_report(OPEN, LOCKED))["extend"]
    assert extend.count == 2
    assert extend.command.startswith("hub deadline extend ha-noi --year 2025-2026 --cohort completed --to ")
    assert actions(a_report(OPEN, due=None)) == {}


@pytest.mark.usefixtures("waiting")
def test_further_round_is_offered_where_the_first_is_closed_and_pupils_are_missing() -> None:
    """For that school alone."""
    found = actions(a_report(OPEN, LOCKED))
    assert [a.command.split(" --decision")[0] for a in found["open"]] == [
        "hub deadline open ha-noi --school 01010001 --year 2025-2026 --cohort completed"
    ]
    assert "open" not in actions(a_report(OPEN))


def test_corrections_that_wait_are_offered_one_by_one(waiting: list[Any]) -> None:
    """Those that the school has handed in, and no others."""
    waiting += [SimpleNamespace(state=s, school="01010001", correction_id=f"c-{s}") for s in ("submitted", "approved")]
    (approve,) = actions(a_report(OPEN))["approve"]
    assert approve.command.startswith("hub correction approve c-submitted --so ha-noi --school 01010001 ")


@pytest.mark.usefixtures("waiting")
def test_conflicts_are_offered_while_pupils_are_held() -> None:
    """By their number; who they are is asked for by name."""
    (decide,) = actions(a_report(OPEN), held=3)["decide"]
    assert (decide.count, decide.shown()["name"]) == (3, "decide")
    assert "decide" not in actions(a_report(OPEN))


@pytest.mark.parametrize(("highest", "free"), [(None, 2), (1, 2), (4, 5)])
def test_next_free_number_follows_the_highest_that_is_known(highest: int | None, free: int) -> None:
    """The first round is every school's own."""
    connection = FakeConnection(lambda *_: Answer([(highest,)]))
    assert free_round_number(connection, "01010001", "2025-2026", "completed") == free  # type: ignore[arg-type]
