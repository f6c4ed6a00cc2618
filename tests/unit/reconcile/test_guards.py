"""What the files declare is read from the files: a new trigger, function or right needs no second list."""

from typing import Any, cast

import pytest

from hub.domain.lifecycle import MACHINES, START
from hub.reconcile.guards import check_guards, declared
from hub.store import Connection
from hub.store.queries import queries_of

_SQL = queries_of("common")


@pytest.mark.parametrize(
    ("kind", "trigger", "function"),
    [
        ("so", ("document", "document_is_final"), "refuse_document_change"),
        ("so", ("document", "document_superseded_by_another"), "refuse_supersession_by_nothing"),
        ("so", ("register_entry", "register_entry_is_final"), "refuse_change"),
        ("bo", ("pupil", "pupil_is_kept"), "refuse_staged_change"),
    ],
)
def test_triggers_and_functions_are_found_in_the_migrations(kind: str, trigger: tuple[str, str], function: str) -> None:
    """Plain ones, constraint triggers, those of both databases."""
    said = declared(kind)
    assert trigger in said.triggers
    assert "RAISE EXCEPTION" in said.functions[function]


def test_rights_are_found_in_the_grants() -> None:
    """Each column that a worker may change, and nothing that it may only read or add."""
    said = declared("so")
    assert {("document", "UPDATE", "state"), ("lock", "UPDATE", "log_index")} <= said.rights
    assert ("document", "UPDATE", "document") not in said.rights
    assert all(column for _, right, column in said.rights if right == "UPDATE")


class Catalogue:
    """A database whose system catalogue is as the files make it, but for what a test changes."""

    def __init__(self, kind: str) -> None:
        said = declared(kind)
        moves = [(t.machine.value, t.state, t.next_state) for m in MACHINES.values() for t in m if t.state != START]
        self.rows: dict[str, list[tuple[Any, ...]]] = {
            "guards_standing": [(table, name, True) for table, name in sorted(said.triggers)],
            "guard_functions": [(n, body, n in said.as_owner) for n, body in said.functions.items()],
            "guard_surprises": [(table, "row security") for table in said.row_security],
            "guard_rights": [*sorted(said.rights, key=str), ("lock", "SELECT", None), ("lock", "INSERT", None)],
            "guard_transitions": sorted(set(moves)),
        }

    def execute(self, query: str) -> list[tuple[Any, ...]]:
        return self.rows[next(name for name in self.rows if _SQL[name] == query)]

    def found(self, owner: str) -> list[tuple[str, str, tuple[str, ...]]]:
        return [(t.table, t.key, t.what) for t in check_guards(cast("Connection", self), owner)]


@pytest.mark.parametrize(("kind", "owner"), [("so", "so-ha-noi"), ("bo", "bo")])
def test_guards_that_stand_as_declared_are_not_told(kind: str, owner: str) -> None:
    """At least as many triggers as there were when this was written; none of them is missed."""
    catalogue = Catalogue(kind)
    assert len(catalogue.rows["guards_standing"]) >= 25
    assert catalogue.found(owner) == []


@pytest.mark.parametrize(
    ("rows", "change", "finding"),
    [
        ("guards_standing", ("lock", "lock_stays", False), ("lock", "trigger=lock_stays", ("disabled",))),
        ("guards_standing", ("lock", "other", True), ("lock", "trigger=other", ("unknown",))),
        ("guard_functions", ("refuse_change", "BEGIN RETURN NEW; END", False),
         ("pg_proc", "function=refuse_change", ("changed",))),
        ("guard_functions", ("let_through", "", False), ("pg_proc", "function=let_through", ("unknown",))),
        ("guard_surprises", ("lock", "rule"), ("lock", "lock", ("rule",))),
        ("guard_rights", ("lock", "DELETE", None), ("lock", "right=DELETE", ("granted",))),
        ("guard_rights", ("lock", "UPDATE", "root"), ("lock", "right=UPDATE column=root", ("granted",))),
        ("guard_transitions", ("document", "locked", "open"),
         ("transition", "machine=document from_state=locked to_state=open", ("changed",))),
    ],
)  # fmt: skip
def test_guard_that_is_otherwise_is_told(rows: str, change: tuple[Any, ...], finding: tuple[Any, ...]) -> None:
    """One finding for one change, by table and name."""
    catalogue = Catalogue("so")
    kept = [
        row for row in catalogue.rows[rows] if rows in ("guard_rights", "guard_transitions") or row[:-1] != change[:-1]
    ]
    if rows == "guard_functions":
        kept = [row for row in kept if row[0] != change[0]]
    catalogue.rows[rows] = [*kept, change]
    assert catalogue.found("so-ha-noi") == [finding]


def test_trigger_and_function_that_are_gone_are_told() -> None:
    """By the names that the files give them."""
    catalogue = Catalogue("so")
    catalogue.rows["guards_standing"] = [r for r in catalogue.rows["guards_standing"] if r[1] != "leaf_is_final"]
    catalogue.rows["guard_functions"] = [r for r in catalogue.rows["guard_functions"] if r[0] != "refuse_change"]
    assert catalogue.found("so-ha-noi") == [
        ("leaf", "trigger=leaf_is_final", ("missing",)), ("pg_proc", "function=refuse_change", ("missing",)),
    ]  # fmt: skip
