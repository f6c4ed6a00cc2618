"""Mã bí mật của phiếu tra cứu: 80 random bits that a school prints, and the commitment that travels in their place.

Nobody but who holds the slip knows the secret. A locator finds a học bạ, this opens it.
"""

import hashlib

from hub.domain.crockford import SYMBOL_BITS, check_symbol, spell, typed_symbols
from hub.errors import Refused

__all__ = ["SECRET_BYTES", "SECRET_LENGTH", "check_secret", "commitment_of", "printed_secret", "secret_of"]

SECRET_BYTES = 10
_SYMBOLS = SECRET_BYTES * 8 // SYMBOL_BITS
SECRET_LENGTH = _SYMBOLS + 1  # with its check symbol
_DOMAIN = b"vn.hocba.slip/1"
_GROUP = 4


def secret_of(chance: bytes) -> str:
    """Return the secret made of 10 random bytes: 16 symbols and a check symbol, without hyphens."""
    if len(chance) != SECRET_BYTES:
        raise ValueError("a secret has 80 bits")
    body = spell(int.from_bytes(chance, "big"), _SYMBOLS)
    return body + check_symbol(body)


def check_secret(text: str) -> str:
    """Return the secret as it was made, from what a person typed, read like a locator.

    Raises Refused(SLIP_SECRET_MALFORMED | SLIP_SECRET_CHECK_SYMBOL).
    """
    typed = typed_symbols(text, SECRET_LENGTH)
    if typed is None:
        raise Refused("SLIP_SECRET_MALFORMED")
    if check_symbol(typed[:-1]) != typed[-1]:
        raise Refused("SLIP_SECRET_CHECK_SYMBOL")
    return typed


def commitment_of(locator: str, secret: str) -> bytes:
    """Return SHA-256("vn.hocba.slip/1" ‖ locator ‖ secret) over 11 and 17 symbols: what a slip's command says of it."""
    return hashlib.sha256(_DOMAIN + locator.encode() + secret.encode()).digest()


def printed_secret(secret: str) -> str:
    """Return the secret as it is printed: ABCD-EFGH-JKMN-PQRS-T."""
    return "-".join(secret[n : n + _GROUP] for n in range(0, len(secret), _GROUP))
