"""Apache Avro's own vectors: canonical form and fingerprint, single-object message, bytes that must be refused."""

import io
import json

import fastavro
import pytest
from fastavro.schema import fingerprint, to_parsing_canonical_form

from hub.errors import Refused
from hub.schemas.shape import shape_of
from hub.schemas.strict_read import read_strictly, reader_of
from hub.schemas.strict_write import write_strictly, writer_of

SINGLE_OBJECT_MARKER = b"\xc3\x01"


def schema_cases(text):
    """Parse schema-tests.txt into (input, canonical form, signed fingerprint or None)."""
    lines = iter(line for line in text.splitlines() if not line.startswith(("#", "//")))
    cases = []
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "<<INPUT":
            cases.append([rest.strip() or "\n".join(iter(lambda: next(lines), "INPUT")), None, None])
        elif kind == "<<canonical":
            cases[-1][1] = rest.strip()
        elif kind == "<<fingerprint":
            cases[-1][2] = int(rest)
    return cases


def signed(fingerprint_hex):
    """Read the library's little-endian hexadecimal fingerprint as the signed number of the vectors."""
    return int.from_bytes(bytes.fromhex(fingerprint_hex), "little", signed=True)


def test_schema_has_the_published_canonical_form_and_fingerprint(vectors):
    """All 34 schemas have the published Parsing Canonical Form, and 26 the published fingerprint."""
    cases = schema_cases((vectors / "avro" / "schema-tests.txt").read_text("utf-8"))
    assert (len(cases), sum(number is not None for *_, number in cases)) == (34, 26)
    for schema, canonical, number in cases:
        assert to_parsing_canonical_form(json.loads(schema)) == canonical
        if number is not None:
            assert signed(fingerprint(canonical, "CRC-64-AVRO")) == number


def test_single_object_message_is_read_and_written(vectors):
    """The published message has our reader's value, our writer's bytes and the fingerprint; cut, it is refused."""
    folder = vectors / "avro" / "messageV1"
    schema = json.loads((folder / "test_schema.avsc").read_text("utf-8"))
    data = (folder / "test_message.bin").read_bytes()
    mark = fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO")
    assert data[:10] == SINGLE_OBJECT_MARKER + bytes.fromhex(mark)
    shape = shape_of(schema)
    value = read_strictly(reader_of(shape), data, 10)
    assert value == {"id": 42, "name": "Bill", "tags": ["dog_lover", "cat_hater"]}
    assert write_strictly(writer_of(shape), value, data[:10]) == data
    for end in range(10, len(data)):
        with pytest.raises(Refused):
            read_strictly(reader_of(shape), data[:end], 10)


def test_bytes_that_must_be_refused_are_refused(vectors):
    """None of the nine malformed payloads gives a value; each ends in Refused, never in a builtin error."""
    cases = json.loads((vectors / "avro" / "binary-rejections.json").read_text("utf-8"))["vectors"]
    assert len(cases) == 9
    for case in cases:
        reader = reader_of(shape_of(json.loads(case["schema"])))
        with pytest.raises(Refused) as refused:
            read_strictly(reader, bytes.fromhex(case["bytesHex"]))
        assert refused.value.code in {"MESSAGE_UNDECODABLE", "MESSAGE_NOT_STRICT"}, case["name"]


def test_library_accepts_what_we_refuse(vectors):
    """Why the hub has a reader of its own: the library gives a value for a negative enum index.

    When this test fails, the library has become stricter, and the reason for our reader should be weighed again.
    """
    cases = json.loads((vectors / "avro" / "binary-rejections.json").read_text("utf-8"))["vectors"]
    case = next(case for case in cases if case["name"] == "enum_index_negative")
    payload = io.BytesIO(bytes.fromhex(case["bytesHex"]))
    assert fastavro.schemaless_reader(payload, json.loads(case["schema"]), None) == "B"
