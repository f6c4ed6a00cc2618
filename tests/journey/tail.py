"""A topic read from its beginning, as any stock client would read it, and waited upon."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from hub.errors import Refused
from hub.schemas import Message, decode
from hub.topics import Topic

__all__ = ["Seen", "Tail"]

_PATIENCE_S = 30.0
_POLL_S = 0.05


@dataclass(frozen=True)
class Seen:
    """One record as it stands in the topic."""

    part: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    def decoded(self, topic: Topic) -> Message:
        """Decode the value as a message of its topic."""
        return decode(self.value, topic.messages)

    def value_in(self, topic: Topic) -> dict[str, Any]:
        """Return the value of a message; {} for garbage and tombstones, which others try out in the same topic."""
        try:
            return self.decoded(topic).value
        except Refused:
            return {}


class Tail:
    """Keeps every record of one topic; `until` reads on for as long as it takes, with an end to patience."""

    def __init__(self, bootstrap: str, topic: Topic) -> None:
        self.topic, self.records = topic, list[Seen]()
        self._consumer: Any = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": f"tests.{topic.name}",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 20,
                "log_level": 0,
            }
        )
        self._consumer.assign([TopicPartition(topic.name, part, 0) for part in range(topic.partitions)])

    def close(self) -> None:
        """Give the connection back."""
        self._consumer.close()

    def read(self, timeout_s: float = _POLL_S) -> None:
        """Take what is there now."""
        for message in self._consumer.consume(500, timeout_s):
            assert message.error() is None, message.error()
            place = (message.partition(), message.offset(), message.key(), message.value())
            self.records.append(Seen(*place, _headers(message)))

    def until(self, what: str, wanted: Callable[[Seen], bool], patience_s: float = _PATIENCE_S) -> Seen:
        """Return the first record that is wanted. Fails when it does not come."""
        deadline, looked_at = time.monotonic() + patience_s, 0
        while time.monotonic() < deadline:
            for record in self.records[looked_at:]:
                looked_at += 1
                if wanted(record):
                    return record
            self.read()
        raise AssertionError(f"not in {self.topic.name} after {patience_s:.0f} s: {what}")

    def all_to(self, ends: dict[tuple[str, int], int], patience_s: float = _PATIENCE_S) -> list[Seen]:
        """Return everything up to these ends."""
        deadline = time.monotonic() + patience_s
        while sum(end for (topic, _), end in ends.items() if topic == self.topic.name) > self._seen_count():
            assert time.monotonic() < deadline, f"{self.topic.name} is not read to its end"
            self.read()
        return list(self.records)

    def _seen_count(self) -> int:
        last: dict[int, int] = {}
        for record in self.records:
            last[record.part] = record.offset + 1
        return sum(last.values())


def _headers(message: Any) -> tuple[tuple[str, bytes], ...]:
    """Return the headers; none where this client cannot read their names, as bad input elsewhere in the session has."""
    try:
        return tuple((name, bytes(value or b"")) for name, value in message.headers() or ())
    except UnicodeDecodeError:
        return ()
