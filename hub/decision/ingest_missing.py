"""Còn thiếu gì tại Bộ: what a lock does not bring, named without saying anything of a pupil.

A chunk by its index, a leaf by its hash, a pupil by list and place in the roster that the register has. It is told in
Bộ's receipt, which every Sở can read, and never refuses what is proved: the roster may be the one that is wrong.
One receipt is one message: each list in it is cut short, with the count of all beside it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from msgspec import UNSET
from msgspec.structs import replace as with_fields

from hub.domain.statements import Missing, MissingPupils

__all__ = ["Listed", "missing_chunks", "missing_of", "missing_pupils"]

_LEAVES_MAX = 1000  # named in one receipt: 67 kB
_LISTS_MAX, _PLACES_MAX = 200, 200  # lists of a roster in one receipt, pupils of each: at most 200 kB
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
    listed, places = _shortened(pupils), sum(len(one.positions) for one in pupils)
    if not (chunks or hashes or pupils or request or roster):
        return None
    return Missing(
        chunks=tuple(chunks) or UNSET,
        leaves=hashes[:_LEAVES_MAX] or UNSET,
        leaves_count=len(hashes) if len(hashes) > _LEAVES_MAX else UNSET,
        pupils=listed or UNSET,
        pupils_count=places if places > sum(len(one.positions) for one in listed) else UNSET,
        request=request or UNSET,
        roster=roster or UNSET,
    )


def _shortened(pupils: Sequence[MissingPupils]) -> tuple[MissingPupils, ...]:
    return tuple(with_fields(one, positions=one.positions[:_PLACES_MAX]) for one in pupils[:_LISTS_MAX])


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
