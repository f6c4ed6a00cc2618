"""Guessing at the look-up, through the portal's real process and its real database: one answer, whatever is wrong.

`HUB_GUESSES` says how many (`make guesses`: 100,000; else 2,000): half below every limit, half against the limits that
a new database has, from thousands of networks.
"""

import asyncio
import os
import random
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import httpx
import psycopg
import pytest

from hub.bench.browsing import Answer, Form, Line, form_of, get_request, post_request
from hub.domain.form import date_text
from hub.domain.slip import printed_secret, secret_of
from hub.local.hub import portal_spec
from hub.local.ports import port_of
from hub.store import Connection
from hub.store.bo.portal import PortalDatabase
from tests.journey.families import FROM, Family, a_family, now, some_locator, wrong_keys
from tests.journey.timing import told_apart, took
from tests.journey.world import World, eventually

_COUNT = int(os.environ.get("HUB_GUESSES", "2000"))
_LINES = 8
_HOME = "203.0.113.9"
_DATE = re.compile(rb"\r\ndate: [^\r]*", re.IGNORECASE)
_SAME = 0.1  # of 0.5: a key whose answers are slower in 60 of 100 pairs would be told
_LIMITS = {"pair": 10, "locator": 100, "network": 60, "all": 20_000}


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """A portal that answers on the next millisecond, and believes a proxy where readers come from."""
    port = port_of(world.hub.data / "guessed.port")
    url, spec = f"http://127.0.0.1:{port}", portal_spec(f"http://127.0.0.1:{port}")
    ours = {"HUB_PORTAL_PORT": str(port), "HUB_PORTAL_TRUSTS_PROXY": "true", "HUB_PORTAL_ANSWER_MS": "1"}
    world.hub.start_workers([replace(spec, name="guessed", environment={**spec.environment, **ours})])

    def answers() -> bool:
        try:
            return httpx.get(url).status_code == 200
        except httpx.HTTPError:
            return False

    eventually("the portal", answers, 150)
    yield url
    kept = world.hub.worker("guessed")
    kept.stop()
    world.hub.workers.remove(kept)


@dataclass(frozen=True)
class Guess:
    """What somebody types, and the address from which."""

    locator: str
    secret: str
    birth: str
    seen_from: str


class Guesser:
    """Knows two families' slips, all but for one thing each time. `rng` draws; the same seed guesses the same."""

    def __init__(self, families: Sequence[Family], seed: int) -> None:
        self._families, self._rng = families, random.Random(seed)

    def guesses(self, count: int, network_count: int) -> list[Guess]:
        """Return guesses from so many networks, never from that of the families."""
        return [replace(self._guess(), seen_from=self._address(network_count)) for _ in range(count)]

    def _guess(self) -> Guess:
        rng = self._rng
        family, other = rng.sample(self._families, 2)
        right = typed(family, "")
        return rng.choice((
            replace(right, locator=some_locator(), secret=printed_secret(secret_of(rng.randbytes(10)))),
            replace(right, locator=some_locator()),
            replace(right, secret=printed_secret(secret_of(rng.randbytes(10)))),
            replace(right, secret=printed_secret(other.secret)),
            replace(right, birth=f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(1990, 2004)}"),
            replace(right, secret=right.secret[:-1]),
            replace(right, locator="", secret="'; --", birth="hôm qua"),
        ))  # fmt: skip

    def _address(self, network_count: int) -> str:
        n = self._rng.randrange(network_count)
        return f"10.{n // 256}.{n % 256}.{self._rng.randint(1, 254)}"


def typed(family: Family, seen_from: str) -> Guess:
    """Return what the family itself types."""
    return Guess(
        family.key.locator, printed_secret(family.secret), date_text(family.key.birth_date.isoformat()), seen_from
    )


async def _first_page(address: str) -> Form:
    async with Line(address) as line:
        return form_of(await line.ask(get_request(address, "/")))


def ask(address: str, guesses: Sequence[Guess]) -> list[Answer]:
    """Send look-ups over a few connections at once; return the answers in order, without their date."""

    async def run() -> list[Answer]:
        form, answers = await _first_page(address), list[Answer | None]([None] * len(guesses))

        async def work(first: int) -> None:
            async with Line(address) as line:
                for n in range(first, len(guesses), _LINES):
                    g = guesses[n]
                    fields = {"locator": g.locator, "secret": g.secret, "birth": g.birth}
                    request = post_request(address, "/tra-cuu", form, fields, seen_from=g.seen_from)
                    got = await line.ask(request)
                    answers[n] = got._replace(head=_DATE.sub(b"", got.head), body=got.body.replace(
                        form.token.encode(), b"token"))  # fmt: skip

        await asyncio.gather(*map(work, range(_LINES)))
        return [a for a in answers if a is not None]

    return asyncio.run(run())


def looks(owner: Connection) -> int:
    """Return how many reads were ever logged."""
    return int((owner.execute("SELECT count(*) FROM look").fetchone() or (0,))[0])


def _counters_read(owner: Connection) -> tuple[int, int]:
    """Return how often a counter was sought by its key, and how many were read otherwise."""
    row = owner.execute(
        "SELECT (SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'look_failure_pkey'),"
        " (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'look_failure')"
        " + (SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'look_failure_begun_at')"
    ).fetchone()
    return row or (0, 0)


def _nothing_counted(owner: Connection) -> None:
    """Leave no counter: what others left would be removed meanwhile, and be read for that."""
    owner.execute("DELETE FROM look_failure")
    owner.execute("VACUUM (INDEX_CLEANUP ON) look_failure")
    owner.execute("SELECT pg_stat_force_next_flush()")


def test_guesses_disclose_nothing(
    world: World, address: str, door: PortalDatabase, unlimited: psycopg.Connection
) -> None:
    """One page, the same bytes with the same headers, for whatever is wrong; and no read, and the family comes in."""
    families = [a_family(world), a_family(world)]
    with door.read(families[0].key, "history", "Xem", "203.0.113.0/24", (), now()) as opened:
        assert opened is not None
    before = looks(unlimited)
    (one,) = ask(address, [Guess("", "", "", "192.0.2.1")])
    assert (one.status, b"set-cookie" in one.head.lower()) == (403, False)

    below = Guesser(families, 1).guesses(_COUNT - _COUNT // 2, 60_000)
    answers = ask(address, below)
    assert (len(answers), set(answers)) == (len(below), {one})
    (opened_page,) = ask(address, [typed(families[0], "192.0.2.1")])
    assert opened_page.status == 303, "below the limits the right key opens, from anywhere"

    for scope, count_max in _LIMITS.items():  # in a window that began in 2001 and ends in 2033: none ends meanwhile
        unlimited.execute(
            "UPDATE look_limit SET count_max = %s, window_s = 1000000000 WHERE scope = %s", (count_max, scope)
        )
    limited = Guesser(families, 2).guesses(_COUNT // 2, max(20, _COUNT // 100))
    stranger = [typed(family, guess.seen_from) for family, guess in zip(families * 20, limited, strict=False)]
    answers = ask(address, limited)
    assert (len(answers), set(answers)) == (len(limited), {one})
    assert set(ask(address, stranger)) == {one}, "over a limit the right key gets the same answer"
    assert looks(unlimited) == before
    (home,) = ask(address, [typed(families[0], _HOME)])
    assert (home.status, b"location: /hoc-ba" in home.head) == (303, True)
    log = (world.hub.data / "logs" / "guessed.log").read_text(encoding="utf-8")
    assert not any(word in log for f in families for word in (f.secret, f.key.locator))


def test_wrong_key_costs_the_same_however_many_came_before(
    world: World, door: PortalDatabase, unlimited: psycopg.Connection
) -> None:
    """Counters of other networks are never read: whoever guesses makes nobody's look-up slow."""
    _nothing_counted(unlimited)
    wrong, before, count = next(iter(wrong_keys(a_family(world).key).values())), _counters_read(unlimited), 300
    for n in range(count):
        assert not door.knows(wrong, f"10.9.{n}.0/24", now())
    eventually("the database's own count", lambda: _counters_read(unlimited)[0] - before[0] >= count)
    assert _counters_read(unlimited)[1] - before[1] < count * 8


def test_wrong_locator_secret_and_date_take_the_same_time_in_the_database(
    world: World, door: PortalDatabase, unlimited: psycopg.Connection
) -> None:
    """The same work on a record, whichever it is; one that took twice as long would be told."""
    wrong = wrong_keys(a_family(world).key)
    tries = {name: (lambda key=key: _not_known(door, key)) for name, key in wrong.items()}
    took(tries, 30, 0)
    samples = took(tries, 400, 1)
    assert told_apart(samples) < _SAME, {name: statistics.median(values) for name, values in samples.items()}
    slower = {"as it is": samples["secret"], "twice as long": [2 * s for s in samples["secret"]]}
    assert told_apart(slower) > _SAME


@pytest.mark.long
def test_wrong_locator_secret_and_date_take_the_same_time_to_a_reader(
    world: World, address: str, unlimited: psycopg.Connection
) -> None:
    """The same over HTTP, with a beat so short that it hides nothing."""
    family = a_family(world)
    right = typed(family, "198.51.100.7")
    wrong = {
        "locator": replace(right, locator=some_locator()),
        "secret": replace(right, secret=printed_secret(secret_of(b"0123456789"))),
        "birth date": replace(right, birth="01/01/2001"),
    }
    with asyncio.Runner() as runner:
        form, line = runner.run(_first_page(address)), Line(address)

        def send(guess: Guess) -> None:
            fields = {"locator": guess.locator, "secret": guess.secret, "birth": guess.birth}
            request = post_request(address, "/tra-cuu", form, fields, seen_from=guess.seen_from)
            assert runner.run(line.ask(request)).status == 403

        samples = took({name: (lambda g=guess: send(g)) for name, guess in wrong.items()}, 200, 2)
        line.close()
    assert told_apart(samples) < _SAME + 0.04, {name: statistics.median(values) for name, values in samples.items()}


def _not_known(door: PortalDatabase, key: object) -> None:
    assert door.knows(key, FROM, now()) is False  # type: ignore[arg-type]
