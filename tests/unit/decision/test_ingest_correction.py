"""Corrections at Bộ: a lock ends exactly the version that stands, and every other pair of leaves is refused."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace as with_fields

from hub.decision import RecordKey, RoundKey
from hub.decision.ingest import KnownLog, ManifestRow
from hub.decision.locking import Base, KnownRound, LeafRow, Lockable, Order, build_lock
from hub.domain import read
from hub.domain.statements import Manifest
from hub.trust import leaf_bytes, leaf_hash, manifest_root, parse_leaf
from tests.unit.decision.builders import sha
from tests.unit.decision.ingest_builders import (
    AT,
    FIRST,
    KEY,
    SCHOOLS,
    SO,
    Row,
    after,
    chunks_of,
    head_over,
    leaves_of,
    manifest_of,
    verdict,
)
from tests.unit.domain.builders import document_of

YEAR = "2025-2026"
OLD = leaves_of(SCHOOLS[0])


def corrected(old: LeafRow, number: int = 1, supersedes: bytes | None = None) -> Lockable:
    """Return the correction of a locked transcript, with the version that it takes the place of."""
    before = old.document
    transcript = read(before.document).transcript
    assert transcript is not None
    named = supersedes or bytes.fromhex(parse_leaf(old.leaf).document_sha256)
    changed = with_fields(transcript, remarks=f"Lần {number}.", reason="nhầm", supersedes=named.hex())
    base = Base(old.digest, (SCHOOLS[0], "request-0001", 0), before)
    return replace(
        before, message_sha256=sha(f"correction {number}"), version=before.version + 1, document=document_of(changed),
        base=base,
    )  # fmt: skip


def relock(documents: Iterable[Lockable], number: int = 1, cohort: str = "correction") -> tuple[list[Row], Manifest]:
    """Lock corrections; return rows and manifest."""
    order = Order(RoundKey(SCHOOLS[0], YEAR, cohort, number), sha(f"correction lock {number}"), "lock-00002", AT)
    made = build_lock(order, KnownRound("closing", sha("request"), list(documents)), so=SO, so_symbols="01", key=KEY)
    rows = [(r.document.document, tuple(r.document.signatures), r.leaf) for r in made.leaves]
    return rows, made.manifest


def known_first() -> KnownLog:
    """Return what Bộ knows after the first lock."""
    return after(*FIRST.chunks, FIRST.manifest, head_over(FIRST))


def judged(rows: list[Row], manifest: Manifest, known: KnownLog | None = None, index: int = 1) -> tuple[str, ...]:
    """Return the codes of a lock of these rows, whose manifest is over just them."""
    said = with_fields(manifest, count=len(rows), root=manifest_root(leaf_hash(leaf) for _, _, leaf in rows).hex())
    row: ManifestRow = manifest_of(said, index)
    return verdict(chunks_of(said, [rows]), row, known or known_first())


def test_correction_is_promoted_with_both_of_its_leaves() -> None:
    """The version that stood is ended, the new one stands, and can itself be corrected."""
    known = known_first()
    rows, manifest = relock([corrected(OLD[0]), corrected(OLD[1])])
    assert judged(rows, manifest, known) == ()
    record = RecordKey(SCHOOLS[0], OLD[0].document.record.pupil, YEAR, "year")
    assert known.standing[tuple(record)].version == 2  # type: ignore[index]
    new = next(
        LeafRow("SUPERSEDES", leaf_hash(leaf), leaf, "", replace(OLD[0].document, document=document, version=2), 0)
        for document, _, leaf in rows
        if (found := parse_leaf(leaf)).action == "SUPERSEDES" and found.pupil == record.pupil
    )
    assert judged(*relock([corrected(new, 2)], 2), known, 2) == ()


def edited(rows: list[Row], of: str, /, **changes: Any) -> list[Row]:
    """Change the leaves of one action."""
    return [
        (document, signatures, leaf_bytes(with_fields(parse_leaf(leaf), **changes)))
        if parse_leaf(leaf).action == of
        else (document, signatures, leaf)
        for document, signatures, leaf in rows
    ]


def without(rows: list[Row], action: str) -> list[Row]:
    return [row for row in rows if parse_leaf(row[2]).action != action]


Lie = Callable[[list[Row]], list[Row]]


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (lambda rows: edited(rows, "SUPERSEDES", action="LOCK"), "LEAF_ACTION_UNKNOWN"),
        (lambda rows: edited(rows, "UNLOCK", action="LOCK"), "LEAF_ACTION_UNKNOWN"),
        (lambda rows: without(rows, "UNLOCK"), "LEAF_UNPAIRED"),
        (lambda rows: without(rows, "SUPERSEDES"), "LEAF_UNPAIRED"),
        (lambda rows: edited(rows, "UNLOCK", previous_leaf=sha("no leaf").hex()), "UNLOCK_NOT_OF_STANDING"),
        (lambda rows: edited(rows, "UNLOCK", previous_leaf=UNSET), "UNLOCK_NOT_OF_STANDING"),
        (lambda rows: edited(rows, "UNLOCK", version=7), "UNLOCK_NOT_OF_STANDING"),
        (lambda rows: edited(rows, "SUPERSEDES", previous_leaf=OLD[0].digest.hex()), "SUPERSESSION_NOT_OF_UNLOCKED"),
        (lambda rows: edited(rows, "SUPERSEDES", previous_leaf=UNSET), "SUPERSESSION_NOT_OF_UNLOCKED"),
    ],
)  # fmt: skip
def test_correction_whose_leaves_do_not_follow_is_refused(lie: Lie, code: str) -> None:
    """Without its counterpart, from another leaf, of another version: refused, though its manifest proves it."""
    rows, manifest = relock([corrected(OLD[0])])
    assert code in judged(lie(rows), manifest)


def test_correction_that_names_another_document_is_refused() -> None:
    """The new document must say itself that it supersedes the one that was unlocked."""
    rows, manifest = relock([corrected(OLD[0], supersedes=sha("another"))])
    assert judged(rows, manifest) == ("SUPERSESSION_NOT_OF_UNLOCKED",)


def test_correction_of_what_does_not_stand_is_refused() -> None:
    """Nothing of that record is known, or it was corrected already."""
    rows, manifest = relock([corrected(OLD[0])])
    assert judged(rows, manifest, KnownLog(SO), 0) == ("UNLOCK_NOT_OF_STANDING",)
    known = known_first()
    assert judged(rows, manifest, known) == ()
    again, other = relock([corrected(OLD[0], 2)], 2)
    assert "RECORD_REPEATED" in judged(again, other, known, 2)
    assert "UNLOCK_NOT_OF_STANDING" in judged(again, with_fields(other, lock_id=sha("third").hex()), known, 3)


def test_ordinary_round_takes_no_correction() -> None:
    """Whatever the leaves say: outside a round of corrections a lock only locks, and follows nothing."""
    rows, manifest = relock([corrected(OLD[0])], cohort="supplementary")
    assert judged(rows, manifest) == ("LEAF_ACTION_UNKNOWN",)
    followed = edited(rows[:1], parse_leaf(rows[0][2]).action, action="LOCK", previous_leaf=sha("x").hex(), version=9)
    assert judged(followed, manifest, KnownLog(SO), 0) == ("LEAF_DIFFERS",)


def test_later_version_that_is_simply_locked_is_refused() -> None:
    """A Sở that unlocks nothing puts nothing in the place of what stands, and what stands can still be corrected."""
    known = known_first()
    rows, manifest = relock([corrected(OLD[0])], cohort="supplementary")
    planted = edited(without(rows, "UNLOCK"), "SUPERSEDES", action="LOCK", previous_leaf=UNSET)
    assert parse_leaf(planted[0][2]).version == 2
    assert judged(planted, manifest, known) == ("RECORD_REPEATED",)
    assert judged(*relock([corrected(OLD[0])], 2), known, 2) == ()


def test_correction_is_refused_behind_another_so() -> None:
    """Whoever did not lock a version does not end it, though every leaf follows."""
    known = known_first()
    rows, manifest = relock([corrected(OLD[0])])
    known.standing = {record: replace(one, so="nghe-an") for record, one in known.standing.items()}
    assert judged(rows, manifest, known) == ("UNLOCK_NOT_OF_STANDING",)
