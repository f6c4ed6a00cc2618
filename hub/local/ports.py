"""Ports for the embedded servers: on the loopback only, kept between starts, outside the ephemeral range."""

import secrets
import socket
from pathlib import Path

__all__ = ["is_free", "port_of"]

# Below Linux's ephemeral range (32768 and up). A client that keeps trying a dead server's ephemeral port can be given
# that very port as its own end and then talk to itself, and the server cannot come back.
_LOWEST, _COUNT = 20_000, 10_000
_TRIES_MAX = 200


def is_free(port: int) -> bool:
    """Tell whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def port_of(memory: Path) -> int:
    """Return the port written in the file `memory` if it is free, else a new one, and write it there."""
    known = _remembered(memory)
    if known is not None and is_free(known):
        return known
    for _ in range(_TRIES_MAX):
        port = _LOWEST + secrets.randbelow(_COUNT)
        if is_free(port):
            memory.write_text(f"{port}\n", encoding="ascii")
            return port
    raise OSError(f"no free port between {_LOWEST} and {_LOWEST + _COUNT}")


def _remembered(memory: Path) -> int | None:
    try:
        return int(memory.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
