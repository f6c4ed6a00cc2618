"""One running connector: its state, its system, its door to Sở; what every step is given."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from hub.connect.door import Door
from hub.connect.instance import Instance
from hub.connect.store import Store
from hub.connect.transfer_settings import Receivers, receivers_of
from hub.connectors.sdk import Connector, Loss, Opened, Sink, Source
from hub.domain.transcript import School, Transcript
from hub.errors import HubError, Refused

__all__ = ["REASON_DEFAULTED", "Run", "check_cluster"]

_WAITING_RECORDS = 5_000
_PAGE_RECORDS = 200
_NO_FACTS: Mapping[str, str] = MappingProxyType({})
REASON_DEFAULTED = Loss("defaulted", "$.reason")
"""What every connector may lose: a replacing document says why, and not every system does."""


@dataclass
class Run:
    """What the steps share. `now` gives the instant (UTC), `clock` seconds that only go on.

    Facts about this process alone: `caught_up`, the system had nothing more when last asked; `due`, when a step that
    asks at a pace of its own is to ask again (by `clock`); `looked`, the kept commands of a batch as last seen;
    `retry`, a person wants failed steps tried at once; `cluster_known`, the door leads where the state says.
    """

    store: Store
    connector: Connector
    instance: Instance
    door: Door
    now: Callable[[], datetime]
    clock: Callable[[], float]
    caught_up: bool = False
    retry: bool = False
    cluster_known: bool = False
    snapshot_turn: bool = False
    due: dict[str, float] = field(default_factory=dict)
    looked: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    _source: Source | None = None
    _sink: Sink | None = None

    @property
    def folder(self) -> Path:
        """The private folder of this connector."""
        return self.instance.folder

    @property
    def batches(self) -> Path:
        """Where batches stand that persons sign."""
        return self.folder / "batches"

    @property
    def sos(self) -> list[str]:
        """The Sở whose records the system may hold, and which the door serves."""
        named = [self.instance.so, *(province.so for province in self.connector.manifest.province)]
        return [so for so in dict.fromkeys(named) if self.door.serves(so)]

    @property
    def poll_s(self) -> float:
        """How long until the system is asked again when nothing was new, seconds."""
        return float(self.instance.settings.get("poll_s", self.connector.manifest.poll_s))

    def at(self) -> str:
        """Return the instant as the state writes it."""
        return f"{self.now():%Y-%m-%dT%H:%M:%SZ}"

    def notice(self, code: str, path: str, facts: Mapping[str, str] = _NO_FACTS, severity: str = "refuse") -> None:
        """Note something that a person should look at; said again of the same path, it is the newer word."""
        told = json.dumps(dict(facts), ensure_ascii=False)
        self.store.do("add_notice", code=code, path=path, severity=severity, facts=told, at=self.at())

    @cached_property
    def declared(self) -> frozenset[tuple[str, str, str]]:
        """Kind, direction and path of every loss that the manifest of this process allows."""
        losses = (REASON_DEFAULTED, *self.connector.manifest.loss)
        return frozenset((loss.kind, loss.direction, loss.path) for loss in losses)

    @cached_property
    def receivers(self) -> Receivers | None:
        """The schools for which transferred histories are taken; None where no settings say so. Raises Refused."""
        return receivers_of(self.instance.settings, self.folder, self.instance.so)

    def limit(self, name: str) -> int:
        """Return a limit of the manifest, or what holds where it names none."""
        defaults: Mapping[str, int] = {"waiting_records": _WAITING_RECORDS, "page_records": _PAGE_RECORDS}
        return self.connector.manifest.limits.get(name, defaults[name])

    def is_due(self, name: str, every_s: float) -> bool:
        """Tell whether it is time again for something done every so often, and note that it is done now."""
        if self.clock() < self.due.get(name, 0.0):
            return False
        self.due[name] = self.clock() + every_s
        return True

    def school(self, code: str, school_year: str) -> School | None:
        """Return a school as the register of one of our Sở has it in that school year."""
        found = (self.door.school(so, code, school_year) for so in self.sos)
        return next((school for school in found if school is not None), None)

    def so_of(self, transcript: Transcript) -> str | None:
        """Return whose record it is: by its province code, as that is in force in its school year."""
        table = self.connector.manifest.province
        if not table:
            return self.instance.so
        on = f"{int(transcript.school_year[:4]) + 1}-06-30"  # the merger of 1/7 must not reach the year before it
        for row in table:
            begun = row.since is None or row.since.isoformat() <= on
            if row.code == transcript.school.province and begun and (row.until is None or on < row.until.isoformat()):
                return row.so
        return None

    def not_served(self, province: str | None) -> str | None:
        """Return the Sở of a province code when no Sở that it ever stood for is served here, else None."""
        named = [row.so for row in self.connector.manifest.province if row.code == province]
        return named[0] if named and not any(self.door.serves(so) for so in named) else None

    def source(self) -> Source:
        """Return the source, opened anew after a failure."""
        if self._source is None:
            self._source = self.connector.source(self._opened())
        return self._source

    def sink(self) -> Sink | None:
        """Return the sink, opened anew after a failure; None where the system takes no answers."""
        if self._sink is None:
            self._sink = self.connector.sink(self._opened())
        return self._sink

    async def close(self) -> None:
        """Close source and sink; the next step that needs one opens it. What goes wrong there is over anyway."""
        opened = (self._source, self._sink)
        self._source = self._sink = None
        for part in opened:
            if part is not None:
                with suppress(HubError, OSError):
                    await part.close()

    def _opened(self) -> Opened:
        return Opened(self.instance.settings, self.folder, self.clock)


def check_cluster(run: Run) -> None:
    """Look once whether the door leads where this state was made. Raises CONNECTOR_STATE_FOREIGN, Unavailable."""
    if run.cluster_known:
        return
    known, found = run.store.one("connector")["cluster_id"], run.door.cluster_id
    if known is None:
        run.store.do("set_cluster", cluster_id=found)
    elif known != found:
        raise Refused("CONNECTOR_STATE_FOREIGN", {"what": "cluster", "found": known, "expected": found})
    run.cluster_known = True
