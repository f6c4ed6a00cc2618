"""Submissions that persons sign and somebody else sends: kept byte for byte, and signed anew only under another id."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.client import Batch, kept_outbounds, outbound_of, plan_submissions, retire_submissions, sign_submissions
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
