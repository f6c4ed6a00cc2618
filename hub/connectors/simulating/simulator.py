"""What every simulated system is for those who start it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

__all__ = ["Simulator"]


class Simulator(Protocol):
    """A province's own system, played. Each connector's door makes one from transcripts, a folder and faults."""

    async def start(self) -> Mapping[str, Any]:
        """Serve, and return the settings for `connector.toml`: address, key and host files."""

    async def stop(self) -> None:
        """End serving; what the system holds stays in its folder."""

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return what the system holds of us, one row an id, with how often it was offered."""
