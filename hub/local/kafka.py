"""One embedded Kafka broker (KRaft, broker and controller in one process) on the loopback."""

import base64
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from hub.errors import Unavailable
from hub.kafka import admin
from hub.local import java
from hub.local.ports import port_of
from hub.local.process import Order, Server

__all__ = ["Kafka", "new_cluster_id"]

_MESSAGE_BYTES_MAX = 8 * 1024 * 1024  # the most that a topic may be given; topics themselves say less
_STOP_PATIENCE_S = 20.0

# Each value differs from Kafka's own default for the reason beside it.
_SETTINGS: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    # Topics are declared in hub.topics; one made by a typing mistake would swallow messages.
    "auto.create.topics.enable": "false",
    # After kill -9 the controller refuses the same node until this has passed (default: 9 s).
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # Default 128 MiB of heap, taken as soon as a compacted topic exists; with a small heap the next start dies of it.
    "log.cleaner.dedupe.buffer.size": "8388608",
    "log.cleaner.threads": "1",
    "group.initial.rebalance.delay.ms": "0",  # one worker need not wait for others
    "group.min.session.timeout.ms": "1000",  # fault tests use short sessions; default floor: 6 s
    "message.max.bytes": str(_MESSAGE_BYTES_MAX),
    "replica.fetch.max.bytes": str(_MESSAGE_BYTES_MAX),
    # One node: nothing can be replicated.
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # Fewer partitions start faster after a crash; 50 are for clusters.
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.num.partitions": "2",
    "num.network.threads": "2",
    "num.io.threads": "4",
}


def new_cluster_id() -> str:
    """Return 16 random bytes as Kafka writes them; never a leading "-", which its tools take for an option."""
    return "A" + base64.urlsafe_b64encode(secrets.token_bytes(16)).decode()[1:22]


class Kafka(Server):
    """The broker. Its port stays the same from start to start, so running clients find it again.

    `fast_start` keeps Java's quick compiler only: up in 2–3 s, for tests and demo; without it a long run is faster.
    `settings` go over ours, for tests that need another broker; `cluster` is the id that several of them share.
    """

    name = "kafka"

    def __init__(
        self,
        folder: Path,
        jars: Iterable[Path],
        *,
        heap_mib: int = 512,
        fast_start: bool = True,
        settings: Mapping[str, str] | None = None,
        cluster: str | None = None,
    ) -> None:
        super().__init__(folder.absolute())
        self._jars = tuple(jars)
        self._heap_mib = heap_mib
        self._fast_start = fast_start
        self._more = dict(settings or {})
        self._cluster = cluster
        self._properties = self.folder / "server.properties"
        self._data = self.folder / "log"
        self._ports: tuple[int, int] | None = None

    @property
    def bootstrap(self) -> str:
        """Return "127.0.0.1:port". Raises Unavailable SERVER_DIED before the first start."""
        if self._ports is None:
            raise self._died()
        return f"127.0.0.1:{self._ports[0]}"

    def _mark(self) -> str:
        return str(self._properties)

    def _prepare(self) -> None:
        if self._ports is None:
            self._ports = (port_of(self.folder / "port"), port_of(self.folder / "port.controller"))
        if not self._data.exists():
            self._format()
        self._properties.write_text(self._text(self._data), encoding="utf-8")

    def _format(self) -> None:
        """Make the data folder with its cluster id: beside its place, then renamed; one cut short leaves nothing."""
        fresh = self.folder / "log.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._properties.write_text(self._text(fresh), encoding="utf-8")
        arguments = ["format", "-t", self._cluster or new_cluster_id(), "-c", str(self._properties)]
        java.run(self._jars, "kafka.tools.StorageTool", arguments, self.folder)
        fresh.rename(self._data)

    def _text(self, data: Path) -> str:
        assert self._ports is not None
        broker, controller = self._ports
        own = {
            "log.dirs": str(data),
            "listeners": f"PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{broker}",
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        }
        return "".join(f"{key}={value}\n" for key, value in {**_SETTINGS, **own, **self._more}.items())

    def _order(self) -> Order:
        quick = ["-XX:TieredStopAtLevel=1"] if self._fast_start else []
        return Order(
            command=[
                str(java.JAVA), "-Xms64m", f"-Xmx{self._heap_mib}m", "-XX:+UseSerialGC", *quick,
                "-XX:+ExitOnOutOfMemoryError",  # else the port stays closed and nothing says why
                "-XX:-UsePerfData", f"-XX:ErrorFile={self.folder}/java-error.log",
                f"-Djava.io.tmpdir={tempfile.gettempdir()}",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "kafka.Kafka", str(self._properties),
            ],
            folder=self.folder,
            stop_signal=signal.SIGTERM,
            patience_s=_STOP_PATIENCE_S,
            environment=java.class_path(self._jars),
        )  # fmt: skip

    def _answers(self) -> bool:
        try:
            admin.cluster_id(self.bootstrap, timeout_s=1.0)
        except Unavailable:
            return False
        return True
