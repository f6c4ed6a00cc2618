"""What is shown is what was locked: a database whose owner changed a row is found out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from hub.client.unchanged import Locked, Stored, check_unchanged, is_manifest_of
from hub.decision import RecordKey, RoundKey
from hub.decision.locking import KnownRound, Lockable, Order, build_lock
from hub.domain.statements import encode
from hub.errors import Corrupt
from tests.unit.decision.builders import SCHOOL, YEAR, a_signature, sha
from tests.unit.decision.test_locking import AT, KEY

_DOCUMENTS = [
    Lockable(sha("m"), n, RecordKey(SCHOOL, f"id:{n:012d}", YEAR, "year"), 1, b"document %d" % n, (a_signature(),))
    for n in range(3)
]
_LOCK = build_lock(
    Order(RoundKey(SCHOOL, YEAR, "completed", 1), sha("lock"), "lock-00001", AT),
    KnownRound("closing", sha("request"), _DOCUMENTS), so="ha-noi", so_symbols="01", key=KEY,
)  # fmt: skip
_HASHES = [row.digest for row in _LOCK.leaves]


def a_stored(n: int = 0) -> Stored:
    row = _LOCK.leaves[n]
    locked = Locked(_LOCK.order.lock_id, row.leaf, row.digest, _LOCK.effective_on, row.locator)
    return Stored(row.document.document, sha(row.document.document.decode()), row.document.version, locked)


def _with_lock(**changes: object) -> Callable[[Stored], Stored]:
    def change(stored: Stored) -> Stored:
        assert stored.locked is not None
        return replace(stored, locked=replace(stored.locked, **changes))  # type: ignore[arg-type]

    return change


def test_version_that_nobody_touched_stands() -> None:
    """Before its lock it has no leaf."""
    for n in range(3):
        check_unchanged(a_stored(n))
        check_unchanged(replace(a_stored(n), locked=None))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda s: replace(s, document=b"document 9"), "document"),
        (lambda s: replace(s, document_sha256=sha("document 9")), "document"),
        (lambda s: replace(s, document=b"document 9", document_sha256=sha("document 9")), "leaf"),
        (lambda s: replace(s, version=2), "leaf"),
        (_with_lock(leaf=_LOCK.leaves[1].leaf), "leaf"),
        (_with_lock(leaf=_LOCK.leaves[1].leaf, leaf_sha256=_HASHES[1]), "leaf"),
        (_with_lock(leaf=b"{}"), "leaf"),
        (_with_lock(leaf_sha256=_HASHES[1]), "leaf"),
        (_with_lock(effective_on=date(2026, 6, 1)), "leaf"),
        (_with_lock(locator="01ABCDEFGH"), "leaf"),
    ],
)
def test_version_that_was_changed_is_told(change: Callable[[Stored], Stored], what: str) -> None:
    """Whichever column was changed, alone or with its hash."""
    with pytest.raises(Corrupt) as found:
        check_unchanged(change(a_stored()))
    assert (found.value.code, found.value.facts["what"]) == ("RECORD_CHANGED", what)


def test_manifest_is_over_its_leaves_in_any_order_and_over_no_others() -> None:
    """Who changes document, leaf and hash together meets the root that Sở signed."""
    manifest, root = encode(_LOCK.manifest), bytes.fromhex(_LOCK.manifest.root)
    assert is_manifest_of(manifest, root, _HASHES[::-1])
    assert not is_manifest_of(manifest, root, [*_HASHES[:2], sha("another")])
    assert not is_manifest_of(manifest, root, _HASHES[:2])
    assert not is_manifest_of(manifest, sha("another"), _HASHES)
    assert not is_manifest_of(b"{}", root, _HASHES)
