"""Proofs of transcripts that no school signed: one seal that says what each rests on, and the source beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Literal

from msgspec import UNSET

from hub.domain import Finding, canonical, finding, pupil_of
from hub.evidence import Signed, bundle_bytes
from hub.local.pki import Issued
from hub.trust import Origin, SealedItem, encode_base64, leaf_bytes, leaf_of, sign
from tests.unit.domain.builders import a_transcript
from tests.unit.evidence.builders import (
    AT,
    SALT_KEY,
    SCHOOL,
    SO,
    YEAR,
    Locked,
    a_register,
    accepted,
    entry,
    keys,
    placed,
    seconds,
)

Grade = Literal["derived", "attested", "legacy_evidence"]
SYSTEMS: dict[Grade, str] = {
    "derived": "ho-so-ha-noi",
    "attested": "so-lieu-ha-noi",
    "legacy_evidence": "ban-quet-ha-noi",
}
FORMATS = {"derived": "xades", "attested": "extract", "legacy_evidence": "scan"}
MAPPING, MAPPING_SHA256 = "tien-giang/2", "2a" * 32
SCOPE = {"school": SCHOOL, "school_year": "2025-2026", "period": "year"}


@cache
def issued(name: str) -> Issued:
    """Issue the seal of the system at its Sở ("system"), or the province's own certificate, which is pinned."""
    return keys().pki.issue(name, "seal", "ES256", AT - YEAR, AT + YEAR)


def source_of(document: bytes) -> bytes:
    """Make up a source that names its document; what is in it is asked of the check alone."""
    return b"<so><hoc-ba>" + sha256(document).hexdigest().encode() + b"</hoc-ba></so>\n"


def an_origin(document: bytes, grade: Grade = "derived", **changes: Any) -> Origin:
    mapped = {} if grade == "legacy_evidence" else {"mapping": MAPPING, "mapping_sha256": MAPPING_SHA256}
    said = {"grade": grade, "source_sha256": sha256(source_of(document)).hexdigest(), "system": SYSTEMS[grade]}
    return Origin(**(said | mapped | changes))


def a_seal(document: bytes, grade: Grade = "derived", **changes: Any) -> str:
    """Seal a document; `changes`: by, role, scope, follows of the signature, or members of the origin."""
    by = changes.pop("by", "system" if grade == "derived" else "so")
    role = changes.pop("role", "system_seal" if grade == "derived" else "so_seal")
    scope, follows = changes.pop("scope", SCOPE), changes.pop("follows", ())
    signer = issued(by).signer if by == "system" else keys().issued[by].signer
    return sign(
        signer, document, role=role, scope=scope, typ="vn.hocba.transcript/1", iat=seconds(AT) - 60, follows=follows,
        origin=an_origin(document, grade, **changes),
    )  # fmt: skip


def a_system(grade: Grade = "derived", **changes: Any) -> Signed:
    """Register the source system of a grade; `changes` are members of its payload, or of the entry."""
    members = ("entry_id", "valid_from", "valid_to", "so_of_entry")
    of_entry = {name: changes.pop(name) for name in members if name in changes}
    payload: dict[str, Any] = {"format": FORMATS[grade], "grade": grade, "so": SO}
    if grade != "legacy_evidence":
        payload["mapping"] = "tien-giang"
    if grade == "derived":
        payload["signers"] = [issued("province").sha256.hex()]
    entry_id = of_entry.pop("entry_id", SYSTEMS[grade])
    return entry("source_system", entry_id, payload | changes, **of_entry)


def certificate(name: str) -> Signed:
    made = issued(name)
    return entry("certificate", made.sha256.hex(), {"der_base64": encode_base64(made.der)})


def seal_entries() -> list[Signed]:
    """Register the system's seal at its Sở and the pinned certificate of the province."""
    held = {"certificate_sha256": issued("system").sha256.hex(), "person": "system-1", "role": "system_seal", "so": SO}
    return [certificate("system"), certificate("province"), entry("official", "system.system_seal", held)]


def register(*systems: Signed) -> tuple[Signed, ...]:
    return (*a_register(), *seal_entries(), *(systems or map(a_system, SYSTEMS)))


def a_document(**changes: Any) -> bytes:
    return canonical(a_transcript(**changes))


def locked(signatures: tuple[str, ...], version: int = 1, **changes: Any) -> Locked:
    """Lock a transcript with these signatures; the leaf has the grade that they tell."""
    transcript = a_transcript(**changes)
    document = canonical(transcript)
    leaf = leaf_of(
        action="LOCK", document=document, signatures=signatures, salt_key=SALT_KEY, pupil=pupil_of(transcript),
        year=transcript.school_year, period=transcript.period, version=version, locator="01ABCDEFGHJ",
        effective_on="2026-06-20",
    )  # fmt: skip
    return Locked(transcript, document, signatures, leaf)


def a_sealed(grade: Grade = "derived", **changes: Any) -> Locked:
    """Lock a sealed transcript; `changes` are about its seal, as `a_seal` takes them."""
    return locked((a_seal(a_document(), grade, **changes),))


def sealed_parts(one: Locked, **changes: Any) -> dict[str, Any]:
    """Everything that `bundle_bytes` takes; honest unless changed."""
    return {
        "so": SO, "document": one.document, "signatures": one.signatures, "receipt": accepted(one.document),
        "place": placed(leaf_bytes(one.leaf)), "later": (), "register": register(), "source": source_of(one.document),
    } | changes  # fmt: skip


@cache
def sealed(grade: Grade = "derived") -> bytes:
    """Return the honest bundle of a transcript with this grade."""
    return bundle_bytes(**sealed_parts(a_sealed(grade)))


def resealed(**changes: Any) -> bytes:
    """Return a bundle of a transcript whose seal says something else, with all that the Sở can make agree."""
    return bundle_bytes(**sealed_parts(a_sealed(**changes)))


@dataclass
class Reader:
    """A check of sources that remembers what it was asked: the source of a document names it, or says another."""

    asked: list[SealedItem]

    def __call__(self, items: Sequence[SealedItem]) -> list[tuple[Finding, ...]]:
        self.asked += items
        wrong = (finding("BUNDLE_SOURCE_DIFFERS", "$.subjects[0].score", "9.0"),)
        return [() if item.source == source_of(item.document) else wrong for item in items]


def a_reader() -> Reader:
    return Reader([])


def without(name: str) -> Any:
    """Return an edit that takes a member away."""

    def edit(value: dict[str, Any]) -> None:
        value.pop(name, UNSET)

    return edit
