"""Who holds a key: signers for documents and statements (JWS) and for checkpoints (notes). Keys stay on their side."""

from hub.signing.keyring import Keyring, load_keyring
from hub.signing.note_key import NoteKeySigner
from hub.signing.pkcs12 import load_pkcs12, load_pkcs12_bytes
from hub.signing.receiving_key import load_receiving_key, write_receiving_key
from hub.signing.signer import KeySigner, PrivateKey, Signer
from hub.signing.timestamp import TimestampClient
from hub.trust import COSIGNER, log_origin

__all__ = [
    "COSIGNER",
    "KeySigner",
    "Keyring",
    "NoteKeySigner",
    "PrivateKey",
    "Signer",
    "TimestampClient",
    "load_keyring",
    "load_pkcs12",
    "load_pkcs12_bytes",
    "load_receiving_key",
    "log_origin",
    "write_receiving_key",
]
