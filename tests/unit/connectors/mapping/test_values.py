"""Values of records: every number is read or said to be none, however large or small it is."""

from decimal import Decimal

import pytest

from hub.connectors.mapping.values import plain_text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("9.00", "9"), ("8.50", "8.50"), ("0E+99", "0"), ("-0.0", "0"), ("1E+14", "100000000000000"),
        ("1E+15", "1E+15"), ("1E+999999999", "1E+999999999"), ("1E-999999999", "1E-999999999"),
    ],
)  # fmt: skip
def test_number_is_its_digits_and_one_that_is_no_mark_stays_as_it_stood(number: str, text: str) -> None:
    """An extract of a stranger may hold exponents with which arithmetic overflows."""
    assert plain_text(Decimal(number)) == text
