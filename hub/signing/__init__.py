"""Who holds a key: signers for documents and statements (JWS) and for checkpoints (notes). Keys stay on their side."""

from hub.signing.keyring import Keyring, load_keyring
from hub.signing.note_key import NoteKeySigner
from hub.signing.pkcs12 import load_pkcs12, load_pkcs12_bytes
from hub.signing.signer import KeySigner, PrivateKey, Signer

__all__ = [
    "KeySigner",
    "Keyring",
    "NoteKeySigner",
    "PrivateKey",
    "Signer",
    "load_keyring",
    "load_pkcs12",
    "load_pkcs12_bytes",
]
