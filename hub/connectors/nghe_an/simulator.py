"""Play the province's database: a real PostgreSQL server on loopback, its tables filled from transcripts.

Faults on request: `schema` (a column more, under another name, or gone), `hostile` rows, and what `trouble` does while
it runs. A test does more with `run`, as a clerk or an administrator of the province would.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from hub.connectors.nghe_an.connecting import connector
from hub.connectors.nghe_an.filling import COPIES, rows_of
from hub.connectors.nghe_an.statements import PLAYED, script
from hub.connectors.nghe_an.trouble import trouble
from hub.connectors.simulating import Faults
from hub.connectors.simulating.hostile import hostile_texts
from hub.connectors.simulating.postgres_server import PostgresServer
from hub.domain import Transcript

__all__ = ["PlayedDatabase", "simulator"]

_DATABASE = "nghe_an"
_ROLES = ("hub_doc", "hub_xem_doc", "hub_ghi")
_DRIFT: Mapping[str, LiteralString] = {
    "added": "ALTER TABLE hoc_ba.ho_so ADD COLUMN lop_bo_sung text",
    "renamed": "ALTER TABLE hoc_ba.ho_so RENAME COLUMN lop TO lop_moi",
    "removed": "ALTER TABLE hoc_ba.ho_so DROP COLUMN lop CASCADE",
}
_ANSWERS = ("receipt", "incoming_pupil", "correction", "unlock")


class PlayedDatabase:
    """Implements `Simulator`. `keys` of its records in their order; `server` may be restarted or killed."""

    shows = ("errors",)
    """Faults of the conformance kit that a database can have: its connections end."""

    def __init__(self, transcripts: Iterable[Transcript], folder: Path, faults: Faults, *, view: bool = False) -> None:
        """`view`: the settings lead to the views, and no slot is needed."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._faults, self._view = folder.absolute(), faults, view
        rows = rows_of(transcripts, connector().mapper)
        self._rows, self.keys, self.left_out = rows.by_table, tuple(rows.keys), rows.left_out
        self.server = PostgresServer(self._folder / "may-chu")
        self._answers = self._folder / "tra-loi.json"
        self._serves = False
        self._trouble: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Return the administrator's address of the database."""
        return f"{self.server.address}/{_DATABASE}"

    async def start(self) -> Mapping[str, Any]:
        """Serve; make and fill the database unless it is there. Return the settings of an instance."""
        await self.server.start()
        await self._make()
        self._serves = True
        self._trouble = trouble(self, self._faults)
        host = f"127.0.0.1:{self.server.port}/{_DATABASE}"
        return {"database": {
            "url": f"postgresql://{'hub_xem_doc' if self._view else 'hub_doc'}@{host}",
            "write_url": f"postgresql://hub_ghi@{host}", "password_file": str(self._passwords()),
            "changes": "view" if self._view else "replication",
        }}  # fmt: skip

    async def stop(self) -> None:
        """End serving; what the system holds stays in its folder."""
        if self._trouble is not None:
            self._trouble.cancel()
            await asyncio.gather(self._trouble, return_exceptions=True)
        if self._serves:
            with suppress(psycopg.Error):
                held = json.dumps(self._held(), ensure_ascii=False, default=str)
                self._answers.write_text(held, encoding="utf-8")
        self._serves = False
        await self.server.stop()

    def answers(self) -> Sequence[Mapping[str, Any]]:
        """Return what stands in the staging schema, or stood there when it last ended."""
        if self._serves:
            return self._held()
        return json.loads(self._answers.read_bytes()) if self._answers.exists() else ()

    async def run(self, statement: LiteralString, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement as the province's administrator; return its rows."""
        async with await psycopg.AsyncConnection.connect(self.address, autocommit=True) as connection:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []

    def _held(self) -> list[dict[str, Any]]:
        with psycopg.connect(self.address, autocommit=True, row_factory=dict_row) as connection:
            return [
                {"kind": kind, "offered": 1, "refused": 0} | row
                for kind in _ANSWERS
                for row in connection.execute(PLAYED[f"answers_{kind}"]).fetchall()
            ]

    async def _make(self) -> None:
        """Make the database under its name last, so that a half-made one is never taken for whole."""
        half = f"{_DATABASE}_moi"
        async with await psycopg.AsyncConnection.connect(
            f"{self.server.address}/postgres", autocommit=True
        ) as administrator:
            found = await administrator.execute(PLAYED["database"], {"name": _DATABASE})
            if await found.fetchone() is not None:
                return
            names = sql.Identifier(half), sql.Identifier(_DATABASE)
            await administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(names[0]))
            await administrator.execute(sql.SQL("CREATE DATABASE {}").format(names[0]))
            await self._fill(f"{self.server.address}/{half}")
            await administrator.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))
        await self._grant()
        if self._faults.schema is not None:
            await self.run(_DRIFT[self._faults.schema])

    async def _fill(self, address: str) -> None:
        async with await psycopg.AsyncConnection.connect(address) as connection:
            await connection.execute(script("system.sql"))
            await connection.execute(script("views.sql"))
            async with connection.cursor() as cursor:
                for table, statement in COPIES.items():
                    async with cursor.copy(statement) as copy:
                        for row in self._rows[table]:
                            await copy.write_row(row)
            for number, text in enumerate(hostile_texts(None)) if self._faults.hostile else ():
                with suppress(UnicodeEncodeError, psycopg.DataError):
                    async with connection.transaction():
                        await connection.execute(PLAYED["hostile"], {"key": f"~{number}", "text": text})
                        await connection.execute(PLAYED["hostile"], {"key": text, "text": text})

    async def _grant(self) -> None:
        async with await psycopg.AsyncConnection.connect(self.address) as connection:
            await connection.execute(script("roles.sql"))
            for role in _ROLES:
                await connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(self._password(role)))
                )

    def _passwords(self) -> Path:
        """Return the file of passwords for the hub, in PostgreSQL's own form."""
        path = self._folder / "mat-khau"
        path.touch(mode=0o600)
        lines = (f"127.0.0.1:{self.server.port}:*:{role}:{self._password(role)}\n" for role in _ROLES)
        path.write_text("".join(lines), encoding="ascii")
        return path

    def _password(self, role: str) -> str:
        """Return a password; it guards loopback alone, so that where it lies is secret enough."""
        return hashlib.sha256(f"{self._folder}/{role}".encode()).hexdigest()[:32]


def simulator(transcripts: Iterable[Transcript], folder: Path, faults: Faults, port: int = 0) -> PlayedDatabase:
    """Return the system; its server takes a free port of loopback and keeps it, `port` is not for it to choose."""
    return PlayedDatabase(transcripts, folder, faults)
