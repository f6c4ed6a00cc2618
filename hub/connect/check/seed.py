"""The note key of the conformance kit: a seed of 32 bytes in hex, made once in the secrets of the data folder."""

import os
import secrets
from pathlib import Path

from hub.connect.check.result import NOTE_NAME
from hub.errors import Refused
from hub.signing import NoteKeySigner

__all__ = ["SEED_FILE", "read_signer", "signer_of"]

SEED_FILE = "conformance.seed"
_SEED_BYTES = 32
_OWNER_ONLY = 0o600


def signer_of(path: Path) -> NoteKeySigner:
    """Return the signer whose seed stands in a file; the first call makes it. Raises Refused NOTE_KEY_WRONG."""
    if not path.exists():
        _make(path)
    return read_signer(path)


def read_signer(path: Path) -> NoteKeySigner:
    """Return the signer whose seed stands in a file. Raises Refused NOTE_KEY_WRONG where there is none."""
    try:
        return NoteKeySigner(NOTE_NAME, bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError):
        raise Refused("NOTE_KEY_WRONG") from None


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secrets.token_bytes(_SEED_BYTES).hex() + "\n")
    fresh.replace(path)
