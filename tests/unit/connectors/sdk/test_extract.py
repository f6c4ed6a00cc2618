"""Extracts: a record comes back as it stood, equal records are equal bytes, and nothing else is an extract."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.sdk import (
    EXTRACT_BYTES_MAX,
    SourceRecord,
    extract_bytes,
    extract_record,
    extract_system,
    version_of,
)
from hub.errors import Refused

SYSTEM = "so-lieu-nghe-an"
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = TEXTS | st.sampled_from(["$decimal", "$integer", "$", "$$decimal", "diem"])
PLAIN = TEXTS | st.integers() | st.booleans() | st.none() | st.decimals(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    PLAIN, lambda parts: st.lists(parts, max_size=4) | st.dictionaries(NAMES, parts, max_size=4), max_leaves=12
)
RAWS = st.dictionaries(NAMES, VALUES, max_size=6)


def a_record(value, key="HS-1/2025-2026/CN"):
    return SourceRecord(key, "7", "hoc_ba 12", value)


@given(RAWS)
def test_a_record_comes_back_as_it_stood(value):
    """Every value with its type: 8.50 is not 8.5, and no number becomes a text."""
    data = extract_bytes(SYSTEM, a_record(value))
    back = extract_record(data)
    assert (back.key, back.version) == ("HS-1/2025-2026/CN", "7")
    assert repr(_sorted(back.value)) == repr(_sorted(value))
    assert (extract_bytes(SYSTEM, back), extract_system(data)) == (data, SYSTEM)


@given(RAWS)
def test_equal_records_are_equal_bytes(value):
    """Whatever the order of names and the place."""
    turned = dict(reversed(list(value.items())))
    other = SourceRecord("HS-1/2025-2026/CN", "7", "elsewhere", turned)
    assert extract_bytes(SYSTEM, a_record(value)) == extract_bytes(SYSTEM, other)


@given(RAWS, RAWS)
def test_different_records_are_different_bytes(one, other):
    """No tag of ours can be forged by a name or text of a record."""
    equal = repr(_sorted(one)) == repr(_sorted(other))
    assert (extract_bytes(SYSTEM, a_record(one)) == extract_bytes(SYSTEM, a_record(other))) is equal


@given(st.binary(max_size=60) | TEXTS.map(str.encode))
def test_other_bytes_are_no_extract(data):
    """They are refused, and nothing else is raised."""
    with pytest.raises(Refused, match="SOURCE_EXTRACT_WRONG"):
        extract_record(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace('":', '": ', 1), lambda t: t + "\n", lambda t: t.replace("8.50", "85E-1"),
        lambda t: t.replace('{"$decimal":"8.50"}', "8.50"), lambda t: t.replace('"diem"', '"$diem"'),
        lambda t: t.replace("extract/1", "extract/2"), lambda t: t.replace('"key"', '"khoa"'),
        lambda t: t.replace('"8.50"', "[]"), lambda t: t.replace('{"diem"', '{"diem":1,"diem"'),
        lambda t: t.replace('"value":{', '"value":[{').replace('}},"version"', '}}],"version"'),
        lambda t: t.replace('{"$decimal":"8.50"}', '{"$integer":"8"}'), lambda t: t.replace("8.50", "NaN"),
        lambda t: t.replace('{"$decimal":"8.50"}', "[" * 100_000), lambda t: t.replace("HS-1/2025-2026/CN", ""),
    ],
)  # fmt: skip
def test_an_extract_that_is_not_canonical_is_refused(change):
    """One record, one sequence of bytes: another spelling would be another hash for the same."""
    text = extract_bytes(SYSTEM, a_record({"diem": Decimal("8.50")})).decode()
    assert change(text) != text
    with pytest.raises(Refused, match="SOURCE_EXTRACT_WRONG"):
        extract_record(change(text).encode())


@pytest.mark.parametrize(
    "value",
    [
        None, {"diem": 8.5}, {"diem": Decimal("NaN")}, {"diem": Decimal("Infinity")}, {"diem": b"x"}, {1: "x"},
        {"ten": "\ud800"}, {"ten": "x" * EXTRACT_BYTES_MAX}, {"so": 10**5_000}, {"so": 10**1_001},
    ],
)  # fmt: skip
def test_what_no_extract_holds_is_refused(value):
    """A value of another type, half a letter, what is endless."""
    with pytest.raises(Refused, match="SOURCE_EXTRACT_WRONG"):
        extract_bytes(SYSTEM, a_record(value))


def test_a_record_that_is_nested_without_end_is_refused():
    """Before the reader's stack is full."""
    value: dict = {}
    for _ in range(2_000):
        value = {"x": value}
    with pytest.raises(Refused, match="SOURCE_EXTRACT_WRONG"):
        extract_bytes(SYSTEM, a_record(value))


def test_an_extract_is_json_that_others_read():
    """The bytes as they are written down, once."""
    data = extract_bytes(SYSTEM, a_record({"ten": "Ánh", "$x": 2**60, "diem": Decimal("8.50"), "lop": None}))
    assert data.decode() == (
        '{"key":"HS-1/2025-2026/CN","system":"so-lieu-nghe-an","type":"vn.hocba.extract/1","value":'
        '{"$$x":{"$integer":"1152921504606846976"},"diem":{"$decimal":"8.50"},"lop":null,"ten":"Ánh"},"version":"7"}'
    )
    assert json.loads(data)["version"] == "7"
    assert version_of(extract_record(data).value) == version_of(
        {"lop": None, "diem": Decimal("8.50"), "$x": 2**60, "ten": "Ánh"}
    )


def _sorted(value):
    if isinstance(value, dict):
        return [(name, _sorted(value[name])) for name in sorted(value)]
    return [_sorted(part) for part in value] if isinstance(value, list) else value
