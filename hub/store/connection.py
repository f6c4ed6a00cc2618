"""Connections to PostgreSQL, and which of its errors are the world's fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from hub.errors import Corrupt, Unavailable

__all__ = ["Connection", "open_connection", "unavailable"]

Connection = psycopg.Connection[TupleRow]

_CONNECT_TIMEOUT_S = 5
_DEAF_TIMEOUT_MS = 15_000  # a connection that answers nothing any more is a lost one
_SERVER_NOTICES = (  # the server, too, lets go of a worker that is gone, and of its row locks
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 "
    f"-c tcp_user_timeout={_DEAF_TIMEOUT_MS}"
)
_STATEMENT_TIMEOUT_MS = 60_000  # a statement that takes longer is stuck: better a retry than a silent worker


def open_connection(url: str, *, idle_s_max: int = 0, **options: Any) -> Connection:
    """Open an autocommit connection; raises Unavailable(DATABASE_UNAVAILABLE).

    The server ends one that is idle for `idle_s_max` seconds (0: never), and with it the locks that it holds.
    """
    with unavailable():
        return psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=_CONNECT_TIMEOUT_S,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=_DEAF_TIMEOUT_MS,
            options=f"-c statement_timeout={_STATEMENT_TIMEOUT_MS} -c idle_session_timeout={idle_s_max * 1000} "
            f"-c timezone=UTC {_SERVER_NOTICES}",
            **options,
        )


@contextmanager
def unavailable() -> Iterator[None]:
    """Turn psycopg's errors into ours: lost connections, deadlocks and full disks are Unavailable, the rest Corrupt.

    A killed postmaster gives AdminShutdown or an OperationalError without SQLSTATE; serialization failures and
    deadlocks are OperationalErrors too, so the class alone decides.
    """
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable("DATABASE_UNAVAILABLE", {"sqlstate": error.sqlstate or "none"}) from error
    except psycopg.Error as error:
        raise Corrupt("DATABASE_REFUSED", {"sqlstate": error.sqlstate or "none"}) from error
