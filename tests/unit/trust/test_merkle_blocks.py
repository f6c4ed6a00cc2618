"""Roots of large trees: what is hashed block by block is the same tree as leaf by leaf."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Corrupt, Refused
from hub.trust import Frontier, Tree, leaf_hash, root

BLOCK = 4096
LEAVES = [leaf_hash(n.to_bytes(4)) for n in range(2 * BLOCK + 3)]


@pytest.mark.parametrize("size", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 3])
def test_root_around_a_block_is_that_of_the_whole_tree(size: int) -> None:
    """One leaf less, exactly, one more."""
    assert root(LEAVES[:size]) == Tree(LEAVES[:size]).root


@given(steps=st.lists(st.integers(0, 5), max_size=12))
@settings(max_examples=60)
def test_blocks_of_any_fitting_size_give_the_same_frontier(steps: list[int]) -> None:
    """Wherever the size is a multiple of the block, appending it whole changes nothing."""
    whole, single = Frontier(), Frontier()
    for step in steps:
        count = 1 << step if whole.size % (1 << step) == 0 else 1
        block = LEAVES[whole.size : whole.size + count]
        whole.append_block(block)
        for digest in block:
            single.append(digest)
    assert (whole.size, whole.root, whole.to_hex()) == (single.size, single.root, single.to_hex())


@pytest.mark.parametrize(("before", "count"), [(0, 0), (0, 3), (1, 2), (2, 4)])
def test_block_that_does_not_fit_is_refused(before: int, count: int) -> None:
    """It would make another tree."""
    frontier = Frontier()
    for digest in LEAVES[:before]:
        frontier.append(digest)
    with pytest.raises(Corrupt) as broken:
        frontier.append_block(LEAVES[:count])
    assert broken.value.code == "FRONTIER_WRONG"


def test_wrong_hash_in_a_block_is_refused() -> None:
    """As leaf by leaf: 32 bytes or nothing."""
    with pytest.raises(Refused) as refused:
        root([*LEAVES[: BLOCK - 1], b"short"])
    assert refused.value.code == "LEAF_HASH_WRONG"
