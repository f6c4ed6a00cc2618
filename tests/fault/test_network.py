"""Attacks "a network outage loses nothing and ends by itself": cut, slow, half-open, hung; Kafka and PostgreSQL."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import sql

from hub.local.workers import WorkerSpec
from hub.store import open_connection
from tests.fault.blows import postgres_of
from tests.fault.cluster import Cluster, a_rig_on
from tests.fault.lengths import only_long
from tests.fault.proxy import Proxy
from tests.fault.result import Result
from tests.fault.rig import SO, SO_WORKER, Case, Rig, Run, specs

Held = Callable[[Result], None]
_PACE_S = 0.15  # so that there is work on both sides of the blow
_FIRST, _LAST = 0.15, 0.4
_DOWN_S = 3.0
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user AND wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def both(cache: Path) -> Iterator[tuple[Rig, Cluster]]:
    """A rig on one broker with a second way in."""
    with a_rig_on(cache, 1, heap_mib=384) as running:
        yield running


@pytest.fixture
def net(both: tuple[Rig, Cluster]) -> Rig:
    """The rig."""
    return both[0]


@pytest.fixture
def cluster(both: tuple[Rig, Cluster]) -> Cluster:
    """Its broker."""
    return both[1]


@pytest.fixture
def kafka(cluster: Cluster) -> Iterator[Proxy]:
    """The proxy between Sở's worker and the broker."""
    yield cluster.proxies[1]
    cluster.proxies[1].heal()


@pytest.fixture
def database(net: Rig) -> Iterator[Proxy]:
    """A proxy between Sở's worker and its database."""
    with Proxy(postgres_of(net).port) as proxy:
        yield proxy


def _over_kafka(name: str, cluster: Cluster) -> Case:
    own = {"HUB_KAFKA_BOOTSTRAP": cluster.proxied_bootstrap}
    return Case(name, "an outage loses nothing, doubles nothing", specs=_sos(own), batch=1, pace_s=_PACE_S)


def _over_database(name: str, net: Rig, proxy: Proxy) -> Case:
    port = postgres_of(net).port
    own = {"HUB_SO_DATABASE_URL": net.hub.so_url(SO).replace(f":{port}/", f":{proxy.port}/")}
    return Case(name, "an unknown outcome is settled", specs=_sos(own), batch=1, pace_s=_PACE_S)


def _sos(own: dict[str, str]) -> list[WorkerSpec]:
    return [replace(s, environment=own) if s.name == SO_WORKER else s for s in specs()]


def _gone_for(run: Run, what: str, stop: Callable[[], None], go: Callable[[], None], seconds: float = _DOWN_S) -> None:
    """Stop, wait, go; time until the stage moves again. What was under way at the blow does not count as recovery."""
    run.until_share("validate", run.rng.uniform(_FIRST, _LAST))
    hit = run.strike(what, "validate", stop)
    time.sleep(seconds)
    hit.before = run.eyes.done("validate")
    go()
    run.recovered(hit, since=time.monotonic())


def _unrestarted(run: Run) -> None:
    if run.restarts(SO_WORKER):
        run.problem(f"the worker had to be restarted {run.restarts(SO_WORKER)} times")


def test_worker_goes_on_when_the_way_to_kafka_is_cut(net: Rig, cluster: Cluster, kafka: Proxy, held: Held) -> None:
    """Every connection is reset, new ones are refused for some seconds."""

    def stop() -> None:
        kafka.refuse()
        kafka.cut()

    def fault(run: Run) -> None:
        _gone_for(run, "cut from Kafka", stop, kafka.heal)
        _unrestarted(run)

    held(net.run(_over_kafka("network to Kafka cut", cluster), 1, fault))


@only_long
def test_worker_goes_on_when_the_way_to_kafka_is_half_open(
    net: Rig, cluster: Cluster, kafka: Proxy, held: Held
) -> None:
    """Packets vanish without an end for longer than a session, then the host is back and knows nothing."""

    def fault(run: Run) -> None:
        _gone_for(run, "half-open to Kafka", lambda: kafka.silence(also_new=True), kafka.heal, 8.0)

    held(net.run(_over_kafka("network to Kafka half-open", cluster), 2, fault))


@only_long
def test_worker_goes_on_when_old_connections_to_kafka_are_forgotten(
    net: Rig, cluster: Cluster, kafka: Proxy, held: Held
) -> None:
    """A firewall forgets what stands; new connections pass. Nobody is told, and nothing is ever healed."""

    def fault(run: Run) -> None:
        _gone_for(run, "forgotten by the firewall", lambda: kafka.silence(also_new=False), lambda: None, 0.2)

    held(net.run(_over_kafka("connections to Kafka forgotten", cluster), 3, fault))


@only_long
def test_journey_is_whole_when_kafka_is_slow(net: Rig, cluster: Cluster, kafka: Proxy, held: Held) -> None:
    """Each chunk comes 150 ms late in both directions, from the beginning to the end."""

    def fault(run: Run) -> None:
        def slow() -> None:
            kafka.up.delay_s = kafka.down.delay_s = 0.15

        run.until_share("validate", _FIRST)
        run.recovered(run.strike("Kafka slow", "validate", slow))
        _unrestarted(run)

    held(net.run(_over_kafka("network to Kafka slow", cluster), 4, fault))


def test_worker_goes_on_when_the_way_to_the_database_is_cut(net: Rig, database: Proxy, held: Held) -> None:
    """Every connection is reset in the middle of a transaction, new ones are refused for some seconds."""

    def stop() -> None:
        database.refuse()
        database.cut()

    def fault(run: Run) -> None:
        with _in_transaction(run):
            hit = run.strike("cut from PostgreSQL", "validate", stop)
        time.sleep(_DOWN_S)
        hit.before = run.eyes.done("validate")
        database.heal()
        run.recovered(hit, since=time.monotonic())
        _unrestarted(run)

    held(net.run(_over_database("network to PostgreSQL cut", net, database), 5, fault))


def test_worker_goes_on_when_the_database_is_half_open_in_a_transaction(net: Rig, database: Proxy, held: Held) -> None:
    """Neither side hears of the other again: the worker must give up, and the server must let the locks go."""

    def fault(run: Run) -> None:
        with _in_transaction(run):
            hit = run.strike("half-open to PostgreSQL", "validate", lambda: database.silence(also_new=False))
        time.sleep(1.0)
        hit.before = run.eyes.done("validate")
        run.recovered(hit)
        _unrestarted(run)

    held(net.run(_over_database("network to PostgreSQL half-open", net, database), 6, fault))


@only_long
def test_worker_goes_on_when_a_statement_is_never_answered(net: Rig, database: Proxy, held: Held) -> None:
    """A middlebox hangs: it takes statements, keeps the connection alive and never passes an answer on."""

    def fault(run: Run) -> None:
        def hang() -> None:
            database.down.swallow = True

        run.until_share("validate", run.rng.uniform(_FIRST, _LAST))
        hit = run.strike("PostgreSQL never answers", "validate", hang)
        time.sleep(8.0)
        hit.before = run.eyes.done("validate")
        database.down.swallow = False  # new connections pass; those that lost an answer can never go on
        run.recovered(hit, since=time.monotonic())

    case = _over_database("PostgreSQL never answers", net, database)
    held(net.run(replace(case, environment={"HUB_STANDSTILL_S": "10"}), 7, fault))


@contextmanager
def _in_transaction(run: Run) -> Iterator[None]:
    """Hold a table until a writer waits for it in its transaction; let it go at the end."""
    run.until_share("validate", run.rng.uniform(_FIRST, _LAST))
    owner_url = run.hub.servers.so_urls(SO).owner_url
    assert owner_url is not None
    with open_connection(owner_url) as hands, hands.transaction():
        hands.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier("document")))
        run.until("a writer in its transaction", lambda: run.eyes.count("so", _WAITING) > 0)
        yield
