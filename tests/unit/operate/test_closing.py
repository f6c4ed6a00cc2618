"""How far the end of a log is, as an operator sees it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.domain.statements import ClosingStatement, encode
from hub.operate import closing_state, log_end
from hub.store.queries import queries_of
from tests.unit.agents.world import Answer, FakeConnection

SO, SINCE = "tien-giang", datetime(2025, 6, 30, 17, tzinfo=UTC)
_SQL = queries_of("so")
_END = (3, bytes(32), "dong-thap", b"text", "a..b", SINCE, b"")
_SAID = encode(
    ClosingStatement(
        at="2025-06-30T17:00:15.000Z", root="00" * 32, so=SO, successor="dong-thap", tree_size=3,
        type="vn.hocba.closing-receipt/1",
    )
)  # fmt: skip


def a_database(due: bool | None = None, *, ended: bool = False, answered: bool = False) -> FakeConnection:
    rows: dict[Any, list[tuple[Any, ...]]] = {
        _SQL["closing_said"]: [] if due is None else [("dong-thap", "202/2025/QH15", SINCE, due)],
        _SQL["closing_waits"]: [(1, 2, 3)],
        _SQL["closing_leaves"]: [(4, 5)],
        _SQL["closing"]: [_END] if ended else [],
        _SQL["closing_receipt"]: [(_SAID, "a..b", "— bo")] if answered else [],
    }
    return FakeConnection(lambda sql, _: Answer(rows.get(sql, [])))


@pytest.mark.parametrize(
    ("database", "state"),
    [
        (a_database(), "open"),
        (a_database(due=False), "announced"),
        (a_database(due=True), "finishing"),
        (a_database(due=True, ended=True), "closed"),
        (a_database(due=True, ended=True, answered=True), "cosigned"),
    ],
)
def test_end_of_a_log_goes_through_its_states(database: FakeConnection, state: str) -> None:
    """With what must be finished first, and what would never be locked."""
    found = closing_state(database, SO)  # type: ignore[arg-type]
    assert found.state == state
    assert found.finishing == {"rounds": 1, "locks": 2, "aside": 3}
    assert found.left_open == {"documents": 4, "corrections": 5}
    assert (found.tree_size, found.cosigned_at is not None) == (3 if "c" in state[:2] else None, state == "cosigned")


def test_state_is_shown_as_json_with_its_times() -> None:
    """Every member is there, whatever the state."""
    shown = closing_state(a_database(due=True, ended=True, answered=True), SO).shown()  # type: ignore[arg-type]
    assert (shown["since"], shown["cosigned_at"]) == ("2025-06-30T17:00:00+00:00", "2025-06-30T17:00:15+00:00")
    assert closing_state(a_database(), SO).shown().keys() == shown.keys()  # type: ignore[arg-type]


def test_end_names_who_follows_and_since_when_bo_has_it() -> None:
    """None while the log goes on."""
    assert log_end(a_database(), SO) is None  # type: ignore[arg-type]
    end = log_end(a_database(ended=True), SO)  # type: ignore[arg-type]
    assert end is not None
    assert (end.successor, end.tree_size, end.cosigned_at) == ("dong-thap", 3, None)
