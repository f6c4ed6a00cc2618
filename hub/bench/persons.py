"""The signers of a stock in one file: certificates, and each key once, since RSA keys are shared by many."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from hub.local.pki import Issued
from hub.local.population import Credentials
from hub.signing import PrivateKey

__all__ = ["load_persons", "save_persons"]


class _Person(msgspec.Struct, array_like=True):
    der: bytes
    key: int
    alg: str
    kind: str


class _Persons(msgspec.Struct):
    keys: list[bytes]
    persons: dict[str, _Person]


def save_persons(credentials: Credentials, path: Path) -> None:
    """Write everybody, readable by the owner only."""
    issued: Mapping[str, Issued] = credentials.all()  # type: ignore[attr-defined]  # those of a stock can list them
    numbers: dict[int, int] = {}
    keys: list[bytes] = []
    for one in issued.values():
        if id(one.key) not in numbers:
            numbers[id(one.key)] = len(keys)
            keys.append(one.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    persons = {name: _Person(one.der, numbers[id(one.key)], one.alg, one.kind) for name, one in issued.items()}
    path.touch(mode=0o600)
    path.write_bytes(msgspec.msgpack.encode(_Persons(keys, persons)))


def load_persons(path: Path) -> Credentials:
    """Read what `save_persons` wrote."""
    found = msgspec.msgpack.decode(path.read_bytes(), type=_Persons)
    keys = [_key(data) for data in found.keys]
    return Credentials({name: Issued(p.der, keys[p.key], p.alg, p.kind) for name, p in found.persons.items()})


def _key(data: bytes) -> PrivateKey:
    key = load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True)  # made by ourselves
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return key
