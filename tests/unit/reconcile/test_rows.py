"""One stored row: what does not agree with the rest of it is named, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.reconcile.rows import NOTHING, StoredRow, row_of
from hub.reconcile.tampered import gaps, row_faults
from hub.trust import envelope_sha256, leaf_bytes, leaf_hash, parse_leaf
from tests.unit.decision.builders import a_seal, sha
from tests.unit.reconcile.builders import at_bo, at_so


@pytest.mark.parametrize("stored", [at_so, at_bo])
@pytest.mark.parametrize("n", range(5))
def test_row_that_nobody_touched_has_no_fault(stored: Callable[[int], StoredRow], n: int) -> None:
    """Neither at Sở nor at Bộ, whose columns differ."""
    assert row_of(stored(n)).faults == ()


_BOTH: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"document": b"{}"}, ("document",)),
    ({"document_sha256": sha("x")}, ("document_sha256",)),
    ({"document": b"{}", "document_sha256": sha("{}")}, ("leaf",)),
    ({"signatures": ["a..b"]}, ("signatures",)),
    ({"signatures": ["é"]}, ("signatures",)),
    ({"signatures": None}, ("signatures",)),
    ({"leaf": b"{}"}, ("leaf",)),
    ({"leaf_sha256": sha("x")}, ("leaf_sha256",)),
    ({"leaf": None, "leaf_sha256": None}, ("no leaf",)),
    ({"document": None}, ("no document",)),
    ({"pupil": "id:1"}, ("pupil",)),
    ({"school": "X"}, ("school",)),
    ({"student_code": "X"}, ("student_code",)),
    ({"school_year": "2000-2001"}, ("school_year",)),
    ({"period": "semester_1"}, ("period",)),
    ({"version": 2}, ("version",)),
    ({"locator": "X"}, ("locator",)),
]


@pytest.mark.parametrize("stored", [at_so, at_bo])
@pytest.mark.parametrize(("changes", "faults"), _BOTH)
def test_part_that_was_changed_is_named(
    stored: Callable[[int], StoredRow], changes: dict[str, Any], faults: tuple[str, ...]
) -> None:
    """Where two of bytes, column and leaf agree, the third is the changed one."""
    assert row_of(stored(2)._replace(**changes)).faults == faults


@pytest.mark.parametrize(
    ("stored", "changes", "faults"),
    [
        (at_so, {"state": "recalled"}, ("state",)), (at_so, {"state": "superseded"}, ()),
        (at_so, {"envelope_sha256": sha("x")}, ("envelope_sha256",)),
        (at_so, {"envelope_sha256": None}, ()), (at_bo, {"evidence": "derived"}, ("evidence",)),
        (at_bo, {"effective_on": date(2020, 1, 1)}, ("effective_on",)),
    ],
)  # fmt: skip
def test_what_only_one_side_has_is_held_against_the_leaf(
    stored: Callable[[int], StoredRow], changes: dict[str, Any], faults: tuple[str, ...]
) -> None:
    """States and envelopes at Sở, dates at Bộ."""
    assert row_of(stored(0)._replace(**changes)).faults == faults


@pytest.mark.parametrize("stored", [at_so, at_bo])
def test_leaf_that_says_another_grade_than_the_signatures_is_named(stored: Callable[[int], StoredRow]) -> None:
    """Also where every hash was made anew: the grade follows from the signatures."""
    row = stored(1)
    assert row.leaf is not None
    forged = leaf_bytes(with_fields(parse_leaf(row.leaf), evidence="attested"))
    assert row_of(row._replace(leaf=forged, leaf_sha256=leaf_hash(forged))).faults == ("leaf",)
    sealed = (a_seal("attested"),)
    envelope = envelope_sha256(sealed)
    leaf = leaf_bytes(with_fields(parse_leaf(forged), envelope_sha256=envelope.hex()))
    changes = {"leaf": leaf, "leaf_sha256": leaf_hash(leaf), "signatures": list(sealed)}
    kept = {} if row.envelope_sha256 is None else {"envelope_sha256": envelope}
    made = row_of(row._replace(**changes, **kept))
    assert (made.faults, made.evidence) == ((), "attested")


def test_row_without_leaf_is_known_by_its_columns() -> None:
    """Whom it is about can still be told."""
    whole, bare = row_of(at_so(1)), row_of(at_so(1)._replace(leaf=None, leaf_sha256=None))
    assert (bare.record, bare.student_code, bare.leaf) == (whole.record, whole.student_code, NOTHING)
    assert row_of(StoredRow(*[None] * 18)).record is None


@pytest.mark.parametrize(
    ("owner", "changes", "code", "table"),
    [
        ("so-ha-noi", {"document": b"{}"}, "ROW_DOCUMENT_CHANGED", "document"),
        ("so-ha-noi", {"leaf": b"{}"}, "ROW_LEAF_CHANGED", "leaf"),
        ("so-ha-noi", {"locator": "X"}, "ROW_COLUMN_CHANGED", "leaf"),
        ("so-ha-noi", {"document": None}, "ROW_MISSING", "document"),
        ("bo", {"leaf": b"{}"}, "ROW_LEAF_CHANGED", "document"),
        ("bo", {"signatures": ["a..b"]}, "ROW_SIGNATURES_CHANGED", "document"),
    ],
)
def test_finding_names_the_table_and_its_key(owner: str, changes: dict[str, Any], code: str, table: str) -> None:
    """Sở has documents and leaves apart, Bộ in one table."""
    stored = (at_bo if owner == "bo" else at_so)(3)._replace(**changes)
    (found,) = row_faults(owner, sha("lock"), stored, row_of(stored))
    assert (found.code, found.table) == (code, table)
    by_message = table == "document" and owner != "bo"
    assert found.key.startswith("message_sha256=" if by_message else f"lock_id={sha('lock').hex()} n=3")


def test_rows_that_are_gone_or_too_many_are_told_by_their_number() -> None:
    """Rows of a lock go from 0 to its count."""
    found = [(t.code, t.key[-3:]) for t in gaps("bo", "document", sha("lock"), [0, 2, 7], 3)]
    assert found == [("ROW_MISSING", "n=1"), ("ROW_EXTRA", "n=7")]


def test_finding_shows_no_personal_data() -> None:
    """Neither number nor code of a pupil, though the row has both."""
    stored = at_so(0)._replace(pupil="id:001217999999", student_code="X")
    shown = [t.shown() for t in row_faults("so-ha-noi", sha("lock"), stored, row_of(stored))]
    assert shown
    assert "001217" not in str(shown)
    assert replace(row_of(stored), faults=()).faults == ()
