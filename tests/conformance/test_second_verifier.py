"""The second verifier (verifier/verify.mjs) against the published vectors, and against the hub's own answers."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from hub.errors import Refused
from hub.trust import check_signature, parse, verify_consistency, verify_inclusion
from tests.unit.evidence.node import ask

JCS_CASES = ("arrays", "french", "structures", "unicode", "values", "weird")


def _hex(text):
    return base64.b64decode(text or "").hex()


def _cases(vectors, suite):
    return [json.loads(path.read_bytes()) for path in sorted((vectors / "merkle" / suite).rglob("*.json"))]


def test_inclusion_proofs_are_judged_as_published_and_as_by_the_hub(vectors):
    """All 98, wrong and right."""
    cases = _cases(vectors, "inclusion")
    asked = [
        {
            "ask": "inclusion", "index": c["leafIdx"], "size": c["treeSize"], "hash": _hex(c["leafHash"]),
            "proof": [_hex(text) for text in c["proof"] or []], "root": _hex(c["root"]),
        }
        for c in cases
    ]  # fmt: skip
    own = [
        verify_inclusion(q["index"], q["size"], *map(bytes.fromhex, [q["hash"]]), list(map(bytes.fromhex, q["proof"])),
                         bytes.fromhex(q["root"]))
        for q in asked
    ]  # fmt: skip
    assert len(cases) == 98
    assert ask(asked) == own == [not c["wantErr"] for c in cases]


def test_consistency_proofs_are_judged_as_by_the_hub(vectors):
    """All 98; the one published as right whose roots have 12 bytes is refused by both."""
    cases = _cases(vectors, "consistency")
    asked = [
        {
            "ask": "consistency", "size1": c["size1"], "size2": c["size2"], "root1": _hex(c["root1"]),
            "root2": _hex(c["root2"]), "proof": [_hex(text) for text in c["proof"] or []],
        }
        for c in cases
    ]  # fmt: skip
    own = [
        verify_consistency(q["size1"], q["size2"], bytes.fromhex(q["root1"]), bytes.fromhex(q["root2"]),
                           list(map(bytes.fromhex, q["proof"])))
        for q in asked
    ]  # fmt: skip
    assert len(cases) == 98
    assert ask(asked) == own
    assert sum(found and c["wantErr"] for found, c in zip(own, cases, strict=True)) == 0
    assert sum(own) == 5


def test_reference_tree_is_reproduced(vectors):
    """Leaf hashes and roots of the eight published leaves."""
    reference = json.loads((vectors / "merkle" / "reference-roots.json").read_bytes())
    assert ask([{"ask": "leaf_hash", "data": text} for text in reference["leaf_inputs"]]) == reference["leaf_hashes"]
    roots = ask([{"ask": "root", "hashes": reference["leaf_hashes"][:size]} for size in range(9)])
    assert roots == [reference["root_by_tree_size"][str(size)] for size in range(9)]


def test_canonical_bytes_equal_the_published_ones(vectors):
    """RFC 8785, byte for byte; and both verifiers read the same of them under the hub's narrower profile."""
    folder = vectors / "jcs"
    texts = [(folder / "input" / f"{name}.json").read_text(encoding="utf-8") for name in JCS_CASES]
    expected = [(folder / "outhex" / f"{name}.txt").read_text(encoding="ascii") for name in JCS_CASES]
    assert ask([{"ask": "canonical", "text": text} for text in texts]) == [
        bytes.fromhex(text).hex() for text in expected
    ]
    data = [bytes.fromhex(text) for text in expected]
    assert ask([{"ask": "reads", "data": one.hex()} for one in data]) == [_reads(one) for one in data]


def _reads(data):
    try:
        parse(data)
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "alg", "right"),
    [
        ("rsa_pss_2048_sha256_mgf1_32_test", "PS256", 63),
        ("rsa_signature_2048_sha256_test", "RS256", 9),
        ("ecdsa_secp256r1_sha256_test", "ES256", 174),
    ],
)
def test_signatures_are_judged_as_by_the_hub(vectors, name, alg, right):
    """Every Wycheproof case that has a raw form; the count of right ones is the published one."""
    suite = json.loads((vectors / "wycheproof" / f"{name}.json").read_bytes())
    asked, own = [], []
    for group in suite["testGroups"]:
        key = load_der_public_key(bytes.fromhex(group["publicKeyDer"]))
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for test in group["tests"]:
            raw = bytes.fromhex(test["sig"]) if alg != "ES256" else _raw_of(bytes.fromhex(test["sig"]))
            if raw is None:
                continue
            data = bytes.fromhex(test["msg"])
            asked.append(
                {"ask": "signature", "alg": alg, "key": spki.hex(), "signature": raw.hex(), "data": data.hex()}
            )
            own.append(_accepts(alg, key, raw, data))
    assert sum(own) == right
    assert [answer is True for answer in ask(asked)] == own


def _raw_of(der):
    try:
        r, s = decode_dss_signature(der)
        return r.to_bytes(32) + s.to_bytes(32) if encode_dss_signature(r, s) == der else None
    except (ValueError, OverflowError):
        return None


def _accepts(alg, key, signature, data):
    try:
        check_signature(alg, key, signature, data)
    except Refused:
        return False
    return True
