"""One worker of one stage of a Sở that nobody else uses, started by hand, so that its end can be seen."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from hub.domain.lifecycle import MACHINES, START
from hub.kafka import create_missing
from hub.kafka.deployment import group_prefix
from hub.kafka.producer import Sending
from hub.local.founding import found_stores
from hub.store import Connection, migrate, open_connection
from hub.topics import Topic, of_so
from tests.journey.world import World, eventually

__all__ = ["Alone"]

_TIMEOUT_S = 40
_EVENTUALLY_S = 60.0  # a start and one round of the sentinel take 10 s, on a machine with other work a multiple


class Alone:
    """A Sở with topics, a database and keys (borrowed), without people: its records are garbage, and quarantined."""

    def __init__(self, world: World, so: str, stage: str, topic: Topic, *, missing: bool = False) -> None:
        self.world, self.so, self.stage, self.topic = world, so, stage, topic
        self.logs = world.hub.data / "logs" / f"alone-{so}-{stage}.log"
        self.secrets = world.hub.data / f"secrets-{so}"
        shutil.copytree(world.hub.secrets / "so-khanh-hoa", self.secrets / f"so-{so}", dirs_exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None
        if not missing:
            self.found()

    def found(self) -> None:
        """Make topics and database."""
        found_stores(self.world.hub.servers, [self.so])

    def found_otherwise(self, **setting: Any) -> None:
        """Make the database, and the topics with one that is not as declared."""
        self.found_database()
        made = [replace(t, **setting) if t == self.topic else t for t in of_so(self.so)]
        create_missing(self.world.hub.bootstrap, made)

    def found_database(self) -> None:
        """Make the database with its tables, but no topics of this Sở."""
        urls = self.world.hub.servers.so_urls(self.so)
        rows = {(t.machine.value, t.state, t.next_state) for m in MACHINES.values() for t in m if t.state != START}
        migrate(urls.owner_url or "", "so", f"so_{self.so.replace('-', '_')}", sorted(rows))

    @contextmanager
    def database(self) -> Iterator[Connection]:
        """Open the worker's own view."""
        with open_connection(self.world.hub.so_url(self.so)) as connection:
            yield connection

    @contextmanager
    def owner(self) -> Iterator[Connection]:
        """Open the owner's view, to tamper."""
        with open_connection(self.world.hub.servers.so_urls(self.so).owner_url or "") as connection:
            yield connection

    # -- the worker

    def start(self, **settings: str) -> None:
        """Start the worker, with settings of its own."""
        environment = {
            "HUB_KAFKA_BOOTSTRAP": self.world.hub.bootstrap,
            "HUB_SO_DATABASE_URL": self.world.hub.so_url(self.so),
            "HUB_SECRETS_DIR": str(self.secrets),
        }
        with self.logs.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hub.cli", "worker", "so", self.so, "--stages", self.stage],
                env={**os.environ, **environment, **settings}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def ended(self) -> int:
        """Wait until the worker ends by itself and return its exit code."""
        assert self._process is not None
        return self._process.wait(_TIMEOUT_S)

    def stop(self) -> None:
        """End the worker in order, if it runs."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def running(self) -> bool:
        """Tell whether the worker runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the worker that was started last."""
        assert self._process is not None
        return self._process.pid

    def said(self, event: str) -> list[dict[str, Any]]:
        """Return what the worker logged under an event's name."""
        lines = self.logs.read_text(encoding="utf-8").splitlines() if self.logs.exists() else []
        found = [json.loads(line) for line in lines if line.startswith("{") and f'"{event}"' in line]
        return [line for line in found if line.get("event") == event]

    def stopped_with(self) -> str:
        """Return the code with which the worker last stopped."""
        return str(self.said("worker_stops")[-1]["code"])

    # -- the partition

    def send(self, *values: bytes, part: int = 0) -> None:
        """Put records into one partition of the topic."""
        self.world.send(*(Sending(self.topic.name, b"key", value, (), part) for value in values))

    def position(self, part: int = 0) -> int | None:
        """Return the position of the stage in a partition, None before the first claim."""
        with self.database() as connection:
            row = connection.execute(
                "SELECT next_offset FROM position WHERE (stage, topic, part) = (%s, %s, %s)",
                (self.stage, self.topic.name, part),
            ).fetchone()
        return None if row is None else int(row[0])

    def until_position(self, offset: int, part: int = 0) -> None:
        """Wait until the stage has done everything below an offset."""
        eventually(f"position {offset}", lambda: self.position(part) == offset, _EVENTUALLY_S)

    def quarantined(self) -> list[int]:
        """Return the offsets that stand in quarantine."""
        with self.database() as connection:
            rows = connection.execute(
                "SELECT record_offset FROM quarantine WHERE (stage, topic) = (%s, %s) ORDER BY 1",
                (self.stage, self.topic.name),
            ).fetchall()
        return [int(row[0]) for row in rows]

    def move_group(self, offset: int, part: int = 0) -> None:
        """Move the group's committed offset, as an operator might; waits until the group has no members."""
        group = f"{group_prefix(f'so-{self.so}')}{self.stage}"
        client = AdminClient({"bootstrap.servers": self.world.hub.bootstrap, "log_level": 0})
        wanted = [ConsumerGroupTopicPartitions(group, [TopicPartition(self.topic.name, part, offset)])]

        def moved() -> bool:
            try:
                answer = client.alter_consumer_group_offsets(wanted)[group].result(10)
            except KafkaException:
                time.sleep(0.3)
                return False
            return all(p.error is None for p in answer.topic_partitions)

        eventually("an empty group", moved, _EVENTUALLY_S)

    def delete_before(self, offset: int, part: int = 0) -> None:
        """Remove the records below an offset, as retention does."""
        client = AdminClient({"bootstrap.servers": self.world.hub.bootstrap, "log_level": 0})
        place = TopicPartition(self.topic.name, part, offset)
        for removed in client.delete_records([place]).values():
            removed.result(_TIMEOUT_S)

    def recreate_topic(self) -> None:
        """Delete the topic and make it again: the same name, another id."""
        client = AdminClient({"bootstrap.servers": self.world.hub.bootstrap, "log_level": 0})
        client.delete_topics([self.topic.name], operation_timeout=10)[self.topic.name].result(15)
        eventually("the topic to go", lambda: self.topic.name not in client.list_topics(timeout=5).topics)
        create_missing(self.world.hub.bootstrap, [self.topic])
