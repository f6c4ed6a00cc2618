"""What the tables must look like, and in what the database differs: nothing is read from tables that have changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from hub.connectors.nghe_an.pgoutput import Relation
from hub.connectors.nghe_an.session import Row, Session, drift
from hub.connectors.nghe_an.settings import Database
from hub.connectors.sdk.toml_files import read_toml, typed
from hub.errors import Refused

__all__ = ["Catalogue", "Table", "check_tables", "description"]

_FILE = Path(__file__).with_name("description.toml")
_DIFFERENCES_TOLD_MAX = 4


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table: the types of its columns that are read, of those passed over, and its key."""

    key: tuple[str, ...]
    columns: dict[str, str]
    passed_over: dict[str, str] = {}


@cache
def description() -> Mapping[str, Table]:
    """Return the tables by name. Raises Refused MANIFEST_WRONG for a file that says something else."""
    try:
        return typed(read_toml(_FILE), dict[str, Table])
    except ValueError as error:
        raise Refused("MANIFEST_WRONG", {"file": _FILE.name, "reason": str(error)[:200]}) from None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The tables as the database has them, and as described: (table, column) → (type's oid, modifier)."""

    schema: str
    types: Mapping[tuple[str, str], tuple[int, int]]

    def check(self, relation: Relation) -> None:
        """Compare what a change says of its table. Raises Refused SCHEMA_DRIFT."""
        if relation.schema != self.schema or relation.name not in description():
            return  # published for somebody else
        known, there = description()[relation.name], {column.name: column for column in relation.columns}
        differing = [f"{relation.name}.{name} is missing" for name in known.key if name not in there]
        differing += [
            f"{relation.name}.{name} is no key" for name in known.key if name in there and not there[name].is_key
        ]
        for name, column in there.items():
            if self.types.get((relation.name, name)) != (column.type_id, column.modifier):
                differing.append(f"{relation.name}.{name} is new or of another type")
        if relation.identity == "n":
            differing.append(f"{relation.name} has no replica identity")
        _tell(differing)


async def check_tables(session: Session, database: Database) -> Catalogue:
    """Compare the tables, or views, with the description. Raises Refused SCHEMA_DRIFT with what differs."""
    rows = await session.all("columns", schema=database.schema, tables=list(description()))
    _tell(_differences(rows, database.said.changes))
    if database.said.changes == "replication":
        await _check_publication(session, database)
    return Catalogue(database.schema, {(row[0], row[1]): (row[3], row[4]) for row in rows})


def _differences(rows: Iterable[Row], changes: Literal["replication", "view"]) -> Iterator[str]:
    """Yield what differs, in words; of views neither keys are known, nor need columns be there that are not read."""
    there = {(row[0], row[1]): row for row in rows}
    tables = {table for table, _ in there}
    for name, table in description().items():
        if name not in tables:
            yield f"no table {name}"
            continue
        wanted = {**table.columns, **(table.passed_over if changes == "replication" else {})}
        for column, kind in wanted.items():
            found = there.get((name, column))
            if found is None:
                yield f"{name}.{column} is missing"
            elif found[2] != kind:
                yield f"{name}.{column} is {found[2]}, not {kind}"
            elif changes == "replication" and found[5] != (column in table.key):
                yield f"{name}: the key is another"
        known = {*table.columns, *table.passed_over}
        yield from (f"{name}.{column} is new" for of, column in there if of == name and column not in known)


async def _check_publication(session: Session, database: Database) -> None:
    """Look whether each table is published, whole and with its key. Raises Refused SCHEMA_DRIFT."""
    said = database.said
    sends_all = await session.first("publication", publication=said.publication)
    if sends_all is None or not sends_all[0]:
        raise drift(
            f"publication {said.publication}: " + ("it is missing" if sends_all is None else "not every change")
        )
    rows = await session.all("published", publication=said.publication, schema=database.schema)
    published = {row[0]: row for row in rows}
    _tell(_unpublished(published, said.publication))


def _unpublished(published: Mapping[str, Row], publication: str) -> Iterator[str]:
    for name, table in description().items():
        row = published.get(name)
        if row is None:
            yield f"publication {publication}: no {name}"
        elif row[1] or not set(table.key) <= set(row[2]):
            yield f"publication {publication}: {name} is not whole"


def _tell(differences: Iterable[str]) -> None:
    told = list(differences)
    if told:
        more = len(told) - _DIFFERENCES_TOLD_MAX
        shown = "; ".join(told[:_DIFFERENCES_TOLD_MAX])
        raise drift(shown + (f"; … +{more}" if more > 0 else ""))
