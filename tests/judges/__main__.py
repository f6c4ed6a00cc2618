"""`python -m tests.judges`: install what the judges need, where this user may; say what is missing otherwise.

Exit code 0: all are there. With `--check` nothing is installed.
"""

import os
import shutil
import subprocess
import sys

from hub.errors import HubError
from hub.local.jars import fetch
from hub.local.servers import CACHE
from tests.browser.axe import axe_source
from tests.journey.installing import Absent
from tests.judges.java_judges import DSS_LOCK, VERAPDF_LOCK

PROGRAMS = {"pdfsig": "poppler-utils", "chromium": "chromium"}
FONTS = "fonts-dejavu-core"  # Vietnamese letters on pictures of pages
_INSTALL = ["apt-get", "install", "-y", "--no-install-recommends"]


def missing_programs() -> list[str]:
    """Return the packages of the programs that are not there."""
    return [package for program, package in PROGRAMS.items() if shutil.which(program) is None]


def _install(packages: list[str]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], [*_INSTALL, *packages, FONTS]):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, timeout=600, check=False)


def main() -> int:
    """Install and tell."""
    packages = missing_programs()
    if packages and "--check" not in sys.argv and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(packages)
    told = [f"missing: {package}" for package in missing_programs()]
    for lock in (DSS_LOCK, VERAPDF_LOCK):
        try:
            fetch(CACHE.absolute(), lock)
        except HubError as error:
            told.append(f"missing: {lock.stem}: {error.code}")
    try:
        axe_source()
    except Absent as absent:
        told.append(f"missing: axe-core: {absent}")
    sys.stdout.write("".join(f"{line}\n" for line in told) or "all judges are here\n")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
