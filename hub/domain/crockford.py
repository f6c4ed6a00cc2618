"""Crockford's base32: symbols that people copy without mistakes, and its mod-37 check symbol.

The check symbol finds every wrong symbol and every exchange of neighbours. I and L are read as 1, O as 0; case, hyphens
and spaces do not count. Source: D. Crockford, Base 32 [text].
"""

__all__ = ["SYMBOL_BITS", "check_symbol", "spell", "typed_symbols"]

SYMBOL_BITS = 5
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK = _ALPHABET + "*~$=U"
_VALUE = {symbol: n for n, symbol in enumerate(_ALPHABET)}
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_TYPED_MAX = 64


def spell(number: int, count: int) -> str:
    """Return the lowest `count` symbols of a number, highest first."""
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(SYMBOL_BITS * (count - 1), -1, -SYMBOL_BITS))


def check_symbol(body: str) -> str:
    """Return the check symbol behind a body of symbols."""
    value = 0
    for symbol in body:
        value = (value << SYMBOL_BITS | _VALUE[symbol]) % len(_CHECK)
    return _CHECK[value]


def typed_symbols(text: str, length: int) -> str | None:
    """Return what a person typed as symbols, the last one a check symbol, not checked yet; None for another form."""
    typed = text[:_TYPED_MAX].upper().translate(_READ_AS) if text.isascii() else ""
    body, last = typed[:-1], typed[-1:]
    return typed if len(typed) == length and last in _CHECK and all(symbol in _VALUE for symbol in body) else None
