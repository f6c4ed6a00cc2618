"""The oracle's own reading of a Sở's act: the part of one school, or nothing."""

from typing import Any

from hub.audit.acts import asked_of, is_act, scope_of_act
from hub.audit.messages import statement
from hub.domain.statements import RoundName, SoLock, SoLockItem, encode

_ITEMS = [("0101001", 3), ("0101002", 5)]


def an_act(*items: tuple[str, int]) -> dict[str, Any]:
    act = SoLock(
        command_id="act-0001", issued_at="2026-06-15T02:59:00Z", number="9", reason="lý do", so="ha-noi",
        locks=tuple(SoLockItem(count=count, root="00" * 32, school=school) for school, count in items or _ITEMS),
        round=RoundName(cohort="completed", number=1), school_year="2025-2026", type="vn.hocba.so-lock/1",
    )  # fmt: skip
    return statement(encode(act))


def test_part_of_a_school_agrees_with_what_the_hub_reads() -> None:
    """Same id, set, round and year."""
    act = SoLock(
        command_id="act-0001", issued_at="2026-06-15T02:59:00Z", number="9", reason="lý do", so="ha-noi",
        locks=(SoLockItem(count=3, root="ab" * 32, school="0101001"),),
        round=RoundName(cohort="completed", number=1), school_year="2025-2026", type="vn.hocba.so-lock/1",
    )  # fmt: skip
    hub = statement(encode(act.asked_of("0101001")))
    own = asked_of(statement(encode(act)), "0101001")
    for name in ("command_id", "count", "root", "round", "school", "school_year"):
        assert own[name] == hub[name], name
    assert scope_of_act(statement(encode(act)), "ha-noi") == act.scope


def test_school_that_is_not_named_once_is_asked_for_nothing() -> None:
    """Neither absent nor twice."""
    assert asked_of(an_act(), "0101009") == {}
    assert asked_of(an_act(("0101001", 1), ("0101001", 2)), "0101001") == {}


def test_request_of_a_school_is_what_it_is() -> None:
    """Any other statement is handed on."""
    said = {"type": "vn.hocba.lock-request/1", "school": "0101001"}
    assert not is_act(said)
    assert asked_of(said, "0101001") is said
