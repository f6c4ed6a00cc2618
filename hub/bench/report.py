"""The head of every report: what was measured, on what, with which versions and settings."""

from typing import Any

from hub.bench.ground import SO_DATABASE, Ground
from hub.bench.machine import load_average, machine, versions
from hub.bench.queries import queries

__all__ = ["SCHEMA_VERSION", "heading", "settings_of"]

SCHEMA_VERSION = 1  # of the JSON: rises when a field changes its meaning
_SETTINGS = (
    "fsync", "synchronous_commit", "full_page_writes", "wal_compression", "shared_buffers", "max_wal_size",
    "data_checksums", "autovacuum",
)  # fmt: skip


def heading(bench: str) -> dict[str, Any]:
    """Return what every report begins with; the load is that of before."""
    return {
        "bench": bench,
        "schema": SCHEMA_VERSION,
        "machine": machine(),
        "versions": versions(),
        "load_before": load_average(),
    }


def settings_of(ground: Ground) -> dict[str, Any]:
    """Ask the database server what is switched on; the sender's guarantees stand in hub.kafka.producer."""
    with ground.administrator(SO_DATABASE) as connection:
        found = {name: _text(connection.execute(queries()["setting"], (name,)).fetchone()) for name in _SETTINGS}
        server = _text(connection.execute(queries()["server_version"]).fetchone())
    return {
        "acks": "all",
        "idempotent_producer": True,
        "brokers": 1,
        "replicas": 1,
        "signatures_verified": True,
        "postgresql": found | {"version": server},
        "load_after": load_average(),
    }


def _text(row: tuple[Any, ...] | None) -> str:
    return str(row[0]) if row is not None else ""
