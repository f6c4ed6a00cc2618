"""The form of a secondary document: known subjects, marks or Đ/CĐ where each belongs, the levels of the year.

Legal source: each circular brings its own `Form` with its ground, TT 22/2021 and TT 58/2011. Averages and levels are
recomputed by the circulars.
"""

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.marks import MARKS
from hub.domain.regulations.foreign_fields import foreign, foreign_groups, foreign_values
from hub.domain.regulations.leniency import softened
from hub.domain.regulations.rows import misordered, repeated
from hub.domain.transcript import Subject, Transcript

__all__ = ["COMMENT_RESULTS", "Form", "check_form"]

COMMENT_RESULTS = frozenset({"Đ", "CĐ"})  # Đạt, Chưa đạt
_YEAR_FIELDS = ("semester_1", "semester_2", "year", "retake")
_PRIMARY_FIELDS = ("level", "score")
_PRIMARY_GROUPS = ("qualities", "competences", "rating")
_GROUPS = ("learning", "training", "conduct")
# What each kind may hold where it holds anything; one look-up for a good value.
_OR_ABSENT: Mapping[str | None, frozenset[object]] = {
    "score": frozenset({*MARKS, UNSET}),
    "comment": frozenset({*COMMENT_RESULTS, UNSET}),
    None: frozenset(),
}


@dataclass(frozen=True, eq=False)
class Form:
    """Subjects and levels of one circular and school level; compared by identity."""

    regulation: str
    kinds: Mapping[str, str]  # subject -> "score" or "comment", in document order
    required: frozenset[str]
    choice: frozenset[str]
    choice_count: int
    levels: Mapping[str, frozenset[str]]  # learning, training or conduct -> its levels
    halves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # one subject -> the rows it may be instead
    order: tuple[str, ...] = field(init=False)
    levels_or_absent: Mapping[str, frozenset[object]] = field(init=False)  # `levels` with UNSET

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", tuple(self.kinds))
        absent = {group: frozenset({*legal, UNSET}) for group, legal in self.levels.items()}
        object.__setattr__(self, "levels_or_absent", absent)

    def lacking(self, codes: Collection[str]) -> tuple[str, ...]:
        """Return the required subjects without a row, in document order; of one in two rows the row that is missing."""
        wanted: list[str] = []
        for code in self.order:
            if code in self.required and code not in codes:
                halves = self.halves.get(code, ())
                wanted += halves if any(half in codes for half in halves) else (code,)
        return tuple(code for code in wanted if code not in codes)

    def unchosen(self, codes: Collection[str]) -> int:
        """Return how many chosen subjects are missing."""
        return max(0, self.choice_count - len(self.choice.intersection(codes)))


def check_form(transcript: Transcript, form: Form) -> list[Finding]:
    """Return what the form has against a document."""
    lenient = transcript.student.disability_exempt is True
    complete = transcript.period == "year" and not lenient
    codes = tuple([row.code for row in transcript.subjects])
    found = list(_codes(form, transcript.grade, codes, complete))
    needed = "" if lenient else transcript.period
    for index, row in enumerate(transcript.subjects):
        if not _good(row, form, needed):
            row_found = _row(row, index, form, needed)
            found += map(softened, row_found) if row.exempt is True else row_found
    if not _good_levels(transcript, form, needed):
        found += _levels(transcript, form, needed)
    found += foreign_groups(transcript, _PRIMARY_GROUPS, form.regulation)
    return found


@functools.lru_cache(4096)
def _codes(form: Form, grade: int, codes: tuple[str, ...], complete: bool) -> tuple[Finding, ...]:
    """Subject codes: known, once, in one shape [contract], the required and the number of chosen ones [assumed]."""
    facts = {"regulation": form.regulation}
    found = [
        finding("SUBJECT_UNKNOWN", f"$.subjects[{n}].code", code, facts)
        for n, code in enumerate(codes)
        if code not in form.kinds
    ]
    found += repeated(codes, "SUBJECT_TWICE", "$.subjects", "subject")
    found += [
        finding("SUBJECT_SHAPE_MIXED", "$.subjects", None, {"one": one, "two": ", ".join(halves)})
        for one, halves in form.halves.items()
        if one in codes and any(half in codes for half in halves)
    ]
    found += misordered(codes, form.order, "$.subjects")
    if complete:
        for code in form.lacking(codes):
            missing = {"subject": code, "grade": str(grade)}
            found.append(finding("SUBJECT_MISSING_SECONDARY", "$.subjects", None, missing))
        chosen = len(form.choice.intersection(codes))
        if form.choice and chosen != form.choice_count:
            found.append(finding("SUBJECT_CHOICE_COUNT", "$.subjects", None, {"count": str(chosen)}))
    return tuple(found)


def _good(row: Subject, form: Form, needed: str) -> bool:
    """Tell quickly whether a row is the usual good one."""
    kind = form.kinds.get(row.code)
    legal = _OR_ABSENT[kind]
    return (
        row.kind == kind
        and row.level is row.score is UNSET
        and row.semester_1 in legal
        and row.semester_2 in legal
        and row.year in legal
        and row.retake in legal
        and (not needed or getattr(row, needed) is not UNSET)
    )


def _row(row: Subject, index: int, form: Form, needed: str) -> Iterator[Finding]:
    kind = form.kinds.get(row.code)
    if kind is None:
        return
    path = f"$.subjects[{index}]"
    subject = {"subject": row.code}
    if row.kind != kind:
        yield finding("SUBJECT_KIND_WRONG", f"{path}.kind", row.kind, subject | {"expected": kind})
    legal = MARKS if kind == "score" else COMMENT_RESULTS
    for name in _YEAR_FIELDS:
        value = getattr(row, name)
        if value is not UNSET and value not in legal:
            expected = "điểm (0.0–10.0)" if kind == "score" else "Đ / CĐ"
            yield finding(
                "SUBJECT_VALUE_WRONG", f"{path}.{name}", value, subject | {"expected": expected, "field": name}
            )
    yield from foreign_values(row, path, _PRIMARY_FIELDS, form.regulation)
    if needed and row.exempt is not True and getattr(row, needed) is UNSET:
        yield finding("SUBJECT_VALUE_MISSING", f"{path}.{needed}", None, subject | {"field": needed})


def _good_levels(transcript: Transcript, form: Form, needed: str) -> bool:
    """Tell quickly whether the groups of levels are the usual good ones."""
    for group in _GROUPS:
        levels = getattr(transcript, group)
        legal = form.levels_or_absent.get(group)
        if legal is None or levels is UNSET:
            if (legal is None) is not (levels is UNSET):
                return False
            continue
        if not (
            levels.semester_1 in legal
            and levels.semester_2 in legal
            and levels.year in legal
            and levels.retake in legal
            and (not needed or getattr(levels, needed) is not UNSET)
        ):
            return False
    return True


def _levels(transcript: Transcript, form: Form, needed: str) -> Iterator[Finding]:
    """Learning and training (or conduct): there, with the value of the period, from their own lists."""
    for group in _GROUPS:
        levels = getattr(transcript, group)
        legal = form.levels.get(group)
        if legal is None:
            if levels is not UNSET:
                yield foreign(group, f"$.{group}", form.regulation)
            continue
        if needed and (levels is UNSET or getattr(levels, needed) is UNSET):
            yield finding("YEAR_LEVELS_MISSING", f"$.{group}.{needed}", None, {"field": f"{group}.{needed}"})
        if levels is UNSET:
            continue
        facts = {"allowed": ", ".join(sorted(legal)), "regulation": form.regulation}
        for name in _YEAR_FIELDS:
            value = getattr(levels, name)
            if value is not UNSET and value not in legal:
                yield finding("YEAR_LEVEL_WRONG", f"$.{group}.{name}", value, facts)
