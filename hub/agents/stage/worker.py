"""The Faust side of a stage: subscription, delivery, acknowledgement as a hint, and the end of the process.

What Faust is not trusted with stays out: no tables, sinks, leader, declared topics or web server; raw bytes;
`noack_take`, because every other form acknowledges even when the agent raises.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import faust
import structlog

from hub.agents.stage.consuming import AwakeTransport
from hub.agents.stage.loop import Loop
from hub.agents.stage.record import Record
from hub.errors import HubError
from hub.kafka.times import instant_of
from hub.topics import MESSAGE_BYTES_MAX

__all__ = ["EXIT_BEHIND", "EXIT_FATAL", "EXIT_NO_PROGRESS", "fatal", "faust_app"]

_log = structlog.get_logger()
EXIT_FATAL = 75  # whoever runs the worker starts it again
EXIT_NO_PROGRESS = 76  # the same, for one that stood still
EXIT_BEHIND = 77  # a person is needed first: `hub recover`
_EXITS = {"NO_PROGRESS": EXIT_NO_PROGRESS, "DATABASE_BEHIND": EXIT_BEHIND}
_BATCH_RECORDS_MAX = 50
_BATCH_BYTES_MAX = 8 * MESSAGE_BYTES_MAX  # a batch unpacks to some ten times as much
_BATCH_WITHIN_S = 0.05


def fatal(stage: str, error: BaseException) -> NoReturn:
    """End the process, not the agent: Faust would restart the agent behind the failed record."""
    facts = error.facts if isinstance(error, HubError) else {"error": type(error).__name__}
    code = error.code if isinstance(error, HubError) else "UNEXPECTED"
    _log.critical("worker_stops", stage=stage, code=code, exc_info=not isinstance(error, HubError), **_safe(facts))
    os._exit(_EXITS.get(code, EXIT_FATAL))


def _safe(facts: dict[str, str]) -> dict[str, str]:
    return {f"fact_{name}": value for name, value in facts.items()}


def faust_app(loop: Loop, group: str, slot: str, bootstrap: str) -> Any:
    """Build the Faust app of one stage. `group` is the consumer group, `slot` a stable name of this process in it."""
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        consumer_group_instance_id=f"{group}-{slot}",
        broker_client_id=f"{group}-{slot}",
        store="memory://",
        datadir=Path(tempfile.gettempdir()) / f"hub-faust-{os.getuid()}",  # it wants one, and keeps nothing there
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        stream_wait_empty=False,
        stream_buffer_maxsize=32,  # records may be a megabyte each
        consumer_auto_offset_reset="earliest",
        broker_commit_interval=1.0,
        broker_session_timeout=6.0,
        broker_heartbeat_interval=1.5,
        broker_request_timeout=30.0,
        broker_max_poll_records=32,
        consumer_max_fetch_size=262_144,  # partitions take turns by what was fetched of each: shorter turns
        producer_request_timeout=30.0,
        consumer_metadata_max_age_ms=3_000,  # without its topic a member is content with no partitions: look again soon
        key_serializer="raw",
        value_serializer="raw",
    )
    app.transport = AwakeTransport(app.conf.broker_consumer, app)
    topic = app.topic(
        *(t.name for t in loop.stage.topics), key_type=bytes, value_type=bytes, key_serializer="raw",
        value_serializer="raw", allow_empty=True,
    )  # fmt: skip
    app.on_partitions_assigned.connect(_assigned(loop), weak=False)
    app.agent(topic, name=loop.stage.name, concurrency=1)(_agent(loop))
    return app


def _assigned(loop: Loop) -> Any:
    async def on_assigned(_: Any, assigned: Any, **__: Any) -> None:
        loop.assign((place.topic, place.partition) for place in assigned)

    return on_assigned


def _agent(loop: Loop) -> Any:
    async def agent(stream: Any) -> None:
        async for events in stream.noack_take(_BATCH_RECORDS_MAX, within=_BATCH_WITHIN_S):
            try:
                for batch in _in_batches(_records(events)):
                    await loop.handle(batch)
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                fatal(loop.stage.name, error)
            for event in events:
                await stream.ack(event)  # a hint for lag tools, nothing more

    return agent


def _in_batches(records: Sequence[Record]) -> Iterator[list[Record]]:
    """Cut what was delivered where it grows too large for the memory of a worker."""
    batch, size = list[Record](), 0
    for record in records:
        batch.append(record)
        size += len(record.value or b"")
        if size >= _BATCH_BYTES_MAX:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _records(events: Sequence[Any]) -> list[Record]:
    return [_record(event.message) for event in events]


def _record(message: Any) -> Record:
    headers = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return Record(
        message.topic,
        message.partition,
        message.offset,
        message.key,
        message.value,
        tuple((name, None if value is None else bytes(value)) for name, value in headers),
        instant_of(round(message.timestamp * 1000)),
        message.timestamp_type == 1,
    )
