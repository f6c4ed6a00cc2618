"""The locator of the look-up code (mã số tra cứu): 2 symbols of the Sở, 8 derived ones, 1 check symbol.

Crockford base32 with its mod-37 check symbol, which finds every wrong symbol and every exchange of neighbours. The
locator only finds a record; reading it needs the secret as well.
"""

import hashlib
import hmac

from hub.errors import Refused

__all__ = ["LENGTH", "check", "derive", "printed"]

LENGTH = 11
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK = _ALPHABET + "*~$=U"
_VALUE = {symbol: n for n, symbol in enumerate(_ALPHABET)}
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_BODY_BITS = 40


def derive(key: bytes, so_symbols: str, pupil: str, counter: int) -> str:
    """Return the locator of a pupil's học bạ, without hyphens; the same inputs give the same locator for ever.

    `key` is the Sở's own, `counter` starts at 0 and goes up when a locator is taken by another pupil.
    """
    message = f"vn.hocba.locator/1\x00{so_symbols}\x00{pupil}\x00{counter}".encode()
    number = int.from_bytes(hmac.digest(key, message, hashlib.sha256)[: _BODY_BITS // 8], "big")
    body = so_symbols + "".join(_ALPHABET[number >> shift & 31] for shift in range(_BODY_BITS - 5, -1, -5))
    return body + _check_symbol(body)


def check(text: str) -> str:
    """Return the locator as it was derived, from what a person typed: case, hyphens, spaces, I/L for 1 and O for 0.

    Raises Refused(LOCATOR_MALFORMED | LOCATOR_CHECK_SYMBOL).
    """
    typed = text[:64].upper().translate(_READ_AS) if text.isascii() else ""
    body, last = typed[:-1], typed[-1:]
    if len(typed) != LENGTH or last not in _CHECK or any(symbol not in _VALUE for symbol in body):
        raise Refused("LOCATOR_MALFORMED")
    if _check_symbol(body) != last:
        raise Refused("LOCATOR_CHECK_SYMBOL")
    return typed


def printed(locator: str) -> str:
    """Return the locator as it is printed: 01-ABCD-EFGH-J."""
    return f"{locator[:2]}-{locator[2:6]}-{locator[6:10]}-{locator[10:]}"


def _check_symbol(body: str) -> str:
    value = 0
    for symbol in body:
        value = (value << 5 | _VALUE[symbol]) % 37
    return _CHECK[value]
