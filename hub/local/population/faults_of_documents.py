"""Faults of one document: its values, its bytes, its signatures. Each is one small function and one row of a table."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from hub.local.population.fault import DocumentDraft, DocumentFault, Expected, Strangers
from hub.local.population.officials import Signer
from hub.local.population.schools import Level
from hub.local.population.signed import SignedDocument
from hub.trust import base64url

__all__ = ["DOCUMENT_FAULTS"]

_PRIMARY = frozenset({Level.PRIMARY})
_SECONDARY = frozenset(Level) - _PRIMARY
Edit = Callable[[DocumentDraft], None]


def _mark(text: str) -> Edit:
    """Return an edit that writes `text` as the first mark of the document."""

    def edit(draft: DocumentDraft) -> None:
        row = next(r for r in draft.value["subjects"] if "score" in r or r["kind"] == "score")
        row["score" if row["kind"] == "level" else "year"] = text

    return edit


def _remark(text: str) -> Edit:
    """Return an edit that puts `text` before the remarks."""

    def edit(draft: DocumentDraft) -> None:
        draft.value["remarks"] = text + draft.value["remarks"]

    return edit


def _unknown_field(draft: DocumentDraft) -> None:
    draft.value["note"] = "x"


def _composed_to_decomposed(document: bytes) -> bytes:
    return unicodedata.normalize("NFD", document.decode()).encode()


def _with_space(document: bytes) -> bytes:
    return document.replace(b'"class":', b'"class": ', 1)


def _keys_out_of_order(document: bytes) -> bytes:
    value = msgspec.json.decode(document)
    return msgspec.json.encode(dict(reversed(value.items())))


def _null(draft: DocumentDraft) -> None:
    draft.value["remarks"] = None


def _other_rating(draft: DocumentDraft) -> None:
    draft.value["rating"] = "HTXS" if draft.value["rating"] != "HTXS" else "HT"
    draft.value["result"].pop("awards", None)


def _level_of_other_list(draft: DocumentDraft) -> None:
    draft.value["qualities"][0]["level"] = "H"


def _subject_missing(draft: DocumentDraft) -> None:
    draft.value["subjects"] = [row for row in draft.value["subjects"] if row["code"] != "DD"]


def _personal_id_short(draft: DocumentDraft) -> None:
    student = draft.value["student"]
    student.pop("passport", None)
    student["personal_id"] = student.get("personal_id", "001216000001").lstrip("0")[:11]


def _other_sex(draft: DocumentDraft) -> None:
    _with_personal_id(draft)["gender"] = "male" if draft.value["student"]["gender"] == "female" else "female"


def _other_birth_year(draft: DocumentDraft) -> None:
    student = _with_personal_id(draft)
    student["birth_date"] = f"{int(student['birth_date'][:4]) - 1}{student['birth_date'][4:]}"


def _with_personal_id(draft: DocumentDraft) -> dict[str, Any]:
    """A foreigner becomes a citizen: the fault is about personal ids."""
    student: dict[str, Any] = draft.value["student"]
    if "personal_id" not in student:
        digit = 2 * (int(student["birth_date"][:2]) - 19) + (student["gender"] == "female")
        student.pop("passport", None)
        number = student["student_code"][-6:]
        student |= {"nationality": "VN", "personal_id": f"016{digit}{student['birth_date'][2:4]}{number}"}
    return student


def _future_year(draft: DocumentDraft) -> None:
    start = int(draft.value["school_year"][:4]) + 9
    draft.value["school_year"] = draft.scope["school_year"] = f"{start}-{start + 1}"


def _not_completed(draft: DocumentDraft) -> None:
    draft.value["result"] = {"completed": False, "promotion": "retained"}


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


def _values() -> Sequence[DocumentFault]:
    refused, warned = Expected.REFUSED, Expected.WARNED
    return (
        DocumentFault("mark_above_10", refused, ("MARK_OUT_OF_RANGE",), _mark("11.0")),
        DocumentFault("mark_negative", refused, ("MARK_OUT_OF_RANGE",), _mark("-1")),
        DocumentFault("mark_two_decimals", refused, ("MARK_TOO_PRECISE",), _mark("8.25")),
        DocumentFault("mark_decimal_comma", refused, ("MARK_DECIMAL_COMMA",), _mark("10,0")),
        DocumentFault("unknown_field", refused, ("FIELD_UNKNOWN",), _unknown_field),
        DocumentFault("bidi_character", refused, ("TEXT_FORBIDDEN_CHARACTER",), _remark("\u202e")),
        DocumentFault("zero_width_character", refused, ("TEXT_FORBIDDEN_CHARACTER",), _remark("\u200b")),
        DocumentFault("null_field", refused, ("NULL_VALUE",), _null),
        DocumentFault("level_of_other_list", refused, ("LEVEL_NOT_IN_LIST",), _level_of_other_list, levels=_PRIMARY),
        DocumentFault("subject_missing", refused, ("SUBJECT_MISSING",), _subject_missing, levels=_PRIMARY),
        DocumentFault("rating_wrong", warned, ("RATING_DIFFERS",), _other_rating, levels=_PRIMARY),
        DocumentFault("personal_id_short", refused, ("PERSONAL_ID_MALFORMED",), _personal_id_short),
        DocumentFault("personal_id_other_sex", warned, ("PERSONAL_ID_SEX_DIFFERS",), _other_sex),
        DocumentFault("personal_id_other_year", warned, ("PERSONAL_ID_YEAR_DIFFERS",), _other_birth_year),
        DocumentFault("future_year", refused, ("SCHOOL_YEAR_FUTURE",), _future_year),
        DocumentFault("wrong_round", refused, ("ROUND_NOT_FOR_DOCUMENT",), _not_completed),
        DocumentFault("space_outside_values", refused, ("DOCUMENT_WHITESPACE",), rewrite=_with_space),
        DocumentFault("keys_out_of_order", refused, ("KEY_ORDER",), rewrite=_keys_out_of_order),
        DocumentFault("decomposed_text", refused, ("TEXT_NOT_NFC",), rewrite=_composed_to_decomposed),
    )


def _signatures() -> Sequence[DocumentFault]:
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


def _signers() -> Sequence[DocumentFault]:
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


DOCUMENT_FAULTS: tuple[DocumentFault, ...] = (*_values(), *_signatures(), *_signers())
