"""Messages on the wire: round trips, hostile bytes, older versions, examples."""

import io
import json
import shutil

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import topics
from hub.errors import Corrupt, Refused
from hub.schemas import MESSAGE_BYTES_MAX, Message, decode, encode, registry
from hub.schemas.examples import VALUES, add_missing, readable, stored
from hub.schemas.shape import Array, Fixed, Optional, Record
from hub.schemas.versions import FOLDER, load

NAMES = sorted(registry().latest)
EVERY = frozenset(NAMES)
EXAMPLES = {example.schema.name: example for example in stored()}
PRIMITIVES = {
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "bytes": st.binary(max_size=200),
    "string": st.text(max_size=80),
}


def values_of(shape):
    """Make any value that a shape may have."""
    if isinstance(shape, Record):
        return st.fixed_dictionaries({name: values_of(field) for name, field in shape.fields})
    if isinstance(shape, Array):
        return st.lists(values_of(shape.item), max_size=3)
    if isinstance(shape, Optional):
        return st.none() | values_of(shape.inner)
    if isinstance(shape, Fixed):
        return st.binary(min_size=shape.size, max_size=shape.size)
    return PRIMITIVES[shape.name]


MESSAGES = st.sampled_from(NAMES).flatmap(
    lambda name: st.tuples(st.just(name), values_of(registry().latest[name].shape))
)


def code_of(data, expected=EVERY, **more):
    with pytest.raises(Refused) as refused:
        decode(data, expected, **more)
    return refused.value.code


@given(MESSAGES)
def test_message_comes_back_as_it_was_sent(message):
    """Any value of any message is the same after encode and decode, and carries the id of its schema."""
    name, value = message
    assert decode(encode(name, value), {name}) == Message(name, registry().latest[name].id, value)


@given(MESSAGES)
def test_message_is_what_a_stock_library_writes_and_reads(message):
    """Our body bytes are those of the usual library, so that any client reads them."""
    name, value = message
    latest = registry().latest[name]
    schema = fastavro.parse_schema(dict(latest.schema))
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema, value)
    assert encode(name, value) == b"\x00" + latest.id.to_bytes(4, "big") + body.getvalue()
    assert fastavro.schemaless_reader(io.BytesIO(body.getvalue()), schema, None) == value


@given(st.binary(max_size=300))
def test_decode_raises_nothing_but_refused_when_bytes_are_arbitrary(data):
    """Arbitrary bytes, also behind a valid prefix, end in a value or in Refused."""
    for schema_id in registry().by_id:
        for message in (data, b"\x00" + schema_id.to_bytes(4, "big") + data):
            try:
                decode(message, EVERY)
            except Refused:
                continue


@given(st.sampled_from(NAMES), st.data())
def test_decode_refuses_or_rereads_a_message_when_one_byte_is_changed(name, draw):
    """A changed byte gives Refused or a message whose one encoding is exactly these bytes."""
    data = bytearray(EXAMPLES[name].data)
    at = draw.draw(st.integers(0, len(data) - 1))
    data[at] ^= draw.draw(st.integers(1, 255))
    try:
        message = decode(bytes(data), EVERY)
    except Refused:
        return
    assert encode(message.name, message.value) == bytes(data)


@pytest.mark.parametrize("name", NAMES)
def test_decode_refuses_a_message_when_it_is_cut_or_followed_by_more(name):
    """No proper beginning of a message is a message, and no byte may follow it."""
    data = EXAMPLES[name].data
    codes = {code_of(data[:length]) for length in range(len(data))}
    assert codes <= {"MESSAGE_EMPTY", "MESSAGE_UNDECODABLE", "MESSAGE_NOT_STRICT"}
    assert code_of(data + b"\x00") == "MESSAGE_TRAILING_BYTES"


def test_decode_names_what_is_wrong_with_the_prefix():
    """Null, empty, foreign, unknown and misplaced messages each have their code."""
    data = EXAMPLES["Receipt"].data
    assert code_of(None) == "VALUE_MISSING"
    assert code_of(b"") == "MESSAGE_EMPTY"
    assert code_of(b"\x01" + data[1:]) == "MESSAGE_MAGIC"
    assert code_of(b"\x00\x00") == "MESSAGE_UNDECODABLE"
    assert code_of(b"\x00\xff\xff\xff\xff" + data[5:]) == "SCHEMA_UNKNOWN"
    assert code_of(data, {"Submission"}) == "MESSAGE_UNEXPECTED"
    assert code_of(data, bytes_max=len(data) - 1) == "MESSAGE_TOO_LARGE"
    assert decode(data, {"Receipt"}, bytes_max=len(data)).name == "Receipt"


def test_submission_of_the_largest_size_stays_within_memory_when_it_is_all_items():
    """A full-size message of nothing but empty documents is refused by its count."""
    count = 500_000
    head = encode("Submission", VALUES["Submission"] | {"documents": [], "sources": []})[:-3]
    length = (count << 1 & 0x7F | 0x80, count >> 6 & 0x7F | 0x80, count >> 13)
    assert code_of(head + bytes(length) + bytes(2 * count + 3)) == "MESSAGE_TOO_LARGE"


def test_size_limit_is_the_budget_of_the_topics():
    """One size budget drives broker, topic, producer and decoder."""
    assert MESSAGE_BYTES_MAX == topics.MESSAGE_BYTES_MAX


def test_encode_refuses_an_unknown_message():
    """A message name without a schema is a mistake of ours."""
    with pytest.raises(Corrupt):
        encode("Nothing", {})


@pytest.mark.parametrize("name", NAMES)
def test_encode_refuses_when_a_field_is_missing_or_unknown(name):
    """Every field is given by the sender, also one with a default, and no other."""
    value = VALUES[name]
    with pytest.raises(Corrupt):
        encode(name, value | {"extra": 1})
    for field in value:
        with pytest.raises(Corrupt):
            encode(name, {key: item for key, item in value.items() if key != field})


def a_folder_with_a_second_receipt(folder):
    """Copy the registry and add a version of Receipt with one more field."""
    for path in (*FOLDER.glob("*.avsc"), FOLDER / "registry.json"):
        shutil.copy(path, folder)
    schema = json.loads((FOLDER / "receipt.1.avsc").read_text("utf-8"))
    schema["fields"].append({"name": "note", "type": ["null", "string"], "default": None})
    (folder / "receipt.2.avsc").write_text(json.dumps(schema))
    lines = json.loads((folder / "registry.json").read_text("utf-8"))
    receipt = next(line for line in lines if line["message"] == "Receipt")
    lines.append(receipt | {"id": 1999, "version": 2, "file": "receipt.2.avsc"})
    (folder / "registry.json").write_text(json.dumps(lines))
    return load(folder)


def test_decode_gives_an_older_version_the_latest_shape(tmp_path):
    """What was written with version 1 is read by a hub that knows version 2, strictly, with the new default."""
    schemas = a_folder_with_a_second_receipt(tmp_path)
    data = EXAMPLES["Receipt"].data
    found = decode(data, {"Receipt"}, schemas=schemas)
    assert found == Message("Receipt", registry().latest["Receipt"].id, VALUES["Receipt"] | {"note": None})
    assert code_of(data + b"\x00", {"Receipt"}, schemas=schemas) == "MESSAGE_TRAILING_BYTES"
    assert encode("Receipt", found.value, schemas=schemas)[1:5] == (1999).to_bytes(4, "big")


@pytest.mark.parametrize("example", stored(), ids=lambda example: f"{example.schema.name}-{example.schema.version}")
def test_stored_example_is_still_read(example):
    """Each stored message of each version decodes with its own schema to what stands beside it, and to the latest."""
    assert (
        readable(fastavro.schemaless_reader(io.BytesIO(example.data[5:]), dict(example.schema.schema), None))
        == example.json
    )
    message = decode(example.data, {example.schema.name})
    assert message.schema_id == example.schema.id
    if registry().latest[message.name] is example.schema:
        assert readable(message.value) == example.json


def test_generator_adds_missing_examples_and_overwrites_none(tmp_path):
    """The generator writes what is missing, gives the stored bytes, and never touches a file that is there."""
    first = next(iter(EXAMPLES.values()))
    name = f"{first.schema.name.lower()}.{first.schema.version}.bin"
    (tmp_path / name).write_bytes(b"kept")
    written = {path.name for path in add_missing(tmp_path)}
    assert name not in written
    assert len(written) == len(NAMES) - 1
    assert (tmp_path / name).read_bytes() == b"kept"
    assert add_missing(tmp_path) == []
    assert (tmp_path / "receipt.1.bin").read_bytes() == EXAMPLES["Receipt"].data
