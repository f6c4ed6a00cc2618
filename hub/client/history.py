"""Look up (tra cứu): every version of one pupil's học bạ, over years, schools and Sở, and whether Bộ has it.

A version is in force from its effective date until that of the version that took its place; both stay readable.
Nothing is shown that is not what was accepted and locked: one changed version stops the whole look-up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import UnsetType

from hub.client.persons import same_persons
from hub.client.unchanged import Locked, Stored, check_unchanged, is_manifest_of
from hub.domain import Transcript, read
from hub.domain.locator import check, printed
from hub.domain.transcript import Assessed, Subject, YearLevels
from hub.errors import Corrupt, Refused
from hub.operate import StateAnswer, answer_of, step_into
from hub.store import open_connection, unavailable
from hub.store.queries import queries_of
from hub.trust import Grade, grade_of

__all__ = ["History", "Version", "find_by_locator", "find_by_student", "marks_of", "with_successors"]

_SO, _BO = queries_of("so"), queries_of("bo")
_VALUES = ("level", "score", "semester_1", "semester_2", "year", "retake")


@dataclass(frozen=True, slots=True)
class Version:
    """One version as Sở has it; `ingested_at` is when Bộ decided the lock that holds it (None: not there).

    `superseded_by`: hash (hex) of the locked version that took its place, in force from `superseded_on`,
    locked at `superseded_at`. `locked_by`: the office that asked for the lock. `evidence`: the grade that its
    signatures say, and its leaf after the lock.
    """

    so: str
    transcript: Transcript
    state: str
    version: int
    document_sha256: str
    accepted_at: datetime
    effective_on: date | None
    locator: str | None
    log_index: int | None
    ingested_at: datetime | None
    superseded_by: str | None = None
    superseded_on: date | None = None
    locked_at: datetime | None = None
    locked_by: str | None = None
    superseded_at: datetime | None = None
    evidence: Grade = "native"

    @property
    def record(self) -> tuple[str, str, str, str]:
        """Which record it is a version of, within one pupil's history."""
        t = self.transcript
        return self.so, t.school.code, t.school_year, t.period

    @property
    def supersedes(self) -> str | None:
        """Hash (hex) of the version that it was made to replace."""
        return self.transcript.supersedes if isinstance(self.transcript.supersedes, str) else None

    def answer(self, role: str | None = None) -> StateAnswer:
        """Say why it stands where it stands, and what a holder of `role` may do; for what waits, since it came."""
        at = {"locked": self.locked_at, "superseded": self.superseded_at}.get(self.state)
        if self.state in ("open", "pending", "held"):
            at = self.accepted_at
        return answer_of("document", self.state, [step_into("document", self.state, at, self._by)], role)

    @property
    def _by(self) -> str | None:
        return self.locked_by if self.state == "locked" else None

    def shown(self, role: str | None = None) -> dict[str, Any]:
        """Return the version as JSON shows it, without name, birth date and identifiers; `may`: what `role` may do."""
        t = self.transcript
        return {
            "so": self.so,
            "school": t.school.code,
            "school_name": t.school.name,
            "school_year": t.school_year,
            "period": t.period,
            "grade": t.grade,
            "class": t.class_,
            "student_code": t.student.student_code,
            "version": self.version,
            "state": self.state,
            "evidence": self.evidence,
            "document_sha256": self.document_sha256,
            "accepted_at": self.accepted_at.isoformat(),
            "effective_on": None if self.effective_on is None else self.effective_on.isoformat(),
            "supersedes": self.supersedes,
            "superseded_by": self.superseded_by,
            "superseded_on": None if self.superseded_on is None else self.superseded_on.isoformat(),
            "log_index": self.log_index,
            "ingested_at": None if self.ingested_at is None else self.ingested_at.isoformat(),
            "marks": marks_of(t),
            "qualities": _levels(t.qualities),
            "competences": _levels(t.competences),
            "learning": _year_levels(t.learning),
            "training": _year_levels(t.training),
            "rating": t.rating if isinstance(t.rating, str) else None,
            "completed": t.result.completed,
        } | self.answer(role).shown()


@dataclass(frozen=True, slots=True)
class History:
    """All versions of one pupil, oldest first; `locator` as it is printed, None before the first lock.

    `closed`: of the Sở that locked them, those whose log has ended, with the Sở that follows (slugs).
    """

    locator: str | None
    versions: tuple[Version, ...]
    closed: Mapping[str, str] = field(default_factory=dict)

    def shown(self, role: str | None = None) -> dict[str, Any]:
        """Return the history as one JSON object; each version tells what a holder of `role` may do, or everybody."""
        versions = [version.shown(role) for version in self.versions]
        return {"locator": self.locator, "versions": versions, "closed": dict(self.closed)}

    def as_of(self, day: date) -> "History":
        """Return the versions that were in force on a civil date (UTC+7). Raises Refused LOOKUP_NOTHING_FOUND."""
        locked = sorted((v for v in self.versions if v.effective_on is not None), key=lambda v: v.version)
        found = {v.record: v for v in locked if v.effective_on is not None and v.effective_on <= day}
        if not found:
            raise Refused("LOOKUP_NOTHING_FOUND")
        return replace(self, versions=tuple(v for v in self.versions if found.get(v.record) is v))


def find_by_locator(locator: str, so_urls: Mapping[str, str], bo_url: str) -> History:
    """Search these Sở for a locator as a person typed it.

    Raises Refused LOCATOR_MALFORMED, LOCATOR_CHECK_SYMBOL, LOOKUP_NOTHING_FOUND; Unavailable without a database;
    Corrupt(RECORD_CHANGED) when a version is not what was accepted or locked any more.
    """
    return _find("pupil_of_locator", (check(locator),), so_urls, bo_url)


def find_by_student(school: str, student: str, so_urls: Mapping[str, str], bo_url: str) -> History:
    """Search these Sở for the pupil whom a school knows under a code. Raises as `find_by_locator`."""
    return _find("pupils_of_student", (school, student), so_urls, bo_url)


def marks_of(transcript: Transcript) -> dict[str, dict[str, str]]:
    """Return what each subject's row says, by subject code: level, score, and the values of the semesters."""
    return {subject.code: _values(subject) for subject in transcript.subjects}


def _levels(assessed: tuple[Assessed, ...] | UnsetType) -> dict[str, str]:
    return {} if isinstance(assessed, UnsetType) else {item.code: item.level for item in assessed}


def _year_levels(levels: YearLevels | UnsetType) -> dict[str, str]:
    return {} if isinstance(levels, UnsetType) else dict(msgspec.to_builtins(levels))


def _values(subject: Subject) -> dict[str, str]:
    found = {name: getattr(subject, name) for name in _VALUES}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _find(query: str, values: Sequence[str], so_urls: Mapping[str, str], bo_url: str) -> History:
    named = {pupil for url in so_urls.values() for (pupil,) in _rows(url, _SO[query], values)}
    pupils = same_persons(named, so_urls, bo_url)
    rows = [(so, row) for so, url in so_urls.items() for row in _unchanged(url, pupils)]
    ingested = {row[0]: row[4] for row in _rows(bo_url, _BO["ingested_of_hashes"], ([row[3] for _, row in rows],))}
    versions = with_successors([_version(so, row, ingested) for so, row in rows])
    if not versions:
        raise Refused("LOOKUP_NOTHING_FOUND")
    locator = next((v.locator for v in versions if v.locator is not None), None)
    by_year = sorted(versions, key=lambda v: (v.transcript.school_year, v.accepted_at))
    ends = dict(_rows(bo_url, _BO["closed_logs"], ([v.so for v in versions],)))
    return History(None if locator is None else printed(locator), tuple(by_year), ends)


def with_successors(versions: Sequence[Version]) -> list[Version]:
    """Say of each locked version which locked one took its place."""
    locked = sorted((v for v in versions if v.effective_on is not None), key=lambda v: v.version)
    following = {(v.record, v.supersedes): v for v in locked if v.supersedes is not None}
    return [_succeeded(v, following.get((v.record, v.document_sha256))) for v in versions]


def _succeeded(version: Version, by: Version | None) -> Version:
    if by is None or version.effective_on is None:
        return version
    return replace(version, superseded_by=by.document_sha256, superseded_on=by.effective_on, superseded_at=by.locked_at)


def _unchanged(url: str, pupils: Sequence[str]) -> list[Any]:
    """Read the versions that one Sở has of these pupils and check each against its hash, its leaf and its manifest."""
    rows = _rows(url, _SO["history_of_pupils"], (pupils,))
    for row in rows:
        check_unchanged(_stored(row))
    locks = sorted({row[9] for row in rows if row[9] is not None})
    sound = {
        bytes(lock_id)
        for lock_id, manifest, root, leaves in _rows(url, _SO["manifests"], (locks,))
        if is_manifest_of(manifest, root, leaves)
    }
    for lock_id in locks:
        if bytes(lock_id) not in sound:
            raise Corrupt("RECORD_CHANGED", {"document": bytes(lock_id).hex(), "what": "manifest"})
    return rows


def _stored(row: Sequence[Any]) -> Stored:
    document, state, version, sha256, effective_on, _, locator, _, _, lock_id, leaf, leaf_sha256, signatures, _ = row
    locked = None if lock_id is None else Locked(lock_id, leaf, leaf_sha256, effective_on, locator)
    if locked is None and state in ("locked", "superseded"):
        raise Corrupt("RECORD_CHANGED", {"document": sha256.hex(), "what": "leaf"})
    return Stored(document, sha256, version, locked, tuple(signatures))


def _version(so: str, row: Sequence[Any], ingested: Mapping[bytes, datetime]) -> Version:
    (
        document,
        state,
        version,
        sha256,
        effective_on,
        locked_at,
        locator,
        log_index,
        accepted_at,
        *_,
        signatures,
        closed_by,
    ) = row
    transcript = read(document).transcript
    if transcript is None:
        raise Corrupt("RECORD_CHANGED", {"document": sha256.hex(), "what": "document"})
    return Version(
        so, transcript, state, version, sha256.hex(), accepted_at, effective_on, locator, log_index,
        ingested.get(sha256), locked_at=locked_at, locked_by=closed_by, evidence=grade_of(signatures),
    )  # fmt: skip


def _rows(url: str, query: Any, values: Sequence[Any]) -> list[Any]:
    with open_connection(url) as connection, unavailable():
        return connection.execute(query, values).fetchall()
