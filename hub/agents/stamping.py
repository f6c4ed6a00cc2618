"""Stamping: the time-stamp over a head before it is published, as the trust policy in force asks for it.

In:  the text of a head, the newest register of the Sở. Out: a token, or none where nobody could judge one.
Invariant: an outage of the authority delays sealing and nothing else; after a stated limit somebody is called.
"""

from datetime import datetime

import structlog

from hub.agents.snapshots import Snapshots
from hub.errors import Unavailable
from hub.metrics import SEALING_OVERDUE, STAMP_FAILURES
from hub.recovery import await_registers
from hub.signing import TimestampClient
from hub.store import Connection, unavailable

__all__ = ["SEALING_ALARM_S", "Stamper"]

SEALING_ALARM_S = 600.0
"""The oldest lock may wait so long for its head before an alarm; an authority restarts within minutes."""
_log = structlog.get_logger()


class Stamper:
    """Gets the token over one head after another. `client` None: no authority is set.

    `alarm_s`: how old the oldest lock without a head may be while no token is to be had.
    """

    def __init__(
        self, so: str, client: TimestampClient | None, snapshots: Snapshots, alarm_s: float = SEALING_ALARM_S
    ) -> None:
        self._so, self._client, self._alarm_s = so, client, alarm_s
        self._snapshots = snapshots
        self._next_alarm_s = alarm_s

    def stamp(self, connection: Connection, text: bytes, now: datetime, age_s: float) -> bytes:
        """Return the token over a head, or b"" where the policy names no roots, or no authority is set.

        Called outside any transaction; `age_s` is the age of the oldest lock that waits for this. Who calls, calls
        again after Unavailable TIMESTAMP_UNAVAILABLE or REPLAY_BEHIND.
        """
        try:
            token = self._ask(connection, text, now)
        except Unavailable as error:
            if error.code == "TIMESTAMP_UNAVAILABLE":
                STAMP_FAILURES.labels(self._so).inc()
                self._alarm(age_s)
            raise
        SEALING_OVERDUE.labels(self._so).set(0)
        self._next_alarm_s = self._alarm_s
        return token

    def _ask(self, connection: Connection, text: bytes, now: datetime) -> bytes:
        with unavailable():
            await_registers(connection)
            policy = self._snapshots.of(connection, self._so).policy(now)
        if policy is None or not policy.timestamp_roots:
            return b""
        if self._client is not None:
            return self._client.ask(text, roots=policy.timestamp_roots, policy=policy.timestamp_policy)
        if policy.timestamp_required:  # Bộ would refuse this head
            raise Unavailable("TIMESTAMP_UNAVAILABLE", {"reason": "HUB_TIMESTAMP_URL"})
        return b""

    def _alarm(self, age_s: float) -> None:
        """Call somebody when it takes too long, and again each time as much has passed once more."""
        if age_s < self._alarm_s:
            return
        SEALING_OVERDUE.labels(self._so).set(1)
        if age_s >= self._next_alarm_s:
            self._next_alarm_s = age_s + self._alarm_s
            facts = {"age_s": f"{age_s:.0f}", "limit_s": f"{self._alarm_s:.0f}"}
            _log.critical("sealing_overdue", so=self._so, code="SEALING_OVERDUE", **facts)
