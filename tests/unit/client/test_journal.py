"""The journal is a witness: what was noted before and after a kill can all be read."""

import json
from pathlib import Path

import pytest

from hub.audit import read_journal
from hub.client import Journal

_LONG = {"step": "send", "documents": ["đ" * 64] * 3_000}


def _written(path: Path, *lines: dict[str, object]) -> None:
    with Journal(path) as journal:
        journal.write(lines)


@pytest.mark.parametrize("torn", [b'{"step": "ac', '{"step": "đ'.encode()[:-1], json.dumps(_LONG).encode()])
def test_journal_goes_on_behind_a_line_that_a_kill_cut_off(tmp_path: Path, torn: bytes) -> None:
    """The rest of that line goes, and nothing that was written before or comes behind."""
    path = tmp_path / "journal.jsonl"
    _written(path, {"step": "send", "n": 1})
    with path.open("ab") as file:
        file.write(torn)
    _written(path, {"step": "send", "n": 2}, _LONG)
    _written(path, {"step": "send", "n": 3})
    assert list(read_journal([path])) == [
        {"step": "send", "n": 1}, {"step": "send", "n": 2}, _LONG, {"step": "send", "n": 3},
    ]  # fmt: skip


def test_journal_of_nothing_but_a_torn_line_begins_anew(tmp_path: Path) -> None:
    """The first line of all may be the one that was cut."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"step"')
    _written(path, {"step": "send", "n": 1})
    assert list(read_journal([path])) == [{"step": "send", "n": 1}]


def test_two_who_write_one_journal_leave_whole_lines(tmp_path: Path) -> None:
    """Two commands of one school at the same time: each finds the file whole."""
    path = tmp_path / "journal.jsonl"
    with Journal(path) as one, Journal(path) as other:
        for n in range(3):
            one.write([{"by": "one", "n": n}])
            other.write([{"by": "other", "n": n}])
    assert [(line["by"], line["n"]) for line in read_journal([path])] == [
        (by, n) for n in range(3) for by in ("one", "other")
    ]
