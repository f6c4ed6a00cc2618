"""Messages on the wire: Confluent wire format v0, that is `00`, four bytes of schema id (big-endian), Avro body.

`decode` is the door through which strangers' bytes come in: it raises nothing but Refused, in time and memory
bounded by the length of the message. `encode` writes our own messages; what it refuses is a mistake of ours.
"""

from collections.abc import Container
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import fastavro

from hub.errors import Corrupt, Refused
from hub.schemas.strict_read import read_strictly
from hub.schemas.strict_write import write_strictly
from hub.schemas.versions import Registry, SchemaVersion, registry

__all__ = ["MESSAGE_BYTES_MAX", "PREFIX_BYTES", "Message", "decode", "encode"]

PREFIX_BYTES = 5
MESSAGE_BYTES_MAX = 1_048_576  # the size budget of hub.topics, where a test compares them

_MAGIC = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A decoded message: name, id of the schema that it was written with, value in the shape of the latest version."""

    name: str
    schema_id: int
    value: dict[str, Any]


def encode(name: str, value: dict[str, Any], *, schemas: Registry | None = None) -> bytes:
    """Return the message in its latest version; every field must be given, also those with a default.

    Texts are str, bytes bytes, digests 32 bytes, lists list or tuple. The size is for the sender to compare with the
    topic's limit. Raises Corrupt MESSAGE_UNENCODABLE (unknown name, missing or unknown field, wrong type).
    """
    latest = (schemas or registry()).latest.get(name)
    if latest is None:
        raise Corrupt("MESSAGE_UNENCODABLE", {"path": name, "reason": "no such message"})
    return write_strictly(latest.write, value, _prefix(latest.id))


def decode(
    data: bytes | None,
    expected: Container[str],
    *,
    bytes_max: int = MESSAGE_BYTES_MAX,
    schemas: Registry | None = None,
) -> Message:
    """Read one message whose name is among `expected` (the messages of its topic), of any version of ours.

    Raises Refused: VALUE_MISSING (null), MESSAGE_EMPTY, MESSAGE_TOO_LARGE, MESSAGE_MAGIC, SCHEMA_UNKNOWN,
    MESSAGE_UNEXPECTED, MESSAGE_UNDECODABLE, MESSAGE_NOT_STRICT, MESSAGE_TRAILING_BYTES.
    """
    known = schemas or registry()
    body = _checked(data, bytes_max)
    schema_id = int.from_bytes(body[1:PREFIX_BYTES], "big")
    version = known.by_id.get(schema_id)
    if version is None:
        raise Refused("SCHEMA_UNKNOWN", {"schema_id": str(schema_id)})
    if version.name not in expected:
        raise Refused("MESSAGE_UNEXPECTED", {"message": version.name})
    value = read_strictly(version.read, body, PREFIX_BYTES)
    latest = known.latest[version.name]
    return Message(version.name, schema_id, value if version is latest else _resolve(body, version, latest))


def _prefix(schema_id: int) -> bytes:
    return bytes((_MAGIC,)) + schema_id.to_bytes(PREFIX_BYTES - 1, "big")


def _checked(data: bytes | None, bytes_max: int) -> bytes:
    if data is None:
        raise Refused("VALUE_MISSING")
    if not data:
        raise Refused("MESSAGE_EMPTY")
    if len(data) > bytes_max:
        raise Refused("MESSAGE_TOO_LARGE", {"size": f"{len(data)} bytes", "limit": f"{bytes_max} bytes"})
    if data[0] != _MAGIC:
        raise Refused("MESSAGE_MAGIC", {"magic": f"{data[0]:02x}"})
    if len(data) < PREFIX_BYTES:
        raise Refused("MESSAGE_UNDECODABLE", {"reason": "cut short", "at": str(len(data))})
    return data


def _resolve(body: bytes, written: SchemaVersion, latest: SchemaVersion) -> dict[str, Any]:
    """Give an older message the latest shape; its bytes have passed the strict reader, so the library may have them."""
    try:
        value = fastavro.schemaless_reader(BytesIO(body[PREFIX_BYTES:]), written.parsed, latest.parsed)
    except Exception as error:  # whatever the library raises: the compatibility gate promised that this cannot be
        raise Corrupt("SCHEMA_UNFIT", {"reason": f"{written.id} does not resolve to {latest.id}"}) from error
    assert isinstance(value, dict)
    return value
