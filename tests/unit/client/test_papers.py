"""Papers: what a person typed from a scan is prepared to be sealed, never to be signed."""

import hashlib
from pathlib import Path

import pytest

from hub.client import Rounds, Sealed, load_batch, prepare_batch, read_paper
from hub.errors import Refused
from hub.topics import MESSAGE_BYTES_MAX
from tests.unit.client.builders import rows_of, transcripts
from tests.unit.client.scans import a_scan

SCAN = a_scan()


def test_documents_typed_from_a_scan_name_it_as_their_source(tmp_path: Path) -> None:
    """Every document of the file; the grade is the lowest, and no mapping is named."""
    (tmp_path / "hoc-ba.png").write_bytes(SCAN)
    paper = read_paper(tmp_path / "hoc-ba.png", "giay-ha-noi")
    made = prepare_batch(rows_of(transcripts(2)), tmp_path / "lo", Rounds(), paper=paper)
    assert made.taken == 2
    batch = load_batch(tmp_path / "lo")
    assert batch.sealed == Sealed(grade="legacy_evidence", system="giay-ha-noi")
    assert {document.source for document in batch.documents} == {hashlib.sha256(SCAN).hexdigest()}
    assert batch.source(hashlib.sha256(SCAN).hexdigest()) == SCAN


@pytest.mark.parametrize(
    ("data", "system", "code"),
    [
        (b"<html>", "giay", "SOURCE_SCAN_UNKNOWN"), (b"", "giay", "SOURCE_SCAN_UNKNOWN"),
        (None, "giay", "FILE_UNREADABLE"), (SCAN[:-4], "giay", "SOURCE_PICTURE_DAMAGED"),
        (SCAN, "Giấy", "OPTION_WRONG"), (SCAN, "", "OPTION_WRONG"), (SCAN, "g" * 61, "OPTION_WRONG"),
        (SCAN + b"x" * MESSAGE_BYTES_MAX, "giay", "SUBMISSION_TOO_LARGE"),
    ],
)  # fmt: skip
def test_what_is_no_paper_is_refused(tmp_path: Path, data: bytes | None, system: str, code: str) -> None:
    """Before a batch is made."""
    path = tmp_path / "hoc-ba.png"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(Refused, match=code):
        read_paper(path, system)
