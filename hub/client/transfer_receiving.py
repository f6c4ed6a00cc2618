"""Nhận hồ sơ: opens the boxes of the latest delivery and proves what is in them, before anything is kept."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import UNSET

from hub.client.transfer_folder import Held, document_of
from hub.client.transfer_incoming import Box, Heard
from hub.domain.statements import TransferNotice
from hub.errors import Refused
from hub.evidence import Conclusion, Report
from hub.trust import open_box

__all__ = ["ENDED", "delivered_of", "open_delivery"]

ENDED = frozenset({"withdrawn", "cancelled", "refused"})
"""States in which a school holds nothing of the pupil."""


def delivered_of(heard: Heard) -> Held:
    """Return what the latest delivery holds, as Bộ's seal says.

    Raises Refused TRANSFER_NOT_DELIVERED, TRANSFER_REMOVE when the transfer ended with something delivered.
    """
    said = heard.last.said
    if said.state in ENDED and (said.delivery is not UNSET or heard.boxes):
        raise Refused("TRANSFER_REMOVE", {"state": said.state})
    if said.delivery is UNSET or said.documents is UNSET or said.state in ENDED:
        raise Refused("TRANSFER_NOT_DELIVERED", {"state": said.state})
    return Held(
        transfer=said.transfer, school=said.to.school, delivery=said.delivery, count=_count(said),
        root="" if said.root is UNSET else said.root, documents=said.documents,
    )  # fmt: skip


def open_delivery(
    heard: Heard, held: Held, key: X25519PrivateKey, verify: Callable[[bytes], Report]
) -> Mapping[str, bytes]:
    """Return by document hash the evidence files of a delivery, opened and proved.

    Raises Refused TRANSFER_DELIVERY_INCOMPLETE, TRANSFER_BOX_CLOSED, TRANSFER_EVIDENCE_INVALID.
    """
    boxes = {box.label.document_sha256: box for box in heard.boxes if box.label.delivery == held.delivery}
    missing = [digest for digest in held.documents if digest not in boxes]
    if missing:
        facts = {"delivery": str(held.delivery), "count": str(held.count), "missing": str(len(missing))}
        raise Refused("TRANSFER_DELIVERY_INCOMPLETE", facts)
    return {digest: _proved(boxes[digest], key, verify) for digest in held.documents}


def _proved(box: Box, key: X25519PrivateKey, verify: Callable[[bytes], Report]) -> bytes:
    bundle, digest = open_box(box.sealed, key, box.label), box.label.document_sha256
    try:
        other = hashlib.sha256(document_of(bundle)).hexdigest() != digest
    except (Refused, ValueError):
        other = True
    if other:
        raise Refused("TRANSFER_EVIDENCE_INVALID", {"document": digest, "codes": "-"})
    report = verify(bundle)
    if not _stands(report):
        codes: Sequence[str] = [one.code for one in report.findings]
        raise Refused("TRANSFER_EVIDENCE_INVALID", {"document": digest, "codes": " ".join(codes) or "-"})
    return bundle


def _stands(report: Report) -> bool:
    """Tell whether all is proved but for a source, which stays with the Sở that has it."""
    if report.verdict in (Conclusion.VALID, Conclusion.SUPERSEDED):
        return True
    if report.verdict is Conclusion.INVALID:
        return False
    return all(end in ("valid", "absent") for part, end in report.parts.items() if part != "source")


def _count(said: TransferNotice) -> int:
    return len(said.documents or ()) if said.count is UNSET else said.count
