"""Records as bytes in the state: exactly what the system said, or a refusal that somebody is told."""

from decimal import Decimal

import pytest

from hub.connect.codec import pack, unpack


@pytest.mark.parametrize("number", [float("nan"), float("-inf"), Decimal("NaN"), Decimal("Infinity")])
@pytest.mark.parametrize("holding", [lambda n: n, lambda n: [{"cuoi_nam": n}], lambda n: (1, {"a": {"b": n}})])
def test_record_with_a_number_that_is_none_is_refused(number, holding):
    """JSON has no way to say it: a mark would become null, and nobody be told."""
    with pytest.raises(ValueError, match="Error"):
        pack({"diem": holding(number)})


def test_record_comes_back_as_it_was_packed():
    """A mark keeps its digits, whatever its kind of number."""
    value = {"diem": [Decimal("7.50"), 8, Decimal("0.1")], "ten": "Ánh", "trong": None, "co": True}
    assert unpack(pack(value)) == value
