"""COPY, the one way in which rows by the thousand are written."""

from collections.abc import Iterable, Sequence

from hub.store.connection import Connection

__all__ = ["copy_rows"]


def copy_rows(connection: Connection, statement: str, types: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows by a `COPY … FROM STDIN (FORMAT BINARY)`; `types` are those of its columns, in order."""
    with connection.cursor().copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
