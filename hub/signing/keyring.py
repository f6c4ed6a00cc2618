"""The keys of one organisation: its seal (JWS), its note key (log or cosignature), its secret for derived values."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.errors import Refused
from hub.signing.note_key import NoteKeySigner
from hub.signing.pkcs12 import load_pkcs12
from hub.signing.signer import Signer

__all__ = ["Keyring", "load_keyring"]

_SECRET_BYTES = 32


@dataclass(frozen=True)
class Keyring:
    """Never logged. `anchors`: by slug, a registrar's certificate (DER) handed over by hand; trust starts from it."""

    seal: Signer
    note: NoteKeySigner = field(repr=False)
    secret: bytes = field(repr=False)
    anchors: Mapping[str, bytes] = field(repr=False)

    @property
    def slip_key(self) -> bytes:
        """Return Bộ's key (32 bytes) under which commitments to look-up secrets are stored; all that a portal needs."""
        return hmac.digest(self.secret, b"vn.hocba.slip-key/1", "sha256")


def load_keyring(folder: Path, note_name: str) -> Keyring:
    """Load `seal.p12` with `seal.password`, `note.seed`, `secret` (both hex) and `anchor-<so>.der`.

    Raises Refused: KEY_FILE_UNREADABLE, KEY_FILE_INCOMPLETE, and the codes of `load_pkcs12`.
    """
    try:
        password = (folder / "seal.password").read_text(encoding="utf-8").strip()
        seed = bytes.fromhex((folder / "note.seed").read_text(encoding="ascii"))
        secret = bytes.fromhex((folder / "secret").read_text(encoding="ascii"))
        anchors = {path.stem.removeprefix("anchor-"): path.read_bytes() for path in folder.glob("anchor-*.der")}
    except (OSError, ValueError):
        raise Refused("KEY_FILE_UNREADABLE") from None
    if len(secret) != _SECRET_BYTES:
        raise Refused("KEY_FILE_INCOMPLETE")
    return Keyring(load_pkcs12(folder / "seal.p12", password), NoteKeySigner(note_name, seed), secret, anchors)
