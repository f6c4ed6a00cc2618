"""Chuỗi chữ ký của học bạ: [subject teachers…,] homeroom teacher → principal → school seal, each binding the former.

A document that no person signed here carries one seal instead, which `hub.trust.sealed` judges.

Invariant: every fault of every signature is found at once; time is the proven time, and `iat` only says when the
role must have been held: not before the certificate began, nor before the signatures that it follows. For a school that
has closed by then the officials of the school that succeeds it sign; the scope stays the document's own.
Legal source: primary transcripts carry these three signatures, TT 27/2020 and the Bộ's
guidance 1396/BGDĐT-GDTH, 119/BGDĐT-GDTH [secondary].
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hub.domain.findings import Finding, finding
from hub.domain.transcript import TYPE
from hub.trust.certificates import ChainCache
from hub.trust.jws import Parsed, hash_of
from hub.trust.register import Snapshot
from hub.trust.sealed import is_sealed, judge_sealed
from hub.trust.signature import CLOCK_SKEW_MAX, Expected, Judged, Judgement, read_all
from hub.trust.verdict import Verdict

__all__ = ["ROLES", "SIGNATURE_COUNT_MAX", "verify_document"]

ROLES = ("subject_teacher", "homeroom_teacher", "principal", "school_seal")
REQUIRED = ROLES[1:]
SIGNATURE_COUNT_MAX = 12


def verify_document(
    payload: bytes,
    signatures: Sequence[str],
    *,
    school: str,
    school_year: str,
    period: str,
    snapshot: Snapshot,
    proven_at: datetime,
    cache: ChainCache,
) -> Verdict:
    """Judge all signatures of one document at the proven time (aware); the scope is the document's own."""
    if not signatures:
        return Verdict.of([finding("SIGNATURE_MISSING", "$.signatures")], ())
    if len(signatures) > SIGNATURE_COUNT_MAX:
        facts = {"count": str(len(signatures)), "count_max": str(SIGNATURE_COUNT_MAX)}
        return Verdict.of([finding("CHAIN_TOO_LONG", "$.signatures", facts=facts)], ())
    scope = {"school": school, "school_year": school_year, "period": period}
    judgement = Judgement(snapshot, proven_at, cache)
    parsed, findings = read_all(signatures)
    readable = [item for _, item in parsed]
    if is_sealed(readable):
        return judge_sealed(payload, readable, len(signatures), scope, judgement)
    signing = snapshot.successor_of_school(school, proven_at) or school
    expected = Expected(
        typ=TYPE,
        scope=scope,
        roles=frozenset(ROLES),
        school=signing,
        so=None,
    )
    findings += _structure(signatures, parsed)
    judged = [judgement.of(item, payload, expected, path) for path, item in parsed]
    for one in judged:
        findings += one.findings
    findings += _same_person(judged, judgement, signing)
    return Verdict.of(findings, [one.signatory for one in judged])


def _structure(signatures: Sequence[str], parsed: Sequence[tuple[str, Parsed]]) -> list[Finding]:
    """Check order, completeness and links by what the headers claim."""
    findings: list[Finding] = []
    roles = [item.header.hb_role for _, item in parsed]
    if len(parsed) == len(signatures):  # an unreadable one may be the one that seems to be missing
        missing = [role for role in REQUIRED if role not in roles]
        findings += [finding("CHAIN_SHORTENED", "$.signatures", facts={"role": role}) for role in missing]
    for role in REQUIRED:
        if roles.count(role) > 1:
            findings.append(finding("CHAIN_ROLE_TWICE", "$.signatures", facts={"role": role}))
    if len(set(signatures)) < len(signatures):
        findings.append(finding("CHAIN_ROLE_TWICE", "$.signatures", facts={"role": "repeated"}))
    ranks = [ROLES.index(role) for role in roles if role in ROLES]
    if ranks != sorted(ranks):
        findings.append(finding("CHAIN_REORDERED", "$.signatures"))
    return [*findings, *_broken_links(signatures, parsed), *_reversed_times(parsed)]


def _broken_links(signatures: Sequence[str], parsed: Sequence[tuple[str, Parsed]]) -> Iterator[Finding]:
    by_role: dict[str, list[str]] = {role: [] for role in ROLES}
    unread = len(parsed) < len(signatures)
    for path, item in parsed:
        by_role.setdefault(item.header.hb_role, []).append(signatures[_index(path)])
    for path, item in parsed:
        role = item.header.hb_role
        if role not in ROLES:
            continue
        rank = ROLES.index(role)
        before = by_role[ROLES[rank - 1]] if rank else []
        if not before and (rank > 1 or unread) and item.header.hb_prev:
            continue  # the one before is missing or unreadable, which is said elsewhere
        if item.header.hb_prev != tuple(hash_of(compact).hex() for compact in before):
            yield finding("CHAIN_LINK_BROKEN", path, facts={"role": role})


def _reversed_times(parsed: Sequence[tuple[str, Parsed]]) -> Iterator[Finding]:
    """Find signatures that claim to be earlier than one of a role before theirs: whoever follows cannot come first."""
    for path, item in parsed:
        role, iat = item.header.hb_role, item.header.iat
        earlier = ROLES[: ROLES.index(role)] if role in ROLES else ()
        followed = max((other.header.iat for _, other in parsed if other.header.hb_role in earlier), default=iat)
        if iat < followed - CLOCK_SKEW_MAX.total_seconds():
            yield finding("CHAIN_TIME_REVERSED", path, facts={"role": role})


def _index(path: str) -> int:
    return int(path[len("$.signatures[") : -1])


def _same_person(judged: Sequence[Judged], judgement: Judgement, school: str) -> list[Finding]:
    policy = judgement.policy
    if policy is not None and school in policy.same_person_exceptions:
        return []
    people: dict[str, set[object]] = {"homeroom_teacher": set(), "principal": set()}
    for one in judged:
        if one.signatory.role in people:
            people[one.signatory.role] |= {one.signatory.certificate_sha256, one.signatory.person} - {None}
    if people["homeroom_teacher"] & people["principal"]:
        return [finding("SIGNER_SAME_PERSON", "$.signatures")]
    return []
