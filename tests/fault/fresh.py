"""Fresh stores for every run on servers that stay: databases copied from migrated ones, topics made again."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from psycopg import sql

from hub.kafka import create_missing
from hub.local.organisations import ADMINISTRATOR, Organisations
from hub.local.postgres import Postgres
from hub.topics import Topic

__all__ = ["administrator", "keep_as_template", "renew"]

_PATIENCE_S = 60.0
_TIMEOUT_S = 15


def administrator(postgres: Postgres, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
    """Open a superuser's connection."""
    url = Organisations(postgres.port, postgres.passwords).url(ADMINISTRATOR, database)
    return psycopg.connect(url, autocommit=True, connect_timeout=_TIMEOUT_S)


def keep_as_template(postgres: Postgres, databases: Sequence[str]) -> None:
    """Put migrated, empty databases aside under the name `<name>_template`."""
    with administrator(postgres) as connection:
        for name in databases:
            before, after = sql.Identifier(name), sql.Identifier(f"{name}_template")
            connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(before, after))


def renew(postgres: Postgres, databases: Sequence[str], bootstrap: str, topics: Sequence[Topic]) -> None:
    """Make databases and topics as they were before the first message."""
    with ThreadPoolExecutor(2, "fresh") as pool:
        done = [pool.submit(_databases, postgres, databases), pool.submit(_topics, bootstrap, topics)]
        for work in done:
            work.result()


def _databases(postgres: Postgres, names: Sequence[str]) -> None:
    with administrator(postgres) as connection:
        for name in names:
            database, template = sql.Identifier(name), sql.Identifier(f"{name}_template")
            owner = sql.Identifier(f"{name}_owner")
            for statement in (
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database),
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(database, owner, template),
                sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database),
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(database, owner, database),
            ):
                connection.execute(statement)


def _topics(bootstrap: str, topics: Sequence[Topic]) -> None:
    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    names = {topic.name for topic in topics}
    deadline = time.monotonic() + _PATIENCE_S
    while there := names & client.list_topics(timeout=_TIMEOUT_S).topics.keys():
        assert time.monotonic() < deadline, f"topics stay: {sorted(there)}"
        for answer in client.delete_topics(sorted(there), operation_timeout=_TIMEOUT_S).values():
            try:
                answer.result(_TIMEOUT_S)
            except KafkaException:  # gone already, or asked again: the list decides
                time.sleep(0.05)
    create_missing(bootstrap, topics)
