"""PostgreSQL: migrations, named queries, and one module per database (so, bo).

`common/` is what both databases have: position, outbox, quarantine, register. SQL lives in .sql files only; a query is
named there and called by its name here.
"""

from hub.store.connection import Connection, open_connection, unavailable
from hub.store.migrate import migrate

__all__ = ["Connection", "migrate", "open_connection", "unavailable"]
