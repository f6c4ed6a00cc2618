"""Sổ đăng ký: the effective-dated register of schools, officials, certificates, trust policy and revocation data.

A `Snapshot` is the register at one version: all its answers stay the same for ever, and a replay with the same
version decides the same. Who may sign for which school is looked up here, never read from a certificate's text.
Entries hold from `valid_from` until before `valid_to`. A newer version of the same entry replaces the older one from
its own `valid_from` on: what begins tomorrow leaves today alone, and what begins where the older one did takes its
whole place. Certificates and revocation lists say themselves when they count: of these only the newest version is kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from hub.errors import Refused
from hub.trust.der import certificate_of_base64, crl_of, decode_base64, fingerprint
from hub.trust.policy import TrustPolicy
from hub.trust.revocation import Revocation
from hub.trust.times import civil_date

__all__ = ["KINDS", "Entry", "Holding", "RegisteredSchool", "Snapshot", "check_entry"]

_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_DATED = frozenset({"school", "official", "trust_policy"})  # looked up by time
KINDS = _DATED | {"certificate", "revocation"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one register entry, as its signed statement says; times aware, `version` grows with each."""

    kind: str
    entry_id: str
    valid_from: datetime
    valid_to: datetime | None
    payload: Mapping[str, Any] = field(repr=False)
    version: int

    def holds(self, at: datetime) -> bool:
        """Tell whether the entry is in force at `at`."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class RegisteredSchool:
    """A school as the register has it; `grades` from–to inclusive, `closed_on` civil date UTC+7."""

    code: str
    name: str
    province: str
    grades: tuple[int, int]
    so: str
    closed_on: date | None


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
        versions: dict[tuple[str, str], list[Entry]] = {}
        self.version = 0
        for entry in entries:
            if entry.kind not in KINDS:
                raise Refused("REGISTER_ENTRY_WRONG", {"kind": entry.kind})
            self.version = max(self.version, entry.version)
            versions.setdefault((entry.kind, entry.entry_id), []).append(entry)
        self._schools: dict[str, list[Entry]] = {}
        self._holdings: dict[bytes, list[Holding]] = {}
        self._certificates: dict[bytes, bytes] = {}
        self._policies: list[tuple[Entry, TrustPolicy]] = []
        self._crls: list[bytes] = []
        standing = (entry for known in versions.values() for entry in _standing(known))
        for entry in sorted(standing, key=lambda item: (item.version, item.entry_id)):
            self._take(entry)
        self.revocation = Revocation.of(self._crls)  # each list says itself from when until when it speaks

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Snapshot":
        """Build the snapshot of all entries up to a version. Raises Refused REGISTER_ENTRY_WRONG with the entry id."""
        return cls(entries)

    def school(self, code: str, at: datetime) -> RegisteredSchool | None:
        """Return the school in force at `at`, or None."""
        entry = _newest(self._schools.get(code, ()), at)
        return None if entry is None else _school(entry.payload)

    def official_of_certificate(self, sha256: bytes, at: datetime) -> tuple[Holding, ...]:
        """Return every role that the certificate's owner holds at `at`."""
        return tuple(item for item in self._holdings.get(sha256, ()) if item.entry.holds(at))

    def holdings_ever(self, sha256: bytes) -> tuple[Holding, ...]:
        """Return every role that the certificate's owner held, holds or will hold."""
        return tuple(self._holdings.get(sha256, ()))

    def certificate(self, sha256: bytes) -> bytes | None:
        """Return the DER of a registered certificate, whatever the time (the chain judges that), or None."""
        return self._certificates.get(sha256)

    def policy(self, at: datetime) -> TrustPolicy | None:
        """Return the trust policy in force at `at`, of several the newest version, or None."""
        held = [(entry.version, policy) for entry, policy in self._policies if entry.holds(at)]
        return max(held, key=lambda item: item[0])[1] if held else None

    def _take(self, entry: Entry) -> None:
        try:
            self._index(entry)
        except (KeyError, ValueError, TypeError, Refused):
            raise Refused("REGISTER_ENTRY_WRONG", {"kind": entry.kind, "entry_id": entry.entry_id}) from None

    def _index(self, entry: Entry) -> None:
        payload = entry.payload
        if entry.kind == "school":
            self._schools.setdefault(_school(payload).code, []).append(entry)
        elif entry.kind == "official":
            holding = Holding(payload["role"], payload.get("school"), payload.get("so"), payload["person"], entry)
            self._holdings.setdefault(bytes.fromhex(payload["certificate_sha256"]), []).append(holding)
        elif entry.kind == "certificate":
            der = decode_base64(payload["der_base64"])
            self._certificates[fingerprint(der)] = der
        elif entry.kind == "trust_policy":
            self._policies.append((entry, TrustPolicy.of(payload)))
        else:
            self._crls += _crls(payload)


def _standing(versions: list[Entry]) -> Iterator[Entry]:
    """Yield what is left of each version of one entry: the newest whole, an older one until a newer one begins."""
    newest, *older = sorted(versions, key=lambda entry: entry.version, reverse=True)
    yield newest
    if newest.kind not in _DATED:
        return
    until = newest.valid_from
    for entry in older:
        if entry.valid_from < until:
            yield entry if entry.valid_to is not None and entry.valid_to <= until else replace(entry, valid_to=until)
            until = entry.valid_from


_Role = Literal[
    "subject_teacher",
    "homeroom_teacher",
    "principal",
    "school_seal",
    "registrar",
    "so_officer",
    "so_seal",
    "bo_seal",
]


class _Official(msgspec.Struct, forbid_unknown_fields=True):
    certificate_sha256: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    person: _Word
    role: _Role
    school: _Word | msgspec.UnsetType = msgspec.UNSET
    so: _Word | msgspec.UnsetType = msgspec.UNSET
    decision: _Word | msgspec.UnsetType = msgspec.UNSET


class _RegisteredSchool(msgspec.Struct, forbid_unknown_fields=True):
    code: _Word
    name: _Word
    province: _Word
    grades: tuple[int, int]
    so: _Word
    closed_on: str | msgspec.UnsetType = msgspec.UNSET


_SHAPES: Mapping[str, type[msgspec.Struct]] = {"official": _Official, "school": _RegisteredSchool}


def check_entry(entry: Entry) -> None:
    """Refuse a payload that the register could not use, before it is registered. Raises Refused REGISTER_ENTRY_WRONG.

    Stricter than `Snapshot`: a certificate is parsed too, which a snapshot of many schools leaves to its first use.
    """
    shape = _SHAPES.get(entry.kind)
    try:
        if shape is not None:
            msgspec.convert(dict(entry.payload), shape)
    except msgspec.ValidationError:
        raise Refused("REGISTER_ENTRY_WRONG", {"kind": entry.kind, "entry_id": entry.entry_id}) from None
    Snapshot([entry])
    if entry.kind == "certificate":
        try:
            certificate_of_base64(entry.payload["der_base64"])
        except Refused:
            raise Refused("REGISTER_ENTRY_WRONG", {"kind": entry.kind, "entry_id": entry.entry_id}) from None


def _crls(payload: Mapping[str, Any]) -> list[bytes]:
    ders = [decode_base64(text) for text in payload["crls"]]
    for der in ders:
        crl_of(der)
    return ders


def _school(payload: Mapping[str, Any]) -> RegisteredSchool:
    lowest, highest = payload["grades"]
    closed_on = payload.get("closed_on")
    return RegisteredSchool(
        code=payload["code"],
        name=payload["name"],
        province=payload["province"],
        grades=(int(lowest), int(highest)),
        so=payload["so"],
        closed_on=None if closed_on is None else civil_date(closed_on),
    )


def _newest(entries: Iterable[Entry], at: datetime) -> Entry | None:
    return max((entry for entry in entries if entry.holds(at)), key=lambda entry: entry.version, default=None)
