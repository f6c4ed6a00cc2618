"""A delivery is opened whole and proved, or not at all."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.client import transfer_receiving
from hub.client.transfer_folder import Held
from hub.client.transfer_incoming import Box, Heard
from hub.client.transfer_receiving import open_delivery
from hub.errors import Refused
from hub.evidence import Conclusion
from hub.trust import BoxLabel, seal_box

TRANSFER, SCHOOL, KEY = "ab" * 32, "400107", X25519PrivateKey.from_private_bytes(bytes([7]) * 32)
FILES = {hashlib.sha256(data).hexdigest(): data for data in (b"one", b"two")}
HELD = Held(transfer=TRANSFER, school=SCHOOL, delivery=1, count=2, root="", documents=tuple(sorted(FILES)))


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an evidence file be its transcript: what a bundle is, other tests say."""
    monkeypatch.setattr(transfer_receiving, "document_of", lambda bundle: bundle)


def boxes() -> list[Box]:
    """Seal each file to the school's key, in the order of the hashes."""
    public = KEY.public_key().public_bytes_raw()
    labels = [BoxLabel(TRANSFER, 1, n, 2, digest, SCHOOL) for n, digest in enumerate(sorted(FILES))]
    return [Box(label, hashlib.sha256(public).hexdigest(), _sealed(label)) for label in labels]


def _sealed(label: BoxLabel, data: bytes | None = None) -> bytes:
    content = FILES[label.document_sha256] if data is None else data
    return seal_box(content, KEY.public_key().public_bytes_raw(), label)


def judged(verdict: Conclusion, **parts: str) -> Callable[[bytes], Any]:
    """Return a check that ends so."""
    return lambda _: SimpleNamespace(verdict=verdict, parts={"log": "valid", "source": "valid"} | parts, findings=())


def opened(found: list[Box], key: X25519PrivateKey = KEY, verdict: Conclusion = Conclusion.VALID, **parts: str) -> Any:
    return open_delivery(Heard(boxes=found), HELD, key, judged(verdict, **parts))


def refusal(found: list[Box], key: X25519PrivateKey = KEY, verdict: Conclusion = Conclusion.VALID, **parts: str) -> str:
    with pytest.raises(Refused) as refused:
        opened(found, key, verdict, **parts)
    return refused.value.code


def test_whole_delivery_is_opened() -> None:
    """A source stays with its Sở, and is all that may be open."""
    assert opened(boxes()) == FILES
    assert opened(boxes(), verdict=Conclusion.UNKNOWN, source="unknown") == FILES


def test_delivery_that_lacks_a_message_is_not_opened() -> None:
    """Neither does a message of another delivery take its place."""
    first, second = boxes()
    other = replace(second, label=replace(second.label, delivery=2))
    assert refusal([first]) == refusal([first, other]) == "TRANSFER_DELIVERY_INCOMPLETE"


def test_changed_moved_or_foreign_box_does_not_open() -> None:
    """Its last byte, its place, its transfer, another school's key."""
    first, second = boxes()
    changed = replace(second, sealed=second.sealed[:-1] + bytes([second.sealed[-1] ^ 1]))
    moved = replace(second, label=replace(second.label, index=0))
    elsewhere = replace(second, label=replace(second.label, transfer="cd" * 32))
    for box in (changed, moved, elsewhere):
        assert refusal([first, box]) == "TRANSFER_BOX_CLOSED"
    assert refusal(boxes(), X25519PrivateKey.generate()) == "TRANSFER_BOX_CLOSED"


def test_box_with_something_else_in_it_proves_nothing() -> None:
    """Nor does a file that does not verify, or of which more than the source is open."""
    first, second = boxes()
    wrong = replace(second, sealed=_sealed(second.label, b"three"))
    assert refusal([first, wrong]) == "TRANSFER_EVIDENCE_INVALID"
    assert refusal(boxes(), verdict=Conclusion.INVALID) == "TRANSFER_EVIDENCE_INVALID"
    assert refusal(boxes(), verdict=Conclusion.UNKNOWN, log="unknown") == "TRANSFER_EVIDENCE_INVALID"
