"""Sessions: what a browser has shown, kept here and named by 256 random bits in its cookie.

They live in this process and for 15 minutes; whoever comes later shows the slip again. Nothing of them is in a URL.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.domain.consent import Party
from hub.web.identity import Identity, Pending
from hub.web.portal.store import Key, ShareKey

__all__ = ["SESSION_TIME", "Session", "Sessions"]

SESSION_TIME = timedelta(minutes=15)
_ID_BYTES = 32
_COUNT_MAX = 20_000  # the oldest goes first; so many readers in 15 minutes need a second process


@dataclass
class Session:
    """One reader. `agreed` holds who has logged in, `pending` a log-in on its way; `back` is where it leads."""

    key: Key | ShareKey
    ends_at: datetime
    agreed: dict[Party, Identity] = field(default_factory=dict)
    pending: Pending | None = None
    back: str = "/chia-se"


class Sessions:
    """Server-side store of sessions, safe for threads."""

    def __init__(self, chance: Callable[[int], bytes]) -> None:
        self._chance, self._lock = chance, threading.Lock()
        self._kept: OrderedDict[str, Session] = OrderedDict()

    def begin(self, key: Key | ShareKey, at: datetime) -> str:
        """Keep a new session and return its name; a name from before is never taken over."""
        name = self._chance(_ID_BYTES).hex()
        with self._lock:
            self._drop_old(at)
            self._kept[name] = Session(key, at + SESSION_TIME)
        return name

    def get(self, name: str | None, at: datetime) -> Session | None:
        """Return the session of that name while it lasts."""
        with self._lock:
            found = self._kept.get(name or "")
            return found if found is not None and at < found.ends_at else None

    def end(self, name: str | None) -> None:
        """Forget a session."""
        with self._lock:
            self._kept.pop(name or "", None)

    def _drop_old(self, at: datetime) -> None:
        while self._kept:
            name, oldest = next(iter(self._kept.items()))
            if at < oldest.ends_at and len(self._kept) < _COUNT_MAX:
                return
            del self._kept[name]
