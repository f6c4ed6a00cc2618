"""Sở whose systems' records no person signs: what their registers say of these systems, and how they lock (ADR 0028).

The Sở locks itself, by acts of two persons, since the schools have no keys in these systems.
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.client import act_outbounds, agree_to_act, lock_act, sign_act, signed_entry
from hub.client.papers import PAPERS
from hub.connectors.sdk import Manifest
from hub.decision import set_root
from hub.domain.statements import RegisterEntry, RoundName, SoLockItem
from hub.kafka.producer import Sending
from hub.local.demo.acts import Act
from hub.local.demo.systems import Province
from hub.local.hub import LocalHub
from hub.local.population import Credentials, Population
from hub.local.population.credentials import CERTIFICATE_VALID_FOR
from hub.local.population.signed import instant_text
from hub.store import open_connection
from hub.store.queries import queries_of
from hub.trust import encode_base64, fingerprint

__all__ = ["locks_by_so", "organisations_of", "papers_of", "registers_of_systems", "sealed_sos"]

_PAPERS_OF = ("nghe-an", "tien-giang")  # the first that is played has records on paper, too
_SQL = queries_of("so")
_FORMATS = {"derived": "xades", "attested": "extract"}
_POLICY = {
    "completeness": "warn", "decision": "01/QĐ-SGDĐT (minh họa)", "so_may_lock": True,
    "so_cohorts": ["completed", "supplementary", "transfer"],
}  # fmt: skip
_NUMBER, _REASON = "02/QĐ-SGDĐT (minh họa)", "Hồ sơ lấy từ hệ thống của Sở (minh họa)"


def organisations_of(population: Population, so: str) -> tuple[str, ...]:
    """Return the Sở to which the schools of a province belong, one after the other."""
    schools = [school for school in population.schools() if school.so == so]
    return tuple(dict.fromkeys((so, *(school.so_in(population.school_year) for school in schools))))


def papers_of(population: Population) -> str | None:
    """Return the Sở that has records on paper, None where none is played."""
    return next((so for so in _PAPERS_OF if so in population.sos), None)


def sealed_sos(population: Population, provinces: Iterable[Province]) -> frozenset[str]:
    """Return every Sở for whose documents nobody signs."""
    sealed = (province.so for province in provinces if province.manifest.evidence != "native")
    return frozenset(of for so in sealed for of in organisations_of(population, so))


def registers_of_systems(
    population: Population, provinces: Iterable[Province], credentials: Credentials
) -> Iterator[Sending]:
    """Yield what registrars publish of source systems that are up: certificates that sign there, systems, policies."""
    for province in provinces:
        if province.manifest.evidence == "native":
            continue
        signers = list(_signers(province.folder / "connector.toml"))
        for so in organisations_of(population, province.so):
            entries = _Entries(so, population.at, credentials)
            for der in signers:
                yield entries.of("certificate", fingerprint(der).hex(), {"der_base64": encode_base64(der)})
            yield entries.of("source_system", *_system(province.manifest, so, signers))
            yield entries.of("lock_policy", "lock-policy", _POLICY)
        if province.so == papers_of(population):
            entries = _Entries(province.so, population.at, credentials)
            paper = {"format": "scan", "grade": "legacy_evidence", "so": province.so}
            yield entries.of("source_system", PAPERS, paper)


def locks_by_so(hub: LocalHub, sos: Iterable[str], credentials: Credentials, at: datetime) -> list[Act]:
    """Return the acts that lock every open round of these Sở, one for each year and round, over all their schools."""
    return [act for so in sorted(sos) for act in _acts_of(hub, so, credentials, at)]


def _acts_of(hub: LocalHub, so: str, credentials: Credentials, at: datetime) -> Iterator[Act]:
    with open_connection(hub.so_url(so)) as connection:
        rows: list[Any] = connection.execute(_SQL["open_rounds_of"]).fetchall()
    rounds: dict[tuple[str, str, int], list[SoLockItem]] = {}
    for school, year, cohort, number, hashes in rows:
        item = SoLockItem(count=len(hashes), root=set_root(list(hashes)).hex(), school=school)
        rounds.setdefault((year, cohort, number), []).append(item)
    for (year, cohort, number), items in rounds.items():
        name = msgspec.convert({"cohort": cohort, "number": number}, RoundName)
        yield from _signed_act(so, year, name, items, credentials, at)


def _signed_act(
    so: str, year: str, name: RoundName, items: Sequence[SoLockItem], credentials: Credentials, at: datetime
) -> Iterator[Act]:
    iat = int(at.timestamp())
    made = lock_act(so, year, name, items, _NUMBER, _REASON, at)
    first = sign_act(made, credentials(f"LD-{so}-001"), iat)
    signed = agree_to_act(first, credentials(f"CV-{so}-001"), "so_officer", iat)
    for outbound in act_outbounds(signed):
        yield Act("lock-by-so", outbound, str(outbound.about["command_id"]), "accepted")


def _system(manifest: Manifest, so: str, signers: Sequence[bytes]) -> tuple[str, dict[str, Any]]:
    """Return id and payload of the entry of a connector's system."""
    payload: dict[str, Any] = {
        "format": _FORMATS[manifest.evidence], "grade": manifest.evidence, "mapping": manifest.name, "so": so,
    }  # fmt: skip
    if signers:
        payload["signers"] = [fingerprint(der).hex() for der in signers]
    return str(manifest.system), payload


def _signers(settings: Path) -> Iterator[bytes]:
    """Yield the certificates (DER) that the settings of a running system name."""
    told = tomllib.loads(settings.read_text(encoding="utf-8")).get("signers", {})
    for path in told.get("certificates", ()):
        found = x509.load_pem_x509_certificate(Path(path).read_bytes())
        yield found.public_bytes(Encoding.DER)


class _Entries:
    """Makes entries of one Sở, signed by its registrar; all hold from before the earliest certificate."""

    def __init__(self, so: str, at: datetime, credentials: Credentials) -> None:
        self._so, self._iat, self._registrar = so, int(at.timestamp()), credentials(f"DK-{so}-001")
        self._times = {"issued_at": instant_text(at), "valid_from": instant_text(at - CERTIFICATE_VALID_FOR)}

    def of(self, kind: str, entry_id: str, payload: dict[str, Any]) -> Sending:
        about = {"entry_id": entry_id, "kind": kind, "payload": payload, "so": self._so}
        entry = msgspec.convert({**about, **self._times, "type": "vn.hocba.register-entry/1"}, RegisterEntry)
        return signed_entry(entry, self._registrar, self._iat)
