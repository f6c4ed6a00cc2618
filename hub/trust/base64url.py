"""Strict base64url (RFC 4648 §5, without padding): one string for one value, so that a hash of the text is safe.

Libraries accept padding, foreign letters and non-zero trailing bits; two compact strings would then be one signature.
"""

import binascii

from hub.errors import Refused

__all__ = ["decode", "encode"]

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_PADDING = (b"", b"", b"==", b"=")
_LAST = ("", "", "AQgw", "AEIMQUYcgkosw048")  # by length mod 4: last letters whose unused bits are zero


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes of `text`.

    Raises Refused: SIGNATURE_PADDED for `=`, SIGNATURE_BASE64 for a foreign letter, a wrong length or trailing bits.
    """
    if "=" in text:
        raise Refused("SIGNATURE_PADDED")
    rest = len(text) & 3
    if "+" in text or "/" in text or rest == 1 or (rest and text[-1] not in _LAST[rest]):
        raise Refused("SIGNATURE_BASE64")
    try:
        return binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL) + _PADDING[rest], strict_mode=True)
    except ValueError:
        raise Refused("SIGNATURE_BASE64") from None
