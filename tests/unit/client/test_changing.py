"""New values at named fields of a locked document, and nothing else."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.client import changed_document, read_changes, value_at
from hub.domain import canonical, read
from hub.domain.difference import covers, differing_paths
from hub.errors import Refused
from tests.unit.client.builders import sha
from tests.unit.domain.builders import a_transcript

BASE = canonical(a_transcript(7))
OLD = sha("locked")


def _changed(changes: dict[str, Any], base: bytes = BASE) -> bytes:
    return changed_document(base, changes, supersedes=OLD, reason="Nhập nhầm điểm")


def test_changed_document_says_what_it_replaces_and_why() -> None:
    """It reads as a document of its own, with the new value and both members."""
    transcript = read(_changed({"$.subjects[TOAN].year": "8.5"})).transcript
    assert transcript is not None
    assert (transcript.supersedes, transcript.reason) == (OLD, "Nhập nhầm điểm")
    assert next(s.year for s in transcript.subjects if s.code == "TOAN") == "8.5"


@given(st.dictionaries(st.sampled_from(["$.subjects[TOAN].year", "$.subjects[VAN].semester_2", "$.remarks", "$.class"]),
                       st.sampled_from(["5.0", "9.9"]), min_size=1))  # fmt: skip
def test_changed_document_differs_at_the_named_fields_alone(changes: dict[str, str]) -> None:
    """Whatever is named, nothing beside it moves; and it can be changed back."""
    new = _changed(changes)
    assert all(covers(changes, path) for path in differing_paths(BASE, new))
    was = {field: value_at(msgspec.json.decode(BASE), field) for field in changes}
    assert differing_paths(BASE, _changed(was, new)) == ()


def test_field_that_goes_is_absent() -> None:
    """A null takes a member out; a document has no nulls."""
    base = canonical(a_transcript(7, remarks="Chăm."))
    assert read(_changed({"$.remarks": None}, base)).transcript == read(_changed({}, BASE)).transcript


def test_whole_entry_is_replaced_removed_or_put_in_its_place() -> None:
    """A subject stands where the circular puts it, also one that came new."""
    rows = {s.code: msgspec.to_builtins(s) for s in a_transcript(7).subjects}
    codes = list(rows)
    taken = _changed({f"$.subjects[{codes[0]}]": None})
    assert [s.code for s in read(taken).transcript.subjects] == codes[1:]  # type: ignore[union-attr]
    back = _changed({f"$.subjects[{codes[0]}]": rows[codes[0]]}, taken)
    assert differing_paths(BASE, back) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"$.subjects[LATIN].year": "5.0"}, {"$.subjects[TOAN]": {"code": "VAN"}}, {"$.subjects[TOAN]": "5.0"},
        {"$.nobody": "x"}, {"subjects": []}, {"$.subjects[2].year!": "x"}, {"$": {}},
    ],
)  # fmt: skip
def test_field_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    """An entry that is not there, an entry under another code, a field that no transcript has, a path that is none."""
    with pytest.raises(Refused) as refused:
        _changed(changes)
    assert refused.value.code == "OPTION_WRONG"


def test_change_file_is_of_one_document_or_of_several(tmp_path: Path) -> None:
    """Fields alone are about the only document; under hashes they are about those."""
    path = tmp_path / "moi.json"
    path.write_text(json.dumps({"$.class": "7B"}), encoding="utf-8")
    assert read_changes(path) == {"": {"$.class": "7B"}}
    path.write_text(json.dumps({OLD: {"$.class": "7B"}}), encoding="utf-8")
    assert read_changes(path) == {OLD: {"$.class": "7B"}}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"$.class": "7B", "x": {}}', '{"a": {}}', '{"a": 1}', '{"$.reason": "x"}',
             '{"$.supersedes": "x"}', '{"$.nobody": 1}', "\ud800", "[" * 5000, " " * 1_000_001]
)  # fmt: skip
def test_change_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """Neither shape nor size nor the two members that the hub writes itself."""
    path = tmp_path / "moi.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(Refused) as refused:
        read_changes(path)
    assert refused.value.code == "OPTION_WRONG"


def test_value_of_a_field_that_is_not_there_is_none() -> None:
    """Nothing stands below what is absent."""
    value = msgspec.json.decode(BASE)
    assert value_at(value, "$.subjects[TOAN].year") == "8.0"
    assert value_at(value, "$.subjects[LATIN].year") is None
    assert value_at(value, "$.absences.excused") is None
