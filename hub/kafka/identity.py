"""Which record is which: the same bytes to another partition, or under other headers, are another record."""

import hashlib
from collections.abc import Iterable

__all__ = ["record_sha256"]

_COUNTED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "content-type")  # a trace may differ from send to send


def record_sha256(
    part: int, key: bytes | None, headers: Iterable[tuple[str, bytes | None]], value: bytes | None
) -> bytes:
    """Return the SHA-256 (32 bytes) by which a record is known, wherever it stands in its partition.

    A command that was refused for its partition or headers may be sent again rightly: that is another record.
    """
    counted = sorted((name, bytes(data or b"")) for name, data in headers if name in _COUNTED)
    parts = [
        str(part).encode(),
        key or b"",
        *(b"%s=%s" % (name.encode(), data) for name, data in counted),
        value or b"",
    ]
    return hashlib.sha256(b"".join(b"%d:%s" % (len(p), p) for p in parts)).digest()
