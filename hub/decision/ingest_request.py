"""Đề nghị chốt, xét lại tại Bộ: was a lock asked for by somebody who may, and for exactly these documents?

The manifest names the request by its hash; statement and signature travel beside it. Who signed is judged as of the
instant at which Sở received it, which the manifest's own signature tells. A kind of request is a line in `REQUESTS`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from hub.decision.kinds import KINDS
from hub.decision.lock_request import set_root
from hub.domain.statements import LockRequest, Manifest, SoLock, Statement, read
from hub.errors import Refused

__all__ = ["REQUESTS", "Asked", "Request", "RequestKind", "Signed", "request_faults", "unreported_of"]


@dataclass(frozen=True, slots=True)
class Request:
    """A command as it travels beside a manifest: canonical statement, compact signature."""

    statement: bytes
    signature: str


@dataclass(frozen=True, slots=True)
class RequestKind:
    """A command that asks for a lock; `asked` gives what it asks of one school. Raises Refused: it asks nothing."""

    statement: type[Statement]
    roles: frozenset[str]
    asked: Callable[[Any, str], LockRequest]


REQUESTS: Mapping[str, RequestKind] = {
    "vn.hocba.lock-request/1": RequestKind(LockRequest, KINDS["LockRequest"].roles, lambda said, _: said),
    "vn.hocba.so-lock/1": RequestKind(SoLock, KINDS["SoLock"].roles, lambda said, school: said.asked_of(school)),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says: of one school, and in whose name it must be signed."""

    of_school: LockRequest
    type: str
    roles: frozenset[str]
    scope: Mapping[str, str]


Signed = Callable[[Request, Asked], bool]
"""Whether the signature of a request stands, by the register, and its school speaks for that of the lock."""


def request_faults(
    request: Request, manifest: Manifest, documents: Sequence[bytes], signed: Signed
) -> tuple[str, ...]:  # fmt: skip
    """Return every code that a request earns, in order; `documents` are the hashes that the lock adds (32 bytes)."""
    if hashlib.sha256(request.statement).hexdigest() != manifest.requested_by:
        return ("REQUEST_FOREIGN",)
    try:
        asked = _asked(request.statement, manifest.school)
    except Refused:
        return ("REQUEST_UNREADABLE",)
    return tuple(_faults(request, asked, manifest, documents, signed))


def unreported_of(request: Request, manifest: Manifest) -> frozenset[str]:
    """Return the pupils whom a request leaves out with a reason; none for one that does not read."""
    try:
        said = _asked(request.statement, manifest.school).of_school.unreported
    except Refused:
        return frozenset()
    return frozenset() if isinstance(said, msgspec.UnsetType) else frozenset(one.pupil for one in said)


def _faults(
    request: Request, asked: Asked, manifest: Manifest, documents: Sequence[bytes], signed: Signed
) -> Iterator[str]:
    said = asked.of_school
    is_own = said.school == manifest.school or manifest.round.cohort == "correction"  # or a successor's, by `signed`
    if not is_own or (said.school_year, said.round) != (manifest.school_year, manifest.round):
        yield "REQUEST_ROUND_DIFFERS"
    if (said.count, said.root) != (len(documents), set_root(list(documents)).hex()):
        yield "REQUEST_SET_DIFFERS"
    if not signed(request, asked):
        yield "REQUEST_UNSIGNED"


class _Typed(msgspec.Struct):
    type: str


def _asked(data: bytes, school: str) -> Asked:
    try:
        kind = REQUESTS.get(msgspec.json.decode(data, type=_Typed).type)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        kind = None
    if kind is None:
        raise Refused("STATEMENT_INVALID", {"reason": "type"})
    said: Any = read(data, kind.statement)
    return Asked(kind.asked(said, school), said.type, kind.roles, said.scope)
