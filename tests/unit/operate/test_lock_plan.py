"""What an act of the Sở would lock, and what stands in its way, by school."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.decision import set_root
from hub.domain.statements import Unreported
from hub.operate import LockPlan, SchoolPlan, lock_plan
from hub.store.queries import queries_of
from tests.unit.agents.world import Answer, FakeConnection

AT = datetime(2026, 6, 20, tzinfo=UTC)
SINCE = datetime(2025, 9, 1, tzinfo=UTC)
SQL = queries_of("so")
ONE, TWO, THREE = "01010001", "01010002", "01010003"
HASHES = [b"\1" * 32, b"\2" * 32]


def a_plan(
    policy: dict[str, Any] | None = None, cohort: str = "completed", **rows: Any
) -> tuple[LockPlan, dict[str, Any]]:
    """Plan with the given rows (documents, rounds, refused, rosters); also what was asked with."""
    schools = [
        ("school", code, SINCE, None, {"code": code, "name": f"Trường {code}", "province": "01", "grades": [1, 5],
                                       "so": "ha-noi"}, n + 1)
        for n, code in enumerate((ONE, TWO, THREE))
    ]  # fmt: skip
    said = {"completeness": "warn", "decision": "QĐ-1", "so_may_lock": True} | (policy or {})
    schools.append(("lock_policy", "lock-policy", SINCE, None, said, 9))
    answers = {
        SQL["plan_register"]: schools,
        SQL["plan_documents"]: rows.get("documents", [(ONE, 0, 0, HASHES)]),
        SQL["plan_rounds"]: rows.get("rounds", [(ONE, "open")]),
        SQL["plan_refused"]: rows.get("refused", []),
        SQL["plan_rosters"]: rows.get("rosters", [(ONE, 2, 0)]),
    }
    asked: dict[str, Any] = {}

    def script(sql: str, parameters: Any) -> Answer:
        asked.update(parameters or {})
        return Answer(answers.get(sql, ()))

    plan = lock_plan(
        FakeConnection(script), "ha-noi", school_year="2025-2026", cohort=cohort, number=1, at=AT,  # type: ignore[arg-type]
        schools=rows.get("schools"), unreported=rows.get("unreported"),
    )  # fmt: skip
    return plan, asked


def row_of(plan: LockPlan, school: str = ONE) -> SchoolPlan:
    return next(row for row in plan.schools if row.school == school)


def test_school_that_lacks_nothing_is_ready_with_its_set() -> None:
    """Count and root are those of a lock request."""
    plan, _ = a_plan()
    row = row_of(plan)
    assert (row.is_ready, row.count, row.root) == (True, 2, set_root(HASHES).hex())
    item = row.item(())
    assert (item.school, item.count, item.root) == (ONE, 2, row.root)


def test_every_open_school_of_the_register_stands_in_the_plan() -> None:
    """Also those that sent nothing."""
    plan, _ = a_plan()
    assert [row.school for row in plan.schools] == [ONE, TWO, THREE]
    assert (row_of(plan, TWO).blocking, row_of(plan, TWO).state) == (("ROUND_UNKNOWN",), "none")
    with pytest.raises(ValueError, match=TWO):
        row_of(plan, TWO).item(())


@pytest.mark.parametrize(
    ("rows", "blocking"),
    [
        ({"rounds": [(ONE, "locked")]}, ("ROUND_CLOSED",)),
        ({"rounds": [(ONE, "closing")]}, ("ROUND_CLOSED",)),
        ({"documents": [(ONE, 1, 0, HASHES)]}, ("LOCK_PENDING",)),
        ({"documents": [(ONE, 0, 2, None)]}, ("LOCK_EMPTY",)),
        ({"documents": []}, ("LOCK_EMPTY",)),
    ],
)
def test_what_would_refuse_the_lock_is_named(rows: dict[str, Any], blocking: tuple[str, ...]) -> None:
    """By the code of the refusal."""
    row = row_of(a_plan(**rows)[0])
    assert (row.blocking, row.is_ready) == (blocking, False)


def test_held_pupils_do_not_block_and_are_not_ready() -> None:
    """A lock would leave them behind until the Sở decides who claims them."""
    row = row_of(a_plan(documents=[(ONE, 0, 1, HASHES)])[0])
    assert (row.blocking, row.is_ready, row.held) == ((), False, 1)


@pytest.mark.parametrize(
    ("completeness", "rosters", "blocking", "told"),
    [
        ("warn", [(ONE, 5, 3)], (), ("LOCK_ROSTER_INCOMPLETE",)),
        ("refuse", [(ONE, 5, 3)], ("LOCK_ROSTER_INCOMPLETE",), ()),
        ("ignore", [(ONE, 5, 3)], (), ()),
        ("refuse", [], (), ("LOCK_ROSTER_ABSENT",)),
        ("warn", [], (), ()),
        ("refuse", [(ONE, 2, 0)], (), ()),
    ],
)
def test_roster_counts_as_the_policy_says(
    completeness: str, rosters: list[Any], blocking: tuple[str, ...], told: tuple[str, ...]
) -> None:
    """As in a lock request of the school's own."""
    row = row_of(a_plan({"completeness": completeness}, rosters=rosters)[0])
    assert (row.blocking, row.told) == (blocking, told)


def test_roster_counts_nothing_for_pupils_who_leave() -> None:
    """Each locks alone."""
    assert row_of(a_plan({"completeness": "refuse"}, cohort="transfer", rosters=[(ONE, 5, 3)])[0]).blocking == ()


def test_pupils_with_a_reason_that_passes_are_not_asked_for() -> None:
    """The policy says which do."""
    said = (Unreported(pupil="school:01010001:HS1", reason="moved"), Unreported(pupil="id:001217000123", reason="left"))
    _, asked = a_plan({"reasons": ["moved"]}, unreported={ONE: said})
    assert (asked["of"], asked["pupils"]) == ([ONE], ["school:01010001:HS1"])


def test_schools_that_were_asked_for_stand_alone_and_unknown_ones_are_named() -> None:
    """A mistyped code is no school that sent nothing."""
    plan, asked = a_plan(schools=["01019999", ONE])
    assert [row.school for row in plan.schools] == [ONE, "01019999"]
    assert asked["schools"] == [ONE, "01019999"]
    assert row_of(plan, "01019999").blocking == ("SCHOOL_UNKNOWN", "ROUND_UNKNOWN")
