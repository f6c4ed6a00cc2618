"""Quá trình học tập: one pupil's years over all schools and Sở, each with the proof that its record still has.

Of each record the version in force is taken (the newest locked one; else the newest that waits). What is said of a
locked one is what its evidence file says when it is checked as anybody would: nothing is repeated from a database that
a signature, a proof or a source does not bear out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.client.history import History, Version
from hub.domain import department, province_of_year, pupil_of, successor_of
from hub.domain.semesters import semester_bases
from hub.errors import Refused
from hub.evidence import Conclusion, Proof, Report, Roots, with_semesters
from hub.store.bundling import make_bundle

__all__ = ["YearProof", "conclusion_of", "prove_years"]

Verify = Callable[[bytes, Roots], Report]  # checks an evidence file against what the caller trusts
_GONE = frozenset({"recalled", "replaced", "refused"})
_WORST = (Conclusion.INVALID, Conclusion.UNKNOWN)  # the newest version is asked for: none of them is superseded


@dataclass(frozen=True, slots=True)
class YearProof:
    """One record: its version in force, how many versions there were, and what a check of its evidence file says.

    `report` and `bundle` are None where there is no file yet; `why_not` is then the code that says why.
    """

    version: Version
    version_count: int
    report: Report | None
    bundle: bytes | None
    why_not: str | None

    def shown(self) -> dict[str, Any]:
        """Return the year as JSON shows it, without name, birth date, identifiers and marks."""
        v, t = self.version, self.version.transcript
        facts = {} if self.report is None else self.report.facts
        return {
            "school_year": t.school_year,
            "period": t.period,
            "grade": t.grade,
            "so": v.so,
            "so_name": department(v.so).name,
            "province": _province(t.school.province, t.school_year),
            "school": t.school.code,
            "school_name": t.school.name,
            "version": v.version,
            "version_count": self.version_count,
            "state": v.state,
            "evidence": facts.get("evidence", v.evidence),
            "system": facts.get("system"),
            "mapping": facts.get("mapping"),
            "source_sha256": facts.get("source_sha256"),
            "source_signed_at": facts.get("source_signed_at"),
            "document_sha256": v.document_sha256,
            "effective_on": None if v.effective_on is None else v.effective_on.isoformat(),
            "log_index": v.log_index,
            "tree_size": int(facts["tree_size"]) if "tree_size" in facts else None,
            "log_successor": facts.get("successor"),
            "ingested_at": None if v.ingested_at is None else v.ingested_at.isoformat(),
            "verdict": None if self.report is None else self.report.verdict.value,
            "as_of": None if self.report is None or self.report.as_of is None else self.report.as_of.isoformat(),
            "semesters": [] if self.report is None else list(self.report.semesters),
            "parts": {} if self.report is None else self.report.parts,
            "codes": [self.why_not] if self.report is None else [one.code for one in self.report.findings],
        }


def prove_years(
    history: History, so_urls: Mapping[str, str], roots_of: Callable[[str], Roots], verify: Verify
) -> tuple[YearProof, ...]:
    """Make and check the evidence file of each record of a history; in the order of the years.

    A year that takes its first semester from another school is checked beside that document, which the history has.
    `roots_of` returns whom the caller trusts for a Sở. Raises Unavailable, Corrupt as `make_bundle` and `verify`.
    """
    proofs = []
    for version, count in in_force(history.versions):
        if version.effective_on is None:
            proofs.append(YearProof(version, count, None, None, "BUNDLE_NOTHING_LOCKED"))
        else:
            proofs.append(_proof(version, count, so_urls[version.so], roots_of(version.so), verify))
    known = {one.version.document_sha256: one for one in proofs}

    def proof_of(sha256: str) -> YearProof | None:
        version = next((v for v in history.versions if v.document_sha256 == sha256 and v.effective_on), None)
        if sha256 in known or version is None:
            return known.get(sha256)
        return _proof(version, 1, so_urls[version.so], roots_of(version.so), verify)

    return tuple(_with_semesters(one, proof_of) for one in proofs)


def _with_semesters(year: YearProof, proof_of: Callable[[str], YearProof | None]) -> YearProof:
    """Check a year beside the documents of other schools from which it takes its first semester."""
    if year.bundle is None or year.report is None:
        return year
    named = [proof_of(basis.document_sha256) for _, basis in semester_bases(year.version.transcript)]
    others = [Proof(one.bundle, one.report) for one in named if one is not None and one.bundle and one.report]
    return replace(year, report=with_semesters(Proof(year.bundle, year.report), others))


def conclusion_of(proofs: Iterable[YearProof]) -> Conclusion:
    """Sum up: invalid before unknown before valid; a record without an evidence file is unknown."""
    ends = {Conclusion.UNKNOWN if one.report is None else one.report.verdict for one in proofs}
    return next((worst for worst in _WORST if worst in ends), Conclusion.VALID if ends else Conclusion.UNKNOWN)


def in_force(versions: Iterable[Version]) -> list[tuple[Version, int]]:
    """Return of each record the version that stands for it, with how many there are; in the order of the first."""
    records: dict[tuple[str, str, str, str], list[Version]] = {}
    for version in versions:
        if version.state not in _GONE:
            records.setdefault(version.record, []).append(version)
    return [
        (max(found, key=lambda v: (v.effective_on is not None, v.version)), len(found)) for found in records.values()
    ]


def _proof(version: Version, count: int, url: str, roots: Roots, verify: Verify) -> YearProof:
    t = version.transcript
    which: dict[str, Any] = {"school": t.school.code, "period": t.period, "version": version.version}
    try:
        made = make_bundle(version.so, url, [pupil_of(t)], t.school_year, **which)
    except Refused as refused:
        return YearProof(version, count, None, None, refused.code)
    return YearProof(version, count, verify(made.bundle, roots), made.bundle, None)


def _province(code: str, school_year: str) -> dict[str, str | None]:
    """Return what a code meant in that year, and which province has its schools now, where that is another."""
    then = province_of_year(code, school_year)
    after = None if then is None or then.valid_to is None else successor_of(code)
    is_other = after is not None and then is not None and (after.code, after.name) != (then.code, then.name)
    now = f"{after.code} {after.name}" if after is not None and is_other else None
    return {"code": code, "name": None if then is None else then.name, "now": now}
