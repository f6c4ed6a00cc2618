"""Pages of a list by opaque tokens, without any state: a server that was killed goes on with the tokens it gave."""

import base64
import re
from collections.abc import Sequence
from typing import TypeVar

from hub.connectors.simulating.faults import Faults

__all__ = ["Pager"]

T = TypeVar("T")
_TOKEN = re.compile(r"([0-9]{1,9})(d?)")


class Pager:
    """Cuts lists into pages; with the fault `duplicate-page` the second comes twice, and the third one early."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def page(self, items: Sequence[T], token: str | None, size: int) -> tuple[list[T], str | None, int]:
        """Return the items of a page, the token of the next (None: none) and the page's number from 0.

        LookupError for a token that is none of ours: the system's "gone".
        """
        start, again = (0, False) if token is None else _read(token)
        end = start + size
        page = start // size
        if self._faults.duplicate_page and start == size and not again:
            return list(items[start:end]), _write(start, again=True), page
        following = end - 1 if again else end  # the last of the doubled page is the first of the next as well
        more = end < len(items) or (again and end == len(items))
        return list(items[start:end]), _write(following, again=False) if more else None, page


def _write(start: int, *, again: bool) -> str:
    return base64.urlsafe_b64encode(f"{start}{'d' if again else ''}".encode()).decode().rstrip("=")


def _read(token: str) -> tuple[int, bool]:
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        raise LookupError(token[:20]) from None
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise LookupError(token[:20])
    return int(match.group(1)), bool(match.group(2))
