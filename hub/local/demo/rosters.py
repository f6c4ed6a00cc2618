"""The year after: a registrar publishes who sits where, and with it who comes from another school."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from hub.client import register_sending
from hub.domain import pupil_of_student
from hub.domain.statements import RegisterEntry, encode
from hub.kafka.producer import Sending
from hub.local.population import Credentials, Level, Population, SyntheticSchool
from hub.local.population.pupils import pupils_of
from hub.local.population.signed import instant_text
from hub.trust import roster_id, sign

__all__ = ["next_year", "rosters_of_next_year"]


def next_year(school_year: str) -> str:
    """Return "2026-2027" for "2025-2026"."""
    start = int(school_year[:4]) + 1
    return f"{start}-{start + 1}"


def rosters_of_next_year(population: Population, so: str, credentials: Credentials) -> Iterator[Sending]:
    """Yield the roster that puts the first class of a Sở's first primary school into its second one, a grade higher."""
    here, there = [s for s in population.schools() if s.so == so and s.level is Level.PRIMARY][:2]
    of = here.classes[0]
    pupils = pupils_of(population.seed, here, of, int(population.school_year[:4]))
    name = f"{of.grade + 1}{of.name.lstrip('0123456789')}C"
    payload = {
        "class": name,
        "pupils": [pupil_of_student(pupil.student, here.code) for pupil in pupils],
        "school": there.code,
        "school_year": next_year(population.school_year),
    }
    yield _signed(_entry(there, name, payload, population.at), credentials, population.at)


def _entry(school: SyntheticSchool, name: str, payload: dict[str, Any], at: datetime) -> RegisterEntry:
    entry = {
        "entry_id": roster_id(payload["school"], payload["school_year"], name),
        "issued_at": instant_text(at),
        "kind": "roster",
        "payload": payload,
        "so": school.so_in(payload["school_year"]),
        "type": "vn.hocba.register-entry/1",
        "valid_from": instant_text(at),
    }
    return msgspec.convert(entry, RegisterEntry)


def _signed(entry: RegisterEntry, credentials: Credentials, at: datetime) -> Sending:
    payload, registrar = encode(entry), credentials(f"DK-{entry.so}-001")
    scope = {"owner": f"so-{entry.so}"}
    signature = sign(registrar, payload, role="registrar", scope=scope, typ=entry.type, iat=int(at.timestamp()))
    return register_sending(entry, payload, signature)
