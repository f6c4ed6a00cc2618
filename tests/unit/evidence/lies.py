"""One lie after another that a maker of bundles could tell: each breaks one part, with a digest that agrees."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.evidence import bundle_bytes
from hub.local.timestamp_authority import answer
from hub.local.timestamp_keys import make_timestamp_keys
from hub.signing import NoteKeySigner
from hub.trust import (
    COSIGNATURE,
    COSIGNER,
    Checkpoint,
    cosign,
    encode_base64,
    leaf_bytes,
    log_origin,
    sign_checkpoint,
    token_of,
)
from hub.trust import canonical as canonical_json
from tests.unit.evidence.builders import (
    AT,
    COSIGNED_AT,
    SO,
    Locked,
    a_locked,
    a_register,
    accepted,
    chain,
    crls,
    edited,
    entry,
    good,
    keys,
    parts_of,
    placed,
    policy_payload,
    seconds,
)
from tests.unit.trust import timestamp_world as stamps

Edit = Callable[[dict[str, Any]], None]
STRANGER = NoteKeySigner("stranger.example/log", b"\3" * 32)


class Lie(NamedTuple):
    """A file that must not be valid; `part` is the part of the proof that gives it away."""

    part: str
    data: bytes


def decoded(text: str) -> bytes:
    return base64.b64decode(text)


def within(path: str, edit: Callable[[bytes], bytes]) -> Edit:
    """Change the bytes that stand as base64 at a dotted path."""

    def change(value: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for name in way:
            value = value[int(name)] if isinstance(value, list) else value[name]
        value[last] = encode_base64(edit(decoded(value[last])))

    return change


def said(path: str, **changes: Any) -> Edit:
    """Change members of the canonical JSON that stands as base64 at a dotted path."""
    return within(path, lambda data: canonical_json(json.loads(data) | changes))


def put(path: str, new: Any) -> Edit:
    """Put another value, or what a function makes of the old one, at a dotted path."""

    def change(value: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for name in way:
            value = value[name]
        value[last] = new(value[last]) if callable(new) else new

    return change


def swapped(text: str) -> str:
    """Change the last but one letter of a signature: it still decodes."""
    return text[:-2] + ("A" if text[-2] != "A" else "B") + text[-1]


def stamped(make: Callable[[bytes], bytes]) -> Edit:
    """Put another token over the note of the head."""

    def change(value: dict[str, Any]) -> None:
        head = value["place"]["head"]
        head["timestamp"] = encode_base64(make(decoded(head["note"])))

    return change


def without_stamp(value: dict[str, Any]) -> None:
    """Take the time-stamp away."""
    del value["place"]["head"]["timestamp"]


def by_policy(**changes: Any) -> bytes:
    """Return the honest bundle under another trust policy."""
    _, *rest = a_register()
    return rebuilt(register=(entry("trust_policy", "policy", policy_payload(**changes)), *rest))


def _signed_elsewhere(value: dict[str, Any]) -> None:
    value["place"]["manifest"]["signature"] = value["receipt"]["signature"]


@cache
def one() -> Locked:
    return a_locked()


def rebuilt(**changes: Any) -> bytes:
    return bundle_bytes(**parts_of(one(), **changes))


def _edits() -> dict[str, tuple[str, Edit]]:
    other = encode_base64(leaf_bytes(a_locked(remarks="khác").leaf))
    return {
        "a better mark": ("leaf", within("document", lambda d: d.replace(b'"9.0"', b'"10.0"', 1))),
        "another class": ("signatures", within("document", lambda d: d.replace(b'"3A"', b'"3B"'))),
        "another pupil": ("leaf", within("document", lambda d: d.replace(b"000123", b"000124"))),
        "no teacher": ("signatures", put("signatures", lambda s: s[1:])),
        "no signatures": ("signatures", put("signatures", [])),
        "turned chain": ("signatures", put("signatures", lambda s: s[::-1])),
        "one signature twice": ("signatures", put("signatures", lambda s: [s[0], *s])),
        "wrong signature": ("signatures", put("signatures", lambda s: [swapped(s[0]), *s[1:]])),
        "another envelope": ("leaf", put("signatures", lambda s: [*s[:2], swapped(s[2])])),
        "another leaf": ("manifest", put("place.leaf", other)),
        "another version": ("manifest", said("place.leaf", version=2)),
        "another date": ("leaf", said("place.leaf", effective_on="2026-06-21")),
        "another pupil in the leaf": ("leaf", said("place.leaf", pupil="id:001217000999")),
        "unlocked": ("leaf", said("place.leaf", action="UNLOCK")),
        "no leaf": ("leaf", said("place.leaf", more="1")),
        "another place in the manifest": ("manifest", put("place.in_manifest.index", lambda i: i ^ 1)),
        "place far off": ("manifest", put("place.in_manifest.index", 2**53 - 1)),
        "shorter proof": ("manifest", put("place.in_manifest.path", lambda p: p[:-1])),
        "longer proof": ("manifest", put("place.in_manifest.path", lambda p: [*p, "00" * 32])),
        "empty proof": ("manifest", put("place.in_manifest.path", [])),
        "another root": ("manifest", said("place.manifest.statement", root="00" * 32)),
        "another count": ("manifest", said("place.manifest.statement", count=8)),
        "another school's manifest": ("manifest", said("place.manifest.statement", school="0101002")),
        "another Sở's manifest": ("manifest", said("place.manifest.statement", so="nghe-an")),
        "manifest signature": ("manifest", put("place.manifest.signature", swapped)),
        "manifest signed by another": ("manifest", _signed_elsewhere),
        "another place in the log": ("log", put("place.in_log.index", lambda i: i - 1)),
        "shorter log proof": ("log", put("place.in_log.path", lambda p: p[:-1])),
        "turned log proof": ("log", put("place.in_log.path", lambda p: p[::-1])),
        "checkpoint seal": ("checkpoint", put("place.head.signature", swapped)),
        "checkpoint text": ("checkpoint", within("place.head.note", lambda n: n.replace(b"\n6\n", b"\n7\n"))),
        "checkpoint of nobody": ("checkpoint", within("place.head.note", lambda n: n.split(b"\n\n")[0] + b"\n\n")),
        "no checkpoint": ("checkpoint", put("place.head.note", "")),
        "time-stamp over another head": ("timestamp", stamped(lambda _: stamps.a_token(b"another head"))),
        "time-stamp of a stranger": ("timestamp", stamped(lambda n: stamps.a_token(n, stamps.stranger()))),
        "time-stamp by another key": (
            "timestamp", stamped(lambda n: stamps.a_token(n, replace(stamps.keys(), key=stamps.stranger().key))),
        ),
        "time-stamp after its certificate": (
            "timestamp", stamped(lambda n: stamps.a_token(n, at=COSIGNED_AT + timedelta(days=4000))),
        ),
        "time-stamp without its certificate": (
            "timestamp",
            stamped(lambda n: token_of(answer(stamps.a_query(n, cert_req=False), stamps.keys(), COSIGNED_AT, 1))),
        ),
        "time-stamp changed": ("timestamp", within("place.head.timestamp", lambda t: t.replace(b"2026", b"2025", 1))),
        "time-stamp cut short": ("timestamp", within("place.head.timestamp", lambda t: t[:-1])),
        "time-stamp with more behind it": ("timestamp", within("place.head.timestamp", lambda t: t + b"\0")),
        "time-stamp that is none": ("timestamp", put("place.head.timestamp", "MAA=")),
        "cosignature": ("cosignature", put("place.head.cosignature", lambda c: c.replace("—", "-"))),
        "no cosignature": ("cosignature", put("place.head.cosignature", "")),
        "Bộ's receipt of another lock": ("cosignature", said("place.receipt.statement", lock_id="00" * 32)),
        "Bộ refused": ("cosignature", said("place.receipt.statement", outcome="refused")),
        "Bộ's signature": ("cosignature", put("place.receipt.signature", swapped)),
        "receipt earlier": ("accepted", said("receipt.statement", at="2026-06-19T03:00:00Z")),
        "receipt of another": ("accepted", said("receipt.statement", documents=[])),
        "receipt without time": ("accepted", said("receipt.statement", at="2026-02-31T03:00:00Z")),
        "receipt signature": ("accepted", put("receipt.signature", swapped)),
        "register forged": ("register", said("register.1.statement", valid_from="2020-01-01T00:00:00Z")),
        "register unsigned": ("register", lambda v: put("signature", swapped)(v["register"][0])),
        "no register": ("signatures", put("register", [])),
        "register without a teacher": ("signatures", put("register", lambda r: [*r[:4], *r[6:]])),
    }  # fmt: skip


def _made() -> dict[str, tuple[str, Callable[[], bytes]]]:
    def head(note: bytes, cosignature: str) -> bytes:
        place = json.loads(good())["place"]["head"]
        return edited(good(), put("place.head", place | {"note": encode_base64(note), "cosignature": cosignature}))

    def own_head(signer: NoteKeySigner) -> bytes:
        note = sign_checkpoint(Checkpoint(signer.name, 6, b"\0" * 32), signer)
        return head(note, json.loads(good())["place"]["head"]["cosignature"])

    def later_receipt() -> bytes:
        return rebuilt(receipt=accepted(one().document, COSIGNED_AT + timedelta(hours=1)))

    def foreign_witness() -> bytes:
        witness = NoteKeySigner(COSIGNER, b"\4" * 32)
        note = decoded(json.loads(good())["place"]["head"]["note"])
        root = decoded(note.decode().split("\n")[2])
        return head(note, cosign(Checkpoint(log_origin(SO), 6, root), witness, seconds(COSIGNED_AT)))

    def own_policy() -> bytes:
        keys_of = [(log_origin(SO), STRANGER.key().text), (COSIGNER, STRANGER.key(COSIGNATURE).text)]
        payload = policy_payload(log_keys=[{"key": key, "origin": origin} for origin, key in keys_of])
        forged = entry("trust_policy", "policy", payload, by="teacher")
        return rebuilt(register=(*a_register(), forged))

    def sealed(**says: Any) -> bytes:
        return rebuilt(place=placed(leaf_bytes(one().leaf), **says))

    def unfit(**kind: Any) -> bytes:
        made = make_timestamp_keys(COSIGNED_AT, **kind)
        return edited(by_policy(**stamps.policy_changes(made)), stamped(lambda n: stamps.a_token(n, made)))

    def dropped_registrar() -> bytes:
        first, *rest = a_register()
        newer = entry("trust_policy", "policy", policy_payload(registrars=[keys().issued["teacher"].sha256.hex()]))
        return rebuilt(register=(first, newer, *rest))

    return {
        "sealed for another school": ("manifest", lambda: sealed(school="0101002")),
        "sealed for another year": ("manifest", lambda: sealed(school_year="2024-2025")),
        "sealed for another Sở": ("manifest", lambda: sealed(so="nghe-an")),
        "receipt for another Sở": ("accepted", lambda: rebuilt(receipt=accepted(one().document, so="nghe-an"))),
        "entry for another Sở": (
            "register",
            lambda: rebuilt(register=(*a_register(), entry("trust_policy", "p", policy_payload(), so="nghe-an"))),
        ),
        "registrar whom a policy dropped": ("register", dropped_registrar),
        "receipt after the cosignature": ("accepted", later_receipt),
        "no time-stamp where one is due": (
            "timestamp",
            lambda: edited(by_policy(timestamp_required=True), without_stamp),
        ),
        "time-stamp that nobody vouches for": ("timestamp", lambda: by_policy(timestamp_roots=[])),
        "time-stamp under another policy": ("timestamp", lambda: by_policy(timestamp_policy="1.2.3")),
        "time-stamp by a certificate for nothing": ("timestamp", lambda: unfit(usages=())),
        "time-stamp by a certificate for code": (
            "timestamp",
            lambda: unfit(usages=(ExtendedKeyUsageOID.CODE_SIGNING,)),
        ),
        "time-stamp by a certificate for much": (
            "timestamp",
            lambda: unfit(usages=(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)),
        ),
        "time-stamp by a lax certificate": ("timestamp", lambda: unfit(is_critical=False)),
        "receipt of a smaller head": ("cosignature", lambda: sealed(beyond=1)),
        "log of a stranger": ("checkpoint", lambda: own_head(STRANGER)),
        "cosigned by another key": ("cosignature", foreign_witness),
        "policy by a teacher": ("register", own_policy),
        "signed for another period": (
            "signatures",
            lambda: rebuilt(signatures=chain(one().document, "semester_1")),
        ),
        "signed after the receipt": (
            "signatures",
            lambda: rebuilt(signatures=chain(one().document, at=AT + timedelta(hours=1))),
        ),
        "no revocation data of the time": (
            "signatures",
            lambda: rebuilt(register=tuple(a_register()[:1] + a_register()[2:])),
        ),
        "refused by Sở": ("accepted", lambda: rebuilt(receipt=accepted(one().document, outcome="unchanged"))),
        "later leaf of another": (
            "later",
            lambda: rebuilt(
                later=(placed(leaf_bytes(a_locked(remarks="x").leaf)),), register=(*a_register(), crls(AT))
            ),
        ),
    }


@cache
def lies() -> dict[str, Lie]:
    """Return every lie by name."""
    told = {name: Lie(part, edited(good(), edit)) for name, (part, edit) in _edits().items()}
    return told | {name: Lie(part, make()) for name, (part, make) in _made().items()}
