"""The partition of a key, as Kafka's Java client computes it."""

from hypothesis import given
from hypothesis import strategies as st

from hub.kafka.partition import partition_of

HASHES = {  # signed murmur2, as in the tests of Kafka's Java client
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


def test_partition_is_that_of_the_java_client():
    """The hash is murmur2 with its sign bit cut off (not its absolute value), modulo the count."""
    for count in (1, 8, 12, 1000):
        assert {key: partition_of(key, count) for key in HASHES} == {
            key: (hashed & 0x7FFFFFFF) % count for key, hashed in HASHES.items()
        }


@given(st.binary(max_size=64), st.integers(1, 64))
def test_partition_is_one_of_those_that_exist(key, count):
    """Any key, whatever its bytes, has a partition below the count."""
    assert 0 <= partition_of(key, count) < count
