"""Sign (ký): one role signs every document of a batch, in the order of the chain.

Legal source: hub.trust.chain. Whether the signer holds the role is judged by Sở; here only the order is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.client.batch import Batch, BatchDocument
from hub.client.durable import sync_folder
from hub.domain import read
from hub.domain.transcript import TYPE
from hub.errors import Refused
from hub.signing import Signer
from hub.trust import ROLES, SIGNATURE_COUNT_MAX, Parsed, sign
from hub.trust import read as read_signature

__all__ = ["missing_roles", "roles_of", "sign_batch"]

_REQUIRED = ROLES[1:]


@dataclass(frozen=True, slots=True)
class _Step:
    """One document that waits for this role, with what its signature follows."""

    sha256: str
    payload: bytes
    scope: dict[str, str]
    follows: tuple[str, ...]


def sign_batch(batch: Batch, role: str, signer: Signer, iat: int, tell: Callable[[int], None] = lambda _: None) -> int:
    """Add the signature of `role` to every document that lacks it and return how many got it; `iat` in seconds.

    All documents are looked at before the first is signed; an interrupted run is completed by running it again.
    Raises Refused SIGNING_ROLE_SIGNED when nothing is left to sign, SIGNING_PREDECESSOR_MISSING, SIGNING_TOO_LATE,
    CHAIN_TOO_LONG, BATCH_IS_SEALED, BATCH_DAMAGED, and what an unreadable signature raises.
    """
    if batch.sealed is not None:
        raise Refused("BATCH_IS_SEALED", {"system": batch.sealed.system})
    steps = _steps(batch, role, signer)
    if not steps:
        raise Refused("SIGNING_ROLE_SIGNED", {"role": role})
    for step in steps:
        compact = sign(signer, step.payload, role=role, scope=step.scope, typ=TYPE, iat=iat, follows=step.follows)
        batch.add_signature(step.sha256, compact)
        tell(1)
    sync_folder(batch.folder / "signatures")
    return len(steps)


def roles_of(signatures: Sequence[str]) -> tuple[str, ...]:
    """Return what each signature says of its role. Raises Refused for one that cannot be read."""
    return tuple(read_signature(compact).header.hb_role for compact in signatures)


def missing_roles(batch: Batch) -> dict[str, int]:
    """Return how many documents lack each required role, or their seal; {} when the batch may be submitted."""
    held = [roles_of(batch.signatures(d.document_sha256)) for d in batch.documents]
    required = _REQUIRED if batch.sealed is None else (batch.sealed.role,)
    counts = {role: sum(role not in roles for roles in held) for role in required}
    return {role: count for role, count in counts.items() if count}


def _steps(batch: Batch, role: str, signer: Signer) -> list[_Step]:
    chains = [(d, batch.signatures(d.document_sha256)) for d in batch.documents]
    parsed = [[read_signature(compact) for compact in chain] for _, chain in chains]
    waiting = [
        (document, chain, heads)
        for (document, chain), heads in zip(chains, parsed, strict=True)
        if not _signed(role, signer, heads)
    ]
    _check_order(role, [heads for *_, heads in waiting])
    return [_step(batch, document, role, chain, heads) for document, chain, heads in waiting]


def _signed(role: str, signer: Signer, heads: Sequence[Parsed]) -> bool:
    """Tell whether this step is done: one signature a role, of subject teachers one each."""
    same_role = [h for h in heads if h.header.hb_role == role]
    if role != ROLES[0]:
        return bool(same_role)
    return any(h.certificate_sha256 == signer.certificate_sha256 for h in same_role)


def _check_order(role: str, chains: Sequence[Sequence[Parsed]]) -> None:
    rank = ROLES.index(role)
    held = [{h.header.hb_role for h in heads} for heads in chains]
    late = sum(bool(roles & set(ROLES[rank + 1 :])) for roles in held)
    if late:
        raise Refused("SIGNING_TOO_LATE", {"role": role, "count": str(late)})
    needs = ROLES[rank - 1] if role in _REQUIRED[1:] else None
    missing = sum(needs is not None and needs not in roles for roles in held)
    if needs is not None and missing:
        raise Refused("SIGNING_PREDECESSOR_MISSING", {"role": role, "needs": needs, "count": str(missing)})
    if any(len(heads) >= SIGNATURE_COUNT_MAX for heads in chains):
        raise Refused("CHAIN_TOO_LONG", {"count": str(SIGNATURE_COUNT_MAX + 1), "count_max": str(SIGNATURE_COUNT_MAX)})


def _step(batch: Batch, of: BatchDocument, role: str, chain: Sequence[str], heads: Sequence[Parsed]) -> _Step:
    payload = batch.document(of.document_sha256)
    transcript = read(payload).transcript
    if transcript is None or transcript.school.code != batch.school or transcript.school_year != batch.school_year:
        raise Refused("BATCH_DAMAGED", {"file": f"documents/{of.document_sha256}.json"})
    scope = {"school": batch.school, "school_year": batch.school_year, "period": transcript.period}
    return _Step(of.document_sha256, payload, scope, _followed(role, chain, heads))


def _followed(role: str, chain: Sequence[str], heads: Sequence[Parsed]) -> tuple[str, ...]:
    """Subject teachers follow nobody, the homeroom teacher all of them, later ones the one before."""
    rank = ROLES.index(role)
    if rank == 0:
        return ()
    return tuple(compact for compact, head in zip(chain, heads, strict=True) if head.header.hb_role == ROLES[rank - 1])
