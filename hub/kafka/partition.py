"""Which partition a key belongs to: murmur2 as Kafka's Java client computes it.

Every producer must agree, so that one school's commands stay in order whichever client wrote them; a record that
stands elsewhere is refused with PARTITION_WRONG. Source: Kafka's default partitioner [text]; vectors in the tests.
"""

from aiokafka.partitioner import murmur2

__all__ = ["partition_of"]

_POSITIVE = 0x7FFFFFFF  # a mask, not an absolute value


def partition_of(key: bytes, count: int) -> int:
    """Return the partition of `key` among `count` (1 or more). The empty key is a key."""
    return int(murmur2(key) & _POSITIVE) % count
