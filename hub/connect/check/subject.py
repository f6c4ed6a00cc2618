"""What is checked, and with what: a connector, transcripts that do not exist, and a folder of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.connect.check.children import ByCommand, Starting
from hub.connect.check.outcome import NO_SIMULATOR, NotApplicable
from hub.connectors.sdk import Connector, Context, Opened, load
from hub.connectors.sdk.finding import door
from hub.connectors.simulating import Faults, Simulator
from hub.domain.transcript import School, Transcript
from hub.errors import Refused

__all__ = ["NO_FAULTS", "MakeSimulator", "Subject", "context_of", "subject_of"]

NO_FAULTS = Faults()
MakeSimulator = Callable[[Iterable[Transcript], Path, Faults], Simulator]


@dataclass(frozen=True, slots=True)
class Subject:
    """A connector under check.

    `at` is its folder, or its one file; `name` is what `load` takes. `simulator` makes its own system, or is None.
    `documents` are synthetic transcripts of its grades; `work` is an empty folder; `now` gives seconds that only go on.
    `vectors` is the folder of published attacks (HUB_VECTORS), or None where there is none. `unplayed` says why there
    is no simulator. `starting` starts `hub connector run`.
    """

    name: str
    at: Path
    connector: Connector
    simulator: MakeSimulator | None
    documents: Sequence[Transcript]
    work: Path
    now: Callable[[], float]
    vectors: Path | None = None
    unplayed: NotApplicable = NO_SIMULATOR
    starting: Starting = field(default_factory=ByCommand)

    @property
    def golden(self) -> Path | None:
        """The folder of golden records: `golden` in the folder, or `<file>.golden` beside the file; or None."""
        folder = self.at / "golden" if self.at.is_dir() else self.at.with_suffix(".golden")
        return folder if folder.is_dir() else None

    @property
    def context(self) -> Context:
        """What the register says of the schools of the documents."""
        return context_of(self.documents)

    def opened(self, settings: Mapping[str, Any], name: str) -> Opened:
        """Return an instance with these settings and a private folder of that name."""
        folder = self.work / name
        folder.mkdir(parents=True, exist_ok=True)
        return Opened(settings, folder, self.now)


def context_of(documents: Iterable[Transcript]) -> Context:
    """Return a register that knows the schools of these documents, each in its school years."""
    schools: dict[tuple[str, str], School] = {(d.school.code, d.school_year): d.school for d in documents}
    return Context(school=lambda code, year: schools.get((code, year)))


def subject_of(
    name: str, documents: Callable[[Connector], Sequence[Transcript]], work: Path, now: Callable[[], float],
    vectors: Path | None = None,
) -> Subject:  # fmt: skip
    """Return what is checked under a name, a folder or a file; `documents` gives transcripts for its manifest.

    Raises Refused as `load` does.
    """
    module, at = door(name)
    connector = load(name)
    make = getattr(module, "simulator", None)
    file = {"file": at} if at.is_file() else {}

    def simulator(transcripts: Iterable[Transcript], folder: Path, faults: Faults) -> Simulator:
        assert make is not None
        made: Simulator = make(transcripts, folder, faults, **file)
        return made

    unplayed = NO_SIMULATOR if make is None else _unplayed(simulator, work / "simulator")
    played = None if unplayed is not None else simulator
    return Subject(
        name, at, connector, played, documents(connector), work, now, vectors, unplayed or NO_SIMULATOR
    )  # fmt: skip


def _unplayed(simulator: MakeSimulator, folder: Path) -> NotApplicable | None:
    """Return why a system cannot be played, though its connector has a simulator: for some files there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        simulator((), folder, NO_FAULTS)
    except Refused as refused:
        if refused.code != "SIMULATOR_MISSING":
            raise
        reason = refused.facts.get("reason", "")
        return NotApplicable(
            f"hệ thống này không mô phỏng được {reason}".rstrip(),
            f"this system cannot be played {reason}".rstrip(),
            unplayed=True,
        )
    return None
