"""Where a source goes on: everything that is still to be read stands in the cursor, nothing beside it."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from hub.errors import Refused

__all__ = ["PENDING_MAX", "Place", "Walk", "read_place", "written_place"]

PENDING_MAX: Final = 5_000
"""Keys that are kept one by one; of more everything is read again, which tells the same and has an end."""
_LSN = r"\A[0-9A-F]{1,8}/[0-9A-F]{1,8}\Z"


class Walk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A walk through records in the order of their keys: all, those of a school, or of an entry window.

    `requests`: through unlock requests instead. `since`: only what transactions from that number on wrote (views).
    `after` is the last key that was read.
    """

    school: str | None = None
    year: str | None = None
    semester: str | None = None
    requests: bool = False
    since: int | None = None
    after: str | None = None

    def behind(self, key: str) -> "Walk":
        """Return the rest of the walk."""
        return msgspec.structs.replace(self, after=key)


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """`database` is its identity. `lsn`: changes up to there are read, or stand below. `since`: the same of views, the
    oldest transaction that was not over. `keys`, `gone` (of them, those that were deleted), `requests` and `walks` are
    still to be read. `full`: there may be more behind `lsn` at once.
    """

    database: str
    lsn: Annotated[str, Meta(pattern=_LSN)] | None = None
    since: int | None = None
    keys: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    walks: tuple[Walk, ...] = ()
    full: bool = False

    def without(self, keys: int, requests: int) -> "Place":
        """Return the place behind so many keys and requests."""
        left = self.keys[keys:]
        gone = tuple(key for key in self.gone if key in set(left))
        return msgspec.structs.replace(self, keys=left, gone=gone, requests=self.requests[requests:])

    def walking(self, walks: tuple[Walk, ...]) -> "Place":
        """Return the place with these walks left."""
        return msgspec.structs.replace(self, walks=walks)

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing that is known of is left to be read."""
        return not (self.keys or self.requests or self.walks)


def read_place(cursor: str | None) -> Place | None:
    """Return the place of a cursor. Raises Refused CURSOR_REFUSED."""
    try:
        return None if cursor is None else msgspec.json.decode(cursor, type=Place)
    except msgspec.MsgspecError:
        raise Refused("CURSOR_REFUSED", {"reason": "not of this connector"}) from None


def written_place(place: Place) -> str:
    """Return the cursor of a place."""
    return msgspec.json.encode(place).decode()
