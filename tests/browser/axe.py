"""axe-core from the npm registry, in the cache, exactly as the lock file beside this one names it."""

from pathlib import Path

from hub.local.servers import CACHE
from tests.journey.installing import node_packages

__all__ = ["axe_source"]

_HERE = Path(__file__).parent
_FOLDER = "browser"


def axe_source() -> str:
    """Return the script. Raises Absent where it is neither in the cache nor to be fetched."""
    _, packages = node_packages(CACHE.absolute() / _FOLDER, _HERE)
    return (packages / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
