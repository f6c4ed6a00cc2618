"""A lock and a log by themselves: bytes up to the signed root, manifests up to the signed head."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.statements import encode
from hub.local.pki import Pki
from hub.reconcile import stored_locks
from hub.reconcile.locks import Lock, StoredLock, lock_of
from hub.reconcile.rows import StoredRow
from hub.reconcile.stored_locks import check_lock
from hub.reconcile.stored_log import StoredHead, check_log, check_told
from hub.schemas import encode as encode_message
from hub.schemas.examples import VALUES
from hub.trust import ChainCache, Entry, Frontier, Snapshot, leaf_hash
from tests.unit.decision.builders import sha
from tests.unit.reconcile.builders import NAME, ROOT, at_bo, at_so, locked
from tests.unit.trust import timestamp_world as stamps

_AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
_NOBODY = Snapshot.of(())


def a_stored_lock(**changes: Any) -> StoredLock:
    """The row of the lock; nobody is registered, so its signature cannot verify."""
    manifest = locked().manifest
    stored = StoredLock(
        NAME.lock_id, NAME.school, NAME.school_year, NAME.cohort, NAME.number, manifest.count, ROOT,
        locked().effective_on, encode(manifest), "a..b", _AT, 0, "ingested",
    )  # fmt: skip
    return stored._replace(**changes)


def a_lock(**changes: Any) -> Lock:
    lock = lock_of("ha-noi", a_stored_lock(**changes), _NOBODY, ChainCache())
    return replace(lock, faults=tuple(f for f in lock.faults if f != "signature"), signed=ROOT)


def found(owner: str, lock: Lock, rows: list[StoredRow]) -> list[tuple[str, str]]:
    return [(t.code, t.table) for t in check_lock(owner, lock, lambda: iter(rows), _NOBODY)]


@pytest.mark.parametrize(("owner", "stored"), [("so-ha-noi", at_so), ("bo", at_bo)])
def test_lock_that_nobody_touched_is_not_told(owner: str, stored: Callable[[int], StoredRow]) -> None:
    """At Sở as at Bộ."""
    assert found(owner, a_lock(), [stored(n) for n in range(5)]) == []


@pytest.mark.parametrize(
    ("changes", "code", "what"),
    [
        ({"leaf_count": 9}, "ROW_LOCK_CHANGED", ("count",)), ({"root": sha("x")}, "ROW_LOCK_CHANGED", ("root",)),
        ({"school": "X", "number": 7}, "ROW_LOCK_CHANGED", ("school", "round_number")),
        ({"manifest_index": 4}, "ROW_LOCK_CHANGED", ("log_index",)),
        ({"statement": b"{}"}, "ROW_MANIFEST_CHANGED", ("manifest",)),
        ({"statement": None}, "ROW_MISSING", ("no manifest",)),
        ({"at": None}, "ROW_MISSING", ()),
    ],
)  # fmt: skip
def test_column_that_the_manifest_does_not_say_is_told(
    changes: dict[str, Any], code: str, what: tuple[str, ...]
) -> None:
    """By the code of the row, with the columns that differ."""
    rows = [at_so(n) for n in range(5)]
    (tampered,) = check_lock("so-ha-noi", a_lock(**changes), lambda: iter(rows), _NOBODY)
    assert (tampered.code, tampered.what) == (code, what)


def test_manifest_that_its_seal_does_not_cover_is_told() -> None:
    """Nobody is registered here, so no signature can stand."""
    lock = lock_of("ha-noi", a_stored_lock(), _NOBODY, ChainCache())
    assert (lock.faults, lock.signed) == (("signature",), None)


def test_rows_that_are_gone_are_named_by_their_number() -> None:
    """Two of five."""
    rows = [at_so(n) for n in (0, 2, 4)]
    told = [t.key[-3:] for t in check_lock("so-ha-noi", a_lock(), lambda: iter(rows), _NOBODY)]
    assert told == ["n=1", "n=3"]


def test_row_whose_signatures_do_not_cover_it_is_named_where_the_root_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here no signature covers anything, so all rows are named; the lock itself is not blamed."""
    monkeypatch.setattr(stored_locks, "covers", lambda *_: False)
    rows = [at_so(0), at_so(0)._replace(n=1), *(at_so(n) for n in (2, 3, 4))]
    assert found("so-ha-noi", a_lock(), rows) == [("ROW_DOCUMENT_CHANGED", "document")] * 5


def test_lock_is_named_where_every_row_fits_itself_and_the_root_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A genuine transcript in the place of another: hub reconcile tells which."""
    monkeypatch.setattr(stored_locks, "covers", lambda *_: True)
    rows = [at_so(0), at_so(0)._replace(n=1), *(at_so(n) for n in (2, 3, 4))]
    assert found("so-ha-noi", a_lock(), rows) == [("ROW_ROOT_DIFFERS", "lock")]


def heads(count: int, **changes: Any) -> Iterator[StoredHead]:
    """One head for each manifest; the first has the changes."""
    tree = Frontier()
    for n in range(count):
        tree.append(leaf_hash(b"manifest %d" % n))
        head = StoredHead(tree.size, tree.root, tree.to_hex(), b"text", "a..b", _AT, None)
        yield head._replace(**changes) if n == 0 else head


def log(places: list[int], every: Iterator[StoredHead], owner: str = "so-ha-noi") -> list[tuple[str, tuple[str, ...]]]:
    manifests = [(n, b"manifest %d" % n) for n in places]
    told = check_log(owner, "ha-noi", manifests, every, _NOBODY, ChainCache())
    return [(t.key, tuple(w for w in t.what if w != "text")) for t in told if t.what != ("text",)]


def test_log_that_nobody_touched_has_the_roots_of_its_heads() -> None:
    """But for the signatures, which nobody is registered for."""
    assert log([0, 1, 2], heads(3)) == []


@pytest.mark.parametrize(("changes", "what"), [({"root": sha("x")}, "root"), ({"frontier": []}, "frontier")])
def test_head_that_is_not_over_the_manifests_is_told(changes: dict[str, Any], what: str) -> None:
    """By its size, and what differs."""
    assert log([0, 1, 2], heads(3, **changes)) == [("tree_size=1", (what,))]


@pytest.mark.parametrize("owner", ["so-ha-noi", "bo"])
def test_manifest_that_is_gone_is_named_once(owner: str) -> None:
    """Later heads cannot be recomputed, and are not blamed."""
    key = "log_index=1" if owner != "bo" else "so=ha-noi log_index=1"
    assert log([0, 2], heads(3), owner) == [(key, ())]


def test_head_without_the_token_that_was_sent_is_told() -> None:
    """Also when it is gone: the message has it. One that repeats another row's bytes says nothing new."""
    sent = [
        encode_message("Checkpoint", {**VALUES["Checkpoint"], "tree_size": n, "timestamp": b"token"}) for n in (1, 2)
    ]
    told = [(1, sent[0], False), (2, sent[1], False), (2, None, False), (3, None, False)]
    stored = [*heads(1, timestamp=b"token"), *list(heads(2))[1:]]
    found = [(t.code, t.key, t.what) for t in check_told("so-ha-noi", stored, told)]
    assert found == [
        ("ROW_CHECKPOINT_CHANGED", "tree_size=2", ("timestamp_token",)),
        ("ROW_MISSING", "tree_size=3", ()),
    ]
    (damaged,) = check_told("so-ha-noi", stored[:1], [(1, b"no message", False)])
    assert damaged.what == ("timestamp_token",)


def test_final_head_that_was_told_is_held_against_its_own_row() -> None:
    """It has the size of the head before it, and a table of its own."""
    message = encode_message("Checkpoint", VALUES["Checkpoint"] | {"timestamp": b"of the end"})
    (head,) = heads(1, timestamp=b"token")
    end, told = head._replace(timestamp=b"of the end", successor="nghe-an"), [(1, message, True)]
    assert list(check_told("so-ha-noi", [head, end], told)) == []
    (missing,) = check_told("so-ha-noi", [head], told)
    assert (missing.code, missing.table) == ("ROW_MISSING", "closing")
    (changed,) = check_told("so-ha-noi", [end._replace(timestamp=b"")], told)
    assert (changed.table, changed.what) == ("closing", ("timestamp_token",))


def test_signed_text_that_does_not_verify_is_told() -> None:
    """The note's key stands in no policy here."""
    (told,) = check_log("bo", "ha-noi", [(0, b"manifest 0")], heads(1), _NOBODY, ChainCache())
    assert (told.code, told.what) == ("ROW_CHECKPOINT_CHANGED", ("text",))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, ()),
        ({"stamped_at": stamps.AT}, ()),
        ({"stamped_at": _AT}, ("stamped_at",)),
        ({"timestamp": stamps.a_token(b"another head")}, ("timestamp_token",)),
        ({"timestamp": b"0"}, ("timestamp_token",)),
        ({"timestamp": b""}, ()),
    ],
)
def test_stored_time_stamp_is_judged_again(changes: dict[str, Any], what: tuple[str, ...]) -> None:
    """Over the stored text, under the policy of the head's time; one that was never there is no fault of the row."""
    payload = Pki.create(_AT).trust_policy_payload() | stamps.policy_changes()
    snapshot = Snapshot.of([Entry("trust_policy", "policy", _AT - timedelta(days=1), None, payload, 1)])
    every = heads(1, **{"timestamp": stamps.a_token(b"text")} | changes)
    (told,) = check_log("bo", "ha-noi", [(0, b"manifest 0")], every, snapshot, ChainCache())
    assert tuple(w for w in told.what if w not in ("text", "signature")) == what
