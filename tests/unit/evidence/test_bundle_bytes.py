"""No other bytes than the file's own are ever valid, and no bytes at all make the check fail."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.evidence import Conclusion, Report, bundle_bytes, verify_bundle
from hub.trust import canonical
from tests.unit.evidence.builders import LATER_AT, a_locked, a_register, corrected, crls, edited, good, parts_of, roots

TRUSTED = roots()
PARTS_WITH_BYTES = (
    ("document",), ("receipt", "statement"), ("place", "leaf"), ("place", "manifest", "statement"),
    ("place", "receipt", "statement"), ("place", "head", "note"), ("place", "head", "timestamp"),
    ("register", 0, "statement"), ("register", 1, "statement"),
)  # fmt: skip


def is_good(report: Report) -> bool:
    return report.verdict in (Conclusion.VALID, Conclusion.SUPERSEDED)


def test_every_flipped_byte_of_a_bundle_is_noticed() -> None:
    """All positions, another bit at each: the digest, or the form itself, gives it away."""
    data = bytearray(good())
    unnoticed = []
    for n in range(len(data)):
        data[n] ^= 1 << n % 8
        if is_good(verify_bundle(bytes(data), TRUSTED)):
            unnoticed.append(n)
        data[n] ^= 1 << n % 8
    assert (unnoticed, bytes(data)) == ([], good())


def test_flipped_bytes_of_a_large_bundle_are_noticed() -> None:
    """With later leaves and a long register; some hundred places from the first to the last."""
    first = a_locked()
    _, unlock, supersedes = corrected(first)
    register = (*a_register(), *(crls(LATER_AT) for _ in range(60)))
    data = bytearray(bundle_bytes(**parts_of(first, later=(unlock, supersedes), register=register)))
    assert is_good(verify_bundle(bytes(data), TRUSTED))
    places = sorted({*range(0, len(data), len(data) // 200), len(data) - 1})
    for n in places:
        data[n] ^= 1 << n % 8
        assert not is_good(verify_bundle(bytes(data), TRUSTED)), n
        data[n] ^= 1 << n % 8


@pytest.mark.parametrize("way", PARTS_WITH_BYTES, ids=lambda way: ".".join(map(str, way)))
def test_flipped_bytes_behind_a_right_digest_are_noticed(way: tuple[Any, ...]) -> None:
    """Whoever changes what was signed and makes the digest agree is caught by a signature or a proof."""
    holder = json.loads(good())
    for step in way[:-1]:
        holder = holder[step]
    inner = base64.b64decode(holder[way[-1]])
    for n in range(0, len(inner), max(1, len(inner) // 12)):
        changed = bytearray(inner)
        changed[n] ^= 1 << n % 8

        def change(value: dict[str, Any], new: bytes = bytes(changed)) -> None:
            for step in way[:-1]:
                value = value[step]
            value[way[-1]] = base64.b64encode(new).decode()

        assert not is_good(verify_bundle(edited(good(), change), TRUSTED)), n


def test_only_the_canonical_form_is_read() -> None:
    """The same value with spaces, in another order, or with a line feed at its end is refused."""
    value = json.loads(good())
    others = [json.dumps(value).encode(), json.dumps(value, indent=1).encode(), good() + b"\n", b" " + good()]
    others.append(json.dumps(dict(reversed(value.items())), separators=(",", ":"), ensure_ascii=False).encode())
    assert [verify_bundle(other, TRUSTED).parts["form"] for other in others] == ["invalid"] * len(others)
    assert canonical(value) == good()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0", b"\xff\xfe", b"[]", b"{}", b"null", b"{" * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"digest":1,"digest":2}', b'{"type":"vn.hocba.bundle/1"}', b"9" * 10_000, b'{"a":1e999}', b'{"a":"\\ud800"}',
        b'"' + b"a" * 33_554_433, good()[:-1], good() * 2, good().replace(b'"type"', b'"typf"'),
        good().replace(b'"later":[]', b'"later":{}'), good().replace(b'"later":[]', b'"later":[],"later":[]'),
    ],
    ids=range(19),
)  # fmt: skip
def test_hostile_file_gets_findings_and_no_exception(data: bytes) -> None:
    """Huge, nested, wrong types, duplicate names: told, never raised."""
    report = verify_bundle(data, TRUSTED)
    assert (report.verdict, report.parts["form"]) == (Conclusion.INVALID, "invalid")
    assert report.findings
    assert report.shown()["findings"][0]["vi"]


_JSON = st.recursive(
    st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(path=st.integers(0, 10_000), new=_JSON)
@settings(max_examples=50)
def test_any_value_in_any_place_gets_findings_and_no_exception(path: int, new: Any) -> None:
    """One value anywhere in the file becomes any other JSON, with a digest that agrees."""

    def change(value: Any) -> None:
        holder, rest = value, path
        while True:
            names = sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))
            name = names[rest % len(names)]
            rest //= len(names)
            if not isinstance(holder[name], dict | list) or not holder[name] or rest % 3 == 0:
                break
            holder = holder[name]
        if name != "digest":
            holder[name] = new

    report = verify_bundle(edited(good(), change), TRUSTED)
    assert report.verdict in Conclusion
    assert (report.verdict is Conclusion.VALID) == (edited(good(), change) == good())


@given(data=st.binary(max_size=300))
def test_any_bytes_get_findings_and_no_exception(data: bytes) -> None:
    """A bundle has its own form; nothing drawn by chance has it."""
    assert verify_bundle(data, TRUSTED).parts["form"] == "invalid"
