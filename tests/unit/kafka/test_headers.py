"""Headers of messages: written, read, and compared with the body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Refused
from hub.kafka.headers import Headers, disagreement, headers_of, identity_of, read_headers, sequence_of
from hub.schemas import Message, registry
from hub.schemas.examples import VALUES

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def some_headers(**changed):
    """Make sound headers as pairs, with some values changed or (None) left out."""
    pairs = dict(headers_of("LockRequest", "lock-0001", "/schools/01010101"))
    names = {"id": "ce_id", "type": "ce_type", "source": "ce_source", "version": "ce_specversion"}
    for name, value in changed.items():
        pairs[names.get(name, "content-type")] = value
    return [(name, value) for name, value in pairs.items() if value is not None]


def code_of(pairs):
    with pytest.raises(Refused) as refused:
        read_headers(pairs)
    return refused.value.code


def a_message(name, **changed):
    return Message(name, registry().latest[name].id, VALUES[name] | changed)


def test_headers_follow_the_cloudevents_binding():
    """Names and values are those of binary mode, with a kebab-case type."""
    assert headers_of("LockRequest", "id-1", "/bo", TRACE) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"id-1"),
        ("ce_source", b"/bo"),
        ("ce_type", b"vn.hocba.lock-request.v1"),
        ("content-type", b"application/avro"),
        ("traceparent", TRACE.encode()),
    ]


def test_order_of_decisions_comes_back_and_sorts_as_text():
    """CloudEvents compares a sequence as text; the highest that a database gives fits in too."""
    first, last = (headers_of("Receipt", "r-1", "/so/ha-noi", sequence=n) for n in (9, 2**63 - 1))
    assert (sequence_of(first), sequence_of(last)) == (9, 2**63 - 1)
    assert first[-1] < last[-1]
    assert read_headers(first) == Headers("r-1", "Receipt", "/so/ha-noi")


@pytest.mark.parametrize("told", [[], [None], [b"9"], [b"9" * 19], [b"0" * 18 + b"x"], [b"0" * 19] * 2])
def test_order_of_decisions_that_does_not_read_is_none(told):
    """A hub of before did not tell it, and what it cannot have told orders nothing."""
    assert sequence_of([*some_headers(), *(("ce_sequence", value) for value in told)]) is None


@given(
    st.sampled_from(sorted(VALUES)),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    st.sampled_from(["/bo", "/so/ha-noi", "/schools/01010101"]),
    st.none() | st.just(TRACE),
)
def test_headers_come_back_as_they_were_written(kind, message_id, source, trace):
    """Every message name, id and source survives writing and reading."""
    assert read_headers(headers_of(kind, message_id, source, trace)) == Headers(message_id, kind, source, trace)


@pytest.mark.parametrize("left_out", ["id", "type", "source", "version", "content"])
def test_headers_are_refused_when_one_is_missing_or_repeated(left_out):
    """Each needed header stands exactly once."""
    pairs = some_headers(**{left_out: None})
    assert code_of(pairs) == "HEADER_MISSING"
    gone = next(pair for pair in some_headers() if pair not in pairs)
    assert code_of([*some_headers(), gone]) == "HEADER_REPEATED"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": b"\xff"},
        {"id": b""},
        {"id": b"x" * 513},
        {"version": b"0.3"},
        {"type": b"vn.hocba.lock-request.v2"},
        {"type": b"com.example.thing"},
        {"source": b"/schools/"},
        {"source": b"/so/Ha-Noi"},
    ],
)
def test_headers_are_refused_when_malformed(wrong):
    """Bytes that are not UTF-8, empty or endless values and foreign forms have one code."""
    assert code_of(some_headers(**wrong)) == "HEADER_MALFORMED"


def test_headers_are_refused_when_null_or_too_many_or_of_another_content():
    """A null value, hundreds of headers and another content type are refused."""
    assert code_of([("ce_id", None)]) == "HEADER_MALFORMED"
    assert code_of([("x", b"1")] * 500) == "HEADER_MALFORMED"
    assert code_of(some_headers(content=b"application/json")) == "HEADER_CONTENT_TYPE"


def test_headers_of_others_and_a_broken_trace_are_ignored():
    """A stranger's header or a trace that is not one never costs a school its submission."""
    found = read_headers([*some_headers(), ("x-gateway", b"\xff"), ("traceparent", b"nonsense")])
    assert found == Headers("lock-0001", "LockRequest", "/schools/01010101", None)


@pytest.mark.parametrize("name", sorted(VALUES))
def test_headers_made_from_a_body_agree_with_it(name):
    """Headers made from a message's own identity agree with it; another id, kind or source does not."""
    message = a_message(name)
    message_id, source = identity_of(name, message.value)
    headers = Headers(message_id, name, source or "/so/ha-noi")
    other = "Recall" if name != "Recall" else "Submission"
    assert disagreement(headers, message) is None
    for lie in (
        Headers(message_id + "x", headers.kind, headers.source),
        Headers(message_id, other, headers.source),
        Headers(message_id, headers.kind, "/schools/99999999"),
    ):
        assert disagreement(lie, message) == "HEADER_DISAGREES"


def test_command_is_its_schools_and_has_its_own_id():
    """A command's id is its command id and its source the school of its body."""
    assert identity_of("Submission", VALUES["Submission"]) == ("submission-0001", "/schools/01010101")
    headers = Headers("submission-0001", "Submission", "/schools/01010101")
    assert disagreement(headers, a_message("Submission", school="02020202")) == "HEADER_DISAGREES"


def test_receipt_may_come_from_so_or_bo():
    """A receipt does not name its author outside the signed statement, but it is never a school's."""
    for source in ("/so/ha-noi", "/bo"):
        assert disagreement(Headers("receipt-0001", "Receipt", source), a_message("Receipt")) is None
