"""Sổ đăng ký: the entries that make a population known to its Sở, as unsigned statements in the order to send them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from hub.domain import pupil_of_student
from hub.local.pki import Pki
from hub.local.population.credentials import CERTIFICATE_VALID_FOR, Credentials
from hub.local.population.officials import Official, officials_of_bo, officials_of_school, officials_of_so
from hub.local.population.pupils import pupils_of
from hub.local.population.schools import SyntheticSchool
from hub.local.population.signed import instant_text
from hub.local.population.strangers import has_strangers, stranger_officials, strangers_of
from hub.trust import encode_base64, roster_id

__all__ = ["register_entries", "roster_entries", "school_officials"]

_TYPE = "vn.hocba.register-entry/1"


def register_entries(
    sos: Sequence[str],
    schools: Sequence[SyntheticSchool],
    pki: Pki,
    credentials: Credentials,
    *,
    school_year: str,
    at: datetime,
    log_keys: Sequence[tuple[str, str]] = (),
) -> Iterator[dict[str, Any]]:
    """Yield the statements: for each Sở policy, revocation, its people and Bộ's seal; then school by school.

    Each policy names the registrars of its own Sở and of no other.
    """
    revocation = pki.revocation_payload(at)
    for so in sos:
        entry = _Entries(so, at)
        registrars = [credentials.of(o.person).sha256 for o in officials_of_so(so) if o.role == "registrar"]
        policy = pki.trust_policy_payload(registrars=registrars, log_keys=log_keys)
        yield entry.of("trust_policy", f"trust-policy.{so}", policy)
        yield entry.of("revocation", f"revocation.{so}", revocation)
        yield from _of_officials(entry, [*officials_of_so(so), *officials_of_bo()], credentials)
    for school in schools:
        for so in dict.fromkeys((school.so, school.so_in(school_year))):
            entry = _Entries(so, at)
            yield entry.of("school", school.code, _school(school, so, school_year))
            yield from _of_officials(entry, school_officials(school, schools), credentials)


def roster_entries(
    seed: int, schools: Sequence[SyntheticSchool], *, school_year: str, at: datetime
) -> Iterator[dict[str, Any]]:
    """Yield whom each school should report this year, one statement a class, by identifiers alone."""
    for school in schools:
        entry = _Entries(school.so_in(school_year), at)
        for of in school.classes:
            pupils = pupils_of(seed, school, of, int(school_year[:4]))
            payload = {
                "class": of.name,
                "pupils": [pupil_of_student(pupil.student, school.code) for pupil in pupils],
                "school": school.code,
                "school_year": school_year,
            }
            yield entry.of("roster", roster_id(school.code, school_year, of.name), payload)


def school_officials(school: SyntheticSchool, schools: Sequence[SyntheticSchool]) -> Iterator[Official]:
    """List all that the register holds of one school: its officials, and those who exist for faults."""
    yield from officials_of_school(school)
    if has_strangers(school, schools):
        yield from stranger_officials(school, strangers_of(school, schools))


class _Entries:
    """Makes entries of one Sở; all hold from before the earliest certificate."""

    def __init__(self, so: str, at: datetime) -> None:
        self._frame = {
            "issued_at": instant_text(at),
            "so": so,
            "type": _TYPE,
            "valid_from": instant_text(at - CERTIFICATE_VALID_FOR),
        }

    def of(self, kind: str, entry_id: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"entry_id": entry_id, "kind": kind, "payload": payload, **self._frame}


def _of_officials(entry: _Entries, officials: Iterable[Official], credentials: Credentials) -> Iterator[dict[str, Any]]:
    """Yield each person's certificate once, then the role; a person may hold several."""
    known: set[str] = set()
    for official in officials:
        issued = credentials.of(official.person)
        if official.person not in known:
            known.add(official.person)
            yield entry.of("certificate", issued.sha256.hex(), {"der_base64": encode_base64(issued.der)})
        yield entry.of("official", f"{official.person}.{official.role}", _official(official, issued.sha256.hex()))


def _official(official: Official, certificate_sha256: str) -> dict[str, Any]:
    payload = {"certificate_sha256": certificate_sha256, "person": official.person, "role": official.role}
    if official.decision is not None:
        payload["decision"] = official.decision
    if official.school is not None:
        payload["school"] = official.school
    elif official.so != "bo":
        payload["so"] = official.so
    return payload


def _school(school: SyntheticSchool, so: str, school_year: str) -> dict[str, Any]:
    grades = school.level.grades
    return {
        "code": school.code,
        "grades": [grades[0], grades[-1]],
        "level_group": school.level.code,
        "name": school.name,
        "province": school.province(school_year),
        "so": so,
    }
