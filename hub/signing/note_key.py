"""The Ed25519 key with which a log signs its checkpoints and Bộ its cosignatures."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.errors import Refused
from hub.trust import ED25519, NoteKey

__all__ = ["NoteKeySigner"]

_SEED_BYTE_COUNT = 32


class NoteKeySigner:
    """Signs notes under a name; the same Ed25519 key never serves two names (C2SP tlog-cosignature)."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Take the key name (a log's origin) and a secret seed of 32 bytes. Raises Refused NOTE_KEY_WRONG."""
        if len(seed) != _SEED_BYTE_COUNT:
            raise Refused("NOTE_KEY_WRONG")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._public_key = self._key.public_key().public_bytes_raw()
        self._name = NoteKey(name, self._public_key).name

    def __repr__(self) -> str:
        return f"NoteKeySigner({self._name})"

    @property
    def name(self) -> str:
        """Key name, for a log its origin."""
        return self._name

    @property
    def public_key(self) -> bytes:
        """Ed25519 public key, 32 bytes."""
        return self._public_key

    def key(self, kind: int = ED25519) -> NoteKey:
        """Return the public note key for checkpoints (ED25519) or cosignatures (COSIGNATURE)."""
        return NoteKey(self._name, self._public_key, kind)

    def sign(self, data: bytes) -> bytes:
        """Return the Ed25519 signature over `data`, 64 bytes; the same bytes always give the same signature."""
        return self._key.sign(data)
