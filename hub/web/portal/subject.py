"""Whose record a family session has open: birth date, years, and the numbers by which a log-in is known as theirs."""

from dataclasses import dataclass, field
from datetime import date

from fastapi import Request

from hub.domain import pupil_of
from hub.domain.consent import Party, may_read
from hub.errors import Refused
from hub.web.identity import Identity
from hub.web.portal.portal import Portal
from hub.web.portal.store import Key, Opened, What
from hub.web.portal.telling import records_of
from hub.web.portal.transfer_store import SchoolPlace

__all__ = ["Subject", "subject_in", "subject_of"]


@dataclass(frozen=True, slots=True)
class Subject:
    """`years` are school years with a locked version, oldest first; `schools` those of the record, newest first.

    `births` is the birth date as current transcripts have it (YYYY, YYYY-MM or YYYY-MM-DD), `pupils` the identifiers;
    `grade` the newest one.
    """

    birth_date: date = field(repr=False)
    years: tuple[str, ...]
    personal_ids: frozenset[str] = field(repr=False)
    schools: tuple[SchoolPlace, ...] = ()
    grade: int | None = None
    births: frozenset[str] = field(default=frozenset(), repr=False)
    pupils: frozenset[str] = field(default=frozenset(), repr=False)

    def is_spoken_for(self, party: Party, who: Identity, on: date) -> bool:
        """Tell whether who logged in is this pupil, or a guardian of this pupil who still may decide."""
        if not may_read(party, self.birth_date, on):
            return False
        known = {who.personal_id} if party == "pupil" else who.guardian_of
        return bool(self.personal_ids & known)


def subject_of(portal: Portal, request: Request, key: Key, what: What = "share") -> Subject:
    """Read whose record it is; the read is logged like any. Raises Refused PORTAL_SESSION_OVER."""
    with portal.store.open(key, portal.reading(request, what, "family"), portal.clock()) as opened:
        if opened is None:
            raise Refused("PORTAL_SESSION_OVER")
        return subject_in(opened)


def subject_in(opened: Opened) -> Subject:
    """Return whose record a read has opened."""
    current = [one.current for one in records_of(opened.versions())]
    shown = [one.transcript for one in current]
    newest = sorted(current, key=lambda one: (one.record[0], one.stored.effective_on), reverse=True)
    return Subject(
        opened.birth_date, tuple(sorted({t.school_year for t in shown})),
        frozenset(t.student.personal_id for t in shown if isinstance(t.student.personal_id, str)),
        tuple(dict.fromkeys(SchoolPlace(one.stored.so, one.transcript.school.code) for one in newest)),
        newest[0].transcript.grade if newest else None,
        frozenset(t.student.birth_date for t in shown),
        frozenset(pupil_of(t) for t in shown),
    )  # fmt: skip
