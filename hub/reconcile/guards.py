"""Whether what keeps rows from changing still stands as our migrations made it: triggers, functions, rights.

An owner of tables, or a superuser, can switch triggers off, change a row and switch them on again; then the row tells.
While they are off, or a worker has a right that it should not have, this tells.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from hub.domain.lifecycle import MACHINES, START
from hub.reconcile.tampered import Tampered
from hub.store import Connection
from hub.store.queries import queries_of

__all__ = ["Declared", "PortalRights", "check_guards", "declared", "portal_rights"]

_COMMON = queries_of("common")
_TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)\s.*?\sON (\w+)", re.DOTALL)
_DROPPED = re.compile(r"DROP TRIGGER (?:IF EXISTS )?(\w+) ON (\w+)")
_FUNCTION = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?AS \$\$(.*?)\$\$", re.DOTALL)
_AS_OWNER = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\((?:(?!AS \$\$).)*?SECURITY DEFINER", re.DOTALL)
_ROW_SECURITY = re.compile(r"^ALTER TABLE (\w+) ENABLE ROW LEVEL SECURITY;$", re.MULTILINE)
_GRANTED = re.compile(r"^GRANT (SELECT|EXECUTE) ON (?:FUNCTION )?([\w,\s]+?) TO", re.MULTILINE)
_WITHHELD = re.compile(r"^REVOKE (ALL|INSERT) ON (?!ALL )([\w, ]+) FROM", re.MULTILINE)
_RIGHT = re.compile(r"^GRANT (\w+)(?: \(([^)]*)\))? ON (\w+) TO", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Declared:
    """What the files say: (table, trigger) pairs, bodies by function, (table, right, column or None) beside reading."""

    triggers: frozenset[tuple[str, str]]
    functions: Mapping[str, str]
    rights: frozenset[tuple[str, str, str | None]]
    as_owner: frozenset[str] = frozenset()  # functions that act with the rights of their owner
    row_security: frozenset[str] = frozenset()  # tables


@dataclass(frozen=True, slots=True)
class PortalRights:
    """What Bộ's grants give the portal's role, and withhold from the worker: (table, right), names of functions."""

    portal: frozenset[tuple[str, str]]
    portal_calls: frozenset[str]
    withheld: frozenset[tuple[str, str]]
    worker_calls: frozenset[str]


def portal_rights() -> PortalRights:
    """Read what the files of grants of Bộ's database say."""
    folder = files("hub.store") / "bo"
    worker, portal = ((folder / name).read_text(encoding="utf-8") for name in ("grants.sql", "portal_grants.sql"))
    given = set(_given(worker, "SELECT"))
    withheld = {
        (table.strip(), right)
        for rights, tables in _WITHHELD.findall(worker)
        for table in tables.split(",")
        for right in (("SELECT", "INSERT") if rights == "ALL" else (rights,))
    }
    return PortalRights(
        frozenset((table, "SELECT") for table in _given(portal, "SELECT")), frozenset(_given(portal, "EXECUTE")),
        frozenset(withheld - {(table, "SELECT") for table in given}), frozenset(_given(worker, "EXECUTE")),
    )  # fmt: skip


def _given(text: str, right: str) -> Iterator[str]:
    for found, names in _GRANTED.findall(text):
        yield from (name.strip() for name in names.split(",") if found == right)


def declared(kind: str) -> Declared:
    """Read what the migrations and grants of a database ("so" or "bo") make."""
    triggers: set[tuple[str, str]] = set()
    functions: dict[str, str] = {}
    as_owner: set[str] = set()
    row_security: set[str] = set()
    for folder in ("common", kind):
        entries = (files("hub.store") / folder).iterdir()
        for file in sorted((f for f in entries if f.name[0].isdigit()), key=lambda f: f.name):
            text = file.read_text(encoding="utf-8")
            triggers |= {(table, name) for name, table in _TRIGGER.findall(text)}
            triggers -= {(table, name) for name, table in _DROPPED.findall(text)}
            functions |= dict(_FUNCTION.findall(text))
            as_owner |= set(_AS_OWNER.findall(text))
            row_security |= set(_ROW_SECURITY.findall(text))
    grants = (files("hub.store") / kind / "grants.sql").read_text(encoding="utf-8")
    rights = {
        (table, right, column.strip() or None)
        for right, columns, table in _RIGHT.findall(grants)
        for column in columns.split(",")
    }
    return Declared(frozenset(triggers), functions, frozenset(rights), frozenset(as_owner), frozenset(row_security))


def check_guards(connection: Connection, owner: str) -> Iterator[Tampered]:
    """Yield every guard that is missing, off or changed, and every way round one that no file of ours makes."""
    said = declared("bo" if owner == "bo" else "so")
    standing = {(t, name): on for t, name, on in connection.execute(_COMMON["guards_standing"])}
    for table, name in sorted(said.triggers):
        state = standing.get((table, name))
        if not state:
            yield _guard(owner, table, f"trigger={name}", "missing" if state is None else "disabled")
    for table, name in sorted(standing.keys() - said.triggers):
        yield _guard(owner, table, f"trigger={name}", "unknown")
    yield from _functions(connection, owner, said)
    yield from _surprises(connection, owner, said)
    for table, right, column in connection.execute(_COMMON["guard_rights"]):
        if right not in ("SELECT", "INSERT") and (table, right, column) not in said.rights:
            yield _guard(owner, table, f"right={right}" + (f" column={column}" if column else ""), "granted")
    rows = {(t.machine.value, t.state, t.next_state) for m in MACHINES.values() for t in m if t.state != START}
    found = {tuple(row) for row in connection.execute(_COMMON["guard_transitions"])}
    for machine, before, after in sorted(rows ^ found):
        yield _guard(owner, "transition", f"machine={machine} from_state={before} to_state={after}", "changed")


def _surprises(connection: Connection, owner: str, said: Declared) -> Iterator[Tampered]:
    found = {(table, what) for table, what in connection.execute(_COMMON["guard_surprises"])}
    expected = {(table, "row security") for table in said.row_security}
    for table, what in sorted(found - expected):
        yield _guard(owner, table, table, what)
    for table, what in sorted(expected - found):
        yield _guard(owner, table, table, f"{what} off")


def _functions(connection: Connection, owner: str, said: Declared) -> Iterator[Tampered]:
    bodies = dict(said.functions)
    for name, body, acts_as_owner in connection.execute(_COMMON["guard_functions"]):
        expected = bodies.pop(name, None)
        if acts_as_owner != (name in said.as_owner):
            yield _guard(owner, "pg_proc", f"function={name}", "security definer")
        if expected is None or expected != body:
            yield _guard(owner, "pg_proc", f"function={name}", "unknown" if expected is None else "changed")
    yield from (_guard(owner, "pg_proc", f"function={name}", "missing") for name in sorted(bodies))


def _guard(owner: str, table: str, key: str, what: str) -> Tampered:
    return Tampered("ROW_GUARD_CHANGED", owner, table, key, (what,))
