"""Who is no party of a transfer reads nothing of it, at any step: tried at the broker and in the databases."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from confluent_kafka import KafkaError
from psycopg import sql

from hub.local.servers import Addresses
from hub.topics import bo_transcript, bo_transfer, incoming, locked, transfer
from tests.journey.conftest import SOS, a_world
from tests.journey.deciding import lock_this
from tests.journey.guarded import Guarded, guarded
from tests.journey.transferring import Moving, boxes, enter_key
from tests.journey.world import World

pytestmark = pytest.mark.long

OLD, NEW = "ha-noi", "nghe-an"
_PERSONAL = {  # who works on what has a pupil in it; a door reads what its schools are sent
    transfer(OLD): {f"so-{OLD}", "bo"}, transfer(NEW): {f"so-{NEW}", "bo"}, locked(OLD): {f"so-{OLD}", "bo"},
    incoming(OLD): {f"so-{OLD}", f"so-{OLD}.door", "bo"}, incoming(NEW): {f"so-{NEW}", f"so-{NEW}.door", "bo"},
    bo_transfer(): {"bo"}, bo_transcript(): {"bo"},
}  # fmt: skip


@pytest.fixture(scope="module")
def broker(cache: Path) -> Iterator[Guarded]:
    with guarded(cache, SOS) as running:
        yield running


@pytest.fixture(scope="module")
def world(cache: Path, broker: Guarded) -> Iterator[World]:
    """A hub whose broker gives rights."""
    with a_world(cache, by_hand=None, addresses=Addresses(kafka_bootstrap=broker.bootstrap)) as made:
        yield made


def read_by_strangers(broker: Guarded) -> list[tuple[str, str]]:
    """Return whoever was not refused at a topic that it has no business with."""
    refused = KafkaError.TOPIC_AUTHORIZATION_FAILED
    found = []
    for topic, parties in _PERSONAL.items():
        for principal in sorted(broker.passwords.keys() - parties):
            answer = broker.reads(principal, topic)
            if not isinstance(answer, KafkaError) or answer.code() != refused:
                found.append((principal, topic.name))
    return found


def opened_by_strangers(world: World) -> list[str]:
    """Return every table with rows of a transfer or a transcript of which another role than its owner's sees one.

    Roles: the workers of all other organisations, and the portal, which reads through its own functions alone.
    """
    urls = {f"so-{so}": world.hub.so_url(so) for so in SOS} | {"bo": world.hub.bo_url}
    portal = world.hub.portal_database_url or ""
    found = []
    for owner, url in urls.items():
        tables = _tables(url)
        strangers = [other for name, other in urls.items() if name != owner] + [portal]
        for stranger in strangers:
            found += [f"{owner}.{table}" for table in tables if _selects(_at(stranger, url), table)]
    return found


def _tables(url: str) -> list[str]:
    with psycopg.connect(url, autocommit=True) as own:
        rows = own.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND (tablename LIKE 'transfer%' OR tablename IN ('document', 'inbox', 'outbox', 'locked_document'))"
        ).fetchall()
        return [str(row[0]) for row in rows if _selects(url, str(row[0]))]


def _selects(url: str, table: str) -> bool:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            rows = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(sql.Identifier(table))).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.OperationalError as error:
        if "permission denied for database" not in str(error):
            raise
        return False
    return bool(rows)


def _at(stranger: str, owner: str) -> str:
    """Return the address of the owner's database with the stranger's own role and password."""
    return urlunsplit(urlsplit(stranger)._replace(path=urlsplit(owner).path))


def test_nobody_else_reads_a_transfer_at_any_step(world: World, broker: Guarded) -> None:
    """Asked for, consented, accepted, released, delivered, signed for: after each the same doors stay shut."""
    old, new = world.school(OLD), world.school(NEW)
    enter_key(world, new)
    made = lock_this(world, old, world.leaver(old))
    moving, hashes = Moving(world, made.transcripts[0], old, new), [made.documents[0].sha256]
    seen = dict[str, tuple[list[tuple[str, str]], list[str]]]()

    def tried(state: str) -> None:
        seen[state] = (read_by_strangers(broker), opened_by_strangers(world))

    tried("locked")
    for step in (moving.ask(), moving.consent(), moving.accept(), moving.release(hashes)):
        tried(moving.take(step).state)
    tried(moving.delivered().state)
    boxes(moving, 1, 1)
    tried(moving.take(moving.acknowledge(hashes)).state)
    assert {"document", "transfer", "transfer_document", "transfer_step"} <= set(_tables(world.hub.bo_url))
    assert {"inbox", "transfer_carried", "transfer_notice"} <= set(_tables(world.hub.so_url(NEW)))
    states = ["locked", "requested", "consented", "accepted", "released", "sent", "closed"]
    assert seen == {state: ([], []) for state in states}
    for topic, parties in _PERSONAL.items():
        assert {one: broker.reads(one, topic) for one in parties} == dict.fromkeys(parties, True), topic.name
