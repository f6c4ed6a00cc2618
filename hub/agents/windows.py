"""The scheduler of windows (hết thời hạn mở khóa): writes one command for each correction whose window has closed.

In:  corrections in Sở's database that are still approved when their closing time is over.
Out: WindowClosed on hocba.so-<so>.command.v1, key = acting school, signed by the seal of the Sở.
Invariant: one scheduler at a time per Sở; a window is announced under an id and at a time that follow from it, and
again, under the next id, only when the former was answered and something still waits.
validate alone decides what the command does, at its append time, so that a replay meets it at the same place. One that
was appended before the closing time, by a cluster whose clock is behind, is refused there and said again later.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub.agents.receipts import instant
from hub.agents.stage import Outgoing, put
from hub.domain.statements import WINDOW_ID, WindowClosed, encode
from hub.errors import Unavailable
from hub.recovery import is_replaying
from hub.schemas import encode as encode_message
from hub.signing import Signer
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import command as command_topic
from hub.trust import sign

__all__ = ["close_windows", "windows"]

_log = structlog.get_logger()
_SQL = queries_of("so")
_WINDOWS_MAX = 200
_POLL_S = 1.0
_MARGIN = timedelta(seconds=2)  # the cluster's clock may be behind; each refused announcement doubles the pause
_MARGIN_DOUBLINGS_MAX = 12


async def windows(so: str, seal: Signer, url: str, kick: Callable[[], None]) -> None:
    """Run until cancelled; an outage of the database is waited out."""
    while True:
        try:
            if await asyncio.to_thread(_look, so, seal, url):
                kick()
        except Unavailable as error:
            _log.warning("windows_wait", so=so, code=error.code)
        await asyncio.sleep(_POLL_S)


def _look(so: str, seal: Signer, url: str) -> int:
    with open_connection(url) as connection, unavailable():
        row = connection.execute(_SQL["window_moment"]).fetchone()
        assert row is not None
        return close_windows(connection, so, seal, row[0])


def close_windows(connection: Connection, so: str, seal: Signer, now: datetime) -> int:
    """Announce every window that has closed by `now` (aware); return how many. Nothing while a replay is behind."""
    if is_replaying(connection):
        return 0
    with connection.transaction():
        connection.execute(_SQL["close_windows"])
        return sum(_announced(connection, so, seal, now, *row) for row in _due(connection, now - _MARGIN))


def _due(connection: Connection, before: datetime) -> Iterator[Sequence[Any]]:
    """Yield (school, correction, school year, end) of all: those that are refused again and again hold up no other."""
    after = ("", "")
    while True:
        rows = connection.execute(_SQL["windows_due"], (before, *after, _WINDOWS_MAX)).fetchall()
        yield from rows
        if len(rows) < _WINDOWS_MAX:
            return
        after = (rows[-1][0], rows[-1][1])


def _announced(
    connection: Connection, so: str, seal: Signer, now: datetime, school: str, correction: str, school_year: str,
    closes_at: datetime,
) -> bool:  # fmt: skip
    """Queue the command for one window unless it is on its way, or was refused so lately that it must wait."""
    name = _name(so, school, correction, closes_at)
    row = connection.execute(_SQL["window_attempts"], (school, name)).fetchone()
    attempt, refused, refused_at = (0, 0, None) if row is None else row
    since = closes_at if refused_at is None else max(closes_at, refused_at)
    if now < since + _MARGIN * 2 ** min(refused, _MARGIN_DOUBLINGS_MAX):
        return False
    command_id = f"{name}{attempt}"
    place = {"command_id": command_id, "school": school, "key": school.encode()}
    known = connection.execute(_SQL["window_announced"], place).fetchone()
    if known is not None and known[0]:
        return False
    statement = WindowClosed(
        closes_at=instant(closes_at), command_id=command_id, correction=correction, issued_at=instant(closes_at),
        school=school, school_year=school_year, so=so, type="vn.hocba.window-closed/1",
    )  # fmt: skip
    put(connection, f"windows/{school}/{command_id}", 0, attempt, [_command(so, seal, statement, closes_at)])
    return True


def _name(so: str, school: str, correction: str, closes_at: datetime) -> str:
    """Return the beginning of the ids under which a window is announced, up to the number of the attempt."""
    named = "\n".join(("vn.hocba.window/1", so, school, correction, instant(closes_at)))
    return f"{WINDOW_ID}{hashlib.sha256(named.encode()).hexdigest()[:32]}-"


def _command(so: str, seal: Signer, statement: WindowClosed, at: datetime) -> Outgoing:
    payload = encode(statement)
    signature = sign(seal, payload, role="so_seal", scope=statement.scope, typ=statement.type, iat=int(at.timestamp()))
    school = statement.school
    body = {
        "command_id": statement.command_id, "school": school, "statement": payload, "signature": signature,
        "encryption": None,
    }  # fmt: skip
    value = encode_message("WindowClosed", body)
    topic, source = command_topic(so).name, f"/schools/{school}"
    return Outgoing(topic, school.encode(), "WindowClosed", statement.command_id, source, value)
