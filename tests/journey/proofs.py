"""Proofs checked by what the standards say, with nothing of the hub's own: RFC 9162, RFC 7515/7797, C2SP keys."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from hub.kafka import end_offsets
from hub.topics import register
from tests.journey.world import World

__all__ = ["hash_of_leaf", "log_key", "signed_by", "tree_root"]


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word for word; leaves are leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + tree_root(leaves[:k]) + tree_root(leaves[k:])).digest()


def hash_of_leaf(data: bytes) -> bytes:
    """RFC 9162: the hash of a leaf's bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _register(world: World, so: str) -> list[dict[str, Any]]:
    """The register as its topic has it: statements in order."""
    topic = register(so)
    ends = end_offsets(world.hub.bootstrap, [(topic.name, 0)])
    return [json.loads(r.decoded(topic).value["statement"]) for r in world.tail(topic).all_to(ends)]


def signed_by(world: World, payload: bytes, signature: str, role: str) -> None:
    """Verify a detached JWS by the certificate that the register holds for the role; raises InvalidSignature."""
    head, middle, tail = signature.split(".")
    header = json.loads(_decoded(head))
    entries = _register(world, "ha-noi")
    held = [e["payload"]["certificate_sha256"] for e in entries if e["payload"].get("role") == role]
    named = _decoded(header["x5t#S256"]).hex()
    (der,) = {e["payload"]["der_base64"] for e in entries if e["kind"] == "certificate" and e["entry_id"] == named}
    assert (middle, header["hb_role"], named in held) == ("", role, True)
    key = x509.load_der_x509_certificate(base64.b64decode(der)).public_key()
    raw, data = _decoded(tail), head.encode() + b"." + payload
    if isinstance(key, ec.EllipticCurvePublicKey):
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))
    else:
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(raw, data, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())


def log_key(world: World, origin: str) -> tuple[int, bytes]:
    """The note key that the trust policy names for an origin: kind and Ed25519 public key."""
    policy = next(e["payload"] for e in reversed(_register(world, "ha-noi")) if e["kind"] == "trust_policy")
    text = next(k["key"] for k in policy["log_keys"] if k["origin"] == origin)
    data = base64.b64decode(text.split("+", 2)[2])
    return data[0], data[1:]
