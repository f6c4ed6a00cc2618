"""Merkle trees of RFC 9162, section 2.1, written from its text: the roots of one growing tree at all its sizes."""

import hashlib
from collections.abc import Iterable, Iterator

__all__ = ["heads", "leaf_hash", "root"]


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\0" + data).digest()


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in the given order; of no leaves, SHA-256 of nothing."""
    whole = hashlib.sha256(b"").digest()
    for head, _ in heads(leaf_hashes):
        whole = head
    return whole


def heads(leaf_hashes: Iterable[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield (root, peaks) after each leaf; peaks are the roots of the perfect subtrees, largest first."""
    peaks: list[tuple[int, bytes]] = []  # (height, hash)
    for leaf in leaf_hashes:
        height, node = 0, leaf
        while peaks and peaks[-1][0] == height:
            node = _node(peaks.pop()[1], node)
            height += 1
        peaks.append((height, node))
        top = peaks[-1][1]
        for _, left in reversed(peaks[:-1]):
            top = _node(left, top)
        yield top, [peak for _, peak in peaks]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
