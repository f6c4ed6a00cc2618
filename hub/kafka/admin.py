"""Topic administration: create what is declared, report what differs, and ask the broker who and where it is.

Every call opens its own client, has a time limit and raises Unavailable: BROKER_UNREACHABLE, BROKER_LOGIN_FAILED,
BROKER_DENIED, BROKER_REFUSED or TOPIC_MISSING. `client` adds client settings by their librdkafka names (for example
`security.protocol`, `sasl.username`); nothing is logged, the error says it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import (
    ConsumerGroupState,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, OffsetSpec, ResourceType

from hub.errors import Unavailable
from hub.topics import Topic

__all__ = [
    "TIMEOUT_S",
    "Member",
    "cluster_id",
    "create_missing",
    "differences",
    "end_offsets",
    "group_members",
    "settings_of",
    "topic_ids",
]

TIMEOUT_S = 10.0
_BROKERS_FOR_TWO_COPIES = 3  # with three brokers one may fail while two copies confirm every message
_POLL_S = 0.1
_URL_SAFE = str.maketrans("+/", "-_")  # the client prints plain base64, Kafka's own tools base64url

_QUIET = logging.getLogger("hub.kafka.admin.librdkafka")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False
_QUIET.setLevel(logging.CRITICAL)

_LOGIN = {KafkaError._AUTHENTICATION, KafkaError.SASL_AUTHENTICATION_FAILED, KafkaError._SSL}
_DENIED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
}
_BETWEEN_LEADERS = {
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError.FENCED_LEADER_EPOCH,
}
_MISSING = {KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._NOENT}
_AWAY = {KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._RESOLVE}


@dataclass(frozen=True, slots=True)
class Member:
    """One consumer in a group: its client id and host, and the (topic, partition) pairs that it reads."""

    client_id: str
    host: str
    partitions: tuple[tuple[str, int], ...]


def settings_of(topic: Topic, replicas: int) -> dict[str, str]:
    """Return the settings of `topic` on a cluster that keeps `replicas` copies."""
    copies = "2" if replicas >= _BROKERS_FOR_TWO_COPIES else "1"
    return topic.settings | {"min.insync.replicas": copies}


def create_missing(
    bootstrap: str, topics: Iterable[Topic], replicas: int = 3, *, client: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> tuple[str, ...]:  # fmt: skip
    """Create the topics that are not there and return their names; existing ones stay as they are.

    Keeps `replicas` copies, or one per broker where there are fewer brokers; min.insync.replicas is 2 from three
    copies on, else 1. Returns when every topic has a leader, so a worker may start at once.
    """
    with _Session(bootstrap, client, timeout_s) as session:
        metadata = session.metadata()
        copies = min(replicas, len(metadata.brokers))
        missing = [topic for topic in topics if topic.name not in metadata.topics]
        wanted = [
            NewTopic(t.name, num_partitions=t.partitions, replication_factor=copies, config=settings_of(t, copies))
            for t in missing
        ]
        if wanted:
            session.each(
                lambda admin, **limit: admin.create_topics(wanted, **limit), but=KafkaError.TOPIC_ALREADY_EXISTS
            )
            session.wait_for_leaders({topic.name for topic in missing})
        return tuple(topic.name for topic in missing)


def differences(
    bootstrap: str, topics: Iterable[Topic], *, client: Mapping[str, str] | None = None, timeout_s: float = TIMEOUT_S
) -> list[str]:
    """Return one line for each way in which the broker's topics differ from the declared ones; [] when they agree."""
    declared = list(topics)
    with _Session(bootstrap, client, timeout_s) as session:
        present = session.metadata().topics
        there = [topic for topic in declared if topic.name in present]
        found = session.settings([topic.name for topic in there])
    lines = [f"{topic.name}: missing" for topic in declared if topic.name not in present]
    for topic in there:
        partitions = present[topic.name].partitions
        copies = min((len(p.replicas) for p in partitions.values()), default=0)
        if len(partitions) != topic.partitions:
            lines.append(f"{topic.name}: partitions is {len(partitions)}, declared {topic.partitions}")
        lines += [
            f"{topic.name}: {key} is {found[topic.name].get(key)}, declared {value}"
            for key, value in sorted(settings_of(topic, copies).items())
            if found[topic.name].get(key) != value
        ]
    return lines


def topic_ids(
    bootstrap: str, names: Iterable[str], *, client: Mapping[str, str] | None = None, timeout_s: float = TIMEOUT_S
) -> dict[str, str]:
    """Return the id of each topic as Kafka writes it (base64url UUID): another id means that it was made anew.

    Raises Unavailable TOPIC_MISSING when one of them is not there.
    """
    wanted = list(names)
    if not wanted:
        return {}
    with _Session(bootstrap, client, timeout_s) as session:
        collection = TopicCollection(wanted)
        found = session.each(lambda admin, **limit: admin.describe_topics(collection, **limit))
    return {name: str(found[name].topic_id).translate(_URL_SAFE) for name in wanted}


def cluster_id(bootstrap: str, *, client: Mapping[str, str] | None = None, timeout_s: float = TIMEOUT_S) -> str:
    """Return the cluster's id; also the question that shows that a broker works."""
    with _Session(bootstrap, client, timeout_s) as session:
        metadata = session.metadata()
    if not metadata.brokers or not metadata.cluster_id:
        raise Unavailable("BROKER_UNREACHABLE", {"bootstrap": bootstrap, "reason": "no broker registered"})
    return str(metadata.cluster_id)


def group_members(
    bootstrap: str, groups: Iterable[str], *, client: Mapping[str, str] | None = None, timeout_s: float = TIMEOUT_S
) -> dict[str, tuple[Member, ...]]:
    """Return the members of each group, sorted by client id; a group that does not exist has none."""
    wanted = list(groups)
    if not wanted:
        return {}
    with _Session(bootstrap, client, timeout_s) as session:
        found = session.each(
            lambda admin, **limit: admin.describe_consumer_groups(wanted, **limit), but=KafkaError.GROUP_ID_NOT_FOUND
        )
    return {group: _members(found.get(group)) for group in wanted}


def end_offsets(
    bootstrap: str, partitions: Iterable[tuple[str, int]], *, client: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> dict[tuple[str, int], int]:  # fmt: skip
    """Return the offset that the next message of each (topic, partition) will get.

    A broker that was killed may answer too low for a while; only a low answer that lasts means anything.
    """
    return _offsets(bootstrap, partitions, OffsetSpec.latest(), client, timeout_s)


def _offsets(
    bootstrap: str, partitions: Iterable[tuple[str, int]], at: Any, client: Mapping[str, str] | None, timeout_s: float
) -> dict[tuple[str, int], int]:
    asked = {TopicPartition(topic, partition): at for topic, partition in partitions}
    if not asked:
        return {}
    with _Session(bootstrap, client, timeout_s) as session:
        found = session.each(
            lambda admin, **limit: admin.list_offsets(asked, isolation_level=IsolationLevel.READ_UNCOMMITTED, **limit)
        )
    return {(place.topic, place.partition): int(answer.offset) for place, answer in found.items()}


def _members(group: Any) -> tuple[Member, ...]:
    if group is None or group.state is ConsumerGroupState.DEAD:
        return ()
    made = (
        Member(
            member.client_id,
            member.host,
            tuple(sorted((p.topic, p.partition) for p in (member.assignment.topic_partitions or ()))),
        )
        for member in group.members
    )
    return tuple(sorted(made, key=lambda member: (member.client_id, member.partitions)))


class _Session:
    """One AdminClient with one time limit; turns every Kafka error into Unavailable."""

    def __init__(self, bootstrap: str, client: Mapping[str, str] | None, timeout_s: float) -> None:
        self._bootstrap = bootstrap
        self._deadline = time.monotonic() + timeout_s
        self._logins_refused: list[str] = []
        settings: dict[str, Any] = {
            "bootstrap.servers": bootstrap,
            "client.id": "hub-admin",
            "socket.timeout.ms": max(100, int(timeout_s * 1000)),
            "socket.connection.setup.timeout.ms": max(1000, int(timeout_s * 1000)),
            "reconnect.backoff.max.ms": 500,
            "log_level": 0,
            "error_cb": self._note,
            **(client or {}),
        }
        self._admin = AdminClient(settings, logger=_QUIET)

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, KafkaException):
            raise self._wording(error.args[0]) from error
        if isinstance(error, TimeoutError):  # an answer that never came, not even as an error
            raise self._too_late() from error

    def metadata(self) -> Any:
        """Return the metadata of the cluster and all its topics."""
        return self._admin.list_topics(timeout=self._left_s())

    def each(self, ask: Callable[..., Mapping[Any, "Future[Any]"]], but: int | None = None) -> dict[Any, Any]:
        """Ask, and wait for all answers; those that failed with error code `but` are left out.

        A partition between two leaders is asked again until the time is up: that is a matter of moments.
        """
        while True:
            limit = self._left_s()
            answers: dict[Any, Any] = {}
            leaderless = False
            for key, future in ask(self._admin, request_timeout=limit).items():
                try:
                    answers[key] = future.result(limit + 1)
                except KafkaException as error:
                    leaderless = leaderless or error.args[0].code() in _BETWEEN_LEADERS
                    if error.args[0].code() not in {but, *_BETWEEN_LEADERS}:
                        raise self._wording(error.args[0], key) from error
            if not leaderless:
                return answers
            time.sleep(_POLL_S)

    def settings(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return all settings of the topics, as the broker has them now."""
        if not names:
            return {}
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
        found = self.each(lambda admin, **limit: admin.describe_configs(resources, **limit))
        return {resource.name: {e.name: e.value for e in entries.values()} for resource, entries in found.items()}

    def wait_for_leaders(self, names: set[str]) -> None:
        """Return when every partition of these topics has a leader."""
        while True:
            topics = self.metadata().topics
            seen = [topics[name] for name in names if name in topics]
            if len(seen) == len(names) and all(p.leader >= 0 for t in seen for p in t.partitions.values()):
                return
            self._left_s()
            time.sleep(_POLL_S)

    def _left_s(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._too_late()
        return left

    def _too_late(self) -> Unavailable:
        return Unavailable("BROKER_UNREACHABLE", {"bootstrap": self._bootstrap, "reason": "timeout"})

    def _note(self, error: Any) -> None:
        if error.code() in _LOGIN:
            self._logins_refused.append(error.name())

    def _wording(self, error: Any, key: object = "") -> Unavailable:
        self._admin.poll(0)  # hands over what the connections reported meanwhile
        facts = {"bootstrap": self._bootstrap, "reason": str(error.name())}
        if error.code() in _LOGIN or (error.code() in _AWAY and self._logins_refused):
            return Unavailable("BROKER_LOGIN_FAILED", facts)
        if error.code() in _AWAY:
            return Unavailable("BROKER_UNREACHABLE", facts)
        if error.code() in _MISSING:
            return Unavailable("TOPIC_MISSING", facts | {"topic": getattr(key, "topic", None) or str(key)})
        return Unavailable("BROKER_DENIED" if error.code() in _DENIED else "BROKER_REFUSED", facts)
