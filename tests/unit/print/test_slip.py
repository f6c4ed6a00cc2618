"""A slip is one page with both codes and an address that keeps them in its fragment."""

import io
from dataclasses import replace
from datetime import date

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.client.slips import slip_address
from hub.domain.slip import secret_of
from hub.print import SlipFacts, set_slip

SECRET = secret_of(bytes(range(10)))
ADDRESS = slip_address("https://portal.example/", "01ABCDEFGHJ", SECRET)
FACTS = SlipFacts("01010101", "HS-1", "01ABCDEFGHJ", SECRET, "https://portal.example", ADDRESS, date(2026, 6, 1))


def test_address_holds_the_codes_behind_the_number_sign_alone() -> None:
    assert f"https://portal.example/#01ABCDEFGHJ.{SECRET}" == ADDRESS


def test_slip_is_one_page_also_where_everything_is_long() -> None:
    long = replace(FACTS, school="0" * 20, student_code="HS" * 20, portal="https://tra-cuu.hoc-ba.example.edu.vn")
    assert [PdfFileReader(io.BytesIO(set_slip(f))).root["/Pages"]["/Count"] for f in (FACTS, long)] == [1, 1]


@pytest.mark.parametrize(
    "changed", [{"secret": secret_of(bytes(10))}, {"locator": "01ABCDEFGHK"}, {"address": "https://portal.example/#x"}]
)
def test_same_slip_is_the_same_bytes_and_other_codes_are_not(changed: dict[str, str]) -> None:
    """All three stand on it; the address is in the QR code."""
    assert set_slip(FACTS) == set_slip(FACTS) != set_slip(replace(FACTS, **changed))
