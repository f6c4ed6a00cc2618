"""Submissions that persons sign and somebody else sends: kept byte for byte, and signed anew only under another id."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.client import Batch, kept_outbounds, outbound_of, plan_submissions, retire_submissions, sign_submissions
from hub.domain.statements import Submission, encode, read
from hub.errors import Refused
from tests.unit.client.builders import ISSUED_AT, a_batch, sign_all, signer

SEAL = "school_seal"
OLD, YOUNG = "2026-06-15T02:59:00Z", "2026-06-15T03:01:00Z"  # before and after everything was signed


def _sign(batch: Batch, later_s: int = 0) -> int:
    return sign_submissions(batch, signer(SEAL), SEAL, ISSUED_AT + timedelta(seconds=later_s))


def test_kept_submission_is_what_the_school_would_have_sent(tmp_path: Path) -> None:
    """Whoever sends it, Sở sees the same command."""
    batch = sign_all(a_batch(tmp_path))
    assert kept_outbounds(batch, "ha-noi") is None
    assert _sign(batch) == 1
    assert _sign(batch, 3600) == 0
    kept = kept_outbounds(batch, "ha-noi")
    own = [outbound_of(batch, p, "ha-noi", signer(SEAL), SEAL, ISSUED_AT) for p in plan_submissions(batch, "each")]
    assert kept == own


def test_unsigned_batch_has_nothing_to_send(tmp_path: Path) -> None:
    """And no submission of it can be signed."""
    batch = sign_all(a_batch(tmp_path), ("homeroom_teacher",))
    assert kept_outbounds(batch, "ha-noi") is None
    with pytest.raises(Refused) as refused:
        _sign(batch)
    assert refused.value.code == "BATCH_NOT_SIGNED"


def test_old_submission_is_put_aside_and_the_new_one_has_another_id(tmp_path: Path) -> None:
    """No id ever has two statements, and the documents stay signed."""
    batch = sign_all(a_batch(tmp_path))
    _sign(batch)
    assert retire_submissions(batch, OLD, (), ()) == 0
    first = kept_outbounds(batch, "ha-noi")
    for n in (1, 2):
        assert retire_submissions(batch, "2026-06-16T00:00:00Z", (), ()) == 1
        assert kept_outbounds(batch, "ha-noi") is None
        assert _sign(batch, n) == 1
        again = kept_outbounds(batch, "ha-noi")
        assert first is not None
        assert again is not None
        assert again[0].about["command_id"] == f"{first[0].about['command_id']}-{n}"
        assert again[0].about["documents"] == first[0].about["documents"]


def test_submission_that_may_have_been_sent_is_never_put_aside_by_age(tmp_path: Path) -> None:
    """Only Sở's word that it came too late does that."""
    batch = sign_all(a_batch(tmp_path))
    _sign(batch)
    (sent,) = (path.stem for path in batch.commands.glob("*.jws"))
    assert retire_submissions(batch, YOUNG, (), [sent]) == 0
    assert retire_submissions(batch, OLD, [sent], [sent]) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("*.json", None),
        ("*.json", b""),
        ("*.jws", b""),
        ("*.jws", b"\xff\xfe"),
        ("*.jws", b"e30..e30"),
        ("*.json", b"{}"),
    ],
)
def test_kept_submission_that_is_damaged_is_refused(tmp_path: Path, name: str, data: bytes | None) -> None:
    """By the file, whatever a power cut left of it."""
    batch = sign_all(a_batch(tmp_path))
    _sign(batch)
    (path,) = batch.commands.glob(name)
    path.unlink() if data is None else path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        kept_outbounds(batch, "ha-noi")
    assert (refused.value.code, refused.value.facts) == ("BATCH_DAMAGED", {"file": f"commands/{path.name}"})


@pytest.mark.parametrize(
    ("named", "value"), [("school", "7777777"), ("school_year", "2024-2025"), ("command_id", "2025-2026-other")]
)
def test_kept_submission_of_another_school_year_or_id_is_refused(tmp_path: Path, named: str, value: str) -> None:
    """Sở would answer somebody else, and here it would be waited for without end."""
    batch = sign_all(a_batch(tmp_path))
    _sign(batch)
    (path,) = batch.commands.glob("*.json")
    path.write_bytes(encode(replace(read(path.read_bytes(), Submission), **{named: value})))
    with pytest.raises(Refused) as refused:
        kept_outbounds(batch, "ha-noi")
    assert refused.value.code == "BATCH_DAMAGED"


def test_full_disk_is_no_damage_of_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks tries again."""
    batch = sign_all(a_batch(tmp_path))
    _sign(batch)

    def broken(*_: object) -> None:
        raise OSError(5, "EIO")

    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(OSError, match="EIO"):
        kept_outbounds(batch, "ha-noi")


def test_submission_without_its_statement_is_put_aside(tmp_path: Path) -> None:
    """What Sở takes no more need not be whole."""
    batch = sign_all(a_batch(tmp_path))
    _sign(batch)
    (path,) = batch.commands.glob("*.json")
    path.unlink()
    assert retire_submissions(batch, OLD, {path.stem}, ()) == 1
    assert _sign(batch) == 1
