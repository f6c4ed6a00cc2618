"""Còn thiếu gì tại Bộ: what a lock does not bring, named without saying anything of a pupil.

A chunk by its index, a leaf by its hash, a pupil by list and place in the roster that the register has. It is told in
Bộ's receipt, which every Sở can read, and never refuses what is proved: the roster may be the one that is wrong.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from msgspec import UNSET

from hub.domain.statements import Missing, MissingPupils

__all__ = ["ROSTER_COHORTS", "Listed", "missing_chunks", "missing_of", "missing_pupils"]

ROSTER_COHORTS = frozenset({"completed", "supplementary"})  # pupils who leave, and corrections, lock on their own
_CHUNKS_MAX = 1000  # named in one receipt: how many there should be is a stranger's word


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of a school's roster as it stood: id of the register entry, when it was issued, its pupils in order."""

    entry_id: str
    issued_at: str
    pupils: Sequence[str]


def missing_of(
    *, chunks: Sequence[int] = (), leaves: Iterable[bytes] = (), pupils: Sequence[MissingPupils] = (),
    request: bool = False, roster: bool = False,
) -> Missing | None:  # fmt: skip
    """Return what is missing, or None when it is nothing. `request`, `roster`: there is none at all."""
    hashes = tuple(sorted(leaf.hex() for leaf in leaves))
    if not (chunks or hashes or pupils or request or roster):
        return None
    return Missing(
        chunks=tuple(chunks) or UNSET,
        leaves=hashes or UNSET,
        pupils=tuple(pupils) or UNSET,
        request=request or UNSET,
        roster=roster or UNSET,
    )


def missing_chunks(found: Mapping[int, int]) -> tuple[int, ...]:
    """Return the indexes that are not there; `found` gives, by index, of how many each chunk says it is one."""
    of = max(found.values(), default=1)
    wanted = (index for index in range(min(of, len(found) + _CHUNKS_MAX)) if index not in found)
    return tuple(index for index, _ in zip(wanted, range(_CHUNKS_MAX), strict=False))


def missing_pupils(
    roster: Iterable[Listed], reported: AbstractSet[str], explained: AbstractSet[str]
) -> Iterator[MissingPupils]:  # fmt: skip
    """Yield, list by list, the places of those who are neither reported nor explained."""
    for part in roster:
        places = tuple(
            place for place, pupil in enumerate(part.pupils) if pupil not in reported and pupil not in explained
        )
        if places:
            yield MissingPupils(issued_at=part.issued_at, positions=places, roster=part.entry_id)
