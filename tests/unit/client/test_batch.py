"""The batch folder: what is written is what is read, and nothing that was changed passes."""

from pathlib import Path

import pytest

from hub.client import is_batch, load_batch
from hub.domain import canonical
from hub.errors import Refused
from tests.unit.client.builders import a_batch, sign_all, transcripts


def test_batch_gives_back_the_bytes_that_were_prepared(tmp_path: Path) -> None:
    """Documents come back verbatim and in the order of the file."""
    documents = transcripts(4)
    opened = load_batch(a_batch(tmp_path, documents).folder)
    assert [opened.document(d.document_sha256) for d in opened.documents] == [canonical(t) for t in documents]
    assert (opened.school, opened.school_year) == ("0101001", "2025-2026")
    assert not any(opened.signatures(d.document_sha256) for d in opened.documents)


def test_batch_refuses_a_document_that_was_edited(tmp_path: Path) -> None:
    """The name of a document is the hash of its bytes."""
    batch = a_batch(tmp_path)
    sha256 = batch.documents[0].document_sha256
    path = batch.folder / "documents" / f"{sha256}.json"
    path.write_bytes(path.read_bytes().replace(b"9.0", b"8.0", 1))
    with pytest.raises(Refused) as refused:
        batch.document(sha256)
    assert refused.value.code == "BATCH_DAMAGED"


def test_batch_is_never_overwritten(tmp_path: Path) -> None:
    """A second preparation into the same folder is refused and changes nothing."""
    batch = a_batch(tmp_path)
    before = (batch.folder / "batch.json").read_bytes()
    with pytest.raises(Refused) as refused:
        a_batch(tmp_path, transcripts(1))
    assert refused.value.code == "BATCH_EXISTS"
    assert (batch.folder / "batch.json").read_bytes() == before


@pytest.mark.parametrize(
    ("index", "code"),
    [
        (b"", "BATCH_DAMAGED"),
        (b"\xff\xfe", "BATCH_DAMAGED"),
        (b'{"type":"vn.hocba.batch/1","school":"1","school_year":"2025-2026","documents":[]}', "BATCH_EMPTY"),
        (
            b'{"type":"vn.hocba.batch/1","school":"1","school_year":"2025-2026","documents":[{"document_sha256":'
            b'"../../etc","round":{"cohort":"completed","number":1},"sheet":"","row":1}]}',
            "BATCH_DAMAGED",
        ),
        (None, "BATCH_MISSING"),
    ],
)
def test_index_is_read_strictly(tmp_path: Path, index: bytes | None, code: str) -> None:
    """A file that no preparation wrote is named, and no path leaves the folder."""
    if index is not None:
        (tmp_path / "batch.json").write_bytes(index)
    assert is_batch(tmp_path) == (index is not None)
    with pytest.raises(Refused) as refused:
        load_batch(tmp_path)
    assert refused.value.code == code


def test_batch_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its documents; so are the signatures of a role before it counts as done."""
    synced: list[tuple[str, int]] = []

    def noted(folder: Path) -> None:
        synced.append((folder.name, len([path for path in folder.rglob("*") if path.is_file()])))

    monkeypatch.setattr("hub.client.batch.sync_folder", noted)
    monkeypatch.setattr("hub.client.signing_batch.sync_folder", noted)
    batch = sign_all(a_batch(tmp_path, transcripts(2)), ("homeroom_teacher",))
    assert synced == [(f"{batch.folder.name}.new", 4), ("signatures", 2)]
