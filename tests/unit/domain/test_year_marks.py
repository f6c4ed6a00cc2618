"""ĐTBmcn of both secondary circulars: one arithmetic, shown as it is."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from hub.domain.marks import MARKS
from hub.domain.regulations.averages import shown, year_mark, year_working

MARK = st.sampled_from(sorted(MARKS))


@pytest.mark.parametrize(
    ("exact", "expected"),
    [("7.5", "7.5"), ("8", "8"), ("7.125", "7.125"), ("7.6666", "7.666…"), ("7.9999", "7.999…"), ("10", "10")],
)
def test_shown_value_is_cut_and_never_rounded(exact: str, expected: str) -> None:
    """A rounded figure followed by "…" would be a wrong one."""
    assert shown(Decimal(exact)) == expected


@given(MARK, MARK)
def test_year_mark_and_its_working_agree(one: str, two: str) -> None:
    """The last number of the working is the mark; a third of whole tenths, counted without decimals, is the same."""
    mark = year_mark(one, two)
    assert year_working(one, two).endswith(f" → {mark}")
    tenths = int(one.replace(".", "")) + 2 * int(two.replace(".", ""))
    assert str(mark).replace(".", "").lstrip("0") == str((2 * tenths + 3) // 6).lstrip("0")


@pytest.mark.parametrize("values", [("Đ", "8.0"), ("8.0", UNSET), (UNSET, UNSET), ("8", "8.0")])
def test_year_mark_needs_two_marks(values: tuple[object, object]) -> None:
    """A comment, an absent value and what is no mark give none."""
    assert year_mark(*values) is None
