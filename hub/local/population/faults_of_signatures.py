"""Faults of the signatures of one document: who signed, in which order, over what. Each a small function and a row."""

from collections.abc import Callable
from typing import Any

import msgspec

from hub.local.population.fault import DocumentDraft, DocumentFault, Edit, Expected, Strangers
from hub.local.population.officials import Signer
from hub.local.population.signed import SignedDocument
from hub.trust import base64url

__all__ = ["SIGNATURE_FAULTS"]


def _scope(name: str, value: str) -> Edit:
    """Return an edit after which all signatures claim another `name` in their scope."""

    def edit(draft: DocumentDraft) -> None:
        draft.scope[name] = value

    return edit


def _signed_by(role: str, who: Callable[[Strangers], str]) -> Edit:
    """Return an edit after which another person signs as `role`."""

    def edit(draft: DocumentDraft) -> None:
        assert draft.strangers is not None
        place = next(k for k, step in enumerate(draft.chain) if step.role == role)
        draft.chain[place] = Signer(who(draft.strangers), role)

    return edit


def _one_person(draft: DocumentDraft) -> None:
    assert draft.strangers is not None
    person = draft.strangers.teaching_principal
    draft.chain = [Signer(person, s.role) if s.role in ("homeroom_teacher", "principal") else s for s in draft.chain]


def _no_seal(draft: DocumentDraft) -> None:
    draft.chain = [step for step in draft.chain if step.role != "school_seal"]


def _reordered(signed: SignedDocument) -> SignedDocument:
    *first, principal, seal = signed.signatures
    return SignedDocument(signed.document, (*first, seal, principal))


def _byte_flipped(signed: SignedDocument) -> SignedDocument:
    at = signed.document.index(b'"remarks":"') + len(b'"remarks":"')
    flipped = signed.document[:at] + bytes([signed.document[at] ^ 0x20]) + signed.document[at + 1 :]
    return SignedDocument(flipped, signed.signatures)


def _of_other_document(signed: SignedDocument) -> SignedDocument:
    """The seal's signature names another predecessor: its header is re-encoded, its signature no longer fits."""
    return _seal_header(signed, lambda header: header | {"hb_prev": ["0" * 64]})


def _algorithm_none(signed: SignedDocument) -> SignedDocument:
    return _seal_header(signed, lambda header: header | {"alg": "none"})


def _unknown_critical(signed: SignedDocument) -> SignedDocument:
    return _seal_header(signed, lambda header: header | {"crit": [*header["crit"], "x"]})


def _seal_header(signed: SignedDocument, change: Callable[[dict[str, Any]], dict[str, Any]]) -> SignedDocument:
    header, _, signature = signed.signatures[-1].split(".")
    changed = change(msgspec.json.decode(base64url.decode(header)))
    text = base64url.encode(msgspec.json.encode(changed, order="sorted"))
    return SignedDocument(signed.document, (*signed.signatures[:-1], f"{text}..{signature}"))


def _padded(signed: SignedDocument) -> SignedDocument:
    return SignedDocument(signed.document, (*signed.signatures[:-1], signed.signatures[-1] + "=="))


def _signatures() -> tuple[DocumentFault, ...]:
    refused = Expected.REFUSED
    return (
        DocumentFault("signatures_reordered", refused, ("CHAIN_REORDERED",), spoil=_reordered),
        DocumentFault("seal_missing", refused, ("CHAIN_SHORTENED",), _no_seal),
        DocumentFault("scope_of_other_year", refused, ("SIGNATURE_SCOPE_YEAR",), _scope("school_year", "2019-2020")),
        DocumentFault("scope_of_other_school", refused, ("SIGNATURE_SCOPE_SCHOOL",), _scope("school", "00000000")),
        DocumentFault("scope_of_other_period", refused, ("SIGNATURE_SCOPE_PERIOD",), _scope("period", "semester_1")),
        DocumentFault("byte_flipped_after_signing", refused, ("SIGNATURE_WRONG",), spoil=_byte_flipped),
        DocumentFault("link_to_other_signature", refused, ("CHAIN_LINK_BROKEN",), spoil=_of_other_document),
        DocumentFault("algorithm_none", refused, ("SIGNATURE_ALGORITHM_NONE",), spoil=_algorithm_none),
        DocumentFault("critical_header_unknown", refused, ("SIGNATURE_CRIT_WRONG",), spoil=_unknown_critical),
        DocumentFault("signature_padded", refused, ("SIGNATURE_PADDED",), spoil=_padded),
    )


def _signers() -> tuple[DocumentFault, ...]:
    def by(kind: str, code: str, role: str, who: Callable[[Strangers], str]) -> DocumentFault:
        return DocumentFault(kind, Expected.REFUSED, (code,), _signed_by(role, who), needs_strangers=True)

    teacher, principal = "homeroom_teacher", "principal"
    return (
        by("principal_of_other_school", "SIGNER_SCHOOL_WRONG", principal, lambda s: s.other_school.person),
        by("role_wrong", "SIGNER_ROLE_WRONG", principal, lambda s: s.colleague),
        by("certificate_expired", "CERTIFICATE_EXPIRED", teacher, lambda s: s.expired),
        by("certificate_revoked", "CERTIFICATE_REVOKED", teacher, lambda s: s.revoked),
        by("issuer_unknown", "CERTIFICATE_ISSUER_UNKNOWN", teacher, lambda s: s.unknown_issuer),
        by("signer_unregistered", "SIGNER_UNKNOWN", teacher, lambda s: s.unregistered),
        DocumentFault(
            "teacher_is_principal", Expected.REFUSED, ("SIGNER_SAME_PERSON",), _one_person, needs_strangers=True
        ),
    )


SIGNATURE_FAULTS = (*_signatures(), *_signers())
