"""Be the process that reads sources: few rights, little memory and time, one request after the other.

Before it says that it is ready, it takes its limits and gives up what reading does not need: sockets, other processes,
writing files. Whoever tries one of them afterwards ends the process at once; the parent finds it gone, and the source
to blame. What the hooks of Python do not see (a library in C) has nowhere to go: parsers are told to load nothing.
"""

import os
import resource
import sys
from typing import Any, BinaryIO

import msgspec

from hub.connectors import Connector, found, read_manifest
from hub.connectors import load as load_connector
from hub.errors import Corrupt, HubError, Refused, Unavailable
from hub.sources.judging import Load, judge_and_tell
from hub.sources.wire import FRAME_BYTES_MAX, LENGTH_BYTES, READY, Answer, Request, framed

__all__ = ["EXIT_FORBIDDEN", "EXIT_MEMORY", "run_child"]

EXIT_FORBIDDEN = 80
EXIT_MEMORY = 81
_FORBIDDEN = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.spawn", "ftplib.",
    "http.client.", "urllib.Request", "smtplib.", "os.remove", "os.rename", "os.link", "os.symlink", "os.mkdir",
    "os.chmod", "os.chown", "os.truncate", "shutil.", "sqlite3.",
)  # fmt: skip
_MANIFEST = "manifest.toml"
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_loaded: dict[str, Connector | HubError] = {}


def run_child(cpu_s: int, memory_bytes_max: int, load: Load | None = None) -> None:
    """Serve requests of the standard input until it ends; `cpu_s` is processor time for each of them.

    `load` is for tests: it stands for the connectors that come with the hub.
    """
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a reader prints may be taken for an answer
    if load is None:
        _load_own()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes_max, memory_bytes_max))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.dont_write_bytecode = True
    sys.addaudithook(_guard)
    answers.write(READY)
    answers.flush()
    while (request := _next(source)) is not None:
        _take_time(cpu_s)
        answers.write(framed(_answered(request, load or _own)))
        answers.flush()


def _load_own() -> None:
    """Load every connector of the hub whose records are sealed: what they import may need what is given up later."""
    for name, folder in found().items():
        try:
            if read_manifest(folder / _MANIFEST).evidence != "native":
                _loaded[name] = load_connector(name)
        except HubError as error:  # told to whoever asks for this one; the others can be read
            _loaded[name] = error


def _own(name: str) -> Connector:
    """Return a connector that comes with the hub; a path is no name."""
    connector = _loaded.get(name)
    if isinstance(connector, HubError):
        raise connector
    if connector is None:
        raise Refused("CONNECTOR_UNKNOWN", {"connector": name, "proposal": ", ".join(sorted(_loaded))})
    return connector


def _next(source: BinaryIO) -> Request | None:
    head = source.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    length = int.from_bytes(head)
    data = source.read(min(length, FRAME_BYTES_MAX))
    return msgspec.msgpack.decode(data, type=Request) if len(data) == length else None


def _take_time(cpu_s: int) -> None:
    """Allow so much more processor time than was used so far; beyond it the system kills."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + cpu_s + 1, hard))


def _answered(request: Request, load: Load) -> Answer:
    try:
        return Answer(*judge_and_tell(request, load))
    except (Corrupt, Unavailable) as error:
        return Answer(kind=type(error).__name__, code=error.code, facts=error.facts)
    except MemoryError:
        os._exit(EXIT_MEMORY)


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """End the process when it reaches for what it gave up: an exception could be caught by whoever tried."""
    if event.startswith(_FORBIDDEN):
        os._exit(EXIT_FORBIDDEN)
    if event == "open" and len(arguments) > 2 and isinstance(arguments[2], int) and arguments[2] & _WRITES:
        os._exit(EXIT_FORBIDDEN)
