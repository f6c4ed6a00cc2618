"""Seal (niêm phong): each document of a sealed batch gets the one signature that says what it rests on (ADR 0028).

The seal is that of the source system at its Sở, or of the Sở; that it may seal for this system is judged by Sở. The
submissions are signed with the same key, for others to send.

Invariant: a seal once made is kept, so that an interrupted run is completed by running it again, and no document ever
has two.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import UnsetType, ValidationError

from hub.client.batch import Batch, BatchDocument, Sealed, damaged
from hub.client.durable import sync_folder
from hub.client.planning import check_sizes
from hub.client.submitting import sign_submissions
from hub.domain import Transcript, read
from hub.domain.transcript import TYPE
from hub.errors import Refused
from hub.signing import Signer
from hub.trust import Origin, sign
from hub.trust import read as read_signature

__all__ = ["seal_batch"]


def seal_batch(
    batch: Batch, signer: Signer, at: datetime, tell: Callable[[int], None] = lambda _: None
) -> tuple[int, int]:
    """Seal every document that has no seal yet, then the submissions; `at` is aware.

    Returns how many of each were sealed now. All documents and sources are looked at before the first is sealed.
    Raises Refused BATCH_NOT_FOR_SEAL for a batch that persons sign, BATCH_DAMAGED, SUBMISSION_TOO_LARGE.
    """
    sealed = batch.sealed
    if sealed is None:
        raise Refused("BATCH_NOT_FOR_SEAL")
    check_sizes(batch)
    waiting = [_step(batch, sealed, document) for document in batch.documents]
    made = 0
    for sha256, payload, transcript, origin in (step for step in waiting if step is not None):
        scope = {"school": batch.school, "school_year": batch.school_year, "period": transcript.period}
        iat = int(at.timestamp())
        batch.add_signature(
            sha256, sign(signer, payload, role=sealed.role, scope=scope, typ=TYPE, iat=iat, origin=origin)
        )
        made += 1
        tell(1)
    sync_folder(batch.folder / "signatures")
    return made, sign_submissions(batch, signer, sealed.role, at)


def _step(batch: Batch, sealed: Sealed, document: BatchDocument) -> tuple[str, bytes, Transcript, Origin] | None:
    """Return what is to be sealed of a document, None where that was done."""
    sha256 = document.document_sha256
    payload, origin = batch.document(sha256), _origin(batch, sealed, document)
    transcript = read(payload).transcript
    if transcript is None or (transcript.school.code, transcript.school_year) != (batch.school, batch.school_year):
        raise damaged(batch.folder / "documents" / f"{sha256}.json")
    there = batch.signatures(sha256)
    if not there:
        return sha256, payload, transcript, origin
    headers = [read_signature(compact).header for compact in there]
    if [(header.hb_role, header.hb_origin) for header in headers] != [(sealed.role, origin)]:
        raise damaged(batch.folder / "signatures" / f"{sha256}.jws")
    return None


def _origin(batch: Batch, sealed: Sealed, document: BatchDocument) -> Origin:
    if isinstance(document.source, UnsetType):
        raise damaged(batch.folder / "batch.json")
    batch.source(document.source)
    try:
        return sealed.origin(document.source)
    except ValidationError:
        raise damaged(batch.folder / "batch.json") from None
