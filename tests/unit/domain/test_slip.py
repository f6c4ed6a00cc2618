"""Secrets of look-up slips: 80 bits that people can copy, and the commitment that stands for them."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.locator import derive
from hub.domain.slip import SECRET_BYTES, check_secret, commitment_of, printed_secret, secret_of
from hub.errors import Refused

LOCATOR = derive(b"k" * 32, "01", "id:1", 0)
chances = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)


@given(chances)
def test_secret_reads_back_as_it_is_printed_in_any_case(chance: bytes) -> None:
    secret = secret_of(chance)
    assert check_secret(printed_secret(secret)) == check_secret(secret.lower()) == secret


@given(chances, chances)
def test_secrets_of_other_chance_are_other_secrets(one: bytes, other: bytes) -> None:
    """All 80 bits stand in it."""
    assert (secret_of(one) == secret_of(other)) == (one == other)


@given(chances, st.integers(0, 15), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_secret_with_one_wrong_symbol_is_refused(chance: bytes, place: int, symbol: str) -> None:
    secret = secret_of(chance)
    typed = secret[:place] + symbol + secret[place + 1 :]
    if typed != secret:
        with pytest.raises(Refused, match="SLIP_SECRET_CHECK_SYMBOL"):
            check_secret(typed)


@pytest.mark.parametrize("text", ["", "ABC", "é" * 17, "0" * 16 + "!", "0" * 18])
def test_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="SLIP_SECRET_MALFORMED"):
        check_secret(text)


def test_commitment_is_the_hash_that_is_written_down() -> None:
    """SHA-256("vn.hocba.slip/1" ‖ locator ‖ secret): a school's own software can make it."""
    secret = secret_of(bytes(range(10)))
    assert commitment_of(LOCATOR, secret) == hashlib.sha256(b"vn.hocba.slip/1" + f"{LOCATOR}{secret}".encode()).digest()
