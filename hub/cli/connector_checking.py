"""Run as a module by `hub connector check`: load a connector, run the checks, tell each as a line of JSON.

In:  one argument, JSON {name, only, work, vectors}.
Out: {"about": {connector, connector_version, certainty}} once it is loaded, {"outcome": …} for each check as it comes;
     {"refused": {code, facts}} and nothing else when it cannot be loaded.

A vendor's code runs here and in forks of here, never in the process that signs; what it writes goes nowhere.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from hub.cli.main import main as main_of_hub
from hub.connect.check import run_apart, subject_of
from hub.connectors.sdk import Connector
from hub.domain import Transcript
from hub.errors import HubError
from hub.local.population import PLACES, Population

__all__ = ["documents_for", "main"]

_AT = datetime(2026, 6, 15, 2, tzinfo=UTC)  # the documents are of the school year that ends then
_SEED, _PUPILS, _SCHOOLS = 7, 900, 6
_STDOUT, _STDERR = 1, 2


def main() -> None:
    """Check what the argument names."""
    task = json.loads(sys.argv[1])
    tell = _telling()
    try:
        _check(task, tell)
    except HubError as error:
        tell({"refused": {"code": error.code, "facts": dict(error.facts)}})


def _check(task: Mapping[str, Any], tell: Callable[[Any], None]) -> None:
    def documents(connector: Connector) -> list[Transcript]:
        manifest = connector.manifest
        tell({"about": {
            "connector": manifest.name, "connector_version": manifest.version, "certainty": manifest.certainty,
        }})  # fmt: skip
        return documents_for(connector)

    vectors = None if task["vectors"] is None else Path(task["vectors"])
    subject = subject_of(task["name"], documents, Path(task["work"]), time.monotonic, vectors)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    run_apart(subject, task["only"], lambda told: tell({"outcome": msgspec.to_builtins(told)}), command=_command)


def _command(arguments: Sequence[str]) -> None:
    """Do what `hub` does, in a fork of this process."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.argv = ["hub", *arguments]
    main_of_hub()


def documents_for(connector: Connector) -> list[Transcript]:
    """Return synthetic transcripts of the connector's grades, of its own Sở where the population has it."""
    manifest = connector.manifest
    so = manifest.so if manifest.so is not None and manifest.so in PLACES else "ha-noi"
    population = Population(
        _SEED, pupil_count=_PUPILS, at=_AT, school_year="2025-2026", school_count=_SCHOOLS, sos=(so,)
    )  # fmt: skip
    written = (t for submission in population.submissions(population.schools()) for t in submission.transcripts)
    return [transcript for transcript in written if transcript.grade in manifest.grades]


def _telling() -> Callable[[Any], None]:
    """Return what writes a line to where our output went; from now on nothing else comes there."""
    ours = os.fdopen(os.dup(_STDOUT), "w", encoding="utf-8")
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), _STDOUT)
        os.dup2(nothing.fileno(), _STDERR)

    def tell(what: Any) -> None:
        ours.write(json.dumps(what, ensure_ascii=False) + "\n")
        ours.flush()

    return tell


if __name__ == "__main__":
    main()
