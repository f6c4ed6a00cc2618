"""Which leaves a lock really has: the signed root decides between what Sở, Bộ and the national stream hold; pure.

A root cannot say which of its leaves was changed; but every witness holds all leaves, and the right set is the one
whose root was signed. Where more than one witness was tampered with, leaves are chosen record by record by most voices,
and the root proves the choice.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from hub.reconcile.rows import NOTHING, Record, Row
from hub.trust import manifest_root

__all__ = ["Truth", "find_truth"]

Leaves = frozenset[bytes]
_MOST = 3  # of five voices


@dataclass(frozen=True, slots=True)
class Truth:
    """The leaf hashes of a lock; `proved` when a signed root is over exactly these."""

    leaves: Leaves
    proved: bool


def find_truth(
    roots: Collection[bytes], so: Sequence[Row], bo: Sequence[Row], stream: AbstractSet[bytes] = frozenset()
) -> Truth:
    """Find the set of leaves whose root is among `roots` (signed ones, 32 bytes each).

    `stream` are the leaf hashes that the national stream tells of this lock. Where no set fits, most voices stand.
    """
    chosen = Leaves()
    for leaves in _candidates(so, bo, stream):
        if leaves and manifest_root(leaves) in roots:
            return Truth(leaves, proved=True)
        chosen = leaves
    return Truth(chosen, proved=False)


def _candidates(so: Sequence[Row], bo: Sequence[Row], stream: AbstractSet[bytes]) -> Iterator[Leaves]:
    """Yield sets from the likeliest on; the last one is what most witnesses hold."""
    for rows in (so, bo):
        yield _set(row.leaf for row in rows)
        yield _set(row.stored_leaf for row in rows)
    votes = _votes(so, bo, stream)
    loudest = {record: max(sorted(heard), key=heard.__getitem__) for record, heard in votes.items()}
    in_so, in_bo = {row.record for row in so}, {row.record for row in bo}
    for kept in (in_so | in_bo, in_so & in_bo, in_so, in_bo):
        yield _set(leaf for record, leaf in loudest.items() if record in kept)
    yield _set(leaf for record, leaf in loudest.items() if votes[record][leaf] >= _MOST)


def _votes(so: Sequence[Row], bo: Sequence[Row], stream: AbstractSet[bytes]) -> dict[Record | None, Counter[bytes]]:
    """Count the voices for each leaf of each record: bytes and hash column of both, and the national stream."""
    votes: dict[Record | None, Counter[bytes]] = {}
    for row in (*so, *bo):
        votes.setdefault(row.record, Counter()).update(h for h in (row.leaf, row.stored_leaf) if h != NOTHING)
    for heard in votes.values():
        heard.update([leaf for leaf in heard if leaf in stream])
    return {record: heard for record, heard in votes.items() if heard}


def _set(hashes: Iterable[bytes]) -> Leaves:
    return frozenset(h for h in hashes if h != NOTHING)
