"""Near matches to the end at once, as the worker's task finds them page by page with rests between."""

from hub.agents.matching import match_page
from hub.store import Connection

__all__ = ["match_all"]


def match_all(connection: Connection) -> int:
    """Compare until nothing is left; return how many pairs were found (some may be known)."""
    found = 0
    while (pairs := match_page(connection)) is not None:
        found += pairs
    return found
