"""The locator: derived, checked, forgiving about how people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.locator import LENGTH, check, derive, printed
from hub.errors import Refused

KEY = b"k" * 32
locators = st.builds(
    derive, st.binary(min_size=32, max_size=32), st.sampled_from(["01", "40", "82"]), st.text(), st.integers(0, 9)
)
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U"


def test_locator_is_the_same_for_ever() -> None:
    """The derivation is part of the record: these two values may never change."""
    assert derive(KEY, "01", "id:001217000123", 0) == "015VCBCD8AW"
    assert derive(KEY, "01", "id:001217000123", 1) == "014G4W545G="


@given(locators)
def test_locator_reads_back_however_it_is_typed(locator: str) -> None:
    """Hyphens, spaces, small letters and the look-alikes I, L, O lead to the same locator."""
    assert len(locator) == LENGTH
    assert check(locator) == check(printed(locator)) == check(printed(locator).lower()) == locator
    assert check(f" {locator[:5]} {locator[5:]} ".replace("1", "l").replace("0", "o")) == locator


@given(locators, st.integers(0, LENGTH - 1), st.sampled_from(SYMBOLS))
def test_locator_finds_every_single_error(locator: str, at: int, symbol: str) -> None:
    """No wrong symbol at any place passes."""
    wrong = locator[:at] + symbol + locator[at + 1 :]
    if wrong == locator:
        return
    with pytest.raises(Refused) as caught:
        check(wrong)
    assert caught.value.code in {"LOCATOR_MALFORMED", "LOCATOR_CHECK_SYMBOL"}


@given(locators, st.integers(0, LENGTH - 2))
def test_locator_finds_every_exchange_of_neighbours(locator: str, at: int) -> None:
    """No two neighbouring symbols can be exchanged unseen."""
    wrong = locator[:at] + locator[at + 1] + locator[at] + locator[at + 2 :]
    if wrong == locator:
        return
    with pytest.raises(Refused):
        check(wrong)


@given(st.text(max_size=80))
def test_locator_check_never_raises_anything_but_a_refusal(text: str) -> None:
    """Any text is either a locator or refused."""
    code = ""
    try:
        found = check(text)
    except Refused as refused:
        code = refused.code
    else:
        assert len(found) == LENGTH
    assert code in {"", "LOCATOR_MALFORMED", "LOCATOR_CHECK_SYMBOL"}


def test_locators_differ_by_pupil_counter_department_and_key() -> None:
    """Every input counts, and none runs into another."""
    made = {
        derive(KEY, "01", "id:1", 0),
        derive(KEY, "01", "id:1", 1),
        derive(KEY, "01", "id:10", 0),
        derive(KEY, "02", "id:1", 0),
        derive(b"x" * 32, "01", "id:1", 0),
    }
    assert len(made) == 5
