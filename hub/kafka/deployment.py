"""Files of deploy/kafka, derived from hub.topics: topics, access rights, broker settings, three brokers in containers.

They are written for a concrete list of Sở, not with `<so>` placeholders: what is in the folder can be given to a broker
as it stands, and who may read Bộ's receipts depends on the whole list. The list in the repository is an example; a real
deployment writes its own: `python -m hub.kafka.deployment --folder /etc/hub/kafka ha-noi nghe-an hai-phong`.

Rights are the least that works: each principal gets each topic by its full name; only consumer groups are granted by
prefix, and the prefix ends with a dot, so that `so-ha-noi` never covers `so-ha-noi-2`.
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.kafka.admin import settings_of
from hub.topics import every_topic

__all__ = ["EXAMPLE", "FOLDER", "KAFKA_VERSION", "Acl", "acls", "compose", "files", "group_prefix", "topics"]

EXAMPLE = ("ha-noi", "nghe-an")
FOLDER = Path("deploy/kafka")
KAFKA_VERSION = "4.3.1"
REPLICAS = 3
_MESSAGE_BYTES_MAX = 8 * 1024 * 1024  # the most that a topic may be given; topics themselves say less
_READ = ("DESCRIBE", "DESCRIBE_CONFIGS", "READ")  # DESCRIBE_CONFIGS: workers refuse a topic that is not as declared
_WRITE = ("DESCRIBE", "DESCRIBE_CONFIGS", "WRITE")  # WRITE is enough for an idempotent producer


@dataclass(frozen=True, slots=True, order=True)
class Acl:
    """One allowance: `principal` may do `operations` on the resource, from any host."""

    principal: str
    resource: str  # TOPIC or GROUP
    pattern: str  # LITERAL or PREFIXED
    name: str
    operations: tuple[str, ...]


def group_prefix(owner: str) -> str:
    """Return how the consumer groups of `owner` ("so-<slug>", "so-<slug>.door" or "bo") begin, with the dot."""
    return f"hocba.{owner}."


def topics(slugs: Iterable[str]) -> list[dict[str, object]]:
    """Return every topic of these Sở and of Bộ as data: name, partitions, replicas, settings, key and reason to be."""
    return [
        {
            "name": topic.name,
            "partitions": topic.partitions,
            "replicas": REPLICAS,
            "settings": dict(sorted(settings_of(topic, REPLICAS).items())),
            "key": topic.key,
            "messages": list(topic.messages),
        }
        for topic in every_topic(slugs)
    ]


def acls(slugs: Iterable[str]) -> list[Acl]:
    """Return the allowances of all principals, sorted: topics from written_by and read_by, groups by owner."""
    granted: dict[tuple[str, str], set[str]] = {}
    for topic in every_topic(slugs):
        for owner in topic.written_by:
            granted.setdefault((owner, topic.name), set()).update(_WRITE)
        for owner in topic.read_by:
            granted.setdefault((owner, topic.name), set()).update(_READ)
    owners = {owner for owner, _ in granted}
    on_topics = [
        Acl(f"User:{owner}", "TOPIC", "LITERAL", name, tuple(sorted(operations)))
        for (owner, name), operations in granted.items()
    ]
    on_groups = [Acl(f"User:{owner}", "GROUP", "PREFIXED", group_prefix(owner), ("READ",)) for owner in owners]
    return sorted(on_topics + on_groups)


_BROKER: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "@NODE_ID@",
    "controller.quorum.voters": "1@kafka-1:9093,2@kafka-2:9093,3@kafka-3:9093",
    "listeners": "SASL_SSL://:9092,CONTROLLER://:9093",
    "advertised.listeners": "SASL_SSL://@HOST@:9092",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "SASL_SSL",
    "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:SSL",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
    "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
        "org.apache.kafka.common.security.scram.ScramLoginModule required "
        'username="broker" password="@BROKER_PASSWORD@";'
    ),
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": "@TLS@/@HOST@.pem",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": "@TLS@/ca.pem",
    "listener.name.controller.ssl.client.auth": "required",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    # The controllers know each other by certificate: without these names the quorum never forms and no port opens.
    "super.users": "User:broker;User:admin;User:CN=kafka-1;User:CN=kafka-2;User:CN=kafka-3",
    "log.dirs": "@DATA@",
    "auto.create.topics.enable": "false",
    "default.replication.factor": str(REPLICAS),
    "min.insync.replicas": "2",
    "unclean.leader.election.enable": "false",
    "offsets.topic.replication.factor": str(REPLICAS),
    "transaction.state.log.replication.factor": str(REPLICAS),
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": str(REPLICAS),
    "share.coordinator.state.topic.min.isr": "2",
    "message.max.bytes": str(_MESSAGE_BYTES_MAX),
    "replica.fetch.max.bytes": str(_MESSAGE_BYTES_MAX),
    # A killed broker may come back after this time instead of after 9 s.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}


def broker_properties() -> str:
    """Return the settings of one broker; start-broker.sh fills in what stands between @ signs."""
    head = (
        "# Settings of one broker and controller; generated by `python -m hub.kafka.deployment`, do not edit.\n"
        "# start-broker.sh fills in @NODE_ID@, @HOST@, @TLS@, @DATA@ and @BROKER_PASSWORD@.\n"
    )
    return head + "".join(f"{key}={value}\n" for key, value in _BROKER.items())


def _service(node: int) -> str:
    host = f"kafka-{node}"
    return f"""  {host}:
    image: apache/kafka:{KAFKA_VERSION}
    hostname: {host}
    command: ["/bin/bash", "/etc/hub/start-broker.sh"]
    environment:
      NODE_ID: "{node}"
      HOST: {host}
      KAFKA_HOME: /opt/kafka
      TLS: /etc/hub/tls
      DATA: /var/lib/kafka/data
      CLUSTER_ID: ${{CLUSTER_ID:?}}
      BROKER_PASSWORD: ${{BROKER_PASSWORD:?}}
      ADMIN_PASSWORD: ${{ADMIN_PASSWORD:?}}
    volumes:
      - ./broker.properties:/etc/hub/broker.properties:ro
      - ./start-broker.sh:/etc/hub/start-broker.sh:ro
      - ./tls:/etc/hub/tls:ro
      - {host}:/var/lib/kafka/data
    restart: unless-stopped
    stop_grace_period: 60s
"""


def compose() -> str:
    """Return a compose file for three brokers; secrets come from the environment, certificates from ./tls."""
    head = (
        "# Three brokers; generated by `python -m hub.kafka.deployment`, do not edit. README.md says what it needs.\n"
    )
    nodes = range(1, REPLICAS + 1)
    volumes = "".join(f"  kafka-{node}: {{}}\n" for node in nodes)
    return f"{head}services:\n{''.join(_service(node) for node in nodes)}\nvolumes:\n{volumes}"


def files(slugs: Iterable[str]) -> dict[str, str]:
    """Return name -> text of every generated file."""
    known = tuple(slugs)
    return {
        "topics.json": _json(topics(known)),
        "acls.json": _json([asdict(acl) for acl in acls(known)]),
        "broker.properties": broker_properties(),
        "compose.yaml": compose(),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hub.kafka.deployment", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("so", nargs="*", default=EXAMPLE, help="slugs of the Sở, for example ha-noi")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(chosen.so).items():
        (chosen.folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _main()
