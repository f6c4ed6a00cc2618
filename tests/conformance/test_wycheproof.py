"""Signature checks against Wycheproof: nothing invalid is accepted, nothing valid that we support is refused."""

import json
from collections import Counter

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hub.errors import Refused
from hub.trust import base64url, check_signature

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _accepts(alg, key, signature, data):
    try:
        check_signature(alg, key, signature, data)
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "alg", "accepted", "refused"),
    [("rsa_signature_2048_sha256_test", "RS256", 9, 250), ("rsa_pss_2048_sha256_mgf1_32_test", "PS256", 63, 45)],
)
def test_rsa_signatures_verify_exactly_when_valid(vectors, name, alg, accepted, refused):
    """All RSA cases; the one `acceptable` (digest info without NULL) is refused, the stricter choice."""
    suite = json.loads((vectors / "wycheproof" / f"{name}.json").read_bytes())
    wrong, counts = [], Counter()
    for group in suite["testGroups"]:
        key = load_der_public_key(bytes.fromhex(group["publicKeyDer"]))
        for test in group["tests"]:
            verified = _accepts(alg, key, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            counts[verified] += 1
            if verified is not (test["result"] == "valid"):
                wrong.append(test["tcId"])
    assert wrong == []
    assert (counts[True], counts[False]) == (accepted, refused)


def test_ecdsa_signatures_verify_exactly_when_valid(vectors, skips):
    """The vectors are DER, JWS is r ‖ s: each DER text that is strict is turned into its 64 bytes and checked.

    A DER text that is not strict has no raw form; those cases are about a parser that the hub does not have.
    """
    suite = json.loads((vectors / "wycheproof" / "ecdsa_secp256r1_sha256_test.json").read_bytes())
    listed, wrong, counts = skips("wycheproof/ecdsa_secp256r1_sha256_test"), [], Counter()
    for group in suite["testGroups"]:
        key = load_der_public_key(bytes.fromhex(group["publicKeyDer"]))
        for test in group["tests"]:
            raw = _raw_of(bytes.fromhex(test["sig"]))
            verified = raw is not None and _accepts("ES256", key, raw, bytes.fromhex(test["msg"]))
            counts["no raw form" if raw is None else verified] += 1
            if verified is not (test["result"] == "valid") and not listed.has(test["tcId"]):
                wrong.append(test["tcId"])
    assert wrong == []
    assert listed.settle() == 0
    assert counts[True] == 174


def _raw_of(der):
    try:
        r, s = decode_dss_signature(der)
        if encode_dss_signature(r, s) != der:
            return None
        return r.to_bytes(32) + s.to_bytes(32)
    except (ValueError, OverflowError):
        return None


def _key_of(jwk):
    """Read a public JWK as a key of ours; None for every other kind. A JWK that says it is not for signing is none."""
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
        return None
    numbers = {name: int.from_bytes(base64url.decode(jwk[name])) for name in ("n", "e", "x", "y") if name in jwk}
    if jwk["kty"] == "RSA":
        return rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
    if jwk["kty"] == "EC" and jwk["crv"] == "P-256":
        return ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], ec.SECP256R1()).public_key()
    return None


def _verified(jwk, jws):
    """Check an attached JWS with the hub's parts: strict base64url, algorithm of the key, agreement, raw signature."""
    key, parts = _key_of(jwk), jws.split(".")
    if key is None or len(parts) != 3:
        return False
    try:
        header = json.loads(base64url.decode(parts[0]))
        base64url.decode(parts[1])
        signature = base64url.decode(parts[2])
        if not isinstance(header, dict) or header.get("alg") != jwk.get("alg") or "crit" in header:
            return False
        check_signature(header["alg"], key, signature, f"{parts[0]}.{parts[1]}".encode("ascii"))
    except (Refused, ValueError):
        return False
    return True


def test_json_web_signatures_verify_exactly_when_valid(vectors, skips):
    """401 tokens: no invalid one is accepted; valid ones of other algorithms are listed, refused all the same."""
    suite = json.loads((vectors / "wycheproof" / "json_web_signature_test.json").read_bytes())
    listed, wrong, counts = skips("wycheproof/json_web_signature_test"), [], Counter()
    for group in suite["testGroups"]:
        jwk = group.get("public") or group["private"]
        for test in group["tests"]:
            verified = _verified(jwk, test["jws"])
            counts[test["result"], verified] += 1
            if verified is not (test["result"] == "valid") and (verified or not listed.has(test["tcId"])):
                wrong.append((test["tcId"], test["comment"]))
    assert wrong == []
    assert listed.settle() == counts["valid", False]
    assert (counts["invalid", True], counts["invalid", False]) == (0, 355)


@pytest.mark.parametrize("value", [0, P256_ORDER, 2**256 - 1])
def test_raw_signature_outside_the_group_is_refused(value):
    """JWS has no DER to reject zero or too large numbers: the check itself must."""
    key = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    one = (1).to_bytes(32)
    for signature in (value.to_bytes(32) + one, one + value.to_bytes(32), bytes(63), bytes(65), b""):
        assert not _accepts("ES256", key, signature, b"data")
