"""Who held which office when: one register as it was at a version, read at one moment."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from cryptography import x509

from hub.audit.messages import statement
from hub.audit.sources import Row

__all__ = ["Moment", "Offices"]


class Moment(NamedTuple):
    """When a command was judged: its time of receipt, and the version of the register that was known."""

    at: datetime
    version: int


class _Entry(NamedTuple):
    version: int
    valid_from: datetime
    valid_to: datetime | None
    payload: Mapping[str, Any]


class Offices:
    """The entries of one Sở's register; a newer one takes the older one's place from its own beginning on."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Take rows of (version, kind, entry id, statement), oldest first."""
        self._officials: dict[str, dict[str, list[_Entry]]] = {}  # by certificate (hex), by entry
        self._certificates: dict[str, x509.Certificate] = {}
        self._revocations: list[_Entry] = []
        for version, kind, entry_id, data in rows:
            said = statement(data)
            entry = _Entry(version, *_period(said), said.get("payload", {}))
            if kind == "official":
                named = self._officials.setdefault(entry.payload["certificate_sha256"], {})
                named.setdefault(entry_id, []).append(entry)
            elif kind == "certificate":
                der = base64.b64decode(entry.payload["der_base64"])
                self._certificates[hashlib.sha256(der).hexdigest()] = x509.load_der_x509_certificate(der)
            elif kind == "revocation":
                self._revocations.append(entry)

    def holders(self, certificate_sha256: bytes, role: str, of: str, moment: Moment) -> set[str]:
        """Return the persons who held an office with a certificate; `of` is a school's code or a Sở's slug.

        Empty also where the certificate had run out, had not begun or was revoked.
        """
        name = certificate_sha256.hex()
        certificate = self._certificates.get(name)
        if certificate is None or not self._is_good(certificate, moment):
            return set()
        found = (_in_force(entries, moment) for entries in self._officials.get(name, {}).values())
        held = [entry.payload for entry in found if entry is not None]
        return {str(p["person"]) for p in held if p["role"] == role and of in (p.get("school"), p.get("so"))}

    def _is_good(self, certificate: x509.Certificate, moment: Moment) -> bool:
        if not certificate.not_valid_before_utc <= moment.at <= certificate.not_valid_after_utc:
            return False
        lists = (text for e in self._revocations if e.version <= moment.version for text in e.payload["crls"])
        return not any(_revokes(_crl(text), certificate, moment.at) for text in lists)


def _period(said: Mapping[str, Any]) -> tuple[datetime, datetime | None]:
    ends = said.get("valid_to")
    return datetime.fromisoformat(said["valid_from"]), None if ends is None else datetime.fromisoformat(ends)


def _in_force(entries: Iterable[_Entry], moment: Moment) -> _Entry | None:
    """Return the newest entry that had begun, unless it had ended."""
    begun = [e for e in entries if e.version <= moment.version and e.valid_from <= moment.at]
    newest = max(begun, key=lambda entry: entry.version, default=None)
    return newest if newest is not None and (newest.valid_to is None or moment.at < newest.valid_to) else None


@cache
def _crl(text: str) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(base64.b64decode(text))


def _revokes(crl: x509.CertificateRevocationList, certificate: x509.Certificate, at: datetime) -> bool:
    if crl.issuer != certificate.issuer:
        return False
    revoked = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    return revoked is not None and revoked.revocation_date_utc <= at
