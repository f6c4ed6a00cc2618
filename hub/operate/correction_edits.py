"""Những thay đổi cần để ý: marks that cross a threshold, edits in the last hour, windows that nobody used. Pure.

The thresholds are the marks on which the levels of TT 22/2021, Điều 9.2 rest [secondary]; the report counts them for
every circular alike. Whether a change was right is not for a count to say: each figure carries its documents.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hub.domain.transcript import Subject, Transcript

__all__ = [
    "THRESHOLDS", "CorrectedRecord", "Crossing", "Edit", "SchoolEdits", "VersionPlace", "crossings_of",
    "edits_by_school",
]  # fmt: skip

THRESHOLDS = (Decimal("5.0"), Decimal("6.5"), Decimal("8.0"))
_FIELDS = ("semester_1", "semester_2", "year", "retake", "score")


@dataclass(frozen=True, slots=True)
class Crossing:
    """A mark that is at or above a threshold in one version and below it in the other; `is_up`: it is reached now."""

    subject: str
    field: str
    old: Decimal
    new: Decimal
    threshold: Decimal

    @property
    def is_up(self) -> bool:
        """Tell whether the new mark reaches the threshold."""
        return self.new > self.old


@dataclass(frozen=True, slots=True)
class VersionPlace:
    """One version by hash (hex), and the index of its lock in the log of the Sở; None for one that is not locked."""

    document_sha256: str
    log_index: int | None


@dataclass(frozen=True, slots=True)
class Edit:
    """One version that took the place of another: after a lock ("correction") or before it ("replacement").

    `at`: when it was accepted, or at Bộ when its lock was decided; `ends_at`: the deadline or the end of the window
    that it is measured against. `correction` is the id of the request; None at Bộ, which never hears it.
    """

    school: str
    kind: str
    correction: str | None
    round: str
    old: VersionPlace
    new: VersionPlace
    at: datetime
    ends_at: datetime | None
    crossings: tuple[Crossing, ...]

    def is_last(self, within: timedelta) -> bool:
        """Tell whether it came in the last moments before the end."""
        return self.ends_at is not None and self.ends_at - within <= self.at < self.ends_at


@dataclass(frozen=True, slots=True)
class CorrectedRecord:
    """One pupil's correction with its state; `new` None before the corrected version came."""

    school: str
    correction: str | None
    round: str | None
    state: str
    old: VersionPlace
    new: VersionPlace | None
    closes_at: datetime | None

    def is_unused(self, at: datetime) -> bool:
        """Tell whether its window has passed without a corrected version."""
        return self.state == "expired" or (
            self.state == "approved" and self.closes_at is not None and self.closes_at <= at
        )


@dataclass(frozen=True, slots=True)
class SchoolEdits:
    """All edits and corrections of one school."""

    school: str
    records: tuple[CorrectedRecord, ...]
    edits: tuple[Edit, ...]

    def count_by_state(self) -> dict[str, int]:
        """Count the pupils' corrections in each state."""
        return dict(sorted(Counter(record.state for record in self.records).items()))

    def count_crossings(self) -> dict[tuple[Decimal, bool], int]:
        """Count marks by threshold and direction (True: up); every pair is there."""
        count = Counter((c.threshold, c.is_up) for edit in self.edits for c in edit.crossings)
        return {(threshold, is_up): count[threshold, is_up] for threshold in THRESHOLDS for is_up in (True, False)}

    def last(self, within: timedelta) -> tuple[Edit, ...]:
        """Return the edits of the last moments before a deadline or the end of a window."""
        return tuple(edit for edit in self.edits if edit.is_last(within))

    def unused(self, at: datetime) -> tuple[CorrectedRecord, ...]:
        """Return the corrections whose window nobody used."""
        return tuple(record for record in self.records if record.is_unused(at))


def crossings_of(old: Transcript, new: Transcript) -> tuple[Crossing, ...]:
    """Return every subject mark that crosses a threshold between two versions; one that came or went crosses none."""
    before = {subject.code: subject for subject in old.subjects}
    pairs = [(before[subject.code], subject) for subject in new.subjects if subject.code in before]
    return tuple(crossing for pair in pairs for field in _FIELDS for crossing in _of_field(*pair, field))


def edits_by_school(records: Iterable[CorrectedRecord], edits: Iterable[Edit]) -> list[SchoolEdits]:
    """Put records and edits together by school, in the order of the codes."""
    by_school: dict[str, tuple[list[CorrectedRecord], list[Edit]]] = defaultdict(lambda: ([], []))
    for record in records:
        by_school[record.school][0].append(record)
    for edit in edits:
        by_school[edit.school][1].append(edit)
    return [SchoolEdits(code, tuple(own), tuple(made)) for code, (own, made) in sorted(by_school.items())]


def _of_field(old: Subject, new: Subject, field: str) -> Sequence[Crossing]:
    first, second = _mark(old, field), _mark(new, field)
    if first is None or second is None:
        return ()
    return [Crossing(new.code, field, first, second, t) for t in THRESHOLDS if (first < t) != (second < t)]


def _mark(subject: Subject, field: str) -> Decimal | None:
    """Return the mark of a field; None for what is absent or no mark (Đ, CĐ)."""
    value = getattr(subject, field)
    return Decimal(value) if isinstance(value, str) and value[:1].isdigit() else None
