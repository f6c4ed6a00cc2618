"""Từ hàng đến trang: a pupil's transfers as a family reads them: in plain words, who is awaited until when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import Request

from hub.client.transfer_status import days_left
from hub.decision.transfer_known import ENDED
from hub.domain.civil import civil_date
from hub.domain.consent import Party, needed_consent
from hub.domain.findings import finding, render
from hub.domain.organisations import department
from hub.domain.procedure import PROCEDURES
from hub.errors import Refused
from hub.web.portal.portal import Portal
from hub.web.portal.store import Key
from hub.web.portal.subject import Subject, subject_in
from hub.web.portal.transfer_store import FamilyTransfer, FamilyWish, SchoolPlace
from hub.web.portal.transfer_wording import AWAITED, WISHES, step_text
from hub.web.portal.wording import Both

__all__ = ["Moving", "ToldSchool", "ToldTransfer", "ToldWish", "moving_of"]

_MS = timedelta(milliseconds=1)
_SENDING_CLOCKS = frozenset({"release", "decision"})


@dataclass(frozen=True, slots=True)
class ToldSchool:
    """A school by its name, as far as the register has it, and the name of its Sở."""

    name: str
    office: str


@dataclass(frozen=True)
class ToldTransfer:
    """One transfer; `needed` is who of the family has to agree by the pupil's age today."""

    row: FamilyTransfer
    receiving: ToldSchool
    sending: ToldSchool
    needed: frozenset[Party]
    days_left: int | None
    waiting: Sequence[FamilyWish] = ()

    @property
    def state(self) -> Mapping[str, Any]:
        """State and next step in both languages."""
        return render(finding(f"STATE_TRANSFER_{self.row.state.upper()}"))

    @property
    def awaited(self) -> tuple[Both, Both] | None:
        """Who is awaited, and for what."""
        return AWAITED.get(self.row.awaited or "")

    @property
    def last_day(self) -> date | None:
        """The last civil day (UTC+7) on which what is awaited is in time."""
        return None if self.row.due_at is None else civil_date(self.row.due_at - _MS)

    @property
    def clocks(self) -> tuple[int | None, int | None]:
        """Working days that the procedure gives for the answer, and for the release."""
        known = next((one for one in PROCEDURES if one.id == self.row.procedure), None)
        same = self.row.receiving.so == self.row.sending.so
        return (None, None) if known is None else (known.days_for("answer", same_so=same), known.release_days)

    @property
    def is_open(self) -> bool:
        """Whether it goes on, so that it can be withdrawn."""
        return self.row.state not in ENDED

    @property
    def missing(self) -> list[Party]:
        """Who has yet to agree, where that is what is awaited; who said so already waits for Bộ alone."""
        said = {party for one in self.waiting if one.kind == "TransferConsent" for party in one.parties}
        left = self.needed - self.row.consents - said
        return sorted(left, reverse=True) if self.row.state == "requested" else []

    @property
    def is_withdrawing(self) -> bool:
        """Whether the family has withdrawn, and Bộ has not noted it yet."""
        return any(one.kind == "TransferWithdrawal" for one in self.waiting)

    @property
    def steps(self) -> list[tuple[datetime, Both, str, str]]:
        """When, what, the reason given, the number of a letter or decision; newest first."""
        return [
            (one.at, step_text(one), str(one.said.get("reason") or ""), str(one.said.get("number") or ""))
            for one in reversed(self.row.steps)
        ]


@dataclass(frozen=True)
class ToldWish:
    """What the family said that Bộ has not accepted: waiting, or refused with its reasons."""

    row: FamilyWish
    receiving: ToldSchool
    sending: ToldSchool

    @property
    def what(self) -> Both:
        """What it was."""
        return WISHES[self.row.kind]

    @property
    def findings(self) -> list[Mapping[str, Any]]:
        """Why it was refused, with what to do."""
        facts = {"school": self.receiving.name, "so": self.receiving.office}
        return [render(finding(code, facts=facts)) for code in self.row.codes]


@dataclass(frozen=True)
class Moving:
    """All that a family's pages of transfers are made of, from one logged read."""

    subject: Subject
    transfers: Sequence[ToldTransfer] = field(default_factory=list)
    wishes: Sequence[ToldWish] = field(default_factory=list)

    def one(self, transfer_id: str) -> ToldTransfer:
        """Return one transfer of the pupil. Raises Refused PORTAL_NOTHING_THERE, for another pupil's too."""
        found = next((each for each in self.transfers if each.row.transfer_id == transfer_id), None)
        if found is None:
            raise Refused("PORTAL_NOTHING_THERE")
        return found


def moving_of(portal: Portal, request: Request, key: Key) -> Moving:
    """Read the pupil's transfers; the read is logged. Raises Refused PORTAL_SESSION_OVER."""
    now = portal.clock()
    with portal.store.open(key, portal.reading(request, "transfer", "family"), now) as opened:
        if opened is None:
            raise Refused("PORTAL_SESSION_OVER")
        subject, (rows, wishes) = subject_in(opened), opened.transfers()
    schools = _schools(portal, _places(rows, wishes), now)
    needed = needed_consent(subject.birth_date, civil_date(now))
    return Moving(
        subject,
        [
            ToldTransfer(row, schools[row.receiving], schools[row.sending], needed, _left(portal, row, now),
                         [one for one in wishes if one.transfer_id == row.transfer_id and not one.is_refused])
            for row in rows
        ],
        [ToldWish(one, schools[one.receiving], schools[one.sending]) for one in wishes],
    )  # fmt: skip


def _places(rows: Sequence[FamilyTransfer], wishes: Sequence[FamilyWish]) -> Iterable[SchoolPlace]:
    for row in rows:
        yield from (row.receiving, row.sending)
    for wish in wishes:
        yield from (wish.receiving, wish.sending)


def _schools(portal: Portal, places: Iterable[SchoolPlace], now: datetime) -> Mapping[SchoolPlace, ToldSchool]:
    """Return the schools by name; one that no register has (any more) by its code."""
    wanted = set(places)
    found = {place: place.code for place in wanted}
    for so in sorted({place.so for place in wanted}):
        codes = sorted(place.code for place in wanted if place.so == so)
        found |= {SchoolPlace(so, one.code): one.name for one in portal.store.schools(so, now, codes)}
    return {place: ToldSchool(found[place], department(place.so).name) for place in wanted}


def _left(portal: Portal, row: FamilyTransfer, now: datetime) -> int | None:
    """Return the working days left for what is awaited, by the calendar of the Sở whose clock it is."""
    if row.due_at is None:
        return None
    so = row.sending.so if row.awaited in _SENDING_CLOCKS else row.receiving.so
    return days_left(row.due_at, now, portal.store.days_off(so, now))
