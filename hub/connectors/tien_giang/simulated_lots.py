"""What the simulated system sends: class files that it signs, in lots with their control files; and lots gone wrong."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from hub.connectors.sdk import Raw
from hub.connectors.simulating.xades import sign_xades
from hub.connectors.tien_giang.class_files import Replaced, class_file
from hub.connectors.tien_giang.control import CONTROL, Control, ListedFile, control_file, folder_of
from hub.connectors.tien_giang.source import ROOT

__all__ = ["SignedFile", "SystemKey", "file_name", "lot_files", "read_key"]

_VALID = (datetime(2018, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
_OWNER_ONLY = 0o600
_MONTH, _DAY, _HOUR = 6, 5, 8  # when a class of a school year is signed


@dataclass(frozen=True, slots=True)
class SystemKey:
    """The key of the system and its certificate, which `certificate_file` holds as PEM; `made`: when it was made."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    certificate_file: Path
    made: datetime

    def signed(self, xml: bytes, at: datetime) -> bytes:
        """Return a file with its signature; the same file gives the same bytes."""
        return sign_xades(xml, self.key, self.certificate, at)


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file of a lot by its last name, with the count of its records and what it replaces."""

    name: str
    data: bytes
    count: int
    replaced: Replaced | None = None

    @classmethod
    def of(cls, key: SystemKey, records: Sequence[Raw], lot: str, replaced: Replaced | None = None) -> "SignedFile":
        """Return the file of one class, signed for a lot at the end of its school year, or earlier where that is not
        over when the key is made.
        """
        at = min(datetime(int(records[0]["NamHoc"][5:]), _MONTH, _DAY, _HOUR, tzinfo=UTC), key.made)
        data = key.signed(class_file(records, lot, replaced), at)
        return cls(file_name(records[0], lot if replaced else None), data, len(records), replaced)

    @property
    def listed(self) -> ListedFile:
        """What the control file says of it."""
        return ListedFile(self.name, hashlib.sha256(self.data).hexdigest(), self.count, self.replaced)


def lot_files(lot: str, files: Sequence[SignedFile], folder: str | None = None) -> dict[str, bytes]:
    """Return the files of a lot by their names in the system, the control file last; `folder` is its last name."""
    place = f"{ROOT}/{folder or folder_of(lot)}"
    control = control_file(Control(lot, tuple(file.listed for file in files)))
    return {**{f"{place}/{file.name}": file.data for file in files}, f"{place}/{CONTROL}": control}


def file_name(record: Raw, again_in: str | None = None) -> str:
    """Return the last name of a class file; of one that replaces another with the lot in which it comes."""
    parts = (record["Truong"]["ma"], record["NamHoc"], record["Lop"]["ma"], record["Ky"], again_in)
    said = "-".join(str(part) for part in parts if part is not None)
    return f"ho-so-{''.join(c if c.isascii() and (c.isalnum() or c in '-._') else '_' for c in said)}.xml"


def read_key(folder: Path, name: str = "he-thong") -> SystemKey:
    """Return the key that stands in a folder; the first call makes it."""
    key_file, certificate_file = folder / f"{name}.key.pem", folder / f"{name}.pem"
    if not certificate_file.exists():
        _make(key_file, certificate_file, name)
    key = load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    made = datetime.fromtimestamp(int(key_file.stat().st_mtime), tz=UTC)
    return SystemKey(key, certificate, certificate_file, made)


def _make(key_file: Path, certificate_file: Path, name: str) -> None:
    key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Synthetic system key: {name}")])
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(_VALID[0]).not_valid_after(_VALID[1]).sign(key, SHA256())
    )  # fmt: skip
    key_file.touch(mode=_OWNER_ONLY)
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
