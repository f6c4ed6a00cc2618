"""Khóa nhận: the X25519 key pair of a school, to which histories are sealed; the private half never leaves it."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from hub.errors import Refused

__all__ = ["load_receiving_key", "write_receiving_key"]

_FILE_BYTE_COUNT_MAX = 16_384


def write_receiving_key(path: Path, password: str) -> X25519PrivateKey:
    """Draw a key, write it to a new private file (PKCS#8, PEM, encrypted), and return it.

    Raises Refused PATH_NOT_USABLE for a file that is there, KEY_PASSWORD_MISSING for an empty password.
    """
    if not password:
        raise Refused("KEY_PASSWORD_MISSING")
    key = X25519PrivateKey.generate()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(data)
    except FileExistsError:
        raise Refused("PATH_NOT_USABLE", {"path": str(path), "reason": "exists"}) from None
    return key


def load_receiving_key(path: Path, password: str) -> X25519PrivateKey:
    """Load such a file. Raises Refused TRANSFER_NO_RECEIVING_KEY for another file, or another password."""
    try:
        with path.open("rb") as file:
            key = load_pem_private_key(file.read(_FILE_BYTE_COUNT_MAX), password.encode() or None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, X25519PrivateKey):
        raise Refused("TRANSFER_NO_RECEIVING_KEY", {"file": path.name})
    return key
