"""Đính chính tại Bộ: does a lock end exactly the versions that stand, and put one in the place of each?

A round of corrections has two leaves for each transcript. UNLOCK names the leaf by which the version that stands came
in; SUPERSEDES names that UNLOCK, and its document names the document that was unlocked. Every other round only locks.
Only the Sở that locked a version ends it: the register knows successors of schools, not of a Sở.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec import UNSET

from hub.decision.correction_rows import CORRECTION
from hub.trust import Leaf

__all__ = ["LeafOf", "Record", "Standing", "correction_faults", "stands_after"]

Record = tuple[str, str, str, str]
"""School, pupil, school year, period."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The version of a record that is in force, and the Sở in whose log it came in."""

    so: str
    version: int
    leaf_sha256: str
    document_sha256: str


@dataclass(frozen=True, slots=True)
class LeafOf:
    """One leaf of a lock with its record; `supersedes` as its document says, "" for none."""

    record: Record
    leaf: Leaf
    leaf_sha256: str
    supersedes: str


def correction_faults(
    so: str, cohort: str, leaves: Sequence[LeafOf], standing: Mapping[Record, Standing]
) -> Iterator[str]:  # fmt: skip
    """Yield what is wrong with the actions of a Sở's lock; `standing` holds what its records had before."""
    allowed = ("UNLOCK", "SUPERSEDES") if cohort == CORRECTION else ("LOCK",)
    if any(one.leaf.action not in allowed for one in leaves):
        yield "LEAF_ACTION_UNKNOWN"
        return
    if cohort != CORRECTION:
        if any(one.leaf.previous_leaf is not UNSET for one in leaves):
            yield "LEAF_DIFFERS"
        return
    unlocked = {one.record: one for one in leaves if one.leaf.action == "UNLOCK"}
    locked = {one.record: one for one in leaves if one.leaf.action == "SUPERSEDES"}
    if unlocked.keys() != locked.keys() or len(unlocked) + len(locked) != len(leaves):
        yield "LEAF_UNPAIRED"
        return
    if not all(_ends(so, one, standing.get(record)) for record, one in unlocked.items()):
        yield "UNLOCK_NOT_OF_STANDING"
    if not all(_follows(one, unlocked[record]) for record, one in locked.items()):
        yield "SUPERSESSION_NOT_OF_UNLOCKED"


def stands_after(so: str, leaves: Sequence[LeafOf]) -> dict[Record, Standing]:
    """Return what is in force of these records once their lock in this Sở's log is promoted."""
    return {
        one.record: Standing(so, one.leaf.version, one.leaf_sha256, one.leaf.document_sha256)
        for one in leaves
        if one.leaf.action != "UNLOCK"
    }


def _ends(so: str, one: LeafOf, standing: Standing | None) -> bool:
    said = (so, one.leaf.version, one.leaf.previous_leaf, one.leaf.document_sha256)
    return standing is not None and said == (
        standing.so, standing.version, standing.leaf_sha256, standing.document_sha256
    )  # fmt: skip


def _follows(one: LeafOf, unlocked: LeafOf) -> bool:
    said = (one.leaf.previous_leaf, one.supersedes)
    return said == (unlocked.leaf_sha256, unlocked.leaf.document_sha256) and one.leaf.version > unlocked.leaf.version
