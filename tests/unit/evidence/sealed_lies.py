"""One lie after another about what a transcript rests on: each breaks one part, with a digest that agrees."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from hub.evidence import SOURCE_BYTE_COUNT_MAX, bundle_bytes, signed
from hub.trust import base64url, canonical, encode_base64, leaf_bytes, sign
from tests.unit.evidence.builders import (
    AT,
    OWNER,
    SO,
    Locked,
    a_locked,
    accepted,
    chain,
    edited,
    entry,
    keys,
    parts_of,
    placed,
    seconds,
)
from tests.unit.evidence.lies import Lie, put, swapped, within
from tests.unit.evidence.sealed_world import (
    a_document,
    a_seal,
    a_sealed,
    a_system,
    an_origin,
    locked,
    register,
    resealed,
    seal_entries,
    sealed,
    sealed_parts,
    source_of,
)

OTHER = a_document(remarks="khác")


def header_says(change: Callable[[dict[str, Any]], Any]) -> Callable[[str], str]:
    """Change the protected header of a signature and leave its signature as it is."""

    def edit(compact: str) -> str:
        header, signature = compact.split("..")
        said = json.loads(base64url.decode(header))
        change(said)
        return f"{base64url.encode(canonical(said))}..{signature}"

    return edit


def _origin_says(**changes: object) -> Callable[[list[str]], list[str]]:
    def change(header: dict[str, object]) -> None:
        assert isinstance(header["hb_origin"], dict)
        header["hb_origin"] |= changes

    return lambda signatures: [header_says(change)(signatures[0])]


def _leaf(one: Locked, grade: str) -> bytes:
    """Lock it under a leaf with a grade that its signatures do not have."""
    return leaf_bytes(msgspec.structs.replace(one.leaf, evidence=grade))


def _native(**changes: object) -> bytes:
    return bundle_bytes(**parts_of(a_locked(), **changes))


def _sealed(one: Locked | None = None, **changes: object) -> bytes:
    return bundle_bytes(**sealed_parts(one or a_sealed(), **changes))


def _beside() -> bytes:
    """A seal in front of a whole chain: which grade would that be?"""
    document = a_document()
    one = a_sealed()
    both = (*chain(document), a_seal(document))
    return _sealed(Locked(one.transcript, document, both, one.leaf))


def _in_chain() -> bytes:
    """A chain whose last signature, the school's, also says an origin."""
    document, made = a_document(), chain(a_document())
    origin, school = an_origin(document), keys().issued["seal"].signer
    scope = {"school": "0101001", "school_year": "2025-2026", "period": "year"}
    last = sign(
        school, document, role="school_seal", scope=scope, typ="vn.hocba.transcript/1", iat=seconds(AT) - 60,
        follows=made[1:2], origin=origin,
    )  # fmt: skip
    one = a_sealed()
    return _sealed(Locked(one.transcript, document, (*made[:2], last), one.leaf))


def _receipt_with_origin() -> bytes:
    honest = accepted(a_document())
    signature = sign(
        keys().issued["so"].signer, honest.data, role="so_seal", scope=OWNER, typ="vn.hocba.receipt/1", iat=seconds(AT),
        origin=an_origin(a_document(), "attested"),
    )  # fmt: skip
    return _sealed(receipt=signed(honest.data, signature))


def _entry_with_origin() -> bytes:
    """A register entry whose registrar's signature also says what it rests on."""
    honest = a_system()
    signature = sign(
        keys().issued["registrar"].signer, honest.data, role="registrar", scope=OWNER, typ="vn.hocba.register-entry/1",
        iat=seconds(AT), origin=an_origin(a_document()),
    )  # fmt: skip
    return _sealed(register=register(signed(honest.data, signature)))


def _of_source() -> dict[str, tuple[str, Callable[[], bytes]]]:
    large = encode_base64(bytes(SOURCE_BYTE_COUNT_MAX + 3))
    return {
        "other source": ("source", lambda: edited(sealed(), within("source", lambda s: s + b" "))),
        "empty source": ("source", lambda: edited(sealed(), put("source", ""))),
        "source of another document": (
            "source",
            lambda: edited(sealed(), put("source", encode_base64(source_of(OTHER)))),
        ),
        "native document with a source": ("source", lambda: _native(source=source_of(a_document()))),
        "source too large": ("form", lambda: edited(sealed(), put("source", large))),
        "source that is no base64": ("form", lambda: edited(sealed(), put("source", "<so/>"))),
        "source that is a number": ("form", lambda: edited(sealed(), put("source", 1))),
    }


def _of_leaf() -> dict[str, tuple[str, Callable[[], bytes]]]:
    return {
        "grade lifted in the leaf": ("leaf", lambda: _sealed(place=placed(_leaf(a_sealed(), "native")))),
        "grade changed in the leaf": ("leaf", lambda: _sealed(place=placed(_leaf(a_sealed(), "attested")))),
        "grade lowered in the leaf": ("leaf", lambda: _native(place=placed(_leaf(a_locked(), "derived")))),
        "grade that there is not": ("leaf", lambda: _sealed(place=placed(_leaf(a_sealed(), "signed")))),
        "chain in place of the seal": ("leaf", lambda: edited(sealed(), put("signatures", list(chain(a_document()))))),
    }


def _of_seal() -> dict[str, tuple[str, Callable[[], bytes]]]:
    def said(**changes: object) -> Callable[[], bytes]:
        return lambda: edited(sealed(), put("signatures", _origin_says(**changes)))

    def header(change: Callable[[dict[str, Any]], Any]) -> Callable[[], bytes]:
        return lambda: edited(sealed(), put("signatures", lambda s: [header_says(change)(s[0])]))

    return {
        "seal says another grade": ("signatures", said(grade="attested")),
        "seal says native": ("signatures", said(grade="native")),
        "seal says another system": ("signatures", said(system="so-lieu-ha-noi")),
        "seal says another mapping": ("signatures", said(mapping="tien-giang/3")),
        "seal says another hash of the mapping": ("signatures", said(mapping_sha256="2b" * 32)),
        "seal says another source": ("signatures", said(source_sha256="00" * 32)),
        "seal says more": ("signatures", said(note="x")),
        "seal says a mapping that is no name": ("signatures", said(mapping="tien-giang")),
        "seal without its origin": ("signatures", header(lambda h: h.pop("hb_origin"))),
        "origin that is not critical": (
            "signatures",
            header(lambda h: h.update(crit=["b64", "hb_prev", "hb_role", "hb_scope"])),
        ),
        "seal without a mapping": ("signatures", header(lambda h: h["hb_origin"].pop("mapping"))),
        "seal's signature changed": (
            "signatures",
            lambda: edited(sealed(), put("signatures", lambda s: [swapped(s[0])])),
        ),
        "seal twice": ("signatures", lambda: edited(sealed(), put("signatures", lambda s: [s[0], s[0]]))),
        "seal beside a chain": ("signatures", _beside),
        "origin in a chain": ("signatures", _in_chain),
        "origin in a receipt": ("accepted", _receipt_with_origin),
        "origin in a register entry": ("register", _entry_with_origin),
        "seal of another document": ("signatures", lambda: _sealed(locked((a_seal(OTHER),)))),
        "seal for another school": (
            "signatures",
            lambda: resealed(scope={"school": "0101002", "school_year": "2025-2026", "period": "year"}),
        ),
        "seal for another period": (
            "signatures",
            lambda: resealed(scope={"school": "0101001", "school_year": "2025-2026", "period": "semester_1"}),
        ),
        "seal that follows another": ("signatures", lambda: resealed(follows=(a_seal(OTHER),))),
    }


def _of_register() -> dict[str, tuple[str, Callable[[], bytes]]]:
    def under(system: object) -> Callable[[], bytes]:
        return lambda: _sealed(register=register(system))  # type: ignore[arg-type]

    def no_office() -> bytes:
        first, second, _ = seal_entries()
        return _sealed(register=(*register()[:-6], first, second, a_system()))

    return {
        "system that nobody registered": ("signatures", lambda: resealed(system="ho-so-nghe-an")),
        "system left out": ("signatures", under(a_system("attested"))),
        "system registered for later": ("signatures", under(a_system(valid_from="2026-06-21T00:00:00Z"))),
        "system that has ended": ("signatures", under(a_system(valid_to="2026-01-01T00:00:00Z"))),
        "system with another grade": (
            "signatures",
            under(a_system("attested", entry_id="ho-so-ha-noi")),
        ),
        "system with another mapping": ("signatures", under(a_system(mapping="nghe-an"))),
        "mapping of another system": ("signatures", lambda: resealed(mapping="nghe-an/1")),
        "system of another Sở": ("signatures", under(a_system(so="nghe-an"))),
        "system with a form that it cannot have": ("register", under(a_system(format="scan"))),
        "system that pins nobody": ("register", under(a_system(signers=[]))),
        "system registered by a teacher": (
            "register",
            under(
                entry(
                    "source_system", "ho-so-ha-noi", {"format": "scan", "grade": "legacy_evidence", "so": SO}, "teacher"
                )
            ),
        ),
        "derived under the Sở's own seal": ("signatures", lambda: resealed(by="so", role="so_seal")),
        "attested under a system's seal": (
            "signatures",
            lambda: resealed(grade="attested", by="system", role="system_seal"),
        ),
        "seal in a role that its holder has not": ("signatures", lambda: resealed(by="so", role="system_seal")),
        "seal by a principal": ("signatures", lambda: resealed(by="principal", role="system_seal")),
        "seal without its office": ("signatures", no_office),
    }


@cache
def sealed_lies() -> dict[str, Lie]:
    """Return every lie by name."""
    made = _of_source() | _of_leaf() | _of_seal() | _of_register()
    return {name: Lie(part, make()) for name, (part, make) in made.items()}
