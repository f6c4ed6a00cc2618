"""Canonical bytes: one byte string for one meaning."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Refused
from hub.trust import canonical, parse

TEXT = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: unicodedata.normalize("NFC", text))
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=5)


def _code(data, **limits):
    with pytest.raises(Refused) as refused:
        parse(data, **limits)
    return refused.value.code


@given(OBJECTS)
def test_canonical_bytes_read_back_as_the_same_value(value):
    """What was written is what is read, for every value of the profile."""
    data = canonical(value)
    assert parse(data) == value
    assert canonical(parse(data)) == data


@given(OBJECTS)
def test_any_other_spelling_of_a_value_is_refused(value):
    """White space, escapes or another order never pass as the same document."""
    data = canonical(value)
    for other in (json.dumps(value, indent=1), json.dumps(dict(reversed(value.items())), separators=(",", ":"))):
        if other.encode() != data:
            assert _code(other.encode()).startswith("CANONICAL_")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_code(data):
    """Hostile bytes raise nothing but a refusal."""
    try:
        value = parse(data)
    except Refused as refused:
        code, value = refused.code, None
    if value is None:
        assert code.startswith("CANONICAL_")
    else:
        assert canonical(value) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'\xef\xbb\xbf{"a":1}', "CANONICAL_BOM"),
        (b'{"a":"\xff"}', "CANONICAL_NOT_UTF8"),
        (b'{"a":"\xed\xa0\x80"}', "CANONICAL_NOT_UTF8"),
        (b'{"a":1', "CANONICAL_NOT_JSON"),
        (b"", "CANONICAL_NOT_JSON"),
        (b"[1]", "CANONICAL_NOT_OBJECT"),
        (b'"a"', "CANONICAL_NOT_OBJECT"),
        (b'{"a":1,"a":1}', "CANONICAL_DUPLICATE_NAME"),
        (b'{"a":{"b":1,"b":2}}', "CANONICAL_DUPLICATE_NAME"),
        (b'{"a":8.0}', "CANONICAL_FLOAT"),
        (b'{"a":1e2}', "CANONICAL_FLOAT"),
        (b'{"a":NaN}', "CANONICAL_FLOAT"),
        (b'{"a":null}', "CANONICAL_NULL"),
        (b'{"a":[{"b":null}]}', "CANONICAL_NULL"),
        ('{"a":"Nguyê\u0303n"}'.encode(), "CANONICAL_NOT_NFC"),
        (b'{"a":"e\\u0301"}', "CANONICAL_DIFFERS"),
        (b'{"a":"\\ud800"}', "CANONICAL_IMPOSSIBLE"),
        (b'{"a":9007199254740992}', "CANONICAL_IMPOSSIBLE"),
        (b'{"a":' + b"9" * 5000 + b"}", "CANONICAL_IMPOSSIBLE"),
        (b'{"a":-0}', "CANONICAL_DIFFERS"),
        (b'{"b":1,"a":1}', "CANONICAL_DIFFERS"),
        (b'{"a": 1}', "CANONICAL_DIFFERS"),
        (b'{"a":1}\n', "CANONICAL_DIFFERS"),
        (b'{"a":"\\u0041"}', "CANONICAL_DIFFERS"),
        (b'{"a":' + b"[" * 16 + b"]" * 16 + b"}", "CANONICAL_TOO_DEEP"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "CANONICAL_TOO_DEEP"),
        (b"[" * 200_000, "CANONICAL_TOO_DEEP"),
    ],
)
def test_bytes_outside_the_profile_are_refused_with_their_code(data, code):
    """Each departure from the profile has its own code, and none is a crash."""
    assert _code(data) == code


def test_depth_of_sixteen_is_still_read():
    """The limit is sixteen levels, the object itself counted."""
    assert parse(b'{"a":' + b"[" * 15 + b"]" * 15 + b"}")


def test_bytes_over_the_limit_are_refused_before_they_are_read():
    """The size is judged first, with both numbers as facts."""
    with pytest.raises(Refused) as refused:
        parse(b"\xff" * 11, byte_count_max=10)
    assert (refused.value.code, refused.value.facts["byte_count"]) == ("CANONICAL_TOO_LARGE", "11")


@pytest.mark.parametrize("value", [{"a": float("inf")}, {"a": 2**53}, {"a": "\ud800"}, {1: 2}, {"a": object()}])
def test_value_without_canonical_form_is_refused(value):
    """The writer refuses what the reader could not read."""
    with pytest.raises(Refused) as refused:
        canonical(value)
    assert refused.value.code == "CANONICAL_IMPOSSIBLE"
