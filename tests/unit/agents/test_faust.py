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
from faust.events import Event
from faust.transport.consumer import Consumer
from faust.transport.producer import ProducerBuffer
from faust.types.tuples import TP, ConsumerMessage
from intervaltree import IntervalTree

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
