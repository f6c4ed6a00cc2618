"""The locator of the look-up code (mã số tra cứu): 2 symbols of the Sở, 8 derived ones, 1 check symbol.

Crockford base32 with its mod-37 check symbol, which finds every wrong symbol and every exchange of neighbours. The
locator only finds a record; reading it needs the secret as well.
"""

import hashlib
import hmac

from hub.domain.crockford import SYMBOL_BITS, check_symbol, spell, typed_symbols
from hub.errors import Refused

__all__ = ["LENGTH", "check", "derive", "printed"]

LENGTH = 11
_BODY_BITS = 40


def derive(key: bytes, so_symbols: str, pupil: str, counter: int) -> str:
    """Return the locator of a pupil's học bạ, without hyphens; the same inputs give the same locator for ever.

    `key` is the Sở's own, `counter` starts at 0 and goes up when a locator is taken by another pupil.
    """
    message = f"vn.hocba.locator/1\x00{so_symbols}\x00{pupil}\x00{counter}".encode()
    number = int.from_bytes(hmac.digest(key, message, hashlib.sha256)[: _BODY_BITS // 8], "big")
    body = so_symbols + spell(number, _BODY_BITS // SYMBOL_BITS)
    return body + check_symbol(body)


def check(text: str) -> str:
    """Return the locator as it was derived, from what a person typed: case, hyphens, spaces, I/L for 1 and O for 0.

    Raises Refused(LOCATOR_MALFORMED | LOCATOR_CHECK_SYMBOL).
    """
    typed = typed_symbols(text, LENGTH)
    if typed is None:
        raise Refused("LOCATOR_MALFORMED")
    if check_symbol(typed[:-1]) != typed[-1]:
        raise Refused("LOCATOR_CHECK_SYMBOL")
    return typed


def printed(locator: str) -> str:
    """Return the locator as it is printed: 01-ABCD-EFGH-J."""
    return f"{locator[:2]}-{locator[2:6]}-{locator[6:10]}-{locator[10:]}"
