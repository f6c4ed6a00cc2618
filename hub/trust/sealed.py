"""Dấu của hệ thống: the one signature of a document that no person signed here, and the grade that follows from it.

Invariant: whoever has the signatures has the grade; nothing else says it, and nothing lifts it (ADR 0028). No origin
is `native`, which only the chain of a teacher, a principal and a school makes valid; an origin stands alone.
"""

from collections.abc import Iterable, Sequence

from msgspec import UNSET, UnsetType

from hub.domain.findings import Finding, finding
from hub.domain.transcript import TYPE
from hub.errors import Refused
from hub.trust.jws import Parsed, read
from hub.trust.origin import Grade, Origin
from hub.trust.signature import Expected, Judgement
from hub.trust.source import SourceSystem
from hub.trust.verdict import Verdict

__all__ = ["grade_of", "judge_sealed", "origin_of"]

_PATH = "$.signatures[0]"


def origin_of(signatures: Sequence[str]) -> Origin | None:
    """Return what the signatures of a document say it rests on; None for a native one. None of them is checked here.

    Raises Refused with the codes of `read` for one that cannot be read, SEAL_NOT_ALONE for an origin beside others.
    """
    return _origin(read(compact) for compact in signatures)


def grade_of(signatures: Sequence[str]) -> Grade:
    """Return the grade that the signatures of a document claim. Raises as `origin_of`."""
    origin = origin_of(signatures)
    return "native" if origin is None else origin.grade


def is_sealed(parsed: Iterable[Parsed]) -> bool:
    """Tell whether any of these signatures claims an origin."""
    return any(item.header.hb_origin is not UNSET for item in parsed)


def judge_sealed(
    payload: bytes, parsed: Sequence[Parsed], count: int, scope: dict[str, str], judgement: Judgement
) -> Verdict:
    """Judge the seal of a document that claims an origin; `count` signatures came, of which `parsed` are readable."""
    sealed = next(item for item in parsed if item.header.hb_origin is not UNSET)
    origin = sealed.header.hb_origin
    assert not isinstance(origin, UnsetType)
    if count != 1:
        return Verdict.of([finding("SEAL_NOT_ALONE", "$.signatures", facts={"count": str(count)})], ())
    system = judgement.snapshot.source_system(origin.system, judgement.proven_at)
    if system is None:
        return Verdict.of([finding("SEAL_SYSTEM_UNKNOWN", _PATH, facts={"system": origin.system})], ())
    expected = Expected(
        typ=TYPE, scope=scope, roles=frozenset({system.role}), school=None, so=system.so, seals=True
    )  # fmt: skip
    judged = judgement.of(sealed, payload, expected, _PATH)
    links = [finding("CHAIN_LINK_BROKEN", _PATH, facts={"role": system.role})] if sealed.header.hb_prev else []
    return Verdict.of([*_of_register(origin, system), *judged.findings, *links], [judged.signatory])


def _of_register(origin: Origin, system: SourceSystem) -> list[Finding]:
    """Compare what the seal claims with what the register gives its system."""
    found = []
    if origin.grade != system.grade:
        facts = {"system": system.system, "grade": origin.grade, "registered": system.grade}
        found.append(finding("SEAL_GRADE_WRONG", _PATH, facts=facts))
    if origin.mapping_name != system.mapping:
        facts = {"system": system.system, "mapping": origin.mapping_name or "-", "registered": system.mapping or "-"}
        found.append(finding("SEAL_MAPPING_WRONG", _PATH, facts=facts))
    return found


def _origin(parsed: Iterable[Parsed]) -> Origin | None:
    found = [item.header.hb_origin for item in parsed]
    origins = [origin for origin in found if not isinstance(origin, UnsetType)]
    if not origins:
        return None
    if len(found) != 1:
        raise Refused("SEAL_NOT_ALONE", {"count": str(len(found))})
    return origins[0]
