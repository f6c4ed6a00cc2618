"""`hub prepare --legacy`, `hub seal`: from a typed file and its scan to what a connector or hub submit sends."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.client import kept_outbounds, load_batch
from hub.connectors.jsonl import write_jsonl
from hub.errors import Refused
from hub.local.pki import Pki
from tests.unit.client.builders import ISSUED_AT, a_batch, header_of, transcripts
from tests.unit.client.scans import a_scan

YEAR = timedelta(days=365)
RUN = CliRunner(env={"HUB_KEY_PASSWORD": "development"})


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Write the key file of a Sở's seal."""
    issued = Pki.create(ISSUED_AT).issue("Sở", "seal", "ES256", ISSUED_AT - YEAR, ISSUED_AT + YEAR)
    (tmp_path / "so.p12").write_bytes(issued.p12())
    return tmp_path / "so.p12"


def prepared(tmp_path: Path) -> Path:
    """Prepare a batch of two pupils, typed from a scan."""
    (tmp_path / "hoc-ba.png").write_bytes(a_scan())
    write_jsonl(tmp_path / "lop.jsonl", transcripts(2))
    done = RUN.invoke(app, ["prepare", str(tmp_path / "lop.jsonl"), "--legacy", str(tmp_path / "hoc-ba.png"), "--json"])
    assert done.exit_code == 0, done.output
    return tmp_path / "lop.batch"


def test_typed_documents_are_sealed_as_the_lowest_grade_and_repeated_sealing_changes_nothing(
    tmp_path: Path, key: Path
) -> None:
    """Documents and submissions; a second run finds all done."""
    batch = prepared(tmp_path)
    shown = []
    for _ in range(2):
        done = RUN.invoke(app, ["seal", str(batch), "--key", str(key), "--json"])
        assert done.exit_code == 0, done.output
        shown.append(json.loads(done.stdout.splitlines()[-1]))
    assert [(line["sealed"], line["submissions"]) for line in shown] == [(2, 1), (0, 0)]
    assert {(line["grade"], line["role"], line["system"], line["mapping"]) for line in shown} == {
        ("legacy_evidence", "so_seal", "hoc-ba-giay", None)
    }
    opened = load_batch(batch)
    assert len(kept_outbounds(opened, "tien-giang") or ()) == 1
    (compact,) = opened.signatures(opened.documents[0].document_sha256)
    assert header_of(compact)["hb_origin"]["grade"] == "legacy_evidence"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["sign", "{sealed}", "--role", "principal", "--key", "{key}"], "BATCH_IS_SEALED"),
        (["seal", "{signed}", "--key", "{key}"], "BATCH_NOT_FOR_SEAL"),
        (["submit", "{sealed}", "--so", "ha-noi"], "BATCH_NOT_SEALED"),
        (["submit", "{sealed}", "--so", "ha-noi", "--mode", "all_or_nothing"], "OPTION_WRONG"),
        (["submit", "{signed}", "--so", "ha-noi"], "OPTION_MISSING"),
    ],
)  # fmt: skip
def test_batch_is_for_the_seal_or_for_persons(tmp_path: Path, key: Path, arguments: list[str], code: str) -> None:
    """Which one was said when it was made; the other way is refused with what to do."""
    paths = {"sealed": prepared(tmp_path), "signed": a_batch(tmp_path).folder, "key": key}
    done = RUN.invoke(app, [argument.format(**paths) for argument in arguments])
    assert isinstance(done.exception, Refused)
    assert done.exception.code == code
