"""The files of deploy/kafka are what hub.topics says."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from hub.kafka.deployment import EXAMPLE, REPLICAS, Acl, acls, broker_properties, compose, files, group_prefix, topics
from hub.recovery import own_topics
from hub.topics import bo_transfer, every_topic, incoming

FOLDER = Path(__file__).parents[3] / "deploy" / "kafka"


def _may(rights: Iterable[Acl], principal: str, operation: str) -> set[str]:
    return {a.name for a in rights if a.principal == principal and operation in a.operations and a.resource == "TOPIC"}


@pytest.mark.parametrize("name", sorted(files(EXAMPLE)))
def test_deployment_file_is_what_the_topics_say(name: str) -> None:
    """A committed file that differs was not generated again: run `python -m hub.kafka.deployment`."""
    assert (FOLDER / name).read_text(encoding="utf-8") == files(EXAMPLE)[name]


def test_topics_file_names_each_declared_topic_once() -> None:
    """Nothing is left out and nothing is added on the way into the file."""
    declared = every_topic(EXAMPLE)
    assert [t["name"] for t in topics(EXAMPLE)] == [t.name for t in declared]
    assert [t["partitions"] for t in topics(EXAMPLE)] == [t.partitions for t in declared]


def test_topics_keep_three_copies_of_which_two_confirm() -> None:
    """One broker may fail while every confirmed message is still on two disks."""
    for topic in topics(EXAMPLE):
        assert topic["replicas"] == 3
        assert json.loads(json.dumps(topic["settings"]))["min.insync.replicas"] == "2"


def test_acls_keep_each_so_out_of_the_topics_of_another() -> None:
    """No principal of one Sở may read or write a topic that another Sở owns."""
    for acl in acls(EXAMPLE):
        for so in EXAMPLE:
            others = [f"hocba.so-{other}." for other in EXAMPLE if other != so]
            if acl.principal.removeprefix("User:").split(".")[0] == f"so-{so}":
                assert not any(acl.name.startswith(other) for other in others)


def test_acls_give_writing_only_to_the_declared_writers() -> None:
    """Whoever may write a topic is named as its writer in hub.topics, and the other way round."""
    principals = {a.principal for a in acls(EXAMPLE)}
    for principal in principals:
        declared = {t.name for t in every_topic(EXAMPLE) if principal.removeprefix("User:") in t.written_by}
        assert _may(acls(EXAMPLE), principal, "WRITE") == declared


def test_acls_give_reading_only_to_the_declared_readers() -> None:
    """Whoever may read a topic is named as its reader in hub.topics, and the other way round."""
    principals = {a.principal for a in acls(EXAMPLE)}
    for principal in principals:
        declared = {t.name for t in every_topic(EXAMPLE) if principal.removeprefix("User:") in t.read_by}
        assert _may(acls(EXAMPLE), principal, "READ") == declared


def test_acls_let_whoever_alone_writes_a_topic_read_it_back() -> None:
    """A worker looks before it starts whether its database knows what it wrote last; a restored one reads it all."""
    for owner in ("bo", *(f"so-{so}" for so in EXAMPLE)):
        own = {topic.name for topic in own_topics(owner, EXAMPLE)}
        assert own <= _may(acls(EXAMPLE), f"User:{owner}", "READ"), owner


def test_acls_let_nobody_but_bo_and_its_own_so_read_what_schools_of_a_so_are_sent() -> None:
    """Histories and notices of transfers; the one log of steps is Bộ's alone."""
    readers = {a.principal for a in acls(EXAMPLE) if a.name == incoming("nghe-an").name and "READ" in a.operations}
    assert readers == {"User:bo", "User:so-nghe-an", "User:so-nghe-an.door"}
    assert {a.principal for a in acls(EXAMPLE) if a.name == bo_transfer().name} == {"User:bo"}


def test_acls_of_a_slug_do_not_cover_a_longer_slug() -> None:
    """`so-ha` and `so-ha-noi` are two Sở, also where a right is given by prefix."""
    prefixes = {a.principal: a.name for a in acls(("ha", "ha-noi")) if a.pattern == "PREFIXED"}
    assert not prefixes["User:so-ha-noi"].startswith(prefixes["User:so-ha"])
    assert prefixes["User:so-ha"] == group_prefix("so-ha") == "hocba.so-ha."


def test_broker_properties_let_nobody_in_without_a_right() -> None:
    """A topic without an allowance is closed, and topics are never made by accident."""
    settings = dict(line.split("=", 1) for line in broker_properties().splitlines() if not line.startswith("#"))
    assert settings["allow.everyone.if.no.acl.found"] == "false"
    assert settings["auto.create.topics.enable"] == "false"
    assert settings["unclean.leader.election.enable"] == "false"
    assert "PLAINTEXT" not in settings["listeners"]


def test_start_script_fills_in_every_slot_of_the_broker_properties() -> None:
    """A slot that the script does not know would reach the broker as text."""
    script = (FOLDER / "start-broker.sh").read_text(encoding="utf-8")
    slots = {part for part in broker_properties().split("@")[1::2] if part.isupper()}
    assert slots == {"NODE_ID", "HOST", "TLS", "DATA", "BROKER_PASSWORD"}
    assert all(f"s|@{slot}@|${slot}|g" in script for slot in slots)


def test_compose_file_gives_each_broker_what_its_start_script_needs() -> None:
    """Three brokers, each with every variable that the script reads."""
    text = compose()
    assert text.count("image: apache/kafka:4.3.1") == REPLICAS
    for name in ("NODE_ID", "HOST", "KAFKA_HOME", "TLS", "DATA", "CLUSTER_ID", "BROKER_PASSWORD", "ADMIN_PASSWORD"):
        assert text.count(f"      {name}: ") == REPLICAS
