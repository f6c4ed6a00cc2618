"""`hub connector simulate NAME|FILE|FOLDER`: play a province's own system, with faults on request, until stopped."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.config import Settings
from hub.connectors.sdk import found, load
from hub.connectors.sdk.finding import door
from hub.connectors.simulating import Faults, Simulator, parse_faults
from hub.errors import Refused
from hub.local.demo.persons import sign_folder
from hub.local.population import PLACES, Population
from hub.local.ports import port_of
from hub.local.simulating import (
    PopulationFile,
    check_playable,
    instance_text,
    keys_in,
    simulator_of,
    transcripts_of,
)

__all__ = ["simulate"]

_PACE = {"poll_s": 1.0, "settle_s": 2.0}  # a system on this machine may be asked often
_SCHOOL_COUNT = 6
_OF_NO_SO = "ha-noi"
_SCHOOL_YEAR = "2025-2026"


def simulate(
    connector: Annotated[
        str, typer.Argument(metavar="NAME", help="Name (hai-phong), .toml file or folder of the connector")
    ],
    pupils: Annotated[int, typer.Option(help="How many pupils the system has", min=_SCHOOL_COUNT)] = 200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same pupils")] = 7,
    fault: Annotated[
        list[str] | None, typer.Option(help="NAME or NAME=VALUE, such as slow=0.5; may be repeated")
    ] = None,
    port: Annotated[
        int, typer.Option(help="Port on 127.0.0.1; 0: the one of last time, else any free one", min=0, max=65_535)
    ] = 0,
    so: Annotated[
        str | None,
        typer.Option(help="Slug of the Sở whose schools it has; default: that of the connector, else ha-noi"),
    ] = None,
    population: Annotated[Path | None, typer.Option(help="File of a population to take the pupils from")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write connector.toml for hub connector run")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Play the system on this machine until Ctrl-C or SIGTERM; print the connector.toml to use.

    What the system holds stays in simulators/NAME of the data folder: started again, it goes on with it, and whoever
    reads it finds it where it was. A system that signs for itself signs with the keys of the data folder's persons,
    where --population says that they are its own.
    """
    played = _played(connector)
    name = played.name
    folder = data or Settings().data_dir
    chosen = so or (played.so if played.so in PLACES else _OF_NO_SO)
    made = PopulationFile.read(population) if population else _population(chosen, pupils, seed)
    if chosen not in made.sos:
        raise Refused("SO_NOT_SERVED", {"so": chosen[:40], "known": ", ".join(made.sos)})
    system = folder.absolute() / "simulators" / name
    system.mkdir(parents=True, exist_ok=True)
    everybody = made.population()
    sign = _signing(everybody, folder / "secrets" / "persons") if population else None
    port = port or port_of(system.with_name(f"{name}.port"))
    simulator = played.make(everybody, chosen, system, parse_faults(fault or ()), port, sign)

    def tell(settings: Mapping[str, Any]) -> None:
        text = instance_text(played.connector, chosen, {**settings, **_PACE})
        if write:
            _write_instance(folder / "connectors" / name, text)
        if json:
            print_line({"connector": played.connector, "so": chosen, "settings": {**settings, **_PACE}})
        else:
            print(text, flush=True)

    asyncio.run(_until_stopped(simulator, tell))


@dataclass(frozen=True, slots=True)
class _Played:
    """A connector whose system is played: its name, what an instance calls it, its Sở, and what makes the system."""

    name: str
    connector: str
    so: str
    make: Callable[..., Simulator]


def _played(said: str) -> _Played:
    """Return what is played under a name, or for a file or a folder. Raises Refused as `check_playable`, `load`."""
    if said in found() or not Path(said).exists():
        check_playable(said)
        return _Played(said, said, said, partial(simulator_of, said))
    module, at = door(said)
    manifest = load(said).manifest
    make = getattr(module, "simulator", None)
    if make is None:
        raise Refused("SIMULATOR_MISSING", {"connector": manifest.name})
    file = {"file": at} if at.is_file() else {}

    def system(everybody: Population, so: str, folder: Path, faults: Faults, port: int, _sign: object) -> Simulator:
        made: Simulator = make(transcripts_of(everybody, so), folder, faults, port, **file)
        return made

    return _Played(manifest.name, str(at.absolute()), manifest.so or _OF_NO_SO, system)


def _write_instance(folder: Path, text: str) -> None:
    """Write `connector.toml` into the connector's private folder, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    fresh = folder / "connector.toml.new"
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(folder / "connector.toml")


def _population(so: str, pupils: int, seed: int) -> PopulationFile:
    at = datetime.now(UTC).replace(microsecond=0)
    return PopulationFile(seed, pupils, _SCHOOL_COUNT, _SCHOOL_YEAR, at, (so,))


def _signing(population: Population, persons: Path) -> Callable[[Path], None] | None:
    """Return what signs a batch with the key files of these persons; None where there are none."""
    if not persons.is_dir():
        return None
    keyring = keys_in(persons)

    def sign(path: Path) -> None:
        sign_folder(path, population, keyring, population.at)

    return sign


async def _until_stopped(simulator: Simulator, tell: Callable[[Mapping[str, Any]], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        tell(await simulator.start())
        await stop.wait()
    finally:
        await simulator.stop()
