"""`[transfers]` of `connector.toml`: for which schools of the system transferred histories are taken, and by which key.

[transfers]
roots = "roots"                         certificates whom the schools trust: a folder of .der files, or one file
[[transfers.school]]
school = "40020001"                     code of the receiving school
so = "nghe-an"                          default: the connector's
key_file = "40020001.pem"               its receiving key, as `hub transfer key` wrote it
password_file = "40020001.password"     readable by nobody else

A school that changed its key has a row for each, for as long as something may be sealed to the older one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Meta

from hub.connectors.sdk.toml_files import typed
from hub.domain.statements import Slug
from hub.domain.transcript import Code
from hub.errors import Refused
from hub.evidence import ROOTS_BYTE_COUNT_MAX, Roots
from hub.signing import load_receiving_key

__all__ = ["Receivers", "TransferSettings", "receivers_of"]

_File = Annotated[str, Meta(min_length=1, max_length=2_000)]
_PASSWORD_LENGTH_MAX = 1_000


class _School(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    school: Code
    key_file: _File
    password_file: _File
    so: Slug | None = None


class TransferSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table; see above."""

    roots: _File
    school: Annotated[tuple[_School, ...], Meta(min_length=1, max_length=5_000)]


@dataclass(frozen=True, slots=True)
class Receivers:
    """Keys by (Sở, school) and the SHA-256 (hex) of the public key, and whom the schools trust."""

    keys: Mapping[tuple[str, str], Mapping[str, X25519PrivateKey]]
    roots: Roots

    def schools(self, so: str) -> list[str]:
        """Return the schools of a Sở."""
        return [school for of, school in self.keys if of == so]

    @property
    def sos(self) -> list[str]:
        """The Sở whose topics are read."""
        return list(dict.fromkeys(so for so, _ in self.keys))


def receivers_of(settings: Mapping[str, Any], folder: Path, so: str) -> Receivers | None:
    """Return what `[transfers]` names, None without it; `so` is the connector's, file names are beside `folder`.

    Raises Refused CONNECTOR_TRANSFERS_WRONG, TRANSFER_NO_RECEIVING_KEY, ROOTS_UNREADABLE.
    """
    if "transfers" not in settings:
        return None
    try:
        found = typed(settings["transfers"], TransferSettings)
    except ValueError as error:
        raise _wrong(str(error)) from None
    keys: dict[tuple[str, str], dict[str, X25519PrivateKey]] = {}
    for row in found.school:
        key = load_receiving_key(folder / row.key_file, _password(folder, row.password_file))
        known_as = sha256(key.public_key().public_bytes_raw()).hexdigest()
        keys.setdefault((row.so or so, row.school), {})[known_as] = key
    return Receivers(keys, Roots.of(_roots(folder, found.roots)))


def _roots(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    path = folder / name
    paths = sorted(path.glob("*.der")) if path.is_dir() else [path]
    if not paths:
        raise _wrong(f"{name}: no .der")
    for one in paths:
        try:
            with one.open("rb") as file:
                yield one.name, file.read(ROOTS_BYTE_COUNT_MAX + 1)
        except OSError as error:
            raise _wrong(f"{name}: {error.strerror}") from None


def _password(folder: Path, name: str) -> str:
    """Return what stands in a password's file, which nobody else may read."""
    path = folder / name
    try:
        if path.stat().st_mode & 0o077:
            raise _wrong(f"{name}: not of mode 0600")
        return path.read_text(encoding="utf-8")[:_PASSWORD_LENGTH_MAX].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(f"{name}: {type(error).__name__}") from None


def _wrong(reason: str) -> Refused:
    return Refused("CONNECTOR_TRANSFERS_WRONG", {"reason": reason[:200]})
