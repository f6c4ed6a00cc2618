"""Who holds a key: signers for documents and statements (JWS) and for checkpoints (notes). Keys stay on their side."""

from hub.signing.keyring import COSIGNER, Keyring, load_keyring, log_origin
from hub.signing.note_key import NoteKeySigner
from hub.signing.pkcs12 import load_pkcs12, load_pkcs12_bytes
from hub.signing.signer import KeySigner, PrivateKey, Signer

__all__ = [
    "COSIGNER",
    "KeySigner",
    "Keyring",
    "NoteKeySigner",
    "PrivateKey",
    "Signer",
    "load_keyring",
    "load_pkcs12",
    "load_pkcs12_bytes",
    "log_origin",
]
