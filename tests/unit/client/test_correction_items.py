"""What a request is about, as a person types it: items, fields, the paper behind it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from hub.client import evidence_sha256, items_of, one_item
from hub.errors import Refused
from tests.unit.client.builders import sha

FIELD = "$.subjects[TOAN].year"


def _file(tmp_path: Path, value: Any) -> Path:
    path = tmp_path / "muc.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def test_items_are_read_in_their_order(tmp_path: Path) -> None:
    """A field that is named twice counts once."""
    rows = [{"document_sha256": sha(name), "fields": [FIELD, "$.class", FIELD]} for name in "ba"]
    found = items_of(_file(tmp_path, rows))
    assert [item.document_sha256 for item in found] == [sha("b"), sha("a")]
    assert found[0].fields == (FIELD, "$.class")
    assert one_item(sha("b"), [FIELD, "$.class"]) == found[:1]


@pytest.mark.parametrize(
    "fields", [[], ["subjects"], ["$"], ["$.nobody"], ["$.subjects[TOAN"], ["$.school.code"], ["$.supersedes"],
               ["$.student.personal_id"]]
)  # fmt: skip
def test_field_that_cannot_be_corrected_is_refused_before_anything_is_sent(fields: list[str]) -> None:
    """No field, no path, no such field, and those that say which record it is."""
    with pytest.raises(Refused) as refused:
        one_item(sha("a"), fields)
    assert refused.value.code == "OPTION_WRONG"


@pytest.mark.parametrize(
    "rows",
    [
        "", "{}", "[1]", [], [{"document_sha256": "x", "fields": [FIELD]}], [{"document_sha256": sha("a")}],
        [{"document_sha256": sha("a"), "fields": [FIELD], "more": 1}],
        [{"document_sha256": sha("a"), "fields": [FIELD]}] * 2,
        [{"document_sha256": sha(str(n)), "fields": [FIELD]} for n in range(201)],
    ],
)  # fmt: skip
def test_file_that_is_none_is_refused(tmp_path: Path, rows: Any) -> None:
    """Neither shape nor number, and no document twice."""
    with pytest.raises(Refused) as refused:
        items_of(_file(tmp_path, rows))
    assert refused.value.code == "OPTION_WRONG"


def test_paper_is_named_by_file_or_by_hash(tmp_path: Path) -> None:
    """The file itself stays where it is."""
    path = tmp_path / "bien-ban.pdf"
    path.write_bytes(b"%PDF")
    digest = hashlib.sha256(b"%PDF").hexdigest()
    assert evidence_sha256(str(path)) == evidence_sha256(digest) == digest
    with pytest.raises(Refused) as refused:
        evidence_sha256(str(tmp_path / "absent.pdf"))
    assert refused.value.code == "OPTION_WRONG"
