"""What the pinned Faust does that the loop must not rest on. A test that fails here says: look at the design again.

Each of them runs in milliseconds without a broker; none of them is a promise of ours.
"""

import asyncio
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.assignor.partition_assignor import PartitionAssignor
from faust.cli.worker import worker
from faust.events import Event
from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import Producer
from faust.transport.producer import ProducerBuffer
from faust.types.tuples import TP, ConsumerMessage
from intervaltree import IntervalTree

from hub.agents.stage.consuming import AwakeTransport

PLACE = TP("topic", 0)


def new_offset(committed: int | None, acked: list[int]) -> int | None:
    """Ask Faust which offset it would commit."""
    state = SimpleNamespace(
        _acked={PLACE: acked},
        _acked_index={PLACE: set(acked)},
        _gap={PLACE: IntervalTree()},
        _committed_offset={PLACE: committed},
    )
    return Consumer._new_offset(state, PLACE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("committed", "acked", "commits"),
    [(2585, [2586, 2587, 2588, 2589], 2590), (None, [1, 2, 3, 4], 5), (0, [3, 4], 5)],
)
def test_faust_commits_past_a_message_in_flight(committed: int | None, acked: list[int], commits: int) -> None:
    """Offsets 2585, 0 and 0 to 2 were never acknowledged: so the Kafka commit is a hint, the position the truth."""
    assert new_offset(committed, acked) == commits


def test_faust_waits_only_for_a_gap_of_two() -> None:
    """The one case that it does see."""
    assert new_offset(10, [12]) is None


async def acked_when_the_agent_raises(form: Callable[[Any], Any]) -> list[int]:
    """Return which of three messages Faust takes for done when the agent raises at the first batch or value."""
    app = faust.App(
        "test", broker="kafka://127.0.0.1:1", store="memory://", web_enabled=False, loop=asyncio.get_running_loop()
    )
    app._consumer = SimpleNamespace(unacked=set(), _unacked_messages=set(), ack=_noted)  # type: ignore[assignment]
    app.flow_control.resume()
    channel = app.channel(maxsize=10)
    stream = app.stream(channel)
    delivered = form(stream)
    first = asyncio.ensure_future(anext(delivered))
    while not first.done() and not channel._subscribers:
        await asyncio.sleep(0)
    messages = [_message(app, n) for n in range(3)]
    for message in messages:
        await channel.put(Event(app, b"key", b"value", {}, message))
    await asyncio.wait_for(first, 5)
    with pytest.raises(KeyError):
        await delivered.athrow(KeyError)
    done = [message.offset for message in messages if message.acked]
    await stream.stop()
    return done


def _noted(message: ConsumerMessage) -> bool:
    message.acked = True
    return True


def _message(app: Any, offset: int) -> ConsumerMessage:
    message = ConsumerMessage("topic", 0, offset, 0.0, 1, (), b"key", b"value", None, tp=PLACE)
    message.incref(1)
    message.generation_id = app.consumer_generation_id
    return message


@pytest.mark.parametrize(
    ("form", "done"),
    [
        (lambda stream: stream.take(3, within=1), [0, 1, 2]),
        (aiter, [0]),
        (lambda stream: stream.noack_take(3, within=1), []),
    ],
)
def test_faust_acknowledges_what_an_agent_raised_on_except_in_noack_take(
    form: Callable[[Any], Any], done: list[int]
) -> None:
    """So the worker reads with `noack_take` and acknowledges after the transaction."""
    assert asyncio.run(acked_when_the_agent_raises(form)) == done


def test_faust_flush_gives_up_after_a_tenth_of_a_second() -> None:
    """So nothing of ours is sent through Faust's buffer."""

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    async def flush() -> tuple[float, int]:
        buffer = ProducerBuffer()
        buffer.app = SimpleNamespace(conf=SimpleNamespace(producer_threaded=False))  # type: ignore[assignment]
        for _ in range(5):
            buffer.put(SimpleNamespace(message=SimpleNamespace(channel=SimpleNamespace(publish_message=never))))  # type: ignore[arg-type]
        await buffer.start()
        started = time.monotonic()
        await buffer.flush()
        took_s, left = time.monotonic() - started, buffer.size
        buffer.pending = asyncio.Queue()
        await buffer.stop()
        return took_s, left

    took_s, left = asyncio.run(flush())
    assert left >= 4
    assert took_s < 5  # it does not wait for what cannot be sent


def test_faust_takes_a_committed_offset_of_zero_for_none() -> None:
    """One of the three ways into the holes above."""

    async def seek() -> Any:
        state = SimpleNamespace(_read_offset={}, _committed_offset={}, seek_to_committed=committed)
        await Consumer.perform_seek(state)  # type: ignore[arg-type]
        return state

    async def committed() -> dict[TP, int]:
        return {PLACE: 0}

    state = asyncio.run(seek())
    assert (state._committed_offset, state._read_offset) == ({PLACE: None}, {PLACE: 0})


def test_faust_only_logs_a_send_that_failed(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever does not await each result never hears of it: so the relay has a producer of its own."""

    async def send() -> bool:
        app = a_faust_app()
        message: Any = SimpleNamespace(
            message=SimpleNamespace(channel=app.topic("topic")), set_exception=lambda _: None
        )
        failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        failed.set_exception(KeyError("gone"))
        app.topic("topic")._on_published(failed, message, SimpleNamespace(), None)
        return True

    assert asyncio.run(send())
    assert any("_on_published error" in record.getMessage() for record in caplog.records)


def test_faust_takes_a_commit_without_its_transaction_for_done(caplog: pytest.LogCaptureFixture) -> None:
    """With exactly_once the caller goes on as if the offsets were committed: it is never turned on."""
    state = SimpleNamespace(_transaction_producers={}, _trn_locks={"id": asyncio.Lock()})
    asyncio.run(Producer.commit_transactions(state, {"id": {PLACE: 5}}, "group"))  # type: ignore[arg-type]
    assert any("unknown transaction" in record.getMessage() for record in caplog.records)


def test_faust_sends_without_idempotence_and_waits_twenty_minutes() -> None:
    """And makes topics with one replica of their own accord."""

    async def defaults() -> tuple[float, int, Any]:
        app = a_faust_app()
        extra = Producer._settings_extra(SimpleNamespace(app=app))  # type: ignore[arg-type]
        return app.conf.producer_request_timeout, app.conf.topic_replication_factor, dict(extra)

    assert asyncio.run(defaults()) == (1200.0, 1, {})


def test_faust_ignores_a_topic_that_is_missing() -> None:
    """The worker stays up with nothing to do: so topics are awaited before it starts."""
    cluster = SimpleNamespace(partitions_for_topic=lambda _: None)
    assert PartitionAssignor._get_copartitioned_groups({"topic"}, cluster, {"client": ["topic"]}) == {}  # type: ignore[arg-type]


def test_faust_worker_turns_the_web_server_on_again() -> None:
    """On every address, whatever the app says: so its command line is not used."""
    app = SimpleNamespace(conf=SimpleNamespace(web_enabled=False))
    usual = {p.name: p.default for option in worker.options for p in _declared(option)}
    chosen = dict.fromkeys(("web_port", "web_bind", "web_host", "web_transport"))
    worker._init_worker_options(SimpleNamespace(app=app), with_web=usual["with_web"], **chosen)  # type: ignore[arg-type]
    assert app.conf.web_enabled is True


def a_faust_app() -> Any:
    return faust.App("test", broker="kafka://127.0.0.1:1", store="memory://", loop=asyncio.get_running_loop())


def _declared(option: Callable[[Any], Any]) -> list[Any]:
    """Return what a click option declares."""

    def command() -> None:
        return

    option(command)
    return list(getattr(command, "__click_params__", []))


def wait_of(consumer: type[Consumer]) -> float:
    """Return how long a consumer with all its partitions held back waits before it looks again, in seconds."""

    async def waited() -> float:
        state = SimpleNamespace(
            flow_active=True,
            app=SimpleNamespace(client_only=False),
            not_waiting_next_records=asyncio.Event(),
            sleep=asyncio.sleep,
            _get_active_partitions=set,
        )
        began = time.monotonic()
        records, _ = await consumer._wait_next_records(state, 1.0)  # type: ignore[arg-type]
        assert not records
        return time.monotonic() - began

    return asyncio.run(waited())


def test_faust_sleeps_a_second_while_its_buffer_is_full() -> None:
    """So a stage with one partition would rest for most of each second of a backlog; ours looks again soon."""
    assert wait_of(Consumer) > 0.9
    assert wait_of(AwakeTransport.Consumer) < 0.5
