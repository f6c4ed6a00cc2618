"""The strict reader and writer: bounds before allocation, one encoding per value, typed refusals."""

import io
import tracemalloc

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Corrupt, Refused
from hub.schemas.shape import shape_of
from hub.schemas.strict_read import read_strictly, reader_of
from hub.schemas.strict_write import write_strictly, writer_of

STRINGS = {"type": "array", "items": "string"}
NESTED = {"type": "array", "items": {"type": "array", "items": {"type": "array", "items": "int"}}}
PAIR = {
    "type": "record",
    "name": "Pair",
    "fields": [{"name": "a", "type": "int"}, {"name": "b", "type": ["null", "string"]}],
}
EMPTY = {"type": "record", "name": "Empty", "fields": []}
RECURSIVE = {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}


def read(schema, data):
    return read_strictly(reader_of(shape_of(schema)), data)


def code_of(schema, data):
    with pytest.raises(Refused) as refused:
        read(schema, data)
    return refused.value.code


def library_bytes(schema, value):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()


@given(st.integers(-(2**63), 2**63 - 1))
def test_long_is_written_as_the_library_writes_it_and_read_back(number):
    """Every 64-bit integer has the library's bytes in our writer, and comes back from our reader."""
    data = write_strictly(writer_of(shape_of("long")), number)
    assert data == library_bytes("long", number)
    assert read("long", data) == number


@given(st.binary(max_size=12))
def test_reader_accepts_only_what_the_writer_writes(data):
    """Whatever bytes are accepted as an integer, a text list or a record are the writer's own bytes for that value."""
    for schema in ("int", "long", STRINGS, PAIR, "boolean"):
        shape = shape_of(schema)
        try:
            value = read_strictly(reader_of(shape), data)
        except Refused:
            continue
        assert write_strictly(writer_of(shape), value) == data


@pytest.mark.parametrize(
    ("schema", "hexadecimal", "code"),
    [
        ("long", "8000", "MESSAGE_NOT_STRICT"),
        ("long", "80808080808080808002", "MESSAGE_NOT_STRICT"),
        ("long", "8080808080808080808001", "MESSAGE_NOT_STRICT"),
        ("int", "8080808010", "MESSAGE_NOT_STRICT"),
        ("boolean", "02", "MESSAGE_NOT_STRICT"),
        ("boolean", "", "MESSAGE_UNDECODABLE"),
        ("string", "04ff", "MESSAGE_UNDECODABLE"),
        ("string", "04c328", "MESSAGE_UNDECODABLE"),
        ("string", "06eda080", "MESSAGE_UNDECODABLE"),
        ("bytes", "0161", "MESSAGE_UNDECODABLE"),
        ("bytes", "0261ff", "MESSAGE_TRAILING_BYTES"),
        (["null", "int"], "8000", "MESSAGE_NOT_STRICT"),
        (["null", "int"], "04", "MESSAGE_NOT_STRICT"),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "01", "MESSAGE_NOT_STRICT"),
        ({"type": "fixed", "name": "F", "size": 4}, "010203", "MESSAGE_UNDECODABLE"),
        (STRINGS, "02026102026200", "MESSAGE_NOT_STRICT"),
        (STRINGS, "0104026100", "MESSAGE_NOT_STRICT"),
    ],
)
def test_reader_refuses_with_its_code(schema, hexadecimal, code):
    """Each way of bending the encoding has its code; none gives a value."""
    assert code_of(schema, bytes.fromhex(hexadecimal)) == code


def test_reader_takes_no_memory_on_a_promise():
    """A few bytes that promise billions of items or bytes are refused before anything is set aside for them."""
    huge = b"\xfe\xff\xff\xff\x0f"  # 2^31 - 1 rounded to even, as a count or a length
    lies = [("string", huge), ("bytes", huge), (STRINGS, huge), (NESTED, huge), (NESTED, b"\x02\x02" + huge)]
    tracemalloc.start()
    try:
        for schema, data in lies:
            reader = reader_of(shape_of(schema))
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            with pytest.raises(Refused):
                read_strictly(reader, data)
            assert tracemalloc.get_traced_memory()[1] - before < 20_000
    finally:
        tracemalloc.stop()


def test_reader_bounds_a_list_by_its_schema():
    """A list longer than `itemsMax` is refused by its count, although the bytes for its items are there."""
    few = {"type": "array", "items": "string", "itemsMax": 3}
    assert read(few, b"\x06\x00\x00\x00\x00") == ["", "", ""]
    assert code_of(few, b"\x08\x00\x00\x00\x00\x00") == "MESSAGE_TOO_LARGE"
    assert code_of(STRINGS, write_strictly(writer_of(shape_of("int")), 5000) + bytes(5001)) == "MESSAGE_TOO_LARGE"


@pytest.mark.parametrize(
    "schema",
    [
        RECURSIVE,
        {"type": "array", "items": "null"},
        {"type": "array", "items": EMPTY},
        {"type": "array", "items": {"type": "fixed", "name": "Zero", "size": 0}},
        {"type": "map", "values": "int"},
        "double",
        ["int", "string"],
        ["null", "int", "string"],
        "vn.hocba.Unknown",
        {"type": "int", "logicalType": "date"},
        {"type": "record", "name": "R", "fields": [{"name": "x", "type": PAIR}, {"name": "y", "type": PAIR}]},
    ],
)
def test_shape_is_refused_when_it_cannot_be_read_safely(schema):
    """Recursion, items without bytes, maps, floats, wide unions and logical types have no place in our messages."""
    with pytest.raises(Corrupt) as corrupt:
        shape_of(schema)
    assert corrupt.value.code == "SCHEMA_UNFIT"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": 1}, "$"),
        ({"a": 1, "b": None, "c": 1}, "$"),
        ({"a": True, "b": None}, "a"),
        ({"a": 2**31, "b": None}, "a"),
        ({"a": "1", "b": None}, "a"),
        ({"a": 1, "b": b"text"}, "b"),
        ({"a": 1, "b": "\ud800"}, "b"),
        ([1, None], "$"),
    ],
)
def test_writer_names_the_field_that_does_not_fit(value, path):
    """A missing, unknown or wrongly typed field is a mistake of ours, told by its path."""
    with pytest.raises(Corrupt) as corrupt:
        write_strictly(writer_of(shape_of(PAIR)), value)
    assert corrupt.value.code == "MESSAGE_UNENCODABLE"
    assert corrupt.value.facts["path"] == path
