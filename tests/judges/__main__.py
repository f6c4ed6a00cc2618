"""`python -m tests.judges`: install what the judges need, where this user may; say what is missing otherwise.

Exit code 0: all are there, with their versions. With `--check` nothing is installed. Jars and axe-core come exactly as
their lock files say; poppler, Chromium and fonts as the distribution has them, since it keeps no others.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from hub.errors import HubError
from hub.local.jars import fetch
from hub.local.servers import CACHE
from tests.browser.axe import axe_source
from tests.journey.installing import Absent
from tests.judges.java_judges import DSS_LOCK, VERAPDF_LOCK

PROGRAMS = {"pdfsig": ("poppler-utils", "-v"), "chromium": ("chromium", "--version")}
FONT, FONT_PACKAGE = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"), "fonts-dejavu-core"  # Vietnamese letters
_APT = ["apt-get", "-q", "-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=120"]
_INSTALL = [*_APT, "install", "-y", "--no-install-recommends"]
_TRIES = 2
_TIMEOUT_S = 600
_TOLD_CHARACTERS = 600


def missing_packages() -> list[str]:
    """Return the packages of the programs that are not there."""
    missing = [package for program, (package, _) in PROGRAMS.items() if shutil.which(program) is None]
    return [*missing, *([] if FONT.exists() else [FONT_PACKAGE])]


def main() -> int:
    """Install and tell."""
    packages, told = missing_packages(), []
    if packages and "--check" not in sys.argv:
        told.append(_install(packages))
    told += [f"missing: {package}" for package in missing_packages()]
    for lock in (DSS_LOCK, VERAPDF_LOCK):
        try:
            fetch(CACHE.absolute(), lock)
        except HubError as error:
            told.append(f"missing: {lock.stem}: {error.code}")
    try:
        axe_source()
    except (Absent, AssertionError) as absent:
        told.append(f"missing: axe-core: {absent}")
    told = [line for line in told if line]
    sys.stdout.write("".join(f"{line}\n" for line in told) or _versions())
    return 1 if told else 0


def _install(packages: list[str]) -> str:
    """Install and return "", or why that was not done. Tried again once: mirrors are sometimes away for a moment."""
    if shutil.which("apt-get") is None:
        return f"not installed, since there is no apt-get here: {' '.join(packages)}"
    if os.geteuid() != 0:
        return f"not installed, since that needs root: apt-get install {' '.join(packages)}"
    said = ""
    for _ in range(_TRIES):
        said = _run([*_APT, "update"]) or _run([*_INSTALL, *packages])
        if not said:
            return ""
    return said


def _run(command: list[str]) -> str:
    """Return "" or what went wrong."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT_S,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"{' '.join(command)}: not done within {_TIMEOUT_S} s"
    tail = done.stderr.strip()[-_TOLD_CHARACTERS:]
    return "" if done.returncode == 0 else f"{' '.join(command)}: exit code {done.returncode}\n{tail}"


def _versions() -> str:
    lines = []
    for program, (_, flag) in PROGRAMS.items():
        done = subprocess.run([program, flag], capture_output=True, text=True, timeout=60, check=False)
        lines.append((done.stdout or done.stderr).splitlines()[0].strip())
    return f"all judges are here: {', '.join(lines)}, and what the lock files name\n"


if __name__ == "__main__":
    sys.exit(main())
