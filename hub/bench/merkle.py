"""`hub bench merkle`: the root over a province's leaves, and the check of one inclusion proof."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from hub.errors import Corrupt
from hub.trust import Tree, root, verify_inclusion

__all__ = ["measure_merkle"]

_STEP = 7_368_787  # a prime: the checked leaves lie all over the tree, the same in every run


def measure_merkle(leaf_count: int, run_count: int, proof_count: int) -> dict[str, Any]:
    """Return wall-clock figures of `hub.trust.root` and `hub.trust.verify_inclusion`; making the leaves is not timed.

    `root_seconds` and `proof_check_ms` are medians; the slowest of each stands beside it. Raises Corrupt UNEXPECTED
    when the two builders of the product disagree or a proof does not verify.
    """
    hashes = [hashlib.sha256(n.to_bytes(8)).digest() for n in range(leaf_count)]
    roots: list[bytes] = []
    root_times = [_seconds(lambda: roots.append(root(hashes))) for _ in range(run_count)]
    tree = Tree(hashes)
    chosen = [n * _STEP % leaf_count for n in range(proof_count)]
    proofs = [(n, tree.inclusion_proof(n)) for n in chosen]
    if set(roots) != {tree.root}:
        raise Corrupt("UNEXPECTED", {"reason": "two builders give two roots"})
    check_times = [_check_seconds(n, proof, hashes, tree.root) for n, proof in proofs]
    return {
        "leaves": leaf_count,
        "runs": run_count,
        "root_seconds": round(median(root_times), 3),
        "root_seconds_slowest": round(max(root_times), 3),
        "proofs": proof_count,
        "proof_hashes": max(len(proof) for _, proof in proofs),
        "proof_check_ms": round(median(check_times) * 1000, 4),
        "proof_check_ms_slowest": round(max(check_times) * 1000, 4),
        "root": tree.root.hex(),
        "processors": os.cpu_count(),
    }


def _check_seconds(index: int, proof: Sequence[bytes], hashes: Sequence[bytes], expected: bytes) -> float:
    holds: list[bool] = []
    taken_s = _seconds(lambda: holds.append(verify_inclusion(index, len(hashes), hashes[index], proof, expected)))
    if holds != [True]:
        raise Corrupt("UNEXPECTED", {"reason": "a proof does not verify"})
    return taken_s


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
