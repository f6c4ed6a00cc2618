"""Merkle trees against a recursive oracle written straight from the definitions of RFC 9162 §2.1."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Corrupt, Refused
from hub.trust import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

SIZE = 64
LEAVES = [leaf_hash(bytes([n])) for n in range(SIZE)]


def _split(count):
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def oracle_root(leaves):
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = _split(len(leaves))
    return hashlib.sha256(b"\x01" + oracle_root(leaves[:half]) + oracle_root(leaves[half:])).digest()


def oracle_path(index, leaves):
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*oracle_path(index, leaves[:half]), oracle_root(leaves[half:])]
    return [*oracle_path(index - half, leaves[half:]), oracle_root(leaves[:half])]


def oracle_subproof(size, leaves, whole):
    if size == len(leaves):
        return [] if whole else [oracle_root(leaves)]
    half = _split(len(leaves))
    if size <= half:
        return [*oracle_subproof(size, leaves[:half], whole), oracle_root(leaves[half:])]
    return [*oracle_subproof(size - half, leaves[half:], False), oracle_root(leaves[:half])]


ROOTS = [oracle_root(LEAVES[:n]) for n in range(SIZE + 1)]


def _flips(value):
    for bit in range(0, 256, 37):  # a spread of bits; single hashes flip all of them below
        yield bytes(byte ^ (1 << bit % 8 if place == bit // 8 else 0) for place, byte in enumerate(value))


def test_roots_of_all_small_trees_are_those_of_the_definition():
    """Root, frontier and kept tree agree for every size from 0 to 64."""
    frontier = Frontier()
    assert ROOTS[0] == EMPTY_ROOT
    for size in range(SIZE + 1):
        assert root(LEAVES[:size]) == Tree(LEAVES[:size]).root == frontier.root == ROOTS[size]
        assert frontier.size == size
        if size < SIZE:
            frontier.append(LEAVES[size])


def test_inclusion_proofs_of_all_small_trees_are_those_of_the_definition_and_verify():
    """Every leaf of every tree up to 64 leaves."""
    for size in range(1, SIZE + 1):
        tree = Tree(LEAVES[:size])
        for index in range(size):
            proof = tree.inclusion_proof(index)
            assert proof == oracle_path(index, LEAVES[:size])
            assert verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])
            assert not verify_inclusion((index + 1) % size if size > 1 else 1, size, LEAVES[index], proof, ROOTS[size])


def test_consistency_proofs_of_all_small_trees_are_those_of_the_definition_and_verify():
    """Every pair m ≤ n up to 64; no other pair of roots passes."""
    for size in range(1, SIZE + 1):
        tree = Tree(LEAVES[:size])
        for older in range(1, size + 1):
            proof = tree.consistency_proof(older)
            assert proof == oracle_subproof(older, LEAVES[:size], True)
            assert verify_consistency(older, size, ROOTS[older], ROOTS[size], proof)
            assert not verify_consistency(older, size, ROOTS[older - 1], ROOTS[size], proof)
            assert not verify_consistency(older, size, ROOTS[older], ROOTS[size - 1], proof)


@settings(max_examples=40)
@given(st.data())
def test_every_single_bit_flip_makes_a_proof_fail(data):
    """No bit of leaf, root or proof is free."""
    size = data.draw(st.integers(1, SIZE))
    index = data.draw(st.integers(0, size - 1))
    older = index + 1
    included, consistent = inclusion_proof(index, LEAVES[:size]), consistency_proof(older, LEAVES[:size])
    for flipped in _flips(LEAVES[index]):
        assert not verify_inclusion(index, size, flipped, included, ROOTS[size])
    for flipped in _flips(ROOTS[size]):
        assert not verify_inclusion(index, size, LEAVES[index], included, flipped)
        assert not verify_consistency(older, size, ROOTS[older], flipped, consistent)
    for place, step in enumerate(included):
        for flipped in _flips(step):
            changed = [*included[:place], flipped, *included[place + 1 :]]
            assert not verify_inclusion(index, size, LEAVES[index], changed, ROOTS[size])
    for place, step in enumerate(consistent):
        for flipped in _flips(step):
            changed = [*consistent[:place], flipped, *consistent[place + 1 :]]
            assert not verify_consistency(older, size, ROOTS[older], ROOTS[size], changed)


def test_all_256_bits_of_each_step_count():
    """The whole of every hash of one proof is significant."""
    proof = inclusion_proof(13, LEAVES[:29])
    for place, step in enumerate(proof):
        number = int.from_bytes(step)
        for bit in range(256):
            changed = [*proof[:place], (number ^ (1 << bit)).to_bytes(32), *proof[place + 1 :]]
            assert not verify_inclusion(13, 29, LEAVES[13], changed, ROOTS[29])


@pytest.mark.parametrize("change", [lambda p: p[:-1], lambda p: [*p, p[0]], lambda p: p[::-1], lambda p: [p[0], *p]])
def test_proof_with_steps_removed_added_or_reordered_fails(change):
    """The number of steps follows from the position alone."""
    assert not verify_inclusion(5, 23, LEAVES[5], change(inclusion_proof(5, LEAVES[:23])), ROOTS[23])
    proof = change(consistency_proof(5, LEAVES[:23]))
    assert not verify_consistency(5, 23, ROOTS[5], ROOTS[23], proof)


def test_proof_for_a_node_instead_of_the_root_fails():
    """A proof cut short ends at an inner node: as a root it is none, whatever the tree above."""
    proof, size = inclusion_proof(5, LEAVES[:8]), 8
    assert verify_inclusion(1, 4, LEAVES[5], proof[:2], oracle_root(LEAVES[4:8]))
    assert not verify_inclusion(5, size, LEAVES[5], proof[:2], oracle_root(LEAVES[4:8]))
    assert not verify_consistency(4, 8, ROOTS[4], ROOTS[4], [])
    assert not verify_consistency(6, 16, ROOTS[6], ROOTS[8], consistency_proof(6, LEAVES[:8]))


def test_proof_with_a_step_above_the_root_fails():
    """A step more than the position allows is refused even when a made-up root fits it."""
    step = LEAVES[60]
    higher = {size: hashlib.sha256(b"\x01" + step + ROOTS[size]).digest() for size in (6, 8)}
    proof = inclusion_proof(7, LEAVES[:8])
    assert not verify_inclusion(7, 8, LEAVES[7], [*proof, step], higher[8])
    proof = consistency_proof(6, LEAVES[:8])
    assert not verify_consistency(6, 8, higher[6], higher[8], [*proof, step])


def test_check_of_a_huge_tree_ends_at_once():
    """Sizes up to 2^64 − 1 cost 64 steps; beyond, and negative ones, are refused."""
    steps, top = [LEAVES[0]] * 64, 2**64 - 1
    assert not verify_inclusion(top - 1, top, LEAVES[0], steps, ROOTS[1])
    assert not verify_consistency(top - 1, top, ROOTS[1], ROOTS[2], steps)
    for index, size in ((0, 2**64), (-1, 4), (4, 4), (0, 0), (5, 4)):
        assert not verify_inclusion(index, size, LEAVES[0], [], LEAVES[0])
    for older, newer in ((0, 0), (0, 4), (5, 4), (-1, 4), (1, 2**64)):
        assert not verify_consistency(older, newer, ROOTS[1], ROOTS[1], [])


def test_hash_of_another_length_is_refused_everywhere():
    """Empty or short hashes prove nothing, even where they agree."""
    assert not verify_inclusion(0, 1, b"", [], b"")
    assert not verify_consistency(1, 1, b"", b"", [])
    assert not verify_inclusion(0, 2, LEAVES[0], [LEAVES[1][:31]], ROOTS[2])
    for build in (lambda: root([b"short"]), lambda: Tree([b"short"])):
        with pytest.raises(Refused) as refused:
            build()
        assert refused.value.code == "LEAF_HASH_WRONG"


@given(st.integers(0, SIZE), st.integers(0, SIZE))
def test_frontier_continues_where_it_was_stored(stored, more):
    """A stored right edge grows to the same root as the whole tree."""
    frontier = Frontier()
    for digest in LEAVES[:stored]:
        frontier.append(digest)
    restored = Frontier.of_hex(frontier.size, frontier.to_hex())
    for digest in LEAVES[stored:more]:
        restored.append(digest)
    assert restored.root == ROOTS[max(stored, more)]


@pytest.mark.parametrize(
    ("size", "hashes"), [(1, []), (3, ["00" * 32]), (0, ["00" * 32]), (1, ["00"]), (1, ["xx"]), (-1, []), (2**64, [])]
)
def test_frontier_that_cannot_be_stops_loudly(size, hashes):
    """A stored edge that does not fit its size is our own broken invariant."""
    with pytest.raises(Corrupt) as corrupt:
        Frontier.of_hex(size, hashes)
    assert corrupt.value.code == "FRONTIER_WRONG"


@pytest.mark.parametrize("call", [lambda t: t.inclusion_proof(5), lambda t: t.inclusion_proof(-1),
                                  lambda t: t.consistency_proof(0), lambda t: t.consistency_proof(6)])  # fmt: skip
def test_proof_outside_the_tree_is_refused(call):
    """Only leaves and sizes that exist have proofs."""
    with pytest.raises(Refused) as refused:
        call(Tree(LEAVES[:5]))
    assert refused.value.code == "PROOF_OUT_OF_RANGE"
