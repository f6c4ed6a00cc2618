"""What tests of connectors share: the file that the docs print, synthetic transcripts, a subject for the checks."""

import asyncio
import os
import re
import sys
import time
from functools import cache
from pathlib import Path

from hub.cli.connector_checking import documents_for
from hub.connect.check import Subject, subject_of
from hub.connect.check.suite import run_checks
from hub.connectors.sdk import Connector, load
from hub.domain.transcript import Transcript

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "connectors.md"
BROKEN = Path(__file__).parent / "broken"
GOOD = BROKEN / "good.toml"
_PRINTED = re.compile(r"<!-- dong-thap\.toml.*?-->\n```toml\n(.*?)```", re.DOTALL)


def printed_file() -> str:
    """Return the file of a generic connector as docs/connectors.md prints it."""
    (text,) = _PRINTED.findall(DOCS.read_text(encoding="utf-8"))
    return text


def vectors() -> Path | None:
    """Return the folder of published attacks, or None where there is none."""
    folder = ROOT / os.environ.get("HUB_VECTORS", "../shared/vectors")
    return folder if (folder / "xml" / "docs").is_dir() else None


@cache
def _documents(grades: tuple[int, ...], so: str | None) -> tuple[Transcript, ...]:
    made = next(each for each in _KNOWN if (each.manifest.grades, each.manifest.so) == (grades, so))
    return tuple(documents_for(made))


_KNOWN: list[Connector] = []


def transcripts_for(connector: Connector) -> tuple[Transcript, ...]:
    """Return the synthetic transcripts of a connector, made once for each Sở and set of grades."""
    _KNOWN.append(connector)
    return _documents(connector.manifest.grades, connector.manifest.so)


def a_subject(name: str, work: Path) -> Subject:
    """Return a connector by name, folder or file, ready to be checked."""
    return subject_of(name, transcripts_for, work, time.monotonic, vectors())


def checked(name: str, work: Path, *only: str) -> dict[str, tuple[str, set[str]]]:
    """Run checks and return for each (outcome, codes). Facts of findings are written, so that a failure shows them."""
    outcomes = asyncio.run(run_checks(a_subject(name, work), only))
    for found in (found for each in outcomes for found in each.findings):
        sys.stdout.write(f"{found['code']} {found.get('facts')}\n")
    return {each.id: (each.outcome, {found["code"] for found in each.findings}) for each in outcomes}


def loaded(path: Path) -> Connector:
    """Return the generic connector of a file."""
    return load(path)
