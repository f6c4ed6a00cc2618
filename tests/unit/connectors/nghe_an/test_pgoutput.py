"""Messages of logical replication: read to the byte, or refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.nghe_an.pgoutput import (
    Begin,
    Change,
    Column,
    Commit,
    Other,
    Relation,
    Truncate,
    lsn_text,
    lsn_value,
    read_message,
)
from hub.errors import Refused
from tests.unit.connectors.nghe_an.messages import begin, change, commit, relation, row, truncate

# In the form of its documentation: a table (k text primary key), a row inserted, its key changed, the row deleted.
SENT = {
    "52000040026f63005400640001016b0000000019ffffffff": Relation(0x4002, "oc", "T", "d", (Column("k", 25, -1, True),)),
    "49000040024e000174000000016 1".replace(" ", ""): Change(0x4002, None, (b"a",)),
    "55000040024b00017400000001614e0001740000000162": Change(0x4002, (b"a",), (b"b",)),
    "44000040024b00017400000001 62".replace(" ", ""): Change(0x4002, (b"b",), None),
}


@pytest.mark.parametrize("data", SENT)
def test_a_message_says_which_row_it_is_about(data):
    """Bytes that a server sends give just their values."""
    assert read_message(bytes.fromhex(data)) == SENT[data]


def test_each_kind_of_message_is_known():
    """Whatever a server may send has a meaning, also where it is of no use here."""
    assert read_message(begin(7, 16)) == Begin(16, 7)
    assert read_message(commit(0x20)) == Commit(0x20)
    assert read_message(truncate(1, 2)) == Truncate((1, 2))
    assert read_message(b"O" + bytes(8) + b"origin\0") == Other()
    assert read_message(b"Y" + bytes(4) + b"public\0kind\0") == Other()
    assert read_message(b"M\x01" + bytes(8) + b"prefix\0" + b"\0\0\0\x02ab") == Other()


def test_a_value_that_is_not_sent_and_a_very_long_one_name_nothing():
    """Unchanged values of other tables (u) and long texts are passed over, not kept."""
    long = row("x" * 2_000)
    assert read_message(b"I\0\0\0\x01N" + long) == Change(1, None, (None,))
    assert read_message(b"I\0\0\0\x01N\0\x02un") == Change(1, None, (None, None))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"Z", b"B", begin() + b"\0", commit()[:-1], b"C\x01" + bytes(24), b"I\0\0\0\x01X", b"I\0\0\0\x01N\xff\xff",
        b"I\0\0\0\x01N\0\x01b\0\0\0\x01x", b"I\0\0\0\x01N\0\x01t\xff\xff\xff\xff", b"R\0\0\0\x01no end",
        b"T\xff\xff\xff\xff\0", relation(1, "t", [], identity=b"z"), b"\0" * 2_000_000, b"R\0\0\0\x01\xff\0t\0d\0\0",
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(data):
    """Cut short, gone on, with an unknown letter, a length below nothing: never a guess."""
    with pytest.raises(Refused) as refused:
        read_message(data)
    assert refused.value.code == "SYSTEM_ANSWER_WRONG"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(data):
    """No other error ever leaves the parser."""
    with suppress(Refused):
        read_message(data)


@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs",)), max_size=20)), max_size=8))
def test_a_row_comes_back_as_it_was_sent(values):
    """Every text, null too, in its place."""
    wanted = tuple(None if value is None else value.encode() for value in values)
    assert read_message(change(5, new=row(*values))) == Change(5, None, wanted)


@given(st.integers(0, 2**64 - 1))
def test_a_place_in_the_log_is_written_as_it_is_read(lsn):
    """The text that PostgreSQL compares is the number that we compare."""
    assert lsn_value(lsn_text(lsn)) == lsn
