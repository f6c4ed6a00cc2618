"""Sổ đăng ký: the effective-dated register of schools, officials, certificates, policies, decisions, revocation data.

A `Snapshot` is the register at one version: all its answers stay the same for ever, and a replay with the same
version decides the same. Who may sign for which school is looked up here, never read from a certificate's text.
When a version of an entry counts stands in `hub.trust.entry`. Rosters are passed over (`hub.trust.roster` says why).
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from hub.domain.severities import Severities, SeverityPolicy
from hub.errors import Refused
from hub.trust.decisions import CalendarDecision, calendar_of, severities_of
from hub.trust.der import crl_of, decode_base64, fingerprint
from hub.trust.entry import KINDS, Entry, newest, standing
from hub.trust.lock_policy import LOCK_POLICY_DEFAULT, LockPolicy
from hub.trust.log_closing import LogClosing, log_closing_of
from hub.trust.policy import TrustPolicy
from hub.trust.revocation import Revocation
from hub.trust.round_opening import OpenedRound, opened_round_of
from hub.trust.school import RegisteredSchool, Schools
from hub.trust.sealing_box import receiving_key_of
from hub.trust.source import SourceSystem

__all__ = ["Holding", "Snapshot"]

_MANY = frozenset({"school", "official", "certificate", "receiving_key"})  # what a province has thousands of


@dataclass(frozen=True, slots=True)
class Holding:
    """One role held by the owner of a certificate: for one school, for one Sở, or (both None) for Bộ."""

    role: str
    school: str | None
    so: str | None
    person: str
    entry: Entry = field(repr=False, compare=False)


class Snapshot:
    """The register at one version: look-ups by time, all of them dictionary reads after construction."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        known = list(entries)
        for entry in known:
            if entry.kind not in KINDS:
                raise Refused("REGISTER_ENTRY_WRONG", {"kind": entry.kind})
        self.version = max((entry.version for entry in known), default=0)
        self.severity_entries = tuple(entry for entry in known if entry.kind == "severity_policy")
        self._ids = {(entry.kind, entry.entry_id) for entry in known if entry.kind in _MANY}
        self._schools = Schools()
        self._holdings: dict[bytes, tuple[Holding, ...]] = {}
        self._certificates: dict[bytes, bytes] = {}
        self._policies: list[tuple[Entry, TrustPolicy]] = []
        self._lock_policies: list[tuple[Entry, LockPolicy]] = []
        self.announced_closing: LogClosing | None = None  # whether or not it is in force yet
        self._openings: dict[OpenedRound, list[Entry]] = {}
        self._systems: dict[str, list[tuple[Entry, SourceSystem]]] = {}
        self._receiving: dict[str, tuple[tuple[Entry, bytes], ...]] = {}
        self._crls: list[bytes] = []
        severities: list[tuple[Entry, SeverityPolicy]] = []
        calendars: list[tuple[Entry, CalendarDecision]] = []
        for entry in standing(known):
            self._take(entry, severities, calendars)
        self._severities = severities_of(severities)
        self._calendar = calendar_of(calendars)
        self.revocation = Revocation.of(self._crls)  # each list says itself from when until when it speaks

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Snapshot":
        """Build the snapshot of all entries up to a version. Raises Refused REGISTER_ENTRY_WRONG with the entry id."""
        return cls(entries)

    def grown(self, entries: Sequence[Entry]) -> "Snapshot | None":
        """Return the snapshot with later entries, or None where it has to be made anew from all of them.

        Thousands of schools, officials and certificates come one after the other: each that is new to the register
        stands beside all others and changes nothing about them. Raises Refused as `of`.
        """
        ids = {(entry.kind, entry.entry_id) for entry in entries}
        simple = all(entry.kind in _MANY and entry.version > self.version for entry in entries)
        if not simple or len(ids) < len(entries) or ids & self._ids:
            return None
        made = copy(self)
        made.version = max((entry.version for entry in entries), default=self.version)
        made._ids, made._schools = self._ids | ids, self._schools.copy()
        made._holdings, made._certificates = dict(self._holdings), dict(self._certificates)
        made._receiving = dict(self._receiving)
        for entry in sorted(entries, key=lambda entry: (entry.version, entry.entry_id)):
            made._take(entry, [], [])
        return made

    def school(self, code: str, at: datetime) -> RegisteredSchool | None:
        """Return the school in force at `at`, or None."""
        return self._schools.at(code, at)

    def schools_between(self, code: str, start: datetime, end: datetime) -> list[RegisteredSchool]:
        """Return what the register has of one school at each moment from `start` to `end`, oldest first."""
        return self._schools.between(code, start, end)

    def school_known_by(self, code: str, at: datetime) -> RegisteredSchool | None:
        """Return a school that the register has or had by `at`, as it was last; None for one never heard of."""
        return self._schools.known_by(code, at)

    def successor_of_school(self, code: str, at: datetime) -> str | None:
        """Return the code of the school that stands at `at` for one that has closed, through all that closed since.

        None while the school is open, when nobody is named, or when the names lead in a circle.
        """
        return self._schools.successor(code, at)

    def official_of_certificate(self, sha256: bytes, at: datetime) -> tuple[Holding, ...]:
        """Return every role that the certificate's owner holds at `at`."""
        return tuple(item for item in self._holdings.get(sha256, ()) if item.entry.holds(at))

    def holdings_ever(self, sha256: bytes) -> tuple[Holding, ...]:
        """Return every role that the certificate's owner held, holds or will hold."""
        return self._holdings.get(sha256, ())

    def certificate(self, sha256: bytes) -> bytes | None:
        """Return the DER of a registered certificate, whatever the time (the chain judges that), or None."""
        return self._certificates.get(sha256)

    def policy(self, at: datetime) -> TrustPolicy | None:
        """Return the trust policy in force at `at`, of several the newest version, or None."""
        return newest(self._policies, at)

    def severities(self, at: datetime) -> Severities:
        """Return what the severity policies of Bộ and Sở in force at `at` say, by code; rules not there are as ever."""
        return self._severities.at(at)

    def extended_deadline(self, school_year: str, cohort: str, at: datetime) -> datetime | None:
        """Return the first late instant by the decisions in force at `at`; None when the default of the law counts."""
        return self._calendar.at(at).deadline(school_year, cohort)

    def extended_report_deadline(self, school_year: str, cohort: str, at: datetime) -> datetime | None:
        """Return the same for what a Sở reports to Bộ, which Bộ alone extends."""
        return self._calendar.at(at).report_deadline(school_year, cohort)

    def extending_decision(self, school_year: str, cohort: str, at: datetime) -> str | None:
        """Return the number of the decision in force at `at` that extended a deadline of schools, or None."""
        return self._calendar.at(at).extending(school_year, cohort)

    def days_off(self, at: datetime) -> frozenset[date]:
        """Return the days that decisions in force at `at` declare free beyond the national holidays."""
        return self._calendar.at(at).days_off

    def lock_policy(self, at: datetime) -> LockPolicy:
        """Return what the Sở asks of a lock at `at`: the newest entry in force, or that missing pupils are told."""
        return newest(self._lock_policies, at) or LOCK_POLICY_DEFAULT

    def closing(self, at: datetime) -> LogClosing | None:
        """Return which Sở follows since when, where the log of this one is closed at `at`; None while it is open."""
        found = self.announced_closing
        return found if found is not None and found.since <= at else None

    def is_round_open(self, round_name: OpenedRound, at: datetime) -> bool:
        """Tell whether the Sở has opened this further round (school, school year, cohort, number) at `at`."""
        return any(entry.holds(at) for entry in self._openings.get(round_name, ()))

    def source_system(self, system: str, at: datetime) -> SourceSystem | None:
        """Return the source system of this id in force at `at`, of several versions the newest, or None."""
        return newest(self._systems.get(system, ()), at)

    def receiving_key(self, school: str, at: datetime) -> bytes | None:
        """Return the raw X25519 key (32 bytes) to which histories for a school are sealed at `at`, or None."""
        return newest(self._receiving.get(school, ()), at)

    def at_version(self, version: int) -> "Snapshot":
        """Return the same answers under another version: entries that no snapshot holds (rosters) made it."""
        same = copy(self)
        same.version = version
        return same

    @property
    def crls(self) -> tuple[bytes, ...]:
        """Every revocation list (DER) of the register."""
        return tuple(self._crls)

    def _take(
        self,
        entry: Entry,
        severities: list[tuple[Entry, SeverityPolicy]],
        calendars: list[tuple[Entry, CalendarDecision]],
    ) -> None:
        try:
            if entry.kind == "severity_policy":
                severities.append((entry, SeverityPolicy.of(entry.payload)))
            elif entry.kind == "calendar":
                calendars.append((entry, CalendarDecision.of(entry.payload)))
            else:
                self._index(entry)
        except (KeyError, ValueError, TypeError, Refused, msgspec.ValidationError):
            raise Refused("REGISTER_ENTRY_WRONG", {"kind": entry.kind, "entry_id": entry.entry_id}) from None

    def _index(self, entry: Entry) -> None:
        payload = entry.payload
        if entry.kind == "school":
            self._schools.add(entry)
        elif entry.kind == "official":
            holding = Holding(payload["role"], payload.get("school"), payload.get("so"), payload["person"], entry)
            owner = bytes.fromhex(payload["certificate_sha256"])
            self._holdings[owner] = (*self._holdings.get(owner, ()), holding)
        elif entry.kind == "certificate":
            der = decode_base64(payload["der_base64"])
            self._certificates[fingerprint(der)] = der
        elif entry.kind == "trust_policy":
            self._policies.append((entry, TrustPolicy.of(payload)))
        elif entry.kind == "lock_policy":
            self._lock_policies.append((entry, LockPolicy.of(payload)))
        elif entry.kind == "log_closing":
            self.announced_closing = log_closing_of(entry)
        elif entry.kind == "round_opening":
            self._openings.setdefault(opened_round_of(payload), []).append(entry)
        elif entry.kind == "source_system":
            self._systems.setdefault(entry.entry_id, []).append((entry, SourceSystem.of(entry.entry_id, payload)))
        elif entry.kind == "receiving_key":
            school, key = receiving_key_of(payload)
            self._receiving[school] = (*self._receiving.get(school, ()), (entry, key))
        elif entry.kind == "revocation":
            self._crls += _crls(payload)


def _crls(payload: Mapping[str, Any]) -> list[bytes]:
    ders = [decode_base64(text) for text in payload["crls"]]
    for der in ders:
        crl_of(der)
    return ders
