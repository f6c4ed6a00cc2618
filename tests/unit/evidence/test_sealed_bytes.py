"""One changed byte anywhere in the evidence of a sealed transcript is found by both verifiers, and named."""

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.evidence import Conclusion, bundle_bytes, verify_bundle
from hub.trust import base64url
from tests.unit.evidence.both import Case, agreed, text
from tests.unit.evidence.builders import edited, entry, keys, roots
from tests.unit.evidence.lies import put, within
from tests.unit.evidence.node import ask
from tests.unit.evidence.sealed_world import (
    SYSTEMS,
    a_reader,
    a_sealed,
    issued,
    register,
    sealed,
    sealed_parts,
)

TRUSTED = roots()
BYTES = ("source", "document", "place.leaf", "place.manifest.statement", "receipt.statement")
_NODE_FILE_COUNT_MAX = 600  # one process gets them all at once


def broken_in_first(data: bytes) -> bool:
    """Tell whether the first verifier, with its reader of sources, calls a file broken and gives a code for it."""
    report = verify_bundle(data, TRUSTED, check=a_reader())
    return report.verdict is Conclusion.INVALID and any(one.severity == "refuse" for one in report.findings)


def unnoticed_by_second(files: list[bytes]) -> list[int]:
    """Return which files the second verifier does not call broken with a finding."""
    anchor = ("anchor-ha-noi.der", text(keys().issued["registrar"].der))
    answers = ask([{"ask": "bundle", "file": text(one), "roots": [anchor]} for one in files])
    return [n for n, one in enumerate(answers) if one["verdict"] != "invalid" or not one["findings"]]


def flipped(data: bytes, places: Iterable[int]) -> list[bytes]:
    """Return the data once for each place, with another bit at each."""
    changed = []
    for n in places:
        one = bytearray(data)
        one[n] ^= 1 << n % 8
        changed.append(bytes(one))
    return changed


def test_every_flipped_byte_of_a_sealed_bundle_is_found_by_the_first() -> None:
    """All positions: digest or form give it away, before anything in the file is believed."""
    data = sealed()
    assert [n for n, one in enumerate(flipped(data, range(len(data)))) if not broken_in_first(one)] == []


@pytest.mark.parametrize("grade", SYSTEMS)
def test_flipped_bytes_of_a_sealed_bundle_are_found_by_the_second(grade) -> None:  # type: ignore[no-untyped-def]
    """Some hundred positions from the first byte to the last, and every byte of the source."""
    data = sealed(grade)
    start = data.index(b'"source":"')
    places = {*range(0, len(data), len(data) // 200), len(data) - 1, *range(start, data.index(b'"', start + 10) + 1)}
    assert len(places) < _NODE_FILE_COUNT_MAX
    assert unnoticed_by_second(flipped(data, sorted(places))) == []


@pytest.mark.parametrize("way", BYTES)
def test_flipped_bytes_behind_a_right_digest_are_found_by_both(way: str) -> None:
    """Whoever makes the digest agree is caught by a hash, a seal or a proof; in the source by every single byte."""
    kept: list[bytes] = []
    edited(sealed(), within(way, lambda data: kept.append(data) or data))  # type: ignore[func-returns-value]
    step = 1 if way == "source" else max(1, len(kept[0]) // 60)
    files = [_with(way, one) for one in flipped(kept[0], range(0, len(kept[0]), step))]
    assert [n for n, one in enumerate(files) if not broken_in_first(one)] == []
    assert unnoticed_by_second(files) == []


def test_flipped_bytes_of_the_seal_are_found_by_both() -> None:
    """Of its protected header, which says what the transcript rests on, and of its signature."""
    (seal,) = json.loads(sealed())["signatures"]
    header, signature = seal.split("..")
    heads = flipped(base64url.decode(header), range(0, len(base64url.decode(header)), 5))
    tails = flipped(base64url.decode(signature), range(0, 64, 5))
    seals = [f"{base64url.encode(one)}..{signature}" for one in heads]
    seals += [f"{header}..{base64url.encode(one)}" for one in tails]
    files = [edited(sealed(), put("signatures", [one])) for one in seals]
    assert [n for n, one in enumerate(files) if not broken_in_first(one)] == []
    assert unnoticed_by_second(files) == []


def test_flipped_bytes_of_the_systems_entry_are_found_by_both() -> None:
    """Who may seal, in which grade, by which mapping: the registrar signed it."""
    register = json.loads(sealed())["register"]
    n = next(n for n, one in enumerate(register) if b'"source_system"' in base64.b64decode(one["statement"]))
    entry = base64.b64decode(register[n]["statement"])
    files = [_with(f"register.{n}.statement", one) for one in flipped(entry, range(0, len(entry), 3))]
    assert [n for n, one in enumerate(files) if not broken_in_first(one)] == []
    assert unnoticed_by_second(files) == []


def _with(way: str, data: bytes) -> bytes:
    return edited(sealed(), within(way, lambda _: data))


_JSON = st.recursive(
    st.booleans() | st.integers(-5, 5) | st.text(max_size=8) | st.sampled_from(["derived", "native", "tien-giang/2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(name=st.sampled_from(["grade", "mapping", "mapping_sha256", "source_sha256", "system", "more"]), new=_JSON)
@settings(max_examples=60)
def test_any_value_in_an_origin_gets_findings_and_no_exception(name: str, new: Any) -> None:
    """A stranger's header is read without trust in its types."""

    def says(compact: str) -> str:
        header, signature = compact.split("..")
        said = json.loads(base64url.decode(header))
        said["hb_origin"][name] = new
        data = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        return f"{base64url.encode(data)}..{signature}"

    data = edited(sealed(), put("signatures", lambda one: [says(one[0])]))
    assert (verify_bundle(data, TRUSTED, check=a_reader()).verdict is Conclusion.VALID) == (data == sealed())


def test_both_agree_on_values_that_an_origin_cannot_have() -> None:
    """Each parses the header with its own code: names, hashes, versions, missing and surplus members."""
    wrong: list[tuple[str, Any]] = [
        ("grade", ""), ("grade", "Derived"), ("grade", 1), ("grade", ["derived"]), ("mapping", "tien-giang/0"),
        ("mapping", "tien-giang/02"), ("mapping", "tien-giang/2 "), ("mapping", "/2"), ("mapping", "a--b/2"),
        ("mapping", "tien-giang/100000"), ("mapping", "a" * 60 + "/2"), ("mapping", {}), ("mapping_sha256", "2A" * 32),
        ("mapping_sha256", "2a" * 31), ("source_sha256", ""), ("source_sha256", False), ("system", "Ho-so"),
        ("system", "ho-so-ha-noi\n"), ("system", "a" * 61), ("system", "-a"), ("more", "x"), ("more", {}),
    ]  # fmt: skip
    files = [edited(sealed(), put("signatures", _saying(name, value))) for name, value in wrong]
    assert set(agreed([Case(one) for one in files])) == {"invalid"}


def _saying(name: str, value: Any) -> Callable[[list[str]], list[str]]:
    def edit(signatures: list[str]) -> list[str]:
        header, signature = signatures[0].split("..")
        said = json.loads(base64url.decode(header))
        said["hb_origin"][name] = value
        data = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        return [f"{base64url.encode(data)}..{signature}"]

    return edit


def test_both_agree_on_systems_that_a_registrar_cannot_have_meant() -> None:
    """Each reads the register's entry with its own code: whose, which grade, which form, which mapping, which pins."""
    pin, other = issued("province").sha256.hex(), "ab" * 32
    changes: list[dict[str, Any]] = [
        {"grade": "native"}, {"grade": "attested"}, {"format": "extract"}, {"format": "pdf"}, {"format": ["xades"]},
        {"mapping": "Tien-giang"}, {"mapping": "a" * 51}, {"mapping": 1}, {"mapping": "tien-giang/2"}, {"so": "Ha-noi"},
        {"so": "ha noi"}, {"so": 1}, {"signers": pin}, {"signers": ["AB" * 32]}, {"signers": [pin[:-1]]},
        {"signers": {}}, {"signers": [f"{n:064x}" for n in range(17)]}, {"more": "x"}, {"signers": [pin, other]},
        {"signers": [pin, pin]},
    ]  # fmt: skip
    one = a_sealed()
    payload = {"format": "xades", "grade": "derived", "mapping": "tien-giang", "signers": [pin], "so": "ha-noi"}
    entries = [entry("source_system", SYSTEMS["derived"], payload | change) for change in changes]
    entries += [entry("source_system", name, payload) for name in ("Ho-so", "a" * 61, "ho so")]
    files = [bundle_bytes(**sealed_parts(one, register=register(made))) for made in entries]
    verdicts = agreed([Case(file) for file in files])
    assert [n for n, end in enumerate(verdicts) if end != "invalid"] == [18, 19]  # two pins, whichever they are
