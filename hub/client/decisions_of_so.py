"""What a Sở decides about pupils: the statements, and what it has to look at before it signs one."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from hub.client.commands import SentCommand
from hub.client.records import instant
from hub.domain import read
from hub.domain.linking import Links
from hub.domain.statements import ConflictDecision, IdentityCorrection
from hub.errors import Refused
from hub.store import Connection, unavailable
from hub.store.queries import queries_of
from hub.store.so import load_links

__all__ = [
    "Action",
    "Claim",
    "Conflict",
    "Link",
    "Ruled",
    "conflict_of",
    "conflicts",
    "conflicts_at_bo",
    "identifier_of",
    "link_of",
    "linking",
    "links",
    "ruling",
    "school_of_pupil",
    "sent_decision",
]  # fmt: skip

_SO, _BO = queries_of("so"), queries_of("bo")
_DIGEST_LENGTH = 12
_HASH_LENGTH = 64
Action = Literal["correct", "merge", "separate"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What one school has current of the pupil. `name` is personal data: shown only where it is asked for."""

    school: str
    student_code: str
    document_sha256: str
    state: str
    cohort: str
    round_number: int
    since: datetime
    pupil: str
    name: str


@dataclass(frozen=True, slots=True)
class Ruled:
    """One ruling as it was signed: who claims rightly, who not, under which number, why, and by whom."""

    school: str
    not_of: str
    number: str
    reason: str
    role: str
    person: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person, year and period that several schools claim; claims in the order in which they came."""

    person: str
    school_year: str
    period: str
    claims: tuple[Claim, ...]
    rulings: tuple[Ruled, ...] = ()
    opened_at: datetime | None = None

    @property
    def since(self) -> datetime | None:
        """Since when there is more than one claimant."""
        return self.opened_at or (self.claims[1].since if len(self.claims) > 1 else None)

    @property
    def standing(self) -> bool:
        """Tell whether some two claimants are still to be ruled about."""
        latest = {frozenset((r.school, r.not_of)) for r in self.rulings}
        schools = sorted({claim.school for claim in self.claims})
        return any(frozenset((a, b)) not in latest for n, a in enumerate(schools) for b in schools[n + 1 :])

    def shown(self, *, names: bool) -> dict[str, Any]:
        """Return the conflict as one JSON object: hashes and codes, and the pupil only with `names`."""
        shown: dict[str, Any] = {
            "school_year": self.school_year,
            "period": self.period,
            "since": None if self.since is None else self.since.isoformat(),
            "standing": self.standing,
            "claims": [_claim(claim, names) for claim in self.claims],
            "rulings": [_ruled(r) for r in self.rulings],
        }
        return shown | {"pupil": self.person} if names else shown


@dataclass(frozen=True, slots=True)
class Link:
    """A decision on two identifiers; `counts` while no later one about the former is there."""

    command_id: str
    school: str
    action: str
    former: str
    present: str
    evidence_sha256: str
    number: str
    reason: str
    role: str
    person: str | None
    at: datetime
    certificate_sha256: str
    counts: bool

    def shown(self, *, persons: bool) -> dict[str, Any]:
        """Return the link as one JSON object; the identifiers only with `persons`."""
        hidden = ("at",) if persons else ("at", "former", "present")
        return {n: getattr(self, n) for n in self.__slots__ if n not in hidden} | {"at": self.at.isoformat()}


def conflicts(connection: Connection, *, every: bool = False) -> list[Conflict]:
    """Return the conflicts of a Sở that wait for a ruling, oldest first; with `every` also those that were decided."""
    with unavailable():
        pupils = [pupil for (pupil,) in connection.execute(_SO["look_claimed"])]
        found = _conflicts(connection, pupils)
    return [c for c in found if (c.standing if not every else len({x.school for x in c.claims}) > 1 or c.rulings)]


def conflict_of(connection: Connection, document_sha256: str) -> tuple[Conflict, str]:
    """Return the conflict that a transcript (hex) belongs to, and the transcript's school; whatever its state.

    Raises Refused DOCUMENT_UNKNOWN.
    """
    pupil, school, year, period, _ = _document(connection, document_sha256)
    with unavailable():
        links = _links(connection, [pupil])
        found = _conflicts(connection, sorted(links.same_person(pupil)))
    here = (c for c in found if (c.school_year, c.period) == (year, period))
    return next(here, Conflict(links.person(pupil), year, period, ())), school


def conflicts_at_bo(connection: Connection) -> list[Conflict]:
    """Return the persons whom several schools have locked, as Bộ opened them."""
    with unavailable():
        opened = connection.execute(_BO["look_conflicts"]).fetchall()
        pupils = [row[0] for row in opened]
        links = Links(connection.execute(_BO["links_of"], (pupils,)).fetchall())
        named = sorted({one for pupil in pupils for one in links.same_person(pupil)})
        locked = [_read_claim(row) for row in connection.execute(_BO["look_locked"], (named,))]
    return [
        Conflict(pupil, year, period, _of(locked, links, pupil, year, period), opened_at=at)
        for pupil, year, period, _, at in opened
    ]


def links(connection: Connection, command_id: str | None = None) -> list[Link]:
    """Return the decisions on identifiers of a Sở, oldest first; of one command when its id is given."""
    with unavailable():
        rows = connection.execute(_SO["look_links"], {"command_id": command_id}).fetchall()
    return [Link(*row) for row in rows]


def link_of(connection: Connection, command_id: str) -> Link:
    """Return one decision on identifiers. Raises Refused IDENTITY_DECISION_UNKNOWN."""
    found = links(connection, command_id)
    if not found:
        raise Refused("IDENTITY_DECISION_UNKNOWN", {"command_id": command_id[:64]})
    return found[0]


def identifier_of(connection: Connection, text: str) -> str:
    """Return an identifier as given, or that of the pupil of a transcript when its hash is given.

    Raises Refused DOCUMENT_UNKNOWN.
    """
    is_hash = len(text) == _HASH_LENGTH and set(text) <= set("0123456789abcdef")
    return str(_document(connection, text)[0]) if is_hash else text


def school_of_pupil(connection: Connection, pupil: str) -> tuple[str, str] | None:
    """Return (school, school year) in which a pupil was reported last, or None."""
    with unavailable():
        row = connection.execute(_SO["look_school_of"], (pupil,)).fetchone()
    return None if row is None else (str(row[0]), str(row[1]))


def ruling(
    conflict: Conflict, so: str, school: str, not_of: str, *, number: str, reason: str, at: datetime,
    command_id: str | None = None,
) -> ConflictDecision:  # fmt: skip
    """Return the statement that one school claims the pupil of a conflict rightly, and another does not."""
    about = "\n".join((number, school, not_of, *(claim.document_sha256 for claim in conflict.claims)))
    return ConflictDecision(
        command_id=command_id or _named("conflict", about, at), issued_at=instant(at), not_of=not_of, number=number,
        period=conflict.period, pupil=conflict.person, reason=reason, school=school,  # type: ignore[arg-type]
        school_year=conflict.school_year, so=so, type="vn.hocba.conflict-decision/1",
    )  # fmt: skip


def linking(
    action: Action, so: str, school: str, school_year: str, *, former: str, present: str, evidence_sha256: str,
    number: str, reason: str, at: datetime, command_id: str | None = None,
) -> IdentityCorrection:  # fmt: skip
    """Return the statement about two identifiers; `school` only says under whose key it is sent."""
    return IdentityCorrection(
        action=action, command_id=command_id or _named("identity", f"{number}\n{evidence_sha256}", at),
        evidence_sha256=evidence_sha256, former=former, issued_at=instant(at), number=number, present=present,
        reason=reason, school=school, school_year=school_year, so=so, type="vn.hocba.identity-correction/1",
    )  # fmt: skip


def sent_decision(statement: ConflictDecision | IdentityCorrection) -> SentCommand:
    """Return what the journal notes of a decision: ids, nothing personal."""
    kind = type(statement).__name__
    return SentCommand(statement.command_id, kind, statement.school, statement.school_year, None)


def _conflicts(connection: Connection, pupils: Sequence[str]) -> list[Conflict]:
    links = _links(connection, pupils)
    named = sorted({one for pupil in pupils for one in links.same_person(pupil)})
    claims = [_read_claim(row) for row in connection.execute(_SO["look_claims"], (named,))]
    rulings: dict[tuple[str, str, str], list[Ruled]] = {}
    for pupil, year, period, *said in connection.execute(_SO["look_rulings"], (named,)):
        rulings.setdefault((links.person(pupil), year, period), []).append(Ruled(*said))
    keys = dict.fromkeys((links.person(c.pupil), year, period) for c, year, period in claims)
    every = dict.fromkeys([*keys, *rulings])
    return [Conflict(*key, _of(claims, links, *key), tuple(rulings.get(key, ()))) for key in every]


def _of(
    claims: Iterable[tuple[Claim, str, str]], links: Links, pupil: str, year: str, period: str
) -> tuple[Claim, ...]:
    """Return what is claimed of a person in one year and period."""
    named = links.same_person(pupil)
    return tuple(c for c, of_year, of_period in claims if c.pupil in named and (of_year, of_period) == (year, period))


def _read_claim(row: Sequence[Any]) -> tuple[Claim, str, str]:
    pupil, year, period, school, student_code, digest, state, cohort, number, at, document = row
    transcript = read(document).transcript
    name = "" if transcript is None else transcript.student.name
    return Claim(school, student_code, bytes(digest).hex(), state, cohort, number, at, pupil, name), year, period


def _links(connection: Connection, pupils: Iterable[str]) -> Links:
    return load_links(connection, pupils)


def _document(connection: Connection, document_sha256: str) -> tuple[Any, ...]:
    try:
        digest = bytes.fromhex(document_sha256)
    except ValueError:
        raise Refused("DOCUMENT_UNKNOWN") from None
    with unavailable():
        row = connection.execute(_SO["look_document"], (digest,)).fetchone()
    if row is None:
        raise Refused("DOCUMENT_UNKNOWN")
    return tuple(row)


def _claim(claim: Claim, names: bool) -> dict[str, Any]:
    hidden = ("since",) if names else ("since", "pupil", "name")
    return {n: getattr(claim, n) for n in claim.__slots__ if n not in hidden} | {"since": claim.since.isoformat()}


def _ruled(r: Ruled) -> dict[str, Any]:
    return {n: getattr(r, n) for n in r.__slots__ if n != "at"} | {"at": r.at.isoformat()}


def _named(step: str, about: str, at: datetime) -> str:
    """Return an id that the same step at another moment does not share; nothing personal goes into it."""
    digest = hashlib.sha256(about.encode()).hexdigest()
    return f"{step}-{digest[:_DIGEST_LENGTH]}-{int(at.timestamp() * 1000)}"
