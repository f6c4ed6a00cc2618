"""Người đăng ký: who may sign an entry of the register, one rule for the hub and for whoever checks a file without it.

A registrar of the Sở signs: one whom the trust policy names, or one whose certificate was handed over by hand. Trust
has to start somewhere: until there is a policy only the latter counts, and counts on until a policy no longer names
them. What Bộ decided stands under Bộ's registered seal alone.
"""

from collections.abc import Collection
from datetime import datetime

from msgspec import UNSET

from hub.domain.statements import RegisterEntry
from hub.errors import Refused
from hub.trust.algorithms import is_strong
from hub.trust.certificates import ChainCache
from hub.trust.decisions import by_of
from hub.trust.der import certificate_of, fingerprint
from hub.trust.jws import read, verify
from hub.trust.register import Snapshot
from hub.trust.statement import verify_statement
from hub.trust.verdict import Verdict

__all__ = ["verify_entry"]

_REGISTRAR = "registrar"


def verify_entry(
    entry: RegisterEntry,
    statement: bytes,
    signature: str,
    *,
    anchors: Collection[bytes],
    snapshot: Snapshot,
    proven_at: datetime,
    cache: ChainCache,
) -> Verdict:
    """Judge the signature of an entry, whose bytes are `statement`, at the proven time (aware).

    `anchors`: certificates (DER) of registrars of the entry's Sở, handed over by hand; `snapshot`: the register before
    the entry.
    """
    by_bo = by_of(entry.kind, entry.payload) == "bo"
    owner, role = ("bo", "bo_seal") if by_bo else (f"so-{entry.so}", _REGISTRAR)
    policy = snapshot.policy(proven_at)
    if not by_bo:
        trusted = (anchor for anchor in anchors if policy is None or fingerprint(anchor) in policy.registrars)
        if any(_is_by(anchor, entry.type, owner, statement, signature, proven_at) for anchor in trusted):
            return Verdict.of((), ())
    return verify_statement(
        statement, signature, typ=entry.type, scope={"owner": owner}, roles={role}, snapshot=snapshot,
        proven_at=proven_at, cache=cache,
    )  # fmt: skip


def _is_by(anchor: bytes, typ: str, owner: str, statement: bytes, signature: str, at: datetime) -> bool:
    """Tell whether the owner of a certificate (DER) signed as a registrar, while that certificate was valid."""
    try:
        parsed = read(signature)
        certificate = certificate_of(anchor)
        key = certificate.public_key()
        if not is_strong(key):
            return False
        verify(parsed, statement, key)  # type: ignore[arg-type]  # is_strong looked at the class
    except Refused:
        return False
    header = parsed.header
    in_time = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    said = (header.typ, header.hb_scope, header.hb_role, header.hb_prev, parsed.certificate_sha256)
    says_origin = header.hb_origin is not UNSET  # which only the seal of a document may
    return in_time and not says_origin and said == (typ, {"owner": owner}, _REGISTRAR, (), fingerprint(anchor))
