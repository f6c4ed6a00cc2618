"""A synthetic population behind a province's own system: the only place that joins population and simulators.

A child process that plays a system is told the population in a file, makes it again from there, and takes those of its
own Sở: what everybody hands in follows from the seed, so nothing else has to be carried over.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

import msgspec

from hub.connectors.sdk import did_you_mean, found
from hub.connectors.sdk.finding import door
from hub.connectors.simulating import Faults, Simulator
from hub.domain.transcript import Transcript
from hub.errors import Refused
from hub.local.pki import PASSWORD
from hub.local.population import PLACES, Population
from hub.signing import Signer, load_pkcs12

__all__ = [
    "PopulationFile", "check_playable", "instance_text", "keys_in", "played_provinces", "simulator_of",
    "transcripts_of",
]  # fmt: skip


def played_provinces() -> tuple[str, ...]:
    """Return the slugs of the Sở whose system can be played with a population: each has a connector of its name."""
    return tuple(name for name in found() if name in PLACES and _simulator_in(name) is not None)


def check_playable(name: str) -> None:
    """Raise Refused CONNECTOR_UNKNOWN for a name that no connector has, SIMULATOR_MISSING where nothing plays it."""
    known = found()
    if name not in known:
        nearest = did_you_mean(name, known)
        raise Refused("CONNECTOR_UNKNOWN", {"connector": name[:60], "proposal": nearest or ", ".join(known)})
    if _simulator_in(name) is None:
        raise Refused("SIMULATOR_MISSING", {"connector": name})


class PopulationFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a population is made from; see `Population`."""

    seed: int
    pupil_count: int
    school_count: int
    school_year: str
    at: datetime
    sos: tuple[str, ...]

    @classmethod
    def of(cls, population: Population) -> "PopulationFile":
        """Return what this population was made from."""
        p = population
        return cls(p.seed, p.pupil_count, p.school_count, p.school_year, p.at, p.sos)

    @classmethod
    def read(cls, path: Path) -> "PopulationFile":
        """Read the file. Raises Refused OPTION_WRONG."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.MsgspecError):
            raise Refused("OPTION_WRONG", {"option": "--population", "reason": path.name}) from None

    def write(self, path: Path) -> None:
        """Write the file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")

    def population(self) -> Population:
        """Make the population. ValueError for one that cannot be."""
        return Population(
            self.seed, pupil_count=self.pupil_count, at=self.at, school_year=self.school_year,
            school_count=self.school_count, sos=self.sos,
        )  # fmt: skip


def transcripts_of(population: Population, so: str) -> Iterator[Transcript]:
    """Yield what the schools of one Sở have written, the year before included, school after school."""
    for submission in population.submissions([school for school in population.schools() if school.so == so]):
        yield from submission.transcripts


def simulator_of(
    name: str, population: Population, so: str, folder: Path, faults: Faults, port: int = 0,
    sign: Callable[[Path], None] | None = None,
) -> Simulator:  # fmt: skip
    """Return the simulator of a connector (its name has dashes), with everything of one Sở in it.

    `sign` signs a batch folder, for a system that signs for itself; without it such batches come unsigned. Raises
    Refused as `check_playable`.
    """
    check_playable(name)
    make = _simulator_in(name)
    signing = {"sign": sign} if sign is not None and "sign" in signature(make).parameters else {}
    made: Simulator = make(transcripts_of(population, so), folder, faults, port, **signing)
    return made


def keys_in(folder: Path) -> Callable[[str], Signer]:
    """Return the signers whose development key files (`<person>.p12`) stand in a folder, each opened when needed."""
    return cache(lambda person: load_pkcs12(folder / f"{person}.p12", PASSWORD))


def _simulator_in(name: str) -> Any:
    """Return what makes the simulator of a connector that comes with the hub, or None."""
    return getattr(door(name)[0], "simulator", None)


def instance_text(connector: str, so: str, settings: Mapping[str, Any]) -> str:
    """Return a `connector.toml` with these settings; a mapping in them is a table."""
    plain = {"connector": connector, "so": so} | {k: v for k, v in settings.items() if not isinstance(v, Mapping)}
    tables = {name: table for name, table in settings.items() if isinstance(table, Mapping)}
    parts = [_lines(plain), *(f"[{name}]\n{_lines(table)}" for name, table in tables.items())]
    return "\n".join(parts)


def _lines(table: Mapping[str, Any]) -> str:
    """Write the rows of one table: texts, numbers and truth values are in TOML what they are in JSON."""
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False, default=str)}\n" for name, value in table.items())
