"""Batches that a stranger wrote: every record of them is read, or one record stands for what cannot be.

`batches` writes them byte by byte. The last tests pin what we rely on in the installed client: an upgrade that changes
it is noticed here.
"""

import gzip
from typing import Any

import aiokafka.consumer.fetcher
import cramjam
import pytest
from aiokafka import TopicPartition
from aiokafka.record.memory_records import MemoryRecords
from batches import FIRST_MS, LAST_MS, PACKED, a_batch, a_record, batch_of
from hypothesis import given
from hypothesis import strategies as st

import hub.kafka
from hub.errors import Refused
from hub.kafka.tolerant import UNREADABLE, TolerantRecords, install, refuse_unreadable
from hub.kafka.unpacking import BATCH_BYTES_MAX

FETCHER: Any = aiokafka.consumer.fetcher
CODECS = pytest.mark.parametrize("codec", PACKED)


def read(data: bytes, offset: int = 100) -> tuple[list[Any], int]:
    """Read as aiokafka's fetcher does, checksums too; return the records and the offset to fetch next."""
    place = TopicPartition("topic", 0)
    records = FETCHER.PartitionRecords(
        place, TolerantRecords(data), [], offset, None, None, True, FETCHER.READ_COMMITTED
    )
    return list(records), records.next_fetch_offset


def said(record: Any) -> tuple[Any, ...]:
    return record.offset, record.timestamp, record.timestamp_type, record.key, record.value, tuple(record.headers)


@CODECS
def test_ordinary_records_are_read_as_the_client_reads_them(codec: str) -> None:
    """Every codec, null keys and values, several batches, both kinds of time."""
    first = a_batch([a_record(0), a_record(1, None, None, [(b"n", None), ("ê".encode(), b"v")])], codec)
    data = first + a_batch([a_record(0, b"x" * 300)], codec, 102, append_time=False)
    place = TopicPartition("topic", 0)
    theirs = FETCHER.PartitionRecords(place, MemoryRecords(data), [], 100, None, None, True, FETCHER.READ_COMMITTED)
    found, after = read(data)
    assert [said(r) for r in found] == [said(r) for r in theirs]
    assert [(r.offset, r.timestamp) for r in found] == [(100, LAST_MS), (101, LAST_MS), (102, FIRST_MS)]
    assert after == theirs.next_fetch_offset == 103


@CODECS
def test_header_name_that_is_no_utf8_is_read_and_can_be_turned_back(codec: str) -> None:
    """The record in the middle has it; those around it are as ever."""
    bad = a_record(1, headers=[(b"\xff\xfe", b"x"), (b"ce_id", b"1")])
    found, after = read(a_batch([a_record(0), bad, a_record(2)], codec))
    assert [(r.offset, r.key, r.value, r.timestamp) for r in found] == [
        (n, b"key", b"value", LAST_MS) for n in (100, 101, 102)
    ]
    assert found[1].headers == (("\udcff\udcfe", b"x"), ("ce_id", b"1"))
    assert found[1].headers[0][0].encode("utf-8", "surrogateescape") == b"\xff\xfe"
    assert after == 103


_NAMES = st.binary(max_size=8)
_RECORDS = st.lists(
    st.tuples(
        st.none() | st.binary(max_size=40),
        st.none() | st.binary(max_size=40),
        st.lists(st.tuples(_NAMES, st.none() | st.binary(max_size=8)), max_size=4),
    ),
    min_size=1,
    max_size=6,
)


@given(_RECORDS, st.sampled_from(list(PACKED)))
def test_any_keys_values_and_headers_are_read(records: Any, codec: str) -> None:
    """Nothing that the broker takes is lost, changed or raises."""
    found, _ = read(
        a_batch([a_record(n, value, key, headers) for n, (key, value, headers) in enumerate(records)], codec)
    )
    assert [
        (r.key, r.value, [(name.encode("utf-8", "surrogateescape"), data) for name, data in r.headers]) for r in found
    ] == [(key, value, headers) for key, value, headers in records]


@CODECS
@given(data=st.data())
def test_damaged_records_end_as_one_that_stands_for_the_rest(codec: str, data: st.DataObject) -> None:
    """Whatever bytes are there under a good checksum: no exception, and the next batch is read."""
    number, pack = PACKED[codec]
    whole = bytearray(b"".join(a_record(n, headers=[(b"name", b"data")]) for n in range(4)))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    found, after = read(batch_of(number, pack(bytes(whole)), 4) + a_batch([a_record(0, b"good")], base=104))
    assert (found[-1].value, after) == (b"good", 105)
    for record in found[:-1]:
        marked = dict(record.headers).get(UNREADABLE)
        assert marked in (None, b"MESSAGE_UNDECODABLE")


@CODECS
def test_bytes_behind_the_last_record_take_no_offset_from_the_next_batch(codec: str) -> None:
    """All that the batch has to say was read."""
    number, pack = PACKED[codec]
    found, after = read(batch_of(number, pack(a_record(0) + b"more"), 1) + a_batch([a_record(0, b"good")], base=101))
    assert ([(r.offset, r.value) for r in found], after) == ([(100, b"value"), (101, b"good")], 102)


@pytest.mark.parametrize(("numbers", "kept"), [((0, 7), 1), ((1, 0), 1), ((0, 0), 1), ((-1, 0), 0), ((2**31, 0), 0)])
def test_record_that_claims_an_offset_of_another_batch_does_not_move_the_reader(
    numbers: tuple[int, int], kept: int
) -> None:
    """A consumer that believed it would wait for records that do not exist, or pass some over."""
    odd = batch_of(0, b"".join(a_record(n) for n in numbers), 2)
    found, after = read(odd + a_batch([a_record(0, b"good")], base=102))
    assert (found[-1].offset, found[-1].value, after) == (102, b"good", 103)
    assert [r.value for r in found[:kept]] == [b"value"] * kept
    assert all(100 <= r.offset <= 101 and UNREADABLE in dict(r.headers) for r in found[kept:-1])


@pytest.mark.parametrize("codec", [1, 2, 3, 4, 5, 7])
def test_batch_that_does_not_unpack_becomes_one_record(codec: int) -> None:
    """Also when its codec is none that exists."""
    found, after = read(batch_of(codec, b"no such stream", 3) + a_batch([a_record(0)], base=103))
    assert [(r.offset, r.key, r.value) for r in found] == [(100, None, None), (103, b"key", b"value")]
    assert found[0].headers == ((UNREADABLE, b"MESSAGE_UNDECODABLE"), ("hub-unreadable-records", b"3"))
    assert after == 104


@pytest.mark.parametrize("codec", ["gzip", "snappy", "xerial", "lz4", "zstd"])
def test_bomb_becomes_one_record_and_the_next_batch_is_read(codec: str) -> None:
    """Three records that unpack to more than the limit: offset and count are known, memory is not taken."""
    bomb = a_batch([a_record(n, bytes(BATCH_BYTES_MAX // 2)) for n in range(3)], codec)
    found, after = read(bomb + a_batch([a_record(0, b"good")], base=103))
    assert [(r.offset, r.value) for r in found] == [(100, None), (103, b"good")]
    assert found[0].headers == ((UNREADABLE, b"MESSAGE_TOO_LARGE"), ("hub-unreadable-records", b"3"))
    assert (found[0].timestamp, found[0].timestamp_type, after) == (LAST_MS, 1, 104)


def test_batch_of_exactly_the_limit_is_read_and_a_byte_more_is_not() -> None:
    """The limit is a number, not about one."""
    frame = len(a_record(0, bytes(BATCH_BYTES_MAX))) - BATCH_BYTES_MAX
    for codec in ("gzip", "lz4", "zstd", "snappy"):
        for more, value in ((0, bytes(BATCH_BYTES_MAX - frame)), (1, None)):
            (record,), _ = read(a_batch([a_record(0, bytes(BATCH_BYTES_MAX - frame + more))], codec))
            assert record.value == value, codec


def test_gzip_of_several_members_is_one_stream() -> None:
    """As every other client reads it; a member that is cut off is not."""
    whole = b"".join(a_record(n) for n in range(2))
    found, _ = read(batch_of(1, gzip.compress(whole[:9]) + gzip.compress(whole[9:]), 2))
    assert [r.value for r in found] == [b"value", b"value"]
    found, _ = read(batch_of(1, gzip.compress(whole)[:-1], 2))
    assert [r.value for r in found] == [None]


def test_batch_that_was_cut_off_by_the_fetch_waits_for_the_next() -> None:
    """A broker ends its answer where the size is full."""
    whole, cut = a_batch([a_record(0)]), a_batch([a_record(0)], "gzip", 101)[:-1]
    found, after = read(whole + cut)
    assert ([r.offset for r in found], after) == ([100], 101)
    assert not TolerantRecords(cut).has_next()
    assert TolerantRecords(cut).next_batch() is None
    assert TolerantRecords(cut).size_in_bytes() == len(cut)


def test_wrong_checksum_is_still_told() -> None:
    """A disk that lies is no stranger's record: the client raises, and nothing is passed over."""
    damaged = bytearray(a_batch([a_record(0)]))
    damaged[-1] ^= 1
    with pytest.raises(FETCHER.Errors.CorruptRecordException):
        read(bytes(damaged))


def test_record_that_stands_for_a_batch_is_refused_with_its_code() -> None:
    """A value next to the header means that somebody else wrote it there."""
    for code in ("MESSAGE_TOO_LARGE", "MESSAGE_UNDECODABLE"):
        with pytest.raises(Refused) as refused:
            refuse_unreadable(None, [(UNREADABLE, code.encode())])
        assert refused.value.code == code
    refuse_unreadable(b"", [(UNREADABLE, b"MESSAGE_TOO_LARGE")])
    refuse_unreadable(None, [("ce_id", b"1")])


# -- what is relied on in the client


def test_every_consumer_of_the_process_is_tolerant_once_the_door_is_imported() -> None:
    """The fetcher looks its reader up under this name, and calls it with the bytes."""
    assert hub.kafka
    assert FETCHER.MemoryRecords is TolerantRecords
    install()
    assert FETCHER.MemoryRecords is TolerantRecords
    assert "MemoryRecords" in FETCHER.Fetcher._proc_fetch_request.__code__.co_names


def test_client_without_us_still_raises_for_such_a_name() -> None:
    """When it no longer does, `tolerant` can be looked at again."""
    batch = MemoryRecords(a_batch([a_record(0, headers=[(b"\xff", b"x")])])).next_batch()
    with pytest.raises((ValueError, FETCHER.Errors.CorruptRecordException)):
        list(batch)


def test_unpacking_into_a_full_buffer_is_told_in_these_words() -> None:
    """`unpack` tells a bomb from a broken stream by them."""
    for codec in (cramjam.lz4, cramjam.zstd):
        with pytest.raises(cramjam.DecompressionError, match="whole buffer"):
            codec.decompress_into(bytes(codec.compress(bytes(100))), bytearray(99))
