"""Everything that one audit looks at, read once and kept small."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from hub.audit import names
from hub.audit.facts import command_fact, digest_of, fact_of
from hub.audit.handling import Handling
from hub.audit.signatures import Register, register_of
from hub.audit.sources import Line, Log, Record, Row, Rows

__all__ = ["Stood", "World"]


class Stood(NamedTuple):
    """One record that stands in a topic. `message_id` is its ce_id; `digest` is over key and value."""

    part: int
    offset: int
    message_id: str
    key: bytes | None
    digest: bytes
    at_ms: int
    fact: Any


@dataclass
class World:
    """Sources, and what was read from them. `journal` is asked for anew each time it is read."""

    slugs: Sequence[str]
    so: Mapping[str, Rows]
    bo: Rows
    log: Log
    journal: Callable[[], Iterable[Line]]
    taken_at_ms: int = 2**62  # a message younger than the tables cannot be explained by them
    _stood: dict[str, list[Stood]] = field(default_factory=dict)
    _extents: dict[str, Mapping[int, tuple[int, int]]] = field(default_factory=dict)
    _handling: dict[str, Handling] = field(default_factory=dict)

    @property
    def owners(self) -> Iterator[tuple[str, Rows]]:
        """Yield ("so-<slug>" or "bo", tables) of every organisation."""
        for so in self.slugs:
            yield f"so-{so}", self.so[so]
        yield "bo", self.bo

    @cached_property
    def registers(self) -> Mapping[str, Register]:
        """The register of each Sở as its own database has it."""
        return {so: register_of(self.so[so].rows("register_statements")) for so in self.slugs}

    @cached_property
    def quarantined(self) -> Mapping[str, frozenset[Row]]:
        """By owner, the (stage, topic, part, offset) of what stands in quarantine."""
        return {owner: frozenset(rows.rows("quarantine_places")) for owner, rows in self.owners}

    def extent(self, topic: str) -> Mapping[int, tuple[int, int]]:
        """Return [start, end) of each partition of a topic."""
        if topic not in self._extents:
            self._extents[topic] = self.log.extent(topic)
        return self._extents[topic]

    def stood(self, topic: str) -> list[Stood]:
        """Return what stands in a topic; it is read once."""
        if topic not in self._stood:
            self.extent(topic)
            self._stood[topic] = [self._stand(record) for record in self.log.records(topic)]
        return self._stood[topic]

    def handling(self, so: str) -> Handling:
        """Return what became of each record of a Sở's command topic."""
        if so not in self._handling:
            topic = names.command(so)
            places = {place[1:] for place in self.quarantined[f"so-{so}"] if place[0] == "validate"}
            self._handling[so] = Handling(topic, self.so[so].rows("inbox_places"), places, self.stood(topic))
        return self._handling[so]

    def _stand(self, record: Record) -> Stood:
        family = names.family(record.topic)
        headers = dict(record.headers)
        register = self.registers.get(record.topic.split(".")[1].removeprefix("so-"))
        if family == "command":
            owner = record.topic.split(".")[1]
            fact: Any = command_fact(
                record, ("validate", record.topic, record.part, record.offset) in self.quarantined.get(owner, ())
            )
        else:
            fact = fact_of(family, record, register)
        message_id = _quarantine_id(headers) if family == "quarantine" else _text(headers.get("ce_id"))
        digest = digest_of(record.key, record.value)
        return Stood(record.part, record.offset, message_id, record.key, digest, record.at_ms, fact)


def _quarantine_id(headers: Mapping[str, bytes | None]) -> str:
    named = ("stage", "topic", "partition", "offset")
    return ".".join(_text(headers.get(f"hub.error.{name}")) for name in named)


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")
