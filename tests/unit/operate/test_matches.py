"""Near matches as an operator asks for them."""

from typing import Any

import pytest

from hub.errors import Refused
from hub.operate import decide_match, matches_of
from hub.store.queries import queries_of
from tests.unit.agents.world import AT, Answer, FakeConnection

_SQL = queries_of("so")
_ROW = (
    17, ["id_one_digit"], AT, "open", None, None, None, True, "S1", "T1", "An", "2017", "male", "id:1", "S2", "T2",
    "An", "2017", "male", "id:2",
)  # fmt: skip


def test_pair_is_read_with_both_pupils() -> None:
    """Each column in its place; who they are is shown only when asked for."""
    (match,) = matches_of(FakeConnection(lambda *_: Answer([_ROW])), ("open",), 10)
    assert (match.id, match.reasons, match.standing) == (17, ("id_one_digit",), True)
    assert (match.a.school, match.a.pupil, match.b.school, match.b.pupil) == ("S1", "id:1", "S2", "id:2")
    assert "An" not in str(match.shown(persons=False))
    assert match.shown(persons=True)["pupils"][1]["pupil"] == "id:2"


@pytest.mark.parametrize("number", [0, -1, 2**63, 5])
def test_pair_that_is_not_there_is_refused(number: int) -> None:
    """Also a number that no column could hold, without asking."""
    connection = FakeConnection(lambda *_: Answer([]))
    with pytest.raises(Refused) as refused:
        decide_match(connection, number, "different", "lan", "x")
    assert refused.value.code == "MATCH_UNKNOWN"
    assert bool(connection.calls) == (number == 5)


def test_decision_is_one_new_row() -> None:
    """With verdict, who and why."""
    asked: list[Any] = []
    connection = FakeConnection(lambda sql, parameters: asked.append((sql, parameters)) or Answer([(1,)]))
    decide_match(connection, 17, "same_person", "lan", "giấy khai sinh")
    assert asked == [(_SQL["match_decide"], ("same_person", "lan", "giấy khai sinh", 17))]
