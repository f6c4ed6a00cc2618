"""The real door, as far as it needs no server: whether a receipt is Sở's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.client import ReadReceipt
from hub.connect import KafkaDoor
from hub.domain.statements import ReceiptStatement, encode
from hub.trust import Snapshot
from tests.unit.connect.world import SO

_URL = "postgresql://nowhere"


def _receipt() -> ReadReceipt:
    statement = ReceiptStatement(
        at="2026-06-15T03:00:00.000Z", command_id="c", documents=(), findings=(), kind="Submission",
        outcome="accepted", register_version=1, school="01000001", so=SO, type="vn.hocba.receipt/1",
    )  # fmt: skip
    return ReadReceipt("r", statement, encode(statement), "", datetime(2026, 6, 15, 3, tzinfo=UTC))


def test_receipt_is_unchecked_without_a_register(tmp_path: Path) -> None:
    """Nobody can say whether it is Sở's."""
    door = KafkaDoor("localhost:1", {SO: None}, tmp_path / "journal.jsonl", lambda: 100.0)
    assert door.judged(_receipt()) == ("unchecked", ())


def test_receipt_is_invalid_only_by_a_register_that_was_read_just_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """The certificate may be newer than the register at hand."""
    clock, reads = [100.0], []

    def read(url: str, so: str) -> Snapshot:
        reads.append(clock[0])
        return Snapshot.of([])

    monkeypatch.setattr("hub.connect.kafka_door.snapshot_of", read)
    door = KafkaDoor("localhost:1", {SO: _URL}, tmp_path / "journal.jsonl", lambda: clock[0])
    for at in (100.0, 110.0):
        clock[0] = at
        status, findings = door.judged(_receipt())
        assert status == "invalid"
        assert findings
    assert reads == [100.0, 110.0]
