"""Nguồn tin cậy: what a person who checks evidence trusts before reading it, brought and compared by hand (ADR 0007).

A registrar's certificate is where trust in a Sở's register starts. Root certificates and note keys, where given, narrow
what the register's trust policy may name: another root or another key of the same log is then refused.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cryptography import x509

from hub.errors import Refused
from hub.trust import NoteKey, certificate_of, decode_base64, fingerprint

__all__ = ["ROOTS_BYTE_COUNT_MAX", "Anchor", "Roots"]

ROOTS_BYTE_COUNT_MAX = 1_048_576
_ANCHOR = re.compile(r"anchor-([a-z]+(?:-[a-z]+)*)\.(?:der|pem|crt|cer)")
_STAMP = re.compile(r"timestamp(?:-[a-z0-9-]+)?\.(?:der|pem|crt|cer)")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----")
_NOTE_KEY = re.compile(r"^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$", re.MULTILINE)


class Anchor(NamedTuple):
    """A registrar's certificate (DER); `so` None: for whatever Sở the file is given with."""

    so: str | None
    der: bytes


@dataclass(frozen=True, slots=True)
class Roots:
    """What is trusted. `authorities` are SHA-256 of root certificates; empty means: those that the policy names.

    `timestamp_roots` are the same for time-stamp authorities.
    """

    anchors: tuple[Anchor, ...] = ()
    authorities: frozenset[bytes] = frozenset()
    note_keys: tuple[NoteKey, ...] = ()
    timestamp_roots: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, files: Iterable[tuple[str, bytes]]) -> "Roots":
        """Read files, given as (name, content): DER or PEM certificates, and note keys one a line.

        A certificate in a file named anchor-<so>.der counts for that Sở alone, one in timestamp.der or
        timestamp-<name>.der for time-stamps alone. Raises Refused ROOTS_UNREADABLE.
        """
        anchors: list[Anchor] = []
        authorities: set[bytes] = set()
        stamps: set[bytes] = set()
        note_keys: list[NoteKey] = []
        for name, content in files:
            ders, keys = _contents(name, content)
            note_keys += keys
            named = _ANCHOR.fullmatch(name)
            for der in ders:
                if _STAMP.fullmatch(name):
                    stamps.add(fingerprint(der))
                elif _is_authority(certificate_of(der)):
                    authorities.add(fingerprint(der))
                else:
                    anchors.append(Anchor(named[1] if named else None, der))
        return cls(tuple(anchors), frozenset(authorities), tuple(note_keys), frozenset(stamps))

    def anchors_of(self, so: str) -> tuple[bytes, ...]:
        """Return the registrars' certificates (DER) that count for one Sở."""
        return tuple(anchor.der for anchor in self.anchors if anchor.so in (None, so))


def _contents(name: str, content: bytes) -> tuple[list[bytes], list[NoteKey]]:
    """Return certificates (DER) and note keys of one file; every one of them is readable, and there is one."""
    try:
        if len(content) > ROOTS_BYTE_COUNT_MAX:
            raise Refused("ROOTS_UNREADABLE", {"file": name})
        ders = [content] if content[:1] == b"\x30" else list(_pem(content.decode("utf-8")))
        keys = [] if content[:1] == b"\x30" else [NoteKey.of(t) for t in _NOTE_KEY.findall(content.decode("utf-8"))]
        for der in ders:
            certificate_of(der)
    except (Refused, UnicodeDecodeError):
        raise Refused("ROOTS_UNREADABLE", {"file": name}) from None
    if not ders and not keys:
        raise Refused("ROOTS_UNREADABLE", {"file": name})
    return ders, keys


def _pem(text: str) -> Iterator[bytes]:
    for body in _PEM.findall(text):
        yield decode_base64("".join(body.split()))


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
