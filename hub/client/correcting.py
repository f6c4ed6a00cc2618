"""Lập bản đính chính: from the locked transcripts of a correction and new values, a batch that can be signed and sent.

Each document is judged before it goes into the batch: by the rules, and by whether it changes only what was asked for.
Invariant: every pupil of the correction for whom there are new values ends in the batch or is refused.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from hub.client.changing import changed_document, value_at
from hub.client.corrections import AskedCorrection
from hub.client.judging import JudgedRow, Verdict, judge_document
from hub.client.preparing import PreparedBatch, Rounds, prepare_batch
from hub.domain import Cohort, Severities, finding
from hub.domain.bytes_faults import DOCUMENT_BYTES_MAX
from hub.domain.difference import FIXED, covers, differing_paths
from hub.domain.statements import CorrectionItem
from hub.errors import Refused

__all__ = ["Correcting", "Difference", "bases_of_files", "correct", "prepare_correction"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what the locked version says and what the corrected one does; None for what is not there."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Correcting:
    """One corrected document, judged, beside the version that it is to replace (`base_sha256`, hex)."""

    base_sha256: str
    differences: tuple[Difference, ...]
    row: JudgedRow

    def shown(self) -> dict[str, Any]:
        """Return it as one JSON object."""
        changed = [{"path": d.path, "old": d.old, "new": d.new} for d in self.differences]
        return {**self.row.shown(), "supersedes": self.base_sha256, "differences": changed}


def correct(
    asked: AskedCorrection, bases: Mapping[str, bytes], changes: Mapping[str, Mapping[str, Any]], reason: str | None,
    at: date, policy: Severities | None = None,
) -> list[Correcting]:  # fmt: skip
    """Make the corrected documents; `bases` are the locked ones by hash, `changes` what `read_changes` returned.

    Raises Refused OPTION_WRONG for new values that are about no pupil of the correction or cannot be set,
    CORRECTION_BASE_MISSING for a locked transcript that is not at hand.
    """
    items = {item.document_sha256: item for item in asked.statement.items}
    named = _by_document(changes, items)
    made = []
    for n, (base_sha256, values) in enumerate(named.items(), start=1):
        if base_sha256 not in bases:
            raise Refused("CORRECTION_BASE_MISSING", {"document": base_sha256})
        why = reason or asked.statement.reason
        document = changed_document(bases[base_sha256], values, supersedes=base_sha256, reason=why)
        made.append(_judged(items[base_sha256], bases[base_sha256], document, n, at, policy))
    return made


def prepare_correction(made: Iterable[Correcting], folder: Path, asked: AskedCorrection, number: int) -> PreparedBatch:
    """Write the batch for the round of the correction. Raises Refused BATCH_EXISTS, BATCH_TOO_LARGE."""
    about = asked.statement
    rounds = Rounds(Cohort.CORRECTION, number)
    acting = None if asked.issuer == about.school else about.school
    return prepare_batch((one.row for one in made), folder, rounds, asked.issuer, about.school_year, acting)


def bases_of_files(paths: Sequence[Path]) -> dict[str, bytes]:
    """Return documents of files by their hashes. Raises Refused FILE_UNREADABLE."""
    found = {}
    for path in paths:
        try:
            with path.open("rb") as file:
                data = file.read(DOCUMENT_BYTES_MAX + 1)
        except OSError as error:
            raise Refused("FILE_UNREADABLE", {"reason": type(error).__name__}) from error
        found[hashlib.sha256(data).hexdigest()] = data
    return found


def _by_document(
    changes: Mapping[str, Mapping[str, Any]], items: Mapping[str, CorrectionItem]
) -> Mapping[str, Mapping[str, Any]]:
    """Give new values without a hash to the one document of the correction."""
    if set(changes) == {""} and len(items) == 1:
        return {next(iter(items)): changes[""]}
    foreign = sorted(set(changes) - items.keys())
    if foreign:
        reason = ", ".join(text[:64] or "$.…" for text in foreign[:3])
        raise Refused("OPTION_WRONG", {"option": "--changes", "reason": reason})
    return {sha256: changes[sha256] for sha256 in items if sha256 in changes}


def _judged(
    item: CorrectionItem, base: bytes, document: bytes, n: int, at: date, policy: Severities | None
) -> Correcting:
    """Judge one document; what was not asked for refuses it, and so does what changes nothing."""
    judged = judge_document(item.document_sha256, document, at, policy)
    found = list(judged.findings)
    paths = differing_paths(base, document)
    foreign = [path for path in paths if path in FIXED or not covers(item.fields, path)]
    if foreign:
        facts = {"count": str(len(foreign)), "fields": " ".join(foreign), "approved": " ".join(item.fields)}
        found.append(finding("CORRECTION_FIELD_NOT_APPROVED", facts=facts))
    if not paths:
        found.append(finding("CORRECTION_NOTHING_CHANGED"))
    verdict = Verdict.REFUSED if foreign or not paths else judged.verdict
    row = replace(judged, row=n, findings=tuple(found), verdict=verdict)
    return Correcting(item.document_sha256, tuple(_difference(path, base, document) for path in paths), row)


def _difference(path: str, base: bytes, document: bytes) -> Difference:
    old, new = (msgspec.json.decode(data) for data in (base, document))
    return Difference(path, value_at(old, path), value_at(new, path))
