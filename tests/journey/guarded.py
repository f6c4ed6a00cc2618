"""A broker that gives rights as deploy/kafka says, with one principal for each owner and one for each door."""

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from hub.kafka.deployment import Acl, acls, group_prefix
from hub.local.jars import fetch
from hub.local.kafka import Kafka
from hub.local.ports import port_of
from hub.topics import Topic

__all__ = ["Guarded", "guarded"]

_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_PATIENCE_S = 15.0


@dataclass(frozen=True)
class Guarded:
    """The running broker: `bootstrap` for whoever may do everything, `door` for those who log in."""

    bootstrap: str
    door: str
    passwords: dict[str, str]

    def reads(self, principal: str, topic: Topic) -> bool | KafkaError:
        """Return whether this principal gets a record of a topic, whichever partition has one, or why it may not."""
        consumer = Consumer({
            "bootstrap.servers": self.door, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
            "sasl.username": principal, "sasl.password": self.passwords[principal], "log_level": 0,
            "group.id": f"{group_prefix(principal)}rights", "enable.auto.commit": False,
            "auto.offset.reset": "earliest", "enable.partition.eof": True,
        })  # fmt: skip
        try:
            shown = consumer.list_topics(topic.name, _PATIENCE_S).topics[topic.name].error
            if shown is not None:
                return shown
            consumer.assign([TopicPartition(topic.name, part, 0) for part in range(topic.partitions)])
            ended = 0
            while ended < topic.partitions:
                message = consumer.poll(_PATIENCE_S)
                assert message is not None, f"{principal} hears nothing of {topic.name}"
                error = message.error()
                if error is None:
                    return True
                if error.code() != KafkaError._PARTITION_EOF:
                    return error
                ended += 1
            return False
        finally:
            consumer.close()


@contextmanager
def guarded(cache: Path, slugs: Sequence[str]) -> Iterator[Guarded]:
    """Run the broker with the rights of these Sở; who comes in by the loopback's other port is its administrator."""
    rights = acls(slugs)
    passwords = {acl.principal.removeprefix("User:"): secrets.token_hex(8) for acl in rights}
    with tempfile.TemporaryDirectory(prefix="hub-guarded-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        port, controller, door = (port_of(folder / name) for name in ("port", "port.controller", "port.door"))
        settings = _settings(port, controller, door, passwords)
        broker = Kafka(folder, fetch(cache), heap_mib=256, settings=settings)
        broker.start()
        try:
            broker.wait_until_ready()
            admin = AdminClient({"bootstrap.servers": broker.bootstrap})
            for done in admin.create_acls([one for acl in rights for one in _bindings(acl)]).values():
                done.result(_PATIENCE_S)
            yield Guarded(broker.bootstrap, f"127.0.0.1:{door}", passwords)
        finally:
            broker.stop()


def _settings(port: int, controller: int, door: int, passwords: dict[str, str]) -> dict[str, str]:
    users = " ".join(f'user_{name}="{password}"' for name, password in passwords.items())
    return {
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller},DOOR://127.0.0.1:{door}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port},DOOR://127.0.0.1:{door}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,DOOR:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.door.plain.sasl.jaas.config": f"{_LOGIN} required {users};",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": "User:ANONYMOUS",
    }


def _bindings(acl: Acl) -> Iterator[AclBinding]:
    for operation in acl.operations:
        yield AclBinding(
            ResourceType[acl.resource], acl.name, ResourcePatternType[acl.pattern], acl.principal, "*",
            AclOperation[operation], AclPermissionType.ALLOW,
        )  # fmt: skip
