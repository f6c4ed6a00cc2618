"""The embedded servers: they answer, survive kill -9, keep organisations apart, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from hub.errors import Unavailable
from hub.kafka import admin
from hub.local import Addresses, Servers, Urls
from hub.topics import command, every_topic, of_bo, receipt

HUB = """
import sys, time
from pathlib import Path
from hub.local import Servers
with Servers(Path(sys.argv[1]), Path(sys.argv[2])) as servers:
    print(servers.kafka.pid, servers.postgres.pid, flush=True)
    time.sleep(300)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder of its own, which the database's user can reach."""
    with tempfile.TemporaryDirectory(prefix="hub-servers-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        yield Path(made) / "data"


def _send(bootstrap: str, topic: str, value: bytes) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "log_level": 0})
    producer.produce(topic, value, partition=0)
    assert producer.flush(30) == 0


def _read_first(bootstrap: str, topic: str) -> bytes:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "log_level": 0})
    consumer.assign([TopicPartition(topic, 0, 0)])
    message = consumer.poll(30)
    consumer.close()
    assert message is not None
    return bytes(message.value() or b"")


def _says(url: str | None, query: str) -> object:
    assert url is not None
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def _elsewhere(url: str, database: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{database}"


def _processes_with(text: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if text.encode() in line:
                found.append(entry.name)
    return found


def test_servers_answer(servers: Servers) -> None:
    """The broker knows its cluster and the database is PostgreSQL 18."""
    assert admin.cluster_id(servers.bootstrap) == admin.cluster_id(servers.bootstrap)
    assert str(_says(servers.bo_urls().worker_url, "SHOW server_version")).startswith("18.")


def test_database_confirms_only_what_is_on_the_disk(servers: Servers) -> None:
    """What the hub's promise rests on is not switched off for speed."""
    url = servers.bo_urls().worker_url
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert _says(url, f"SHOW {setting}") == "on"


def test_topics_are_made_as_declared(servers: Servers) -> None:
    """What is declared in hub.topics is what the broker has; making them again makes nothing."""
    declared = every_topic(("khanh-hoa",))
    admin.create_missing(servers.bootstrap, declared)
    assert admin.create_missing(servers.bootstrap, declared) == ()
    assert admin.differences(servers.bootstrap, declared) == []
    ids = admin.topic_ids(servers.bootstrap, [topic.name for topic in declared])
    assert len(set(ids.values())) == len(declared)


def test_drift_of_a_topic_is_named(servers: Servers) -> None:
    """A topic that somebody made otherwise, or did not make, is reported line by line."""
    made = command("hai-phong")
    admin.create_missing(servers.bootstrap, [replace(made, partitions=3, append_time=False)])
    assert admin.differences(servers.bootstrap, [made, receipt("hai-phong")]) == [
        "hocba.so-hai-phong.receipt.v1: missing",
        "hocba.so-hai-phong.command.v1: partitions is 3, declared 8",
        "hocba.so-hai-phong.command.v1: message.timestamp.type is CreateTime, declared LogAppendTime",
    ]


def test_id_of_a_missing_topic_is_an_error_with_a_code(servers: Servers) -> None:
    """A worker that starts before its topics hears which one is missing."""
    with pytest.raises(Unavailable) as missing:
        admin.topic_ids(servers.bootstrap, ["hocba.so-none.command.v1"])
    assert missing.value.code == "TOPIC_MISSING"
    assert missing.value.facts["topic"] == "hocba.so-none.command.v1"


def test_offsets_and_members_are_those_of_the_broker(servers: Servers) -> None:
    """The end moves with each message, and a group's members show what they read."""
    (topic,) = (t for t in of_bo(()) if t.name == "hocba.bo.receipt.v1")
    admin.create_missing(servers.bootstrap, [topic])
    end = admin.end_offsets(servers.bootstrap, [(topic.name, 0)])[topic.name, 0]
    _send(servers.bootstrap, topic.name, b"one")
    assert admin.end_offsets(servers.bootstrap, [(topic.name, 0)]) == {(topic.name, 0): end + 1}
    consumer = Consumer(
        {"bootstrap.servers": servers.bootstrap, "group.id": "hocba.bo.test", "client.id": "me", "log_level": 0}
    )
    consumer.subscribe([topic.name])
    deadline = time.monotonic() + 30
    while not consumer.assignment() and time.monotonic() < deadline:
        consumer.poll(0.2)
    members = admin.group_members(servers.bootstrap, ["hocba.bo.test", "hocba.bo.none"])
    consumer.close()
    assert members["hocba.bo.none"] == ()
    assert [(m.client_id, m.partitions) for m in members["hocba.bo.test"]] == [("me", ((topic.name, 0),))]


def test_broker_that_is_not_there_is_unavailable() -> None:
    """A wrong address is answered within the time limit, with a code."""
    with pytest.raises(Unavailable) as away:
        admin.cluster_id("127.0.0.1:1", timeout_s=0.5)
    assert away.value.code == "BROKER_UNREACHABLE"


def test_worker_opens_its_own_database_and_no_other(servers: Servers) -> None:
    """No worker, and no owner either, can open another organisation's database or the server's own."""
    urls = {"so_ha_noi": servers.so_urls("ha-noi"), "so_nghe_an": servers.so_urls("nghe-an"), "bo": servers.bo_urls()}
    for name, own in urls.items():
        for url in (own.worker_url, own.owner_url or ""):
            assert _says(url, "SELECT current_database()") == name
            for other in [*(urls.keys() - {name}), "postgres", "template1"]:
                with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                    _says(_elsewhere(url, other), "SELECT 1")


def test_worker_owns_nothing_and_can_make_nothing(servers: Servers) -> None:
    """A worker has no table, database or schema of its own and may not make one, not even a temporary one."""
    url = servers.so_urls("ha-noi").worker_url
    for catalogue, column in (("pg_class", "relowner"), ("pg_database", "datdba"), ("pg_namespace", "nspowner")):
        assert _says(url, f"SELECT count(*) FROM {catalogue} WHERE {column} = current_user::regrole") == 0
    for statement in ("CREATE TABLE t (n int)", "CREATE TEMP TABLE t (n int)", "CREATE SCHEMA s"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            _says(url, statement)
    assert (
        _says(url, "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname=current_user") is False
    )


def test_worker_needs_its_own_password(servers: Servers) -> None:
    """The password of one organisation opens nothing for another's role."""
    ha_noi, bo = servers.so_urls("ha-noi").worker_url, servers.bo_urls().worker_url
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        _says(ha_noi.replace("//so_ha_noi:", "//bo:").replace("/so_ha_noi", "/bo"), "SELECT 1")
    assert _says(bo, "SELECT current_user") == "bo"


def test_urls_of_an_organisation_stay_the_same(servers: Servers) -> None:
    """Asking again makes nothing anew."""
    assert _pair(servers.so_urls("ha-noi")) == _pair(servers.so_urls("ha-noi"))


def _pair(urls: Urls) -> tuple[str, str | None]:
    return urls.worker_url, urls.owner_url


def test_database_keeps_what_it_confirmed_when_killed(servers: Servers) -> None:
    """Attacks "nothing lost": kill -9 of PostgreSQL, restart on the same data and the same port."""
    assert servers.postgres is not None
    owner = servers.so_urls("tien-giang").owner_url
    assert owner is not None
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 41 + 1 AS answer")
    servers.postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        _says(owner, "SELECT 1")
    servers.postgres.start()
    servers.postgres.wait_until_ready()
    assert _says(owner, "SELECT answer FROM kept") == 42


def test_broker_keeps_what_it_confirmed_when_killed(servers: Servers) -> None:
    """Attacks "nothing lost": kill -9 of Kafka, restart on the same data and the same port."""
    assert servers.kafka is not None
    topic = command("dong-thap")
    admin.create_missing(servers.bootstrap, [topic])
    before = admin.topic_ids(servers.bootstrap, [topic.name])
    _send(servers.bootstrap, topic.name, b"kept")
    servers.kafka.kill()
    with pytest.raises(Unavailable):
        admin.cluster_id(servers.bootstrap, timeout_s=1)
    servers.kafka.start()
    servers.kafka.wait_until_ready()
    assert admin.topic_ids(servers.bootstrap, [topic.name]) == before
    assert _read_first(servers.bootstrap, topic.name) == b"kept"


def test_second_hub_is_kept_off_the_data_folder_or_joins(servers: Servers, cache: Path) -> None:
    """Two hubs never run on one folder; a short command may use the servers of the first."""
    data = servers._data
    with pytest.raises(Unavailable) as refused, Servers(data, cache):
        pass
    assert refused.value.code == "DATA_FOLDER_IN_USE"
    assert refused.value.facts["pid"] == str(os.getpid())
    with Servers(data, cache, join=True) as joined:
        assert joined.bootstrap == servers.bootstrap
        assert _pair(joined.so_urls("ha-noi")) == _pair(servers.so_urls("ha-noi"))
    assert admin.cluster_id(servers.bootstrap)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.long),
        pytest.param(signal.SIGTERM, marks=pytest.mark.long),
        signal.SIGKILL,
    ],
)
def test_hub_that_ends_leaves_no_process_and_its_data_starts_again(
    folder: Path, cache: Path, end: signal.Signals
) -> None:
    """Ctrl-C, SIGTERM and a crash: both servers are gone soon after, and the data folder starts again."""
    with subprocess.Popen(
        [sys.executable, "-c", HUB, str(folder), str(cache)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as hub:
        assert hub.stdout is not None
        assert len(hub.stdout.readline().split()) == 2
        assert _processes_with(str(folder))
        hub.send_signal(end)
        hub.wait(40)
    if end is not signal.SIGKILL:
        assert _processes_with(str(folder)) == []
    with Servers(folder, cache, Addresses(kafka_bootstrap="not.used:1")) as again:
        assert _says(again.bo_urls().worker_url, "SELECT 1") == 1
    deadline = time.monotonic() + 30
    while _processes_with(str(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _processes_with(str(folder)) == []
