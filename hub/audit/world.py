"""Everything that one audit looks at, read once and kept small."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from hub.audit import names
from hub.audit.facts import command_fact, digest_of, fact_of
from hub.audit.handling import Handling
from hub.audit.signatures import Register, register_of
from hub.audit.sources import Line, Log, Record, Row, Rows

__all__ = ["Stood", "World"]


class Stood(NamedTuple):
    """One record that stands in a topic. `message_id` is its ce_id; `digest` is over key and value.

    `redriven` is the quarantine entry that it says it comes from, "" for the many that say nothing.
    """

    part: int
    offset: int
    message_id: str
    key: bytes | None
    digest: bytes
    at_ms: int
    fact: Any
    redriven: str = ""


@dataclass
class World:
    """Sources, and what was read from them. `journal` is asked for anew each time it is read."""

    slugs: Sequence[str]
    so: Mapping[str, Rows]
    bo: Rows
    log: Log
    journal: Callable[[], Iterable[Line]]
    taken_at_ms: int = 2**62  # a message younger than the tables cannot be explained by them
    slip_key: bytes | None = field(default=None, repr=False)  # of Bộ's commitments; None: they are not worked out
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

    @cached_property
    def parked(self) -> Mapping[str, frozenset[Row]]:
        """By owner, the (stage, topic, part, offset) of what waits aside with its school."""
        return {owner: frozenset(rows.rows("parked_places")) for owner, rows in self.owners}

    @cached_property
    def entries(self) -> Mapping[str, tuple[datetime, bool]]:
        """By name (owner/stage/topic/part/offset): first time of receipt of a quarantined record, asked for again."""
        return {
            f"{owner}/{stage}/{topic}/{part}/{offset}": (at, asked)
            for owner, rows in self.owners
            for stage, topic, part, offset, at, asked in rows.rows("quarantine_entries")
        }

    @cached_property
    def new_logs(self) -> Mapping[str, tuple[datetime, Mapping[str, int]]]:
        """By owner, when it began again on a new log, and the version of each register then; absent for most."""
        found = ((owner, next(rows.rows("new_log"), None)) for owner, rows in self.owners)
        return {owner: (row[0], row[1] or {}) for owner, row in found if row is not None}

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
            began = self.new_logs.get(f"so-{so}")
            since = None if began is None else began[0]
            self._handling[so] = Handling(topic, self.so[so].rows("inbox_places"), places, self.stood(topic), since)
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
        named = _text(headers.get(_REDRIVEN))
        return Stood(record.part, record.offset, message_id, record.key, digest, record.at_ms, fact, named)


_REDRIVEN = "hub-redriven"
_CONTEXTS = ("__connect.errors.", "hub.error.")  # the second one in messages of the hub's first version


def _quarantine_id(headers: Mapping[str, bytes | None]) -> str:
    """Return the id of a dead letter; of headers that occur twice the last one is the hub's."""
    prefix = _CONTEXTS[0] if f"{_CONTEXTS[0]}stage" in headers else _CONTEXTS[1]
    return ".".join(_text(headers.get(f"{prefix}{name}")) for name in ("stage", "topic", "partition", "offset"))


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")
