"""Under which key commitments are stored: what is in the database helps nobody to guess a secret without it."""

import hashlib
import hmac
import re

__all__ = ["is_share_id", "share_commitment", "stored_hmac"]

_SHARE = b"vn.hocba.share/1"
_SHARE_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def stored_hmac(key: bytes, commitment: bytes) -> bytes:
    """Return what Bộ stores of a commitment (32 bytes)."""
    return hmac.digest(key, commitment, hashlib.sha256)


def is_share_id(text: str) -> bool:
    """Tell whether a text has the form of a share's id, as the portal writes it."""
    return _SHARE_ID.fullmatch(text) is not None


def share_commitment(share_id: str, code: str) -> bytes:
    """Return the commitment of a share's code."""
    return hashlib.sha256(_SHARE + share_id.encode() + code.encode()).digest()
