"""Under which key commitments are stored: what is in the database helps nobody to guess a secret without it."""

import hashlib
import hmac

__all__ = ["share_commitment", "stored_hmac"]

_SHARE = b"vn.hocba.share/1"


def stored_hmac(key: bytes, commitment: bytes) -> bytes:
    """Return what Bộ stores of a commitment (32 bytes)."""
    return hmac.digest(key, commitment, hashlib.sha256)


def share_commitment(share_id: str, code: str) -> bytes:
    """Return the commitment of a share's code."""
    return hashlib.sha256(_SHARE + share_id.encode() + code.encode()).digest()
