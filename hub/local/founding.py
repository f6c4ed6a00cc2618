"""Founding: everything an empty data folder needs before the first message: topics, databases, keys, registers.

The keys are for development. A real Sở brings its own seal and key folder; topics and migrations are the same.
"""

import secrets as chance
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from psycopg.conninfo import conninfo_to_dict

from hub.client import register_sending
from hub.domain.lifecycle import MACHINES, START
from hub.domain.statements import RegisterEntry, encode
from hub.errors import Corrupt
from hub.kafka import create_missing, differences
from hub.kafka.producer import Sending
from hub.local.pki import PASSWORD, Pki
from hub.local.population import Credentials, Population
from hub.local.servers import Servers
from hub.local.timestamp_keys import TIMESTAMP_FOLDER, make_timestamp_keys, save_timestamp_keys
from hub.signing import COSIGNER, NoteKeySigner, Signer, log_origin
from hub.store import migrate
from hub.topics import every_topic
from hub.trust import COSIGNATURE, ED25519, sign

__all__ = ["Founded", "found_keys", "found_stores", "signed_register"]

_SEED_BYTES = 32


@dataclass(frozen=True)
class Founded:
    """What founding made: the authority, everybody's keys, the note keys of the logs."""

    pki: Pki
    credentials: Credentials
    log_keys: tuple[tuple[str, str], ...]


def found_stores(servers: Servers, slugs: Sequence[str]) -> None:
    """Create missing topics, refuse differing ones, bring every database up to date."""
    topics = every_topic(slugs)
    create_missing(servers.bootstrap, topics)
    lines = differences(servers.bootstrap, topics)
    if lines:
        raise Corrupt("TOPIC_DIFFERS", {"differences": "; ".join(lines)})
    rows = {(t.machine.value, t.state, t.next_state) for m in MACHINES.values() for t in m if t.state != START}
    for so in slugs:
        urls = servers.so_urls(so)
        if urls.owner_url is not None:
            migrate(urls.owner_url, "so", _role(urls.worker_url), sorted(rows))
    urls = servers.bo_urls()
    if urls.owner_url is not None:
        portal = None if urls.portal_url is None else _role(urls.portal_url)
        migrate(urls.owner_url, "bo", _role(urls.worker_url), sorted(rows), portal)


def found_keys(population: Population, secrets: Path) -> Founded:
    """Make the development authorities and every key; write those of Sở and Bộ as key folders, of schools as .p12."""
    pki, stamps = Pki.create(population.at), make_timestamp_keys(population.at)
    pki.timestamp_roots.append(stamps.root)
    save_timestamp_keys(stamps, secrets / TIMESTAMP_FOLDER)
    credentials = population.credentials(pki)
    anchors = {so: credentials.of(f"DK-{so}-001").der for so in population.organisations}
    log_keys = []
    for so in population.organisations:
        note = _key_folder(secrets / f"so-{so}", log_origin(so), credentials.of(f"DAU-{so}").p12(), {so: anchors[so]})
        log_keys.append((log_origin(so), note.key(ED25519).text))
    note = _key_folder(secrets / "bo", COSIGNER, credentials.of("DAU-bo").p12(), anchors)
    log_keys.append((COSIGNER, note.key(COSIGNATURE).text))
    credentials.save(secrets / "persons")
    pki.save(secrets / "pki")
    return Founded(pki, credentials, tuple(log_keys))


def signed_register(population: Population, founded: Founded) -> Iterable[tuple[str, Sending]]:
    """Yield (so, record) for every register entry, signed by the registrar of its Sở."""
    iat = int(population.at.timestamp())
    for entry in population.register_entries(founded.pki, founded.credentials, founded.log_keys):
        statement = msgspec.convert(entry, RegisterEntry)
        yield statement.so, _signed(statement, founded.credentials(f"DK-{statement.so}-001"), iat)


def _signed(statement: RegisterEntry, registrar: Signer, iat: int) -> Sending:
    payload = encode(statement)
    scope = {"owner": f"so-{statement.so}"}
    signature = sign(registrar, payload, role="registrar", scope=scope, typ=statement.type, iat=iat)
    return register_sending(statement, payload, signature)


def _key_folder(folder: Path, note_name: str, seal: bytes, anchors: Mapping[str, bytes]) -> NoteKeySigner:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    seed = chance.token_bytes(_SEED_BYTES)
    contents: dict[str, Any] = {
        "seal.p12": seal,
        "seal.password": PASSWORD.encode(),
        "note.seed": seed.hex().encode(),
        "secret": chance.token_bytes(_SEED_BYTES).hex().encode(),
    }
    contents |= {f"anchor-{so}.der": der for so, der in anchors.items()}
    for name, data in contents.items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(data)
    return NoteKeySigner(note_name, seed)


def _role(url: str) -> str:
    return str(conninfo_to_dict(url)["user"])
