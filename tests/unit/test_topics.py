"""Topics: what may never change once records stand in them, and what everyone must agree on."""

import re
from pathlib import Path

import pytest

from hub import topics
from hub.kafka.deployment import acls, group_prefix
from hub.schemas import MESSAGE_BYTES_MAX, registry
from hub.topics import Topic, bo_transcript, every_topic

SLUGS = ("ha-noi", "ha-noi-2")
EVERY = every_topic(SLUGS)
PARTITIONS = {
    "command": 8, "register": 1, "lock-command": 8, "receipt": 8, "locked": 1, "slip": 1, "quarantine": 1,
    "reminder": 1, "transfer": 1, "incoming": 8,
}  # fmt: skip
NAME = re.compile(r"hocba\.(so-[a-z0-9]+(?:-[a-z0-9]+)*|bo)\.[a-z]+(?:-[a-z]+)*\.v[1-9][0-9]*")


def kind(topic: Topic) -> str:
    return topic.name.split(".")[2]


def test_topics_are_named_by_owner_kind_and_version() -> None:
    """Each once; the owner stands in the name, so that a prefix with its dot isolates it."""
    names = [topic.name for topic in EVERY]
    assert len(set(names)) == len(names) == 2 * len(PARTITIONS) + 4
    assert all(NAME.fullmatch(name) for name in names)
    assert all(topic.name.startswith(f"hocba.{topic.owner}.") for topic in EVERY)


def test_partition_counts_are_those_that_keys_were_spread_over() -> None:
    """A new count is a new topic version, never a change."""
    counts = {topic.name: topic.partitions for topic in EVERY if topic.owner != "bo"}
    assert counts == {f"hocba.so-{so}.{k}.v1": n for so in SLUGS for k, n in PARTITIONS.items()}
    bo = {topic.name: topic.partitions for topic in EVERY if topic.owner == "bo"}
    assert bo == {"hocba.bo.receipt.v1": 1, "hocba.bo.transfer.v1": 1, "hocba.bo.transcript.v1": 12,
                  "hocba.bo.quarantine.v1": 1}  # fmt: skip


def test_time_of_receipt_is_the_brokers_own() -> None:
    """Where a stranger writes, the append time is what proves "in time"."""
    timed = {kind(topic) for topic in EVERY if topic.append_time}
    assert {"command", "register"} <= timed
    for topic in EVERY:
        expected = "LogAppendTime" if topic.append_time else "CreateTime"
        assert topic.settings["message.timestamp.type"] == expected
    assert all(topic.append_time for topic in EVERY if any(w.endswith(".door") for w in topic.written_by))


def test_only_registers_and_the_national_stream_are_compacted() -> None:
    """Anywhere else a hole in the offsets means a loss."""
    assert {topic.name for topic in EVERY if topic.compacted} == {
        *(f"hocba.so-{so}.register.v1" for so in SLUGS),
        bo_transcript().name,
    }
    assert all(("retention.ms" in t.settings) is not t.compacted for t in EVERY)


def test_everything_else_is_kept_longer_than_a_school_year() -> None:
    """With its supplementary round and a reserve."""
    kept = {int(t.settings["retention.ms"]) for t in EVERY if not t.compacted}
    assert kept == {400 * 86_400_000}


def test_size_budget_is_one_for_topics_and_schemas() -> None:
    """What the decoder takes, the topic takes."""
    assert topics.MESSAGE_BYTES_MAX == MESSAGE_BYTES_MAX
    assert {t.settings["max.message.bytes"] for t in EVERY} == {str(MESSAGE_BYTES_MAX)}


def test_every_message_has_a_topic_and_every_topic_knows_its_messages() -> None:
    """A schema that nothing carries is dead; a topic without a schema carries strangers' bytes."""
    carried = {message for topic in EVERY for message in topic.messages}
    assert carried == set(registry().latest)
    assert {kind(topic) for topic in EVERY if not topic.messages} == {"quarantine"}


def test_rights_follow_from_who_writes_and_who_reads() -> None:
    """By full name; nothing is granted by a prefix except groups."""
    granted = [acl for acl in acls(SLUGS) if acl.resource == "TOPIC"]
    assert {acl.pattern for acl in granted} == {"LITERAL"}
    for topic in EVERY:
        writers = {a.principal for a in granted if a.name == topic.name and "WRITE" in a.operations}
        readers = {a.principal for a in granted if a.name == topic.name and "READ" in a.operations}
        assert writers == {f"User:{owner}" for owner in topic.written_by}
        assert readers == {f"User:{owner}" for owner in topic.read_by}


@pytest.mark.parametrize("owner", ["so-ha-noi", "so-ha-noi.door", "so-ha-noi-2", "bo"])
def test_groups_of_one_owner_are_nobody_elses(owner: str) -> None:
    """The prefix ends with a dot, so that `so-ha-noi` does not cover `so-ha-noi-2`."""
    groups = {acl.principal: acl.name for acl in acls(SLUGS) if acl.resource == "GROUP"}
    assert groups[f"User:{owner}"] == group_prefix(owner) == f"hocba.{owner}."
    covering = {p for p, prefix in groups.items() if group_prefix(owner).startswith(prefix)}
    assert covering == {f"User:{owner}"} | ({"User:so-ha-noi"} if owner == "so-ha-noi.door" else set())


def test_only_the_door_of_a_so_writes_its_commands() -> None:
    """Beside it only its own scheduler of windows writes commands; and a Sở reads no other Sở's topics."""
    for topic in EVERY:
        if kind(topic) in ("command", "register"):
            scheduler = (topic.owner,) if kind(topic) == "command" else ()
            assert topic.written_by == (f"{topic.owner}.door", *scheduler)
        if topic.owner != "bo":
            assert {r.removesuffix(".door") for r in topic.read_by} <= {topic.owner, "bo"}


def _said(principal: str, operation: str, so: str) -> str:
    """Name the topics that a principal may write or read as the operator's page does."""
    names = {
        acl.name.removeprefix("hocba.").removeprefix(f"so-{so}.").removesuffix(".v1")
        for acl in acls([so])
        if acl.principal == f"User:{principal}" and acl.resource == "TOPIC" and operation in acl.operations
    }
    return ", ".join(f"`{name}`" for name in sorted(names))


def test_rights_of_the_operators_page_are_those_of_the_brokers() -> None:
    """docs/operations.md names each topic that a principal writes and reads, as the generated rights do."""
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    for principal in ("so-<so>.door", "so-<so>", "bo"):
        one = principal.replace("<so>", "ha-noi")
        written, read = (_said(one, operation, "ha-noi") for operation in ("WRITE", "READ"))
        assert f"| `{principal}` | write {written}; read {read} |" in page
