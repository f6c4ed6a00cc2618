"""From stored versions to what a page shows: records by year, which version is in force, and what each rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from hub.domain import Transcript, province_of_year, read, successor_of
from hub.domain.form import Form, form_of
from hub.domain.locator import printed
from hub.domain.organisations import department
from hub.domain.semesters import semester_bases
from hub.errors import Corrupt
from hub.trust import grade_of
from hub.trust import read as read_signature
from hub.web.portal.store import StoredVersion
from hub.web.portal.wording import EVIDENCE, GRADES, PERIODS, ROLES, Both

__all__ = ["Record", "Shown", "as_of", "chosen", "records_of"]


@dataclass(frozen=True)
class Shown:
    """One version as pages show it; `next` is the version that took its place."""

    stored: StoredVersion
    next: StoredVersion | None

    @cached_property
    def transcript(self) -> Transcript:
        """The document, read. Raises Corrupt RECORD_CHANGED for one that was locked and does not read any more."""
        found = read(self.stored.document).transcript
        if found is None:
            raise Corrupt("RECORD_CHANGED", {"document": self.stored.document_sha256.hex(), "what": "document"})
        return found

    @property
    def record(self) -> tuple[str, str, str]:
        """Year, period and school."""
        t = self.transcript
        return t.school_year, t.period, t.school.code

    @property
    def path(self) -> str:
        """Where this version is read; the school stands behind it, since two may have one year."""
        year, period, _ = self.record
        return f"/hoc-ba/{year}/{period}/{self.stored.version}"

    @property
    def query(self) -> str:
        """The school, as the query of `path`."""
        return f"?truong={self.transcript.school.code}"

    @property
    def period(self) -> Both:
        """Name of the period."""
        return PERIODS.get(self.transcript.period, Both(self.transcript.period, self.transcript.period))

    @property
    def evidence(self) -> str:
        """Grade of evidence."""
        return grade_of(self.stored.signatures)

    @property
    def rests_on(self) -> Both:
        """One sentence on what it rests on."""
        return EVIDENCE[grade_of(self.stored.signatures)]

    @property
    def grade(self) -> Both:
        """The same in few words."""
        return GRADES[grade_of(self.stored.signatures)]

    @property
    def office(self) -> str:
        """Name of the Sở that locked it."""
        return department(self.stored.so).name

    @property
    def locator(self) -> str:
        """The locator as it is printed."""
        return printed(self.stored.locator)

    @property
    def province(self) -> str:
        """Name of the province in the meaning that its code had in that year."""
        t = self.transcript
        found = province_of_year(t.school.province, t.school_year)
        return t.school.province if found is None else found.name

    @property
    def province_now(self) -> str:
        """Name of the province that has the school now, "" where it is the same one."""
        t = self.transcript
        then = province_of_year(t.school.province, t.school_year)
        now = None if then is None or then.valid_to is None else successor_of(then.code)
        return "" if now is None or then is None or now.name == then.name else now.name

    @cached_property
    def form(self) -> Form:
        """The year in the words of its form."""
        return form_of(self.transcript)

    @property
    def first_semester(self) -> str:
        """Code of the school that answers for the first semester, "" where it is this one."""
        taken = [one.school for _, one in semester_bases(self.transcript)]
        return ", ".join(taken)

    @property
    def signers(self) -> list[tuple[Both, datetime]]:
        """Role and claimed time of each signature."""
        parsed = [read_signature(text) for text in self.stored.signatures]
        return [
            (ROLES.get(one.header.hb_role, Both(one.header.hb_role, one.header.hb_role)),
             datetime.fromtimestamp(one.header.iat, UTC))
            for one in parsed
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One year (or semester) at one school: the version that counts, and those before it, newest first."""

    current: Shown
    before: tuple[Shown, ...]


def records_of(versions: Iterable[StoredVersion]) -> list[Record]:
    """Return the records of one person, oldest year first."""
    return _records([Shown(one, None) for one in versions])


def as_of(records: Sequence[Record], day: date) -> list[Record]:
    """Return the records as they stood on a civil date (UTC+7)."""
    every = [one for record in records for one in (record.current, *record.before)]
    return _records([one for one in every if one.stored.effective_on <= day])


def chosen(
    records: Sequence[Record], year: str, period: str | None, version: int | None, school: str | None
) -> list[Shown]:
    """Return the versions that fit; without a version the current ones."""
    every = [one for record in records for one in ((record.current, *record.before) if version else (record.current,))]
    return [
        one
        for one in every
        if one.record[0] == year
        and period in (None, one.record[1])
        and school in (None, one.record[2])
        and version in (None, one.stored.version)
    ]


def _records(shown: Sequence[Shown]) -> list[Record]:
    found: dict[tuple[str, str, str], list[Shown]] = {}
    for one in sorted(shown, key=lambda s: (*s.record, s.stored.version)):
        found.setdefault(one.record, []).append(one)
    return [_record(versions) for versions in found.values()]


def _record(versions: Sequence[Shown]) -> Record:
    after = [*(one.stored for one in versions[1:]), None]
    linked = [Shown(one.stored, following) for one, following in zip(versions, after, strict=True)]
    return Record(linked[-1], tuple(reversed(linked[:-1])))
