"""Merkle trees of RFC 9162 §2.1 over SHA-256: roots, inclusion and consistency proofs, and their checks.

A check walks the bits of a position, never the leaves; sizes go up to 2^64 − 1. Every hash has exactly 32 bytes, and
consistency from the empty tree proves nothing and is refused.
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import islice

from hub.errors import Corrupt, Refused

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTE_COUNT",
    "SIZE_MAX",
    "Frontier",
    "Tree",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "root",
    "verify_consistency",
    "verify_inclusion",
]

HASH_BYTE_COUNT = 32
SIZE_MAX = 2**64 - 1
EMPTY_ROOT = hashlib.sha256(b"").digest()
_BLOCK_SIZE = 4096  # a power of two: faster than leaf by leaf, and no more than so many hashes in memory


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in order; the empty tree has SHA-256 of nothing."""
    frontier, waiting = Frontier(), iter(leaf_hashes)
    while len(block := list(islice(waiting, _BLOCK_SIZE))) == _BLOCK_SIZE:
        frontier.append_block(block)
    for digest in block:
        frontier.append(digest)
    return frontier.root


def inclusion_proof(index: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Return the proof that leaf `index` stands in the tree; many proofs of one tree come cheaper from `Tree`."""
    return Tree(leaf_hashes).inclusion_proof(index)


def consistency_proof(size_1: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """Return the proof that the first `size_1` leaves are the older tree; many come cheaper from `Tree`."""
    return Tree(leaf_hashes).consistency_proof(size_1)


def verify_inclusion(index: int, size: int, digest: bytes, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Tell whether `proof` shows the leaf hash `digest` at `index` of the tree of `size` leaves (RFC 9162 §2.1.3.2)."""
    if not (0 <= index < size <= SIZE_MAX and _all_hashes([digest, expected_root, *proof])):
        return False
    fn, sn, current = index, size - 1, digest
    for step in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            current = node_hash(step, current)
            fn, sn = _skip_right_edge(fn, sn)
        else:
            current = node_hash(current, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and current == expected_root


def verify_consistency(size_1: int, size_2: int, root_1: bytes, root_2: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether `proof` shows the tree of `size_1` leaves as the beginning of the tree of `size_2` (§2.1.4.2)."""
    if not (0 < size_1 <= size_2 <= SIZE_MAX and _all_hashes([root_1, root_2, *proof])):
        return False
    if size_1 == size_2:
        return not proof and root_1 == root_2
    path = [root_1, *proof] if size_1 & (size_1 - 1) == 0 else list(proof)
    if not path:
        return False
    fn, sn = size_1 - 1, size_2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    older = newer = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            older, newer = node_hash(step, older), node_hash(step, newer)
            fn, sn = _skip_right_edge(fn, sn)
        else:
            newer = node_hash(newer, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and older == root_1 and newer == root_2


def _skip_right_edge(fn: int, sn: int) -> tuple[int, int]:
    """Climb past the levels where the node has no sibling."""
    while fn and not fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _all_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_BYTE_COUNT for value in values)


class Frontier:
    """The right edge of a growing tree: enough to append and to give the root, at most 64 hashes.

    Holds the root of each complete subtree, largest first: one for each 1 bit of the size.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if not 0 <= size <= SIZE_MAX or len(hashes) != size.bit_count() or not _all_hashes(hashes):
            raise Corrupt("FRONTIER_WRONG", {"size": str(size)})
        self._size = size
        self._hashes = list(hashes)

    @classmethod
    def of_hex(cls, size: int, hashes: Sequence[str]) -> "Frontier":
        """Restore what `to_hex` gave. Raises Corrupt FRONTIER_WRONG when it cannot be one."""
        try:
            return cls(size, [bytes.fromhex(text) for text in hashes])
        except ValueError:
            raise Corrupt("FRONTIER_WRONG", {"size": str(size)}) from None

    @property
    def size(self) -> int:
        """Count of leaves."""
        return self._size

    @property
    def root(self) -> bytes:
        """Root of the tree as it stands."""
        if not self._hashes:
            return EMPTY_ROOT
        current = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            current = node_hash(left, current)
        return current

    def append(self, digest: bytes) -> None:
        """Add one leaf hash. Raises Refused LEAF_HASH_WRONG unless it has 32 bytes."""
        if len(digest) != HASH_BYTE_COUNT:
            raise Refused("LEAF_HASH_WRONG")
        self._push(digest, 1)

    def append_block(self, digests: list[bytes]) -> None:
        """Add as many leaf hashes as a power of two that divides the size. Raises Refused as `append`, Corrupt else."""
        count, level = len(digests), digests
        if count == 0 or count & (count - 1) or self._size % count:
            raise Corrupt("FRONTIER_WRONG", {"size": str(self._size)})
        if not _all_hashes(digests):
            raise Refused("LEAF_HASH_WRONG")
        sha256 = hashlib.sha256
        while len(level) > 1:
            pairs = iter(level)
            level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
        self._push(level[0], count)

    def _push(self, digest: bytes, leaf_count: int) -> None:
        """Put the root of a complete subtree at the right edge, and join what is complete now."""
        full = self._size // leaf_count
        while full & 1:
            digest = node_hash(self._hashes.pop(), digest)
            full >>= 1
        self._hashes.append(digest)
        self._size += leaf_count

    def to_hex(self) -> list[str]:
        """Return the hashes, largest subtree first, as hex; the size is stored beside them."""
        return [digest.hex() for digest in self._hashes]


class Tree:
    """A whole tree in memory, all complete subtrees kept: each proof then costs a few hashes."""

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        if not _all_hashes(leaf_hashes):
            raise Refused("LEAF_HASH_WRONG")
        self._levels = [list(leaf_hashes)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            self._levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])

    @property
    def size(self) -> int:
        """Count of leaves."""
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        """Root over all leaves."""
        return self._range_root(0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Return the proof for leaf `index`, leaf's sibling first. Raises Refused PROOF_OUT_OF_RANGE."""
        if not 0 <= index < self.size:
            raise Refused("PROOF_OUT_OF_RANGE", {"index": str(index), "size": str(self.size)})
        proof, start, end = list[bytes](), 0, self.size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._range_root(middle, end))
                end = middle
            else:
                proof.append(self._range_root(start, middle))
                start = middle
        return proof[::-1]

    def consistency_proof(self, size_1: int) -> list[bytes]:
        """Return the proof from the first `size_1` leaves to all (RFC 9162 §2.1.4.1). Raises PROOF_OUT_OF_RANGE."""
        if not 0 < size_1 <= self.size:
            raise Refused("PROOF_OUT_OF_RANGE", {"index": str(size_1), "size": str(self.size)})
        proof, start, end, at_left_edge = list[bytes](), 0, self.size, True
        while size_1 != end:
            middle = start + _split(end - start)
            if size_1 <= middle:
                proof.append(self._range_root(middle, end))
                end = middle
            else:
                proof.append(self._range_root(start, middle))
                start, at_left_edge = middle, False
        if not at_left_edge:
            proof.append(self._range_root(start, end))
        return proof[::-1]

    def _range_root(self, start: int, end: int) -> bytes:
        width = end - start
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + _split(width)
        return node_hash(self._range_root(start, middle), self._range_root(middle, end))


def _split(width: int) -> int:
    """Return the largest power of two below `width` (at least 2)."""
    return 1 << ((width - 1).bit_length() - 1)
