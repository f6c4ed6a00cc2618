"""The signed root decides who is right: any tampering at one side, and most at several, is located to the pupil."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reconcile.rows import Row
from hub.reconcile.sides import AT_BO, AT_SO, known_pupils, side_differences
from hub.reconcile.truth import Truth, find_truth
from tests.unit.decision.builders import sha
from tests.unit.reconcile.builders import NAME, ROOT, a_row, forged, rows

ALL = frozenset(row.leaf for row in rows())


def found(so: Sequence[Row], bo: Sequence[Row], stream: frozenset[bytes] = frozenset()) -> set[tuple[str, str | None]]:
    truth = find_truth({ROOT}, so, bo, stream)
    assert truth == Truth(ALL, proved=True)
    pupils = known_pupils(truth, so, bo)
    told = [*side_differences(AT_SO, NAME, truth, so, pupils), *side_differences(AT_BO, NAME, truth, bo, pupils)]
    return {(d.code, d.student_code) for d in told}


def code_of(n: int) -> str | None:
    return a_row(n).student_code


def test_equal_sides_have_no_difference() -> None:
    """Both have the root that was signed."""
    assert found(rows(), rows()) == set()


@given(st.sets(st.integers(0, 4), min_size=1, max_size=4), st.booleans())
def test_pupils_removed_at_one_side_are_named(gone: set[int], at_so: bool) -> None:
    """All of them in one run, and nobody else."""
    left, code = rows(*gone), "RECONCILE_MISSING_AT_SO" if at_so else "RECONCILE_MISSING_AT_BO"
    sides = (left, rows()) if at_so else (rows(), left)
    assert found(*sides) == {(code, code_of(n)) for n in gone}


@given(st.sets(st.integers(0, 4), min_size=1, max_size=5), st.booleans())
def test_pupils_forged_at_one_side_are_named(changed: set[int], at_so: bool) -> None:
    """Rows that agree with themselves: only the root tells them from the right ones."""
    made = [forged(n) if n in changed else a_row(n) for n in range(5)]
    code, sides = ("RECONCILE_CHANGED_AT_SO", (made, rows())) if at_so else ("RECONCILE_CHANGED_AT_BO", (rows(), made))
    assert found(*sides) == {(code, code_of(n)) for n in changed}


@given(st.permutations(range(5)))
def test_tampering_at_both_sides_is_told_apart(order: list[int]) -> None:
    """One forged at Sở, one forged at Bộ, one gone at Bộ: no side has the root, most voices make it."""
    first, second, third, *_ = order
    so = [forged(n) if n == first else a_row(n) for n in range(5)]
    bo = [forged(n) if n == second else a_row(n) for n in range(5) if n != third]
    assert found(so, bo, ALL) == {
        ("RECONCILE_CHANGED_AT_SO", code_of(first)), ("RECONCILE_CHANGED_AT_BO", code_of(second)),
        ("RECONCILE_MISSING_AT_BO", code_of(third)),
    }  # fmt: skip


@pytest.mark.parametrize("at_so", [True, False])
def test_row_that_no_manifest_covers_is_extra(at_so: bool) -> None:
    """Somebody added a pupil after the lock."""
    more = [*rows(), forged(0)]
    code, sides = ("RECONCILE_EXTRA_AT_SO", (more, rows())) if at_so else ("RECONCILE_EXTRA_AT_BO", (rows(), more))
    assert {c for c, _ in found(*sides)} == {code}


def test_set_that_nobody_signed_is_not_proved() -> None:
    """Where every witness was changed alike, no name is certain, and that is said."""
    made = [forged(0), *rows(0)]
    assert not find_truth({ROOT}, made, made).proved
    assert find_truth({sha("other")}, rows(), rows()) == Truth(ALL, proved=False)


def test_lock_of_which_nothing_is_left_proves_nothing() -> None:
    """No rows, no leaves."""
    assert find_truth({ROOT}, [], []) == Truth(frozenset(), proved=False)
