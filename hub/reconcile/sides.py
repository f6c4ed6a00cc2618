"""What each side lacks, has too much, or has otherwise, held against the leaves that a lock really has; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.reconcile.differences import Difference, LockName
from hub.reconcile.rows import NOTHING, Row
from hub.reconcile.truth import Truth

__all__ = ["AT_BO", "AT_SO", "IN_STREAM", "Codes", "known_pupils", "side_differences"]


@dataclass(frozen=True, slots=True)
class Codes:
    """How one side's differences are called."""

    missing: str
    extra: str
    changed: str


AT_SO = Codes("RECONCILE_MISSING_AT_SO", "RECONCILE_EXTRA_AT_SO", "RECONCILE_CHANGED_AT_SO")
AT_BO = Codes("RECONCILE_MISSING_AT_BO", "RECONCILE_EXTRA_AT_BO", "RECONCILE_CHANGED_AT_BO")
IN_STREAM = Codes("RECONCILE_MISSING_IN_STREAM", "RECONCILE_EXTRA_IN_STREAM", "RECONCILE_CHANGED_IN_STREAM")
_GONE = frozenset({"no leaf", "no document"})


def known_pupils(truth: Truth, *sides: Sequence[Row]) -> dict[bytes, Row]:
    """Return, by leaf hash, the row that tells best whom a true leaf is about: sound ones first."""
    found: dict[bytes, Row] = {}
    for row in sorted((row for side in sides for row in side), key=lambda row: len(row.faults)):
        for leaf in (row.leaf, row.stored_leaf):
            if leaf in truth.leaves:
                found.setdefault(leaf, row)
    return found


def side_differences(
    codes: Codes, lock: LockName, truth: Truth, rows: Sequence[Row], pupils: Mapping[bytes, Row]
) -> Iterator[Difference]:
    """Yield one difference for each pupil whose row at this side is missing, extra or changed."""
    left = dict.fromkeys(sorted(truth.leaves))
    strange: list[Row] = []
    for row in rows:
        if row.leaf in left:
            del left[row.leaf]
            if row.faults:
                yield _named(_code(codes, row), lock, row, pupils.get(row.leaf, row), row.faults)
        else:
            strange.append(row)
    for row in strange:
        leaf = _meant(row, left, pupils)
        if leaf is None:
            yield _named(codes.extra, lock, row, row, ())
        else:
            del left[leaf]
            yield _named(_code(codes, row), lock, row, pupils.get(leaf, row), row.faults or ("leaf",))
    for leaf in left:
        yield _named(codes.missing, lock, None, pupils.get(leaf), ())


def _code(codes: Codes, row: Row) -> str:
    return codes.missing if _GONE & set(row.faults) else codes.changed


def _meant(row: Row, left: Mapping[bytes, None], pupils: Mapping[bytes, Row]) -> bytes | None:
    """Return the true leaf that a strange row stands for: by its hash column, its record, its pupil at the school."""
    if row.stored_leaf in left:
        return row.stored_leaf
    others = {leaf: pupils[leaf] for leaf in left if leaf in pupils}
    for how in (_same_record, _same_document, _same_student):
        meant = [leaf for leaf, other in others.items() if how(row, other)]
        if len(meant) == 1:
            return meant[0]
    return None


def _same_record(a: Row, b: Row) -> bool:
    return a.record is not None and a.record == b.record


def _same_document(a: Row, b: Row) -> bool:
    return a.document_said != NOTHING and a.document_said == b.document_said


def _same_student(a: Row, b: Row) -> bool:
    return a.student_code is not None and a.student_code == b.student_code


def _named(code: str, lock: LockName, row: Row | None, pupil: Row | None, what: tuple[str, ...]) -> Difference:
    said = pupil or row
    if said is None:
        return Difference(code, lock, what)
    return Difference(code, lock, what, said.locator, said.document_said or None, said.student_code)
