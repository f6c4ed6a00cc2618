"""The oracle notices what is wrong with sealed transcripts: their grade, their seal, the sources that they rest on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.audit import KafkaLog, Record
from hub.domain.statements import RoundName
from hub.local.hub import LocalHub
from hub.local.organisations import ADMINISTRATOR, Organisations
from hub.reconcile import Sums, reconcile
from hub.schemas import decode, encode
from hub.signing import COSIGNER, load_keyring
from hub.topics import bo_transcript
from tests.fault.test_audit_notices import Change, Finished
from tests.journey.conftest import a_world
from tests.journey.sealed_locks import a_sealer, lock_sealed, source_of
from tests.journey.sealing import SO, Attesting
from tests.journey.world import World, eventually

_CACHE = Path(__file__).parents[2] / ".hub" / "cache"
_SLUGS = ("ha-noi", "nghe-an")  # the third Sở of this world has no stages of its own
_DB, _BO, _STREAM = "so_nghe_an", "bo", bo_transcript().name
_KINDS = ("command", "register", "lock-command", "receipt", "locked", "reminder", "quarantine")
_OLD, _NEW, _ATTESTED = (RoundName(cohort="supplementary", number=number) for number in (31, 32, 33))
_SEALED = "evidence = 'derived'"
_CHUNKS = {"outbox_and_topics"}  # chunks in the topic carry what the rows no longer say


@dataclass(frozen=True)
class _Two:
    """The hub as the audit is asked about it: of two Sở."""

    hub: LocalHub
    slugs: tuple[str, ...] = _SLUGS

    def __getattr__(self, name: str) -> Any:
        return getattr(self.hub, name)


@pytest.fixture(scope="module")
def sealed() -> Iterator[Finished]:
    """Lock derived transcripts of two mappings, an attested and a native one; stop, remember the topics."""
    with a_world(_CACHE) as world:
        _story(world)
        hub: Any = _Two(world.hub)
        world.hub.stop_workers()
        with KafkaLog(hub.bootstrap) as log:
            names = [f"hocba.so-{so}.{kind}.v1" for so in _SLUGS for kind in _KINDS]
            names += ["hocba.bo.receipt.v1", _STREAM, "hocba.bo.quarantine.v1"]
            extents = {name: log.extent(name) for name in names}
            topics = {name: list(log.records(name)) for name in names}
        _unbind(world)
        yield Finished(hub, topics, extents, [])


def _story(world: World) -> None:
    with a_sealer(world, _OLD, _NEW, _ATTESTED) as sealer:
        attesting = Attesting.register(world, sealer.school)
        (attested,) = attesting.made(1)
        lock_sealed(world, attesting, _ATTESTED, attested)
        for each, name in ((sealer.with_version("1"), _OLD), (sealer, _NEW)):
            source, record = source_of(each)
            lock_sealed(world, each, name, each.sealed(each.document(record), source))
        source, record = source_of(sealer)
        (answer,) = world.ask(
            sealer.submission(RoundName(cohort="completed", number=1), sealer.sealed(sealer.document(record), source))
        )
        assert answer.outcome == "accepted", answer
    world.lock_in(world.school(SO))
    unsent = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
    for owner in (*_SLUGS, _BO):
        eventually("the outboxes", lambda owner=owner: world.database(owner).execute(unsent).fetchone() == (0,))


def _unbind(world: World) -> None:
    """Let a source be changed under its hash, which the table itself refuses to everybody."""
    postgres = world.hub.servers.postgres
    assert postgres is not None
    url = Organisations(postgres.port, postgres.passwords).url(ADMINISTRATOR, _DB)
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("source_document", "document"):
            checks = connection.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", (table,)
            ).fetchall()
            for (name,) in checks:
                connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'.encode())


# name: (checks that must fail, database, table, change)
_ROWS: dict[str, tuple[set[str], str, str, str]] = {
    "a source is changed under its hash": (
        {"evidence"}, _DB, "source_document", "UPDATE source_document SET data = data || '\\x20'",
    ),
    "the sources are gone": (
        {"evidence"}, _DB, "source_document", "DELETE FROM source_document",
    ),
    "a source stands under another hash": (
        {"evidence"}, _DB, "source_document",
        "UPDATE source_document SET sha256 = sha256('x') WHERE ctid = (SELECT min(ctid) FROM source_document)",
    ),
    "a sealed transcript passes for a native one at Sở": (
        {"evidence"}, _DB, "document", f"UPDATE document SET evidence = 'native', source_sha256 = NULL WHERE {_SEALED}",
    ),
    "a sealed transcript passes for a native one at Bộ": (
        {"evidence"}, _BO, "document", f"UPDATE document SET evidence = 'native' WHERE {_SEALED}",
    ),
    "a sealed transcript names another source than its seal": (
        {"evidence"}, _DB, "document", f"UPDATE document SET source_sha256 = sha256('x') WHERE {_SEALED}",
    ),
    "a seal that waits for its lock was broken": (
        {"evidence", "signed_bytes"}, _DB, "document",
        f"UPDATE document SET signatures = array[reverse(signatures[1])] WHERE {_SEALED} AND state = 'open'",
    ),
    "the leaves lift a grade: their roots, Bộ and the chunks have the true one": (
        {"evidence", "manifest_roots", "bo_equals_so"} | _CHUNKS, _DB, "leaf",
        "UPDATE leaf SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '\"derived\"', '\"native\"'), 'UTF8') "
        "WHERE position('\"derived\"'::bytea IN leaf) > 0",
    ),
    "the system is in no register: nobody gave it a seal": (
        {"evidence", "register"}, _DB, "register_entry", "DELETE FROM register_entry WHERE kind = 'source_system'",
    ),
}  # fmt: skip


def _lifted(name: str, records: list[Record]) -> list[Record]:
    return [_native(record) for record in records] if name == _STREAM else records


def _native(record: Record) -> Record:
    if record.value is None:
        return record
    value = decode(record.value, ("Transcript",)).value
    return record._replace(value=encode("Transcript", {**value, "evidence": "native"}))


_TOPICS: dict[str, tuple[set[str], Change]] = {
    "the stream lifts every grade": ({"evidence", "national_stream"}, _lifted),
}


def test_audit_is_clean_when_sealed_transcripts_were_locked(sealed: Finished) -> None:
    """Under two versions of a mapping, and open; seals, grades, sources, stream and register belong together."""
    report = sealed.audited()
    assert [(c.name, c.examples) for c in report.checks if c.violations] == []
    assert next(check.looked_at for check in report.checks if check.name == "evidence") == 13


@pytest.mark.parametrize("plant", _ROWS)
def test_audit_notices_when_a_grade_or_a_source_is_not_as_it_was_sealed(sealed: Finished, plant: str) -> None:
    """A change that only a superuser can make is found by its checks and by no other."""
    expected, database, table, statement = _ROWS[plant]
    with sealed.planted(database, table, statement):
        report = sealed.audited()
    assert set(report.broken) == expected, [(c.name, c.examples[:2]) for c in report.checks if c.violations]


@pytest.mark.parametrize("plant", _TOPICS)
def test_audit_notices_when_the_stream_tells_another_grade(sealed: Finished, plant: str) -> None:
    """Whoever reads only the stream would believe it."""
    expected, change = _TOPICS[plant]
    report = sealed.audited(change)
    assert set(report.broken) == expected, [(c.name, c.examples[:2]) for c in report.checks if c.violations]


def test_reconciling_finds_sealed_transcripts_alike_everywhere(sealed: Finished) -> None:
    """Sở, Bộ and the national stream hold the same, grades included."""
    hub, sums = sealed.hub, Sums()
    secret = load_keyring(hub.secrets / "bo", COSIGNER).secret
    urls = {so: hub.so_url(so) for so in _SLUGS}
    assert list(reconcile(urls, hub.bo_url, hub.bootstrap, secret, sums)) == []
    assert sums.in_stream >= 4
    with sealed.planted(_BO, "document", f"UPDATE document SET evidence = 'native' WHERE {_SEALED}"):
        found = list(reconcile(urls, hub.bo_url, hub.bootstrap, secret, Sums()))
    assert [difference.what for difference in found] == [("evidence",)] * 2
