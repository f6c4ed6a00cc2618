"""One connection to the province's database: bounded in every wait, and read only unless it is for answers."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import psycopg

from hub.connectors.nghe_an.settings import Database
from hub.connectors.nghe_an.statements import SQL
from hub.errors import Refused, Unavailable

__all__ = ["Row", "Session", "drift", "reading", "slot_lost", "writing"]

Row = tuple[Any, ...]
_CONNECT_S: Final = 10
_STATEMENT_S: Final = 30
_SESSION_S: Final = 400.0  # longer than the longest statement; a server that hears and never answers ends here
_PEEK_S: Final = 300  # what lies there is decoded from its beginning, however much it is
_LOCK_S: Final = 5
_NETWORK: Final[dict[str, Any]] = {
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000,
}  # fmt: skip
_UNDEFINED = ("42P01", "42703", "42883", "3F000")  # table, column, function, schema
_SLOT_GONE = ("42704", "55000")  # no such object; it is not in the state that is asked for
_IN_USE = "55006"
_LOGIN = ("authentication failed", "no password supplied", "password authentication", "does not exist")
_REASON_LENGTH_MAX = 200


class Session:
    """Runs the queries of queries.sql by name."""

    def __init__(self, connection: psycopg.AsyncConnection[Row]) -> None:
        self._connection = connection

    async def all(self, name: str, /, **values: Any) -> list[Row]:
        """Return the rows of a query."""
        cursor = await self._connection.execute(SQL[name], values, binary=True)
        return await cursor.fetchall() if cursor.description else []

    async def first(self, name: str, /, **values: Any) -> Row | None:
        """Return the first row, or None."""
        rows = await self.all(name, **values)
        return rows[0] if rows else None

    async def each(self, name: str, size: int, /, **values: Any) -> AsyncIterator[list[Row]]:
        """Yield the rows of a long answer, `size` at a time; the server keeps the others. May take minutes."""
        async with self._connection.transaction():
            await self._connection.execute(f"SET LOCAL statement_timeout = '{_PEEK_S}s'")
            async with self._connection.cursor(name="hub", binary=True) as cursor:
                await cursor.execute(SQL[name], values)
                while rows := await cursor.fetchmany(size):
                    yield rows

    async def many(self, name: str, values: Sequence[dict[str, Any]]) -> None:
        """Run a statement for each of these."""
        async with self._connection.cursor() as cursor:
            await cursor.executemany(SQL[name], values)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[None]:
        """Let all queries inside see the database at one moment."""
        await self._connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        async with self._connection.transaction():
            yield
        await self._connection.set_isolation_level(None)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """All or nothing."""
        async with self._connection.transaction():
            yield


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[Session]:
    """Yield a session that only reads, in the schema of the tables. Raises as `_told`."""
    async with _opened(database, database.said.url, database.schema, read_only=True) as session:
        yield session


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[Session]:
    """Yield a session in the staging schema. Raises as `_told`."""
    async with _opened(database, database.write_url, database.said.staging, read_only=False) as session:
        yield session


def drift(difference: str) -> Refused:
    """Return the refusal of a database that looks different from what the connector was written for."""
    return Refused("SCHEMA_DRIFT", {"difference": difference[:_REASON_LENGTH_MAX]})


def slot_lost(slot: str, reason: str) -> Refused:
    """Return the refusal to go on where changes may be missing."""
    return Refused("SLOT_LOST", {"slot": slot, "reason": reason[:_REASON_LENGTH_MAX]})


@asynccontextmanager
async def _opened(database: Database, address: str, schema: str, *, read_only: bool) -> AsyncIterator[Session]:
    options = (
        f"-c search_path={schema} -c statement_timeout={_STATEMENT_S}s -c lock_timeout={_LOCK_S}s "
        f"-c idle_in_transaction_session_timeout={2 * _STATEMENT_S}s "
        f"-c default_transaction_read_only={'on' if read_only else 'off'}"
    )
    passfile = None if database.password_file is None else str(database.password_file)
    with _told(database.said.slot, is_read_only=read_only):
        async with asyncio.timeout(_SESSION_S):
            connection = await psycopg.AsyncConnection.connect(
                address, autocommit=True, connect_timeout=_CONNECT_S, options=options, passfile=passfile,
                application_name="hub-connector", **_NETWORK,
            )  # fmt: skip
            async with connection:
                yield Session(connection)


@contextmanager
def _told(slot: str, *, is_read_only: bool) -> Iterator[None]:
    """Turn what the database says into ours: it is away, it says no, or it is not what it was."""
    try:
        yield
    except TimeoutError:
        raise Unavailable("SYSTEM_UNREACHABLE", {"reason": f"no answer in {_SESSION_S:g} s"}) from None
    except psycopg.Error as error:
        raise _meant(error, slot, is_read_only=is_read_only) from None


def _meant(error: psycopg.Error, slot: str, *, is_read_only: bool) -> Refused | Unavailable:
    state = error.sqlstate or ""
    if state in _UNDEFINED and not is_read_only:
        return Refused("SYSTEM_STAGING_MISSING", {"reason": str(error.diag.message_primary or state)})
    if state in _UNDEFINED:
        return drift(str(error.diag.message_primary or state))
    if state in _SLOT_GONE:
        return slot_lost(slot, str(error.diag.message_primary or state))
    if state == _IN_USE:
        return Unavailable("SYSTEM_BUSY", {"retry_after_s": "2"})
    if state.startswith("28") or (not state and any(text in str(error) for text in _LOGIN)):
        return Refused("SYSTEM_REFUSES_LOGIN", {"status": state or "password"})
    if isinstance(error, psycopg.OperationalError):
        return Unavailable("SYSTEM_UNREACHABLE", {"reason": state or type(error).__name__})
    return Refused("SYSTEM_REFUSES_ACCESS" if state == "42501" else "SYSTEM_REFUSES", {"status": state})
