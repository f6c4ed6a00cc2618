"""Chuyển trả hồ sơ: whether a release names what the sending school has to hand over, nothing less and nothing else."""

from collections.abc import Sequence

from hub.decision.lock_request import set_root
from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.domain.statements import TransferRelease
from hub.errors import Refused

__all__ = ["check_release", "root_of"]


def root_of(documents: Sequence[str]) -> str:
    """Return the RFC 9162 root, as hex, over document hashes (64 hex digits each)."""
    return set_root([bytes.fromhex(one) for one in documents]).hex()


def check_release(step: TransferStepIn, said: TransferRelease, row: Transfer, known: KnownTransfers) -> None:
    """Raise Refused unless the list is whole.

    TRANSFER_ROOT_WRONG: count, order or root. TRANSFER_RELEASE_FOREIGN: a document of another school or person.
    TRANSFER_RELEASE_STALE: one that was corrected. TRANSFER_RELEASE_LACKS: one that Bộ has is not named.
    """
    if (said.count, said.root) != (len(said.documents), root_of(said.documents)) or not _ascends(said.documents):
        raise Refused("TRANSFER_ROOT_WRONG")
    if known.is_told(step):
        return
    person, named = known.person(row.pupil), set(said.documents)
    there = [known.documents[one] for one in said.documents if one in known.documents]
    _refuse(
        "TRANSFER_RELEASE_FOREIGN", [d.sha256 for d in there if (d.person, d.school) != (person, row.sending.school)]
    )
    _refuse("TRANSFER_RELEASE_STALE", [d.sha256 for d in there if not d.is_current])
    own = [d for d in known.documents_of(row.pupil) if d.school == row.sending.school and d.is_current]
    _refuse("TRANSFER_RELEASE_LACKS", [d.sha256 for d in own if d.sha256 not in named])


def _ascends(documents: Sequence[str]) -> bool:
    return list(documents) == sorted(set(documents))


def _refuse(code: str, documents: Sequence[str]) -> None:
    if documents:
        raise Refused(code, {"count": str(len(documents)), "documents": " ".join(documents)})
