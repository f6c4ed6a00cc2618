"""Limits of failed look-ups, counted in Bộ's database: who is stopped, who is not, for how long, and what is left."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest

from hub.signing import COSIGNER, load_keyring
from hub.store import Connection
from hub.store.bo.portal import PortalDatabase, PortalKey, open_portal
from tests.journey.families import a_family, now, some_locator
from tests.journey.world import World

HOME, ELSEWHERE, STRANGER = "203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24"
PAIR, LOCATOR, NETWORK, WINDOW_S = 10, 100, 60, 900
_TEST_S = 8


@pytest.fixture
def owner(unlimited: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The owner's connection, with the limits that a new database has, nothing counted, and no window about to end."""
    left_s = WINDOW_S - time.time() % WINDOW_S
    time.sleep(left_s if left_s < _TEST_S else 0)
    unlimited.execute(
        "UPDATE look_failure SET begun_at = begun_at - interval '1 hour' - random() * interval '1 minute'"
    )
    for scope, count_max in (("pair", PAIR), ("locator", LOCATOR), ("network", NETWORK), ("all", 20_000)):
        unlimited.execute("UPDATE look_limit SET count_max = %s WHERE scope = %s", (count_max, scope))
    yield unlimited
    unlimited.execute("UPDATE look_limit SET count_max = 1000000000")


def network(n: int) -> str:
    return f"10.{n // 256}.{n % 256}.0/24"


def guess(door: PortalDatabase, key: PortalKey, *networks: str, count: int = 1) -> None:
    """Show a wrong secret for a locator."""
    for one in networks:
        for _ in range(count):
            assert door.knows(replace(key, commitment_hmac=secrets.token_bytes(32)), one, now()) is False


def look(door: PortalDatabase, key: PortalKey, seen_from: str) -> bool:
    """Open the record and read, as a family does."""
    with door.read(key, "history", "Xem học bạ", seen_from, (), now()) as opened:
        return opened is not None


def counted(owner: Connection, scope: str) -> int:
    row = owner.execute(
        "SELECT coalesce(sum(count), 0) FROM look_failure WHERE scope = %s AND begun_at > now() - interval '31 min'",
        (scope,),
    ).fetchone()
    return int(row[0]) if row else 0


def test_one_network_shuts_nobody_else_out(world: World, door: PortalDatabase, owner: Connection) -> None:
    """Who knows only the locator gets ten guesses from a network; the family elsewhere does not notice."""
    family = a_family(world)
    guess(door, family.key, STRANGER, count=PAIR + 30)
    assert door.knows(family.key, STRANGER, now()) is False
    assert door.knows(family.key, ELSEWHERE, now()) is True
    assert counted(owner, "locator") == PAIR


def test_network_that_guesses_everywhere_is_stopped_and_counts_against_nobody_then(
    world: World, door: PortalDatabase, owner: Connection
) -> None:
    """Sixty in its window, over whatever locators; more is neither answered nor counted, for anybody."""
    family = a_family(world)
    for _ in range(NETWORK + 20):
        guess(door, replace(family.key, locator=some_locator()), STRANGER)
    assert door.knows(family.key, STRANGER, now()) is False
    assert {scope: counted(owner, scope) for scope in ("network", "all", "locator")} == {
        "network": NETWORK, "all": NETWORK, "locator": NETWORK
    }  # fmt: skip
    assert door.knows(family.key, ELSEWHERE, now()) is True


def test_many_networks_shut_a_locator_but_not_the_family_at_home(
    world: World, door: PortalDatabase, owner: Connection
) -> None:
    """Where the slip has opened the record before, only what that network got wrong counts; elsewhere one waits."""
    family = a_family(world)
    assert look(door, family.key, HOME) is True
    guess(door, family.key, *map(network, range(LOCATOR // PAIR)), count=PAIR)
    assert door.knows(family.key, ELSEWHERE, now()) is False
    assert look(door, family.key, ELSEWHERE) is False
    assert door.knows(family.key, HOME, now()) is True
    assert look(door, family.key, HOME) is True
    assert door.looks(family.key, now(), 9) is not None, "a session does not end because others guess"
    guess(door, family.key, HOME)
    assert door.knows(replace(family.key, commitment_hmac=bytes(32)), HOME, now()) is False, (
        "and opens with the key only"
    )
    guess(door, family.key, HOME, count=PAIR)
    assert door.knows(family.key, HOME, now()) is False, "what was got wrong at home counts at home"


def test_limit_of_all_stops_new_networks_only(world: World, door: PortalDatabase, owner: Connection) -> None:
    family = a_family(world)
    assert look(door, family.key, HOME) is True
    owner.execute("UPDATE look_limit SET count_max = 30 WHERE scope = 'all'")
    for n in range(40):
        guess(door, replace(family.key, locator=some_locator()), network(n))
    assert (door.knows(family.key, ELSEWHERE, now()), door.knows(family.key, HOME, now())) == (False, True)
    assert counted(owner, "all") == 30


def test_window_slides_and_guesses_beyond_the_limit_keep_nothing_shut(
    world: World, door: PortalDatabase, owner: Connection
) -> None:
    """What was counted weighs less with each minute of the next window, and nothing behind it."""
    family = a_family(world)
    at, hashed = now(), secrets.token_bytes(32)
    begun = _begin(owner, at)
    owner.execute("INSERT INTO look_failure VALUES ('locator', %s, %s, %s)", (hashed, begun, LOCATOR))
    owner.execute("INSERT INTO look_failure VALUES ('locator', %s, %s, 60)", (hashed, begun + _span(1)))
    found = [_is_over(owner, hashed, begun + _span(part)) for part in (0.1, 0.99, 1.3, 1.7, 2.0, 2.5)]
    assert found == [True, True, True, False, False, False]
    guess(door, family.key, STRANGER, count=PAIR + 20)
    assert door.knows(family.key, STRANGER, now()) is False
    owner.execute("UPDATE look_failure SET begun_at = begun_at - interval '15 minutes' WHERE scope = 'pair'")
    assert door.knows(family.key, STRANGER, now()) is True


def test_counters_are_removed_when_they_say_nothing_more(world: World, door: PortalDatabase, owner: Connection) -> None:
    """Each failure takes some whose time is over; a counter that still counts, nobody removes."""
    family = a_family(world)
    for n in range(20):
        guess(door, family.key, network(n))
    with pytest.raises(psycopg.Error, match="refused"):
        owner.execute("DELETE FROM look_failure")
    owner.execute(
        "UPDATE look_failure SET begun_at = begun_at - interval '40 minutes' - random() * interval '1 minute'"
    )
    rows = "SELECT count(*) FROM look_failure WHERE begun_at < now() - interval '36 minutes'"
    old = (owner.execute(rows).fetchone() or (0,))[0]
    assert old >= 42
    for n in range(100, 110 + old // 8):
        guess(door, family.key, network(n))
    assert owner.execute(rows).fetchone() == (0,)
    assert counted(owner, "locator") > 0


def test_several_processes_count_as_one(world: World, door: PortalDatabase, owner: Connection) -> None:
    family = a_family(world)
    slip_key = load_keyring(world.hub.secrets / "bo", COSIGNER).slip_key
    second = open_portal(world.hub.portal_database_url or "", slip_key, secrets.token_bytes)
    guess(door, family.key, STRANGER, count=PAIR // 2)
    guess(second, family.key, STRANGER, count=PAIR // 2)
    assert (door.knows(family.key, STRANGER, now()), second.knows(family.key, STRANGER, now())) == (False, False)
    second.close()


def _span(windows: float) -> timedelta:
    return timedelta(seconds=WINDOW_S * windows)


def _begin(owner: Connection, at: datetime) -> datetime:
    row = owner.execute("SELECT portal_window('locator', %s)", (at,)).fetchone()
    assert row is not None
    begun: datetime = row[0]
    return begun


def _is_over(owner: Connection, hashed: bytes, at: datetime) -> bool:
    return bool((owner.execute("SELECT portal_is_over('locator', %s, %s)", (hashed, at)).fetchone() or (None,))[0])
