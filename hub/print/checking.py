"""Kiểm tra một tờ học bạ: a sealed PDF against its own data, and the data against what the reader trusts.

The PDF is never interpreted (ADR 0035): its data is found, the sheet is set again, and the bytes must be the same;
only what stands behind them is looked at, for the one seal over everything. So no shadow content, no later page, no
other appearance and no script can be in a file that is called valid.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from hub.catalogue import Severity
from hub.domain.findings import Finding, finding, render
from hub.errors import Refused
from hub.evidence import Bundle, Conclusion, Report, Roots, authentic_register_of, read_file, verify_bundle
from hub.print.claim import CLAIM_TYPE, read_claim
from hub.print.parts import SheetParts, layout_of, parts_of
from hub.print.seal_reading import ReadSeal, read_seal
from hub.print.seal_section import check_section
from hub.print.sealing import with_last_line
from hub.print.setting import LAYOUTS, set_sheet
from hub.trust import (
    ChainCache,
    Snapshot,
    decode_base64,
    judge_certificate,
    judge_timestamp,
    parse_leaf,
    verify_statement,
)

__all__ = ["SheetReport", "check_sheet"]

Verify = Callable[[bytes, Roots], Report]
_SEALS = {"so_seal", "bo_seal"}
_AT = "$"
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SheetReport:
    """The answer about a sheet: its own findings beside the report on its evidence (None where it has none).

    `sealed_at` is the time of the seal's time-stamp, None without one that holds.
    """

    found: tuple[Finding, ...]
    report: Report | None
    sealed_at: datetime | None = None

    @property
    def verdict(self) -> Conclusion:
        """Sum up: a sheet is no better than its seal, its likeness to its data, and its evidence."""
        if (
            self.report is None
            or Conclusion.INVALID is self.report.verdict
            or any(one.severity is Severity.REFUSE for one in self.found)
        ):
            return Conclusion.INVALID
        return Conclusion.UNKNOWN if self.found else self.report.verdict

    def shown(self) -> dict[str, Any]:
        """Return the report as one JSON object."""
        base: dict[str, Any] = {"parts": {}, "facts": {}, "signers": [], "as_of": None, "findings": []}
        shown = base if self.report is None else self.report.shown()
        sheet = "valid" if not self.found else "invalid" if self.verdict is Conclusion.INVALID else "unknown"
        return shown | {
            "verdict": self.verdict.value,
            "parts": shown["parts"] | {"sheet": sheet},
            "sealed_at": None if self.sealed_at is None else self.sealed_at.isoformat(),
            "findings": [render(one) for one in self.found] + shown["findings"],
        }  # fmt: skip


def check_sheet(pdf: bytes, roots: Roots, verify: Verify = verify_bundle) -> SheetReport:
    """Check a sealed sheet against what the caller trusts; hostile bytes give findings.

    `verify` judges the evidence file, with its source where that can be read here. Raises as it does.
    """
    try:
        parts = parts_of(pdf)
        size = _size_of_sheet(pdf, parts)
        bundle = read_file(parts.bundle, Bundle)
    except Refused as refused:
        return SheetReport((finding(refused.code, _AT, facts=refused.facts),), None)
    report = verify(parts.bundle, roots)
    ground = _Ground(bundle, authentic_register_of(bundle, roots), ChainCache())
    try:
        seal = read_seal(pdf, size)
        if size:
            check_section(pdf, size)
    except Refused as refused:
        return SheetReport((finding(refused.code, _AT, facts=refused.facts),), report)
    sealed_at, found = _judged(seal, ground)
    if size == 0:
        found.append(finding("SHEET_LAYOUT_NOT_HERE", _AT, facts={"layout": layout_of(pdf)}))
    return SheetReport((*found, *_claimed(parts.qr, seal, ground, sealed_at)), report, sealed_at)


@dataclass(frozen=True, slots=True)
class _Ground:
    bundle: Bundle
    snapshot: Snapshot
    cache: ChainCache

    @property
    def owners(self) -> dict[str | None, str]:
        """Return who may seal a sheet of this record: its Sở, or Bộ (None)."""
        return {self.bundle.so: "so_seal", None: "bo_seal"}


def _size_of_sheet(pdf: bytes, parts: SheetParts) -> int:
    """Return how many bytes of the file are the sheet that its data makes; 0 when its layout cannot be set here.

    Then the seal alone speaks for what is shown, and that is never enough. Raises Refused SHEET_DIFFERS.
    """
    named = layout_of(pdf)
    if named and named not in LAYOUTS:
        return 0
    for layout in reversed(LAYOUTS):
        made = with_last_line(set_sheet(parts.bundle, parts.qr, layout))
        if pdf.startswith(made):
            return len(made)
    raise Refused("SHEET_DIFFERS")


def _judged(seal: ReadSeal, ground: _Ground) -> tuple[datetime | None, list[Finding]]:
    """Judge whose seal it is at the time of its time-stamp; without one nothing tells when it was made."""
    policy = ground.snapshot.policy(_LAST)
    try:
        stamp = judge_timestamp(seal.token, seal.signature, policy)
    except Refused as refused:
        return None, [finding(refused.code, _AT, facts=refused.facts)]
    if stamp is None:
        return None, [finding("SHEET_NOT_STAMPED", _AT)]
    return stamp.at, [finding(code, _AT) for code in _codes(seal, ground, stamp.at)]


def _codes(seal: ReadSeal, ground: _Ground, at: datetime) -> Iterator[str]:
    held = ground.snapshot.official_of_certificate(seal.certificate_sha256, at)
    if not any(one.school is None and ground.owners.get(one.so) == one.role for one in held):
        yield "SHEET_SEALER_UNKNOWN"
        return
    policy = ground.snapshot.policy(at)
    if policy is None:
        yield "TRUST_POLICY_MISSING"
    else:
        known = {one.public_bytes(Encoding.DER) for one in (*policy.intermediates, *policy.roots)}
        if not known.issuperset(seal.authorities):
            yield "SHEET_SEAL_WRONG"
        yield from judge_certificate(seal.certificate, at, policy, ground.snapshot.revocation).codes


def _claimed(qr: str, seal: ReadSeal, ground: _Ground, at: datetime | None) -> Iterator[Finding]:
    """The QR code says of paper what the file says of itself, by the same seal."""
    try:
        claim, data, compact, parsed = read_claim(qr)
    except Refused as refused:
        yield finding(refused.code, _AT)
        return
    bundle = ground.bundle
    leaf = parse_leaf(decode_base64(bundle.place.leaf))
    said = (claim.document_sha256, claim.locator, claim.version, claim.effective_on, claim.so, claim.year, claim.period)
    true = (leaf.document_sha256, leaf.locator, leaf.version, leaf.effective_on, bundle.so, leaf.year, leaf.period)
    if said != true or parsed.certificate_sha256 != seal.certificate_sha256:
        yield finding("SHEET_CLAIM_DIFFERS", _AT)
    elif at is not None:
        owner = "bo" if parsed.header.hb_role == "bo_seal" else f"so-{bundle.so}"
        verdict = verify_statement(
            data, compact, typ=CLAIM_TYPE, scope={"owner": owner}, roles=_SEALS, snapshot=ground.snapshot, proven_at=at,
            cache=ground.cache,
        )  # fmt: skip
        yield from verdict.findings
