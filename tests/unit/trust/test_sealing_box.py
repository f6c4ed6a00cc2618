"""What is sealed to a school: only its receiving key opens it, and only as what it was sealed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from trust_world import AT, SCHOOL, YEAR_START, an_entry

from hub.errors import Refused
from hub.trust import BoxLabel, Snapshot, check_entry, open_box, seal_box

JULY = datetime(2026, 7, 1, tzinfo=UTC)
KEY, OTHER = (X25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (7, 8))
LABEL = BoxLabel("ab" * 32, 1, 0, 3, "cd" * 32, SCHOOL)


def raw(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def a_receiving_key(key: bytes = raw(KEY), entry_id: str = SCHOOL, **changes):
    times = {name: changes.pop(name) for name in ("valid_from", "valid_to", "version") if name in changes}
    payload = {"key": key.hex(), "school": SCHOOL} | changes
    return an_entry("receiving_key", entry_id, payload, **({"valid_from": YEAR_START} | times))


@given(st.binary(max_size=2000))
def test_box_gives_its_content_to_its_key(content: bytes):
    box = seal_box(content, raw(KEY), LABEL)
    assert content not in box or len(content) < 4
    assert open_box(box, KEY, LABEL) == content


@pytest.mark.parametrize(
    "label",
    [
        replace(LABEL, transfer="ac" * 32),
        replace(LABEL, delivery=2),
        replace(LABEL, index=1),
        replace(LABEL, of=4),
        replace(LABEL, document_sha256="ce" * 32),
        replace(LABEL, school="010202"),
    ],
)
def test_box_does_not_open_as_something_else(label: BoxLabel):
    with pytest.raises(Refused) as refused:
        open_box(seal_box(b"x", raw(KEY), LABEL), KEY, label)
    assert refused.value.code == "TRANSFER_BOX_CLOSED"


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_changed_or_cut_box_does_not_open(place: int, change: int):
    box = bytearray(seal_box(b"transcript", raw(KEY), LABEL))
    place %= len(box)
    box[place] ^= change
    for wrong in (bytes(box), bytes(box[:place])):
        with pytest.raises(Refused) as refused:
            open_box(wrong, KEY, LABEL)
        assert refused.value.code == "TRANSFER_BOX_CLOSED"


def test_box_of_another_school_does_not_open():
    with pytest.raises(Refused) as refused:
        open_box(seal_box(b"x", raw(KEY), LABEL), OTHER, LABEL)
    assert refused.value.code == "TRANSFER_BOX_CLOSED"


def test_receiving_key_counts_while_it_is_in_force():
    """A newer version takes the older one's place from its own beginning on; other schools have none."""
    snapshot = Snapshot.of([a_receiving_key(), a_receiving_key(raw(OTHER), valid_from=JULY, version=2)])
    assert snapshot.receiving_key(SCHOOL, AT) == raw(KEY)
    assert snapshot.receiving_key(SCHOOL, JULY) == raw(OTHER)
    assert snapshot.receiving_key("010202", JULY) is None


def test_receiving_keys_come_one_after_the_other():
    """A snapshot that grows answers as one that is made anew, and the older one stays as it was."""
    empty = Snapshot.of(())
    grown = empty.grown([a_receiving_key()])
    assert grown is not None
    assert grown.receiving_key(SCHOOL, AT) == raw(KEY)
    assert empty.receiving_key(SCHOOL, AT) is None
    assert grown.grown([a_receiving_key(raw(OTHER), version=2)]) is None


@pytest.mark.parametrize(
    "entry",
    [
        a_receiving_key(entry_id="010202"),
        a_receiving_key(raw(KEY)[:31]),
        a_receiving_key(bytes(32)),
        a_receiving_key((1).to_bytes(32, "little")),
        a_receiving_key(school=""),
        a_receiving_key(private="07" * 32),
    ],
    ids=["id", "short", "zero", "small-order", "no-school", "more"],
)
def test_key_that_seals_nothing_is_refused(entry):
    with pytest.raises(Refused) as refused:
        check_entry(entry)
    assert refused.value.code == "REGISTER_ENTRY_WRONG"
