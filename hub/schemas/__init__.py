"""Messages of the hub: Avro schemas with fixed ids (every version kept), wire format, strict reading and writing.

What a signature is about is not in these schemas: it travels inside them as verbatim bytes, and the schemas may
grow without touching it.
"""

from hub.schemas.isolate import decode_in_child
from hub.schemas.versions import Registry, SchemaVersion, registry
from hub.schemas.wire import MESSAGE_BYTES_MAX, Message, decode, encode

__all__ = [
    "MESSAGE_BYTES_MAX",
    "Message",
    "Registry",
    "SchemaVersion",
    "decode",
    "decode_in_child",
    "encode",
    "registry",
]
