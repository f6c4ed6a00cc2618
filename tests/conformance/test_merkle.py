"""Merkle proofs against the published ones, right and wrong, and the published reference tree."""

import base64
import json

import pytest

from hub.trust import Frontier, Tree, leaf_hash, root, verify_consistency, verify_inclusion


def _hash(text):
    return base64.b64decode(text or "")


def _inclusion(case):
    start, end = case.get("start", 0), case.get("end", case.get("treeSize"))
    proof = [_hash(text) for text in case["proof"] or []]
    if "start" in case and not _is_subtree(start, end):
        return False
    return verify_inclusion(case["leafIdx"] - start, end - start, _hash(case["leafHash"]), proof, _hash(case["root"]))


def _is_subtree(start, end):
    """A subtree [start, end) begins at a multiple of the smallest power of two that holds it."""
    if not 0 <= start < end:
        return False
    return start % (1 << (end - start - 1).bit_length()) == 0


def _consistency(case):
    proof = [_hash(text) for text in case["proof"] or []]
    return verify_consistency(case["size1"], case["size2"], _hash(case["root1"]), _hash(case["root2"]), proof)


@pytest.mark.parametrize(
    ("suite", "check", "total", "right"),
    [
        ("inclusion", _inclusion, 98, 6),
        ("subtreeinclusion", _inclusion, 204, 12),
        ("consistency", _consistency, 98, 6),
    ],
)
def test_published_proofs_verify_exactly_when_they_are_right(vectors, skips, suite, check, total, right):
    """Every case of the folder: true or false as published, never an exception; no wrong proof is ever skipped."""
    listed = skips(f"merkle/{suite}")
    cases = [(path, json.loads(path.read_bytes())) for path in (vectors / "merkle" / suite).rglob("*.json")]
    assert (len(cases), sum(not case["wantErr"] for _, case in cases)) == (total, right)
    named = [(f"{path.parent.name}/{path.stem}", check(case), case["wantErr"]) for path, case in cases]
    assert [name for name, verified, wrong in named if verified and wrong] == []
    assert [name for name, verified, wrong in named if not verified and not wrong and not listed.has(name)] == []
    listed.settle()


def test_subtree_consistency_is_outside_the_hub(vectors, skips):
    """The hub proves whole trees only; the cases are listed by folder and counted."""
    listed = skips("merkle/subtreeconsistency")
    paths = sorted((vectors / "merkle" / "subtreeconsistency").rglob("*.json"))
    names = [
        path.relative_to(vectors / "merkle" / "subtreeconsistency").as_posix().removesuffix(".json") for path in paths
    ]
    assert [name for name in names if not listed.has(name)] == []
    assert listed.settle() == 118


def test_reference_tree_is_reproduced(vectors):
    """Leaf hashes and roots of the eight published leaves, by all three builders."""
    reference = json.loads((vectors / "merkle" / "reference-roots.json").read_bytes())
    hashes = [leaf_hash(bytes.fromhex(text)) for text in reference["leaf_inputs"]]
    assert [digest.hex() for digest in hashes] == reference["leaf_hashes"]
    frontier, found = Frontier(), []
    for size in range(len(hashes) + 1):
        assert root(hashes[:size]) == Tree(hashes[:size]).root == frontier.root
        found.append(frontier.root.hex())
        if size < len(hashes):
            frontier.append(hashes[size])
    assert found == [reference["root_by_tree_size"][str(size)] for size in range(9)]
