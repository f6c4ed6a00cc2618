"""Canonical JSON against the published cases of RFC 8785."""

import json

import pytest

from hub.errors import Refused
from hub.trust import canonical, parse

CASES = ("arrays", "french", "structures", "unicode", "values", "weird")


def test_canonical_bytes_equal_the_published_ones(vectors):
    """Every case, byte for byte; canonicalising the output again changes nothing."""
    folder, wrong = vectors / "jcs", []
    found = sorted(path.stem for path in (folder / "input").glob("*.json"))
    assert found == sorted(CASES)
    for name in CASES:
        expected = bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text(encoding="ascii"))
        given = canonical(json.loads((folder / "input" / f"{name}.json").read_bytes()))
        again = canonical(json.loads(expected))
        if not given == again == expected == (folder / "output" / f"{name}.json").read_bytes():
            wrong.append(name)
    assert wrong == []


def test_profile_reads_exactly_the_published_outputs_that_it_allows(vectors):
    """HB-JCS/1 is narrower than RFC 8785: no floats, no nulls, NFC, an object outermost."""
    codes = {}
    for name in CASES:
        data = (vectors / "jcs" / "output" / f"{name}.json").read_bytes()
        try:
            codes[name] = "read" if canonical(parse(data)) == data else "changed"
        except Refused as refused:
            codes[name] = refused.code
    assert codes == {
        "arrays": "CANONICAL_NOT_OBJECT",
        "french": "read",
        "structures": "read",
        "unicode": "CANONICAL_NOT_NFC",
        "values": "CANONICAL_FLOAT",
        "weird": "CANONICAL_NOT_NFC",
    }


@pytest.mark.parametrize("text", ['{"a":"\\ud800"}', '{"a":1e400}', '{"a":NaN}', '{"a":1,"a":2}'])
def test_value_without_canonical_form_is_refused(text):
    """RFC 8785 §3.2.2 and RFC 7493: lone surrogates, numbers outside the range, duplicate names."""
    with pytest.raises(Refused) as refused:
        parse(text.encode())
    assert refused.value.code.startswith("CANONICAL_")
