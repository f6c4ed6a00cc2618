"""Mã QR: what a paper alone says of itself, judged by the register at Bộ: who sealed it, does it stand."""

from datetime import UTC, datetime
from typing import Any

from hub.domain.findings import Finding, finding, render
from hub.errors import Refused
from hub.print import read_claim
from hub.print.claim import CLAIM_TYPE
from hub.trust import ChainCache, Status, verify_statement
from hub.web.portal.store import PortalStore

__all__ = ["judge_claim"]

_SEALS = {"so_seal", "bo_seal"}


def judge_claim(text: str, store: PortalStore, at: datetime) -> dict[str, Any]:
    """Return a report on the text of a QR code, in the shape of one on a sheet; a claim tells no marks.

    Nothing proves when it was sealed: it is judged as of the time that it states, not after `at`. Whoever had a seal's
    key could say another time, but not make Bộ have another document: it is valid only when Bộ has just this one.
    """
    try:
        claim, data, compact, parsed = read_claim(text)
        snapshot = store.register(claim.so)
    except Refused as refused:
        return _report("invalid", [finding(refused.code, facts=refused.facts)], {})
    owner = "bo" if parsed.header.hb_role == "bo_seal" else f"so-{claim.so}"
    verdict = verify_statement(
        data, compact, typ=CLAIM_TYPE, scope={"owner": owner}, roles=_SEALS, snapshot=snapshot,
        proven_at=min(at, datetime.fromtimestamp(parsed.header.iat, UTC)), cache=ChainCache(),
    )  # fmt: skip
    facts = {
        "so": claim.so, "school_year": claim.year, "period": claim.period, "version": str(claim.version),
        "locator": claim.locator, "effective_on": claim.effective_on, "document_sha256": claim.document_sha256,
    }  # fmt: skip
    known = store.standing(bytes.fromhex(claim.document_sha256)) is not None
    end = verdict.status.value if known or verdict.status is Status.INVALID else "unknown"
    return _report(end, list(verdict.findings), facts)


def _report(verdict: str, findings: list[Finding], facts: dict[str, str]) -> dict[str, Any]:
    return {
        "verdict": verdict, "as_of": None, "sealed_at": None, "parts": {"claim": verdict}, "facts": facts,
        "signers": [], "findings": [render(one) for one in findings],
    }  # fmt: skip
