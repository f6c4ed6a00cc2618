"""Người ký thử: development keys made for one check, which sign whatever batch waits. Never trusted by anyone."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.client import Batch, is_batch, load_batch, missing_roles, seal_batch, sign_batch
from hub.client.submitting import kept_outbounds, sign_submissions
from hub.errors import Refused
from hub.signing import KeySigner
from hub.trust import ROLES

__all__ = ["Persons"]

_LEAVING = (".new", ".overtaken")
_SEAL = ROLES[-1]


class Persons:
    """A homeroom teacher, a principal and a seal for every school. The stand-in for Sở looks at no certificate."""

    def __init__(self, at: datetime) -> None:
        self._signers = {role: _signer(role, at) for role in ROLES[1:]}

    def sign_waiting(self, batches: Path, so: str, at: datetime) -> int:
        """Sign each batch in the folder that lacks anything, submissions last; return how many signatures."""
        signed = 0
        for folder in sorted(batches.iterdir()) if batches.is_dir() else []:
            if folder.name.endswith(_LEAVING) or not is_batch(folder):
                continue
            with suppress(Refused):  # the runner is making this batch again just now
                signed += self._sign(load_batch(folder), so, at)
        return signed

    def _sign(self, batch: Batch, so: str, at: datetime) -> int:
        if batch.sealed is not None:
            return sum(seal_batch(batch, self._signers[_SEAL], at))
        signed = 0
        for role in missing_roles(batch):
            signed += sign_batch(batch, role, self._signers[role], int(at.timestamp()))
        if kept_outbounds(batch, so) is None:
            sign_submissions(batch, self._signers[_SEAL], _SEAL, at)
        return signed


def _signer(role: str, at: datetime) -> KeySigner:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Synthetic conformance key: {role}")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(ROLES.index(role) + 1).not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1)).sign(key, SHA256())
    )  # fmt: skip
    return KeySigner(key, made.public_bytes(Encoding.DER))
