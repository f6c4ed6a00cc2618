"""Lệnh và biên nhận: the one signature of a command, receipt, manifest or register entry."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hub.domain.findings import finding
from hub.errors import Refused
from hub.trust.certificates import ChainCache, judge_revocation_of
from hub.trust.jws import read
from hub.trust.register import Snapshot
from hub.trust.signature import Expected, Judgement, shown_role
from hub.trust.verdict import Verdict

__all__ = ["judge_revocation", "verify_statement"]

_SO_PREFIX = "so-"
_BO = "bo"


def verify_statement(
    statement: bytes,
    signature: str,
    *,
    typ: str,
    scope: Mapping[str, str],
    roles: Collection[str],
    snapshot: Snapshot,
    proven_at: datetime,
    cache: ChainCache,
    signing: str | None = None,
    sealing: str | None = None,
) -> Verdict:
    """Judge the signature of one statement at the proven time (aware).

    `scope` names {"school", "school_year", …} or {"school", "transfer"} for commands, with an "owner" too for those of
    a Sở, and {"owner": "so-<slug>" or "bo"} for the rest; the signer must hold one of `roles` for that owner, or else
    for that school. A registrar's right stands in the trust policy. A command counts only by an office held at the
    proven time, and within COMMAND_AGE_MAX of its signing: nobody who has left can give it an earlier date. One that
    only the Sở's seal gives is a machine's, signed as of a derived time however long an outage delayed it. `signing` is
    the school whose people sign for that of the scope, when it is another one. `sealing` is the Sở (slug) whose seal
    stands for the school's people over what nobody signed here; it has no more time than they have.
    """
    try:
        parsed = read(signature)
    except Refused as refused:
        return Verdict.of([finding(refused.code, "$.signature", facts=refused.facts)], ())
    owner = scope.get("owner")
    school = scope.get("school") if owner is None else None
    if school is not None and signing is not None:
        school = signing
    commands = "school_year" in scope or ("transfer" in scope and owner != _BO)
    ages = commands and (sealing is not None or set(roles) != {"so_seal"})
    so = _so_of(owner) if sealing is None else sealing
    school = school if sealing is None else None
    expected = Expected(typ, scope, frozenset(roles), school, so, commands=commands, ages=ages)
    judged = Judgement(snapshot, proven_at, cache).of(parsed, statement, expected, "$.signature")
    findings = list(judged.findings)
    if parsed.header.hb_prev:
        findings.append(finding("CHAIN_LINK_BROKEN", "$.signature", facts={"role": shown_role(parsed.header.hb_role)}))
    return Verdict.of(findings, [judged.signatory])


def judge_revocation(
    signatures: Sequence[str], *, snapshot: Snapshot, at: datetime, proven_at: datetime, cache: ChainCache
) -> Verdict:
    """Judge again at `at` (the lock) only what time can change: revocation and missing status data.

    The signatures were verified before; the certificates' own end is not judged again, for it was valid at the
    proven time. Raises Refused when a signature cannot be read.
    """
    judgement = Judgement(snapshot, proven_at, cache)
    findings = []
    for index, compact in enumerate(signatures):
        facts = judgement.facts(read(compact).certificate_sha256)
        codes = ("SIGNER_UNKNOWN",) if facts is None else judge_revocation_of(facts, at).codes
        findings += [finding(code, f"$.signatures[{index}]") for code in codes]
    return Verdict.of(findings, ())


def _so_of(owner: str | None) -> str | None:
    if owner is None or owner == _BO:
        return None
    return owner.removeprefix(_SO_PREFIX)
