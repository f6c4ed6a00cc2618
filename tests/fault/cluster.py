"""Real brokers that can be broken one by one: one or three, each with a second way in through a proxy.

A broker tells its clients where to find it, so the proxy's port is what the listener PROXIED advertises; the listener
PLAINTEXT stays the direct way, for the clients that a case does not attack, and for the brokers among themselves.
Topics made on three brokers keep three copies, of which two confirm every message.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from confluent_kafka.admin import AdminClient

from hub.kafka import end_offsets
from hub.local.jars import fetch
from hub.local.kafka import Kafka, new_cluster_id
from hub.local.ports import port_of
from hub.local.servers import Addresses
from hub.topics import Topic
from tests.fault.proxy import Proxy
from tests.fault.rig import Rig, a_rig

__all__ = ["Cluster", "a_rig_on"]

_HEAP_MIB = 256
_READY_S = 60.0
_HOST = "127.0.0.1"


class Cluster:
    """Context manager: inside it `count` brokers run, numbered from 1, each a broker and a controller."""

    def __init__(self, folder: Path, jars: Iterable[Path], count: int = 3, *, heap_mib: int = _HEAP_MIB) -> None:
        self._stack = ExitStack()
        self._jars = tuple(jars)
        numbers = range(1, count + 1)
        self._folders = {n: folder / f"kafka-{n}" for n in numbers}
        for own in self._folders.values():
            own.mkdir(parents=True)
        self._ports = {n: port_of(own / "port") for n, own in self._folders.items()}
        self._voters = {n: port_of(own / "port.controller") for n, own in self._folders.items()}
        self._behind = {n: port_of(own / "port.proxied") for n, own in self._folders.items()}
        self.proxies = {n: Proxy(self._behind[n], port_of(own / "port.proxy")) for n, own in self._folders.items()}
        self._heap_mib, self._cluster = heap_mib, new_cluster_id()
        self.brokers: dict[int, Kafka] = {}

    def __enter__(self) -> Self:
        for proxy in self.proxies.values():
            self._stack.enter_context(proxy)
        for n, own in self._folders.items():
            self.brokers[n] = Kafka(
                own, self._jars, heap_mib=self._heap_mib, settings=self._settings(n), cluster=self._cluster
            )
        try:
            self.start()
            self.until_registered()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for broker in self.brokers.values():  # an orderly stop of the last one waits for a quorum that has gone
            broker.kill()
        self._stack.close()

    @property
    def bootstrap(self) -> str:
        """The direct way to all brokers."""
        return ",".join(f"{_HOST}:{port}" for port in self._ports.values())

    @property
    def proxied_bootstrap(self) -> str:
        """The way to all brokers through their proxies."""
        return ",".join(proxy.address for proxy in self.proxies.values())

    # -- brokers

    def start(self, *numbers: int) -> None:
        """Start these brokers (all), side by side; returns when each answers."""
        chosen = [self.brokers[n] for n in numbers or self.brokers]
        with ThreadPoolExecutor(len(chosen)) as pool:
            list(pool.map(lambda broker: broker.start(), chosen))
            list(pool.map(lambda broker: broker.wait_until_ready(_READY_S), chosen))

    def kill(self, *numbers: int) -> None:
        """SIGKILL these brokers (all)."""
        for n in numbers or self.brokers:
            self.brokers[n].kill()

    def stop(self, *numbers: int) -> None:
        """Stop these brokers in order: leadership is handed over first."""
        for n in numbers or self.brokers:
            self.brokers[n].stop()

    def until_registered(self) -> None:
        """Wait until every broker that runs is a member of the cluster."""
        wanted = {n for n, broker in self.brokers.items() if broker.is_running}
        _until("brokers to register", lambda: wanted <= set(self._metadata().brokers))

    # -- partitions

    def leader(self, topic: str, part: int) -> int:
        """Return the number of the broker that leads a partition now, -1 when none does."""
        return int(self._metadata().topics[topic].partitions[part].leader)

    def in_sync(self, topic: str, part: int) -> set[int]:
        """Return the brokers whose copy is up to date."""
        return set(self._metadata().topics[topic].partitions[part].isrs)

    def copies(self, topic: str, part: int) -> set[int]:
        """Return the brokers that hold a copy."""
        return set(self._metadata().topics[topic].partitions[part].replicas)

    def busiest(self, topic: Topic) -> int:
        """Return the partition of a topic that holds most records."""
        ends = end_offsets(self.bootstrap, [(topic.name, part) for part in range(topic.partitions)])
        return max(range(topic.partitions), key=lambda part: ends[topic.name, part])

    def _metadata(self) -> Any:
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0}).list_topics(timeout=10)

    # -- settings

    def _settings(self, n: int) -> dict[str, str]:
        count = len(self._folders)
        copies, confirming = str(min(3, count)), "2" if count >= 3 else "1"
        return {
            "node.id": str(n),
            "controller.quorum.voters": ",".join(f"{m}@{_HOST}:{port}" for m, port in self._voters.items()),
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "listeners": (
                f"PLAINTEXT://{_HOST}:{self._ports[n]},PROXIED://{_HOST}:{self._behind[n]},"
                f"CONTROLLER://{_HOST}:{self._voters[n]}"
            ),
            "advertised.listeners": f"PLAINTEXT://{_HOST}:{self._ports[n]},PROXIED://{self.proxies[n].address}",
            "default.replication.factor": copies,
            "min.insync.replicas": confirming,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": confirming,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": confirming,
        }


def _until(what: str, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _READY_S
    while not done():
        assert time.monotonic() < deadline, f"waited {_READY_S:.0f} s for {what}"
        time.sleep(0.1)


@contextmanager
def a_rig_on(cache: Path, count: int, *, heap_mib: int = _HEAP_MIB) -> Iterator[tuple[Rig, Cluster]]:
    """Run a rig on a cluster of its own."""
    folder = Path(tempfile.mkdtemp(prefix="hub-fault-"))
    try:
        with (
            Cluster(folder, fetch(cache), count, heap_mib=heap_mib) as cluster,
            a_rig(cache, Addresses(kafka_bootstrap=cluster.bootstrap)) as rig,
        ):
            yield rig, cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)
