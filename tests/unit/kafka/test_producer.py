"""Sending: what the client library does not take as it is."""

import asyncio
from typing import Any

import pytest

from hub.kafka.producer import Sender, Sending


class _Producer:
    """Takes what the real one takes: a record has a key or a value."""

    def __init__(self) -> None:
        self.values: list[bytes | None] = []

    async def send(self, topic: str, value: bytes | None, key: bytes | None, **_: Any) -> Any:
        assert not (value is None and key is None)
        self.values.append(value)
        place: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        place.set_result(type("Place", (), {"partition": 0, "offset": len(self.values) - 1}))
        return place


@pytest.mark.parametrize(("key", "value", "sent"), [(None, None, b""), (b"k", None, None), (None, b"v", b"v")])
def test_sender_sends_a_record_without_key_and_value(
    key: bytes | None, value: bytes | None, sent: bytes | None
) -> None:
    """A quarantined record may be such a one; the relay must not stop for it."""
    sender, producer = Sender("127.0.0.1:1"), _Producer()
    sender._producer = producer
    assert asyncio.run(sender.send([Sending("t", key, value)])) == [(0, 0)]
    assert producer.values == [sent]
