"""Families at the portal's door, by the portal's own role: what each of their slips opens."""

import hmac
import secrets
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Self

from hub.domain.slip import commitment_of
from hub.signing import COSIGNER, load_keyring
from hub.store import open_connection
from hub.store.bo.portal import Consented, PortalDatabase, PortalKey, PortalShareKey, open_portal
from tests.fault.run import Run
from tests.fault.slips import Issued

__all__ = ["Families"]

_NETWORK = "203.0.113.0/24"
_LIMITS = "UPDATE look_limit SET count_max = 1000000"


class Families:
    """Enter it when the stores are there; limits of failed look-ups are out of the way."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.key = load_keyring(run.hub.secrets / "bo", COSIGNER).slip_key
        self._stack = ExitStack()
        self.door: PortalDatabase

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def open(self) -> None:
        """Open the door anew; a database that was put back has its own limits again."""
        self._stack.close()
        urls = self.run.hub.servers.bo_urls()
        with open_connection(urls.owner_url or "") as owner:
            owner.execute(_LIMITS)
        self.door = open_portal(urls.portal_url or "", self.key, secrets.token_bytes)
        self._stack.callback(self.door.close)

    def key_of(self, issued: Issued) -> PortalKey:
        """Return what a family shows."""
        kept = hmac.digest(self.key, commitment_of(issued.locator, issued.secret), "sha256")
        return PortalKey(issued.locator, kept, date.fromisoformat(issued.born))

    def looks(self, issued: Issued) -> int:
        """Let a family look once; return how many versions it sees, 0 when the slip opens nothing."""
        with self.door.read(self.key_of(issued), "history", "Xem học bạ", _NETWORK, (), datetime.now(UTC)) as opened:
            return 0 if opened is None else len(self.door.versions(opened))

    def share(self, issued: Issued) -> PortalShareKey:
        """Share the year of the story; pupil and guardian agree."""
        at = datetime.now(UTC)
        key = PortalShareKey(str(uuid.uuid4()), secrets.token_bytes(32))
        consents = [Consented(party, "https://id.example", party, at) for party in ("pupil", "guardian")]
        until = at + timedelta(days=30)
        mine = self.key_of(issued)
        assert self.door.add_share(mine, key, "Đại học Mẫu", "xét tuyển", ["2025-2026"], until, consents, at)
        return key

    def is_open(self, share: PortalShareKey) -> bool:
        """Tell whether a share's code opens it."""
        return self.door.knows(share, _NETWORK, datetime.now(UTC))

    def see_newest_alone(self, issued: Sequence[Issued]) -> None:
        """Require that of each locator the newest slip opens a history, and none before it anything."""
        newest = {one.locator: one for one in issued}
        opened = [one for one in issued if self.looks(one)]
        assert sorted(one.secret for one in opened) == sorted(one.secret for one in newest.values())
