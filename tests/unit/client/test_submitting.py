"""Submissions of a batch: split by round and size, the same on every run, the same bytes once signed."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.client import Batch, Outbound, SentCommand, commands_in_journal, outbound_of, plan_submissions
from hub.client.submitting import check_transfer_numbers
from hub.domain.statements import RoundName, Submission, read
from hub.errors import Refused
from hub.schemas import decode
from hub.topics import MESSAGE_BYTES_MAX
from tests.unit.client.builders import ISSUED_AT, a_batch, a_command, sign_all, signer, transcripts, with_fields
from tests.unit.client.test_preparing import _leaving, _not_completed

LONG = "Em rất cố gắng. " * 120


def _outbound(batch: Batch, later_s: int = 0, **options: Any) -> list[Outbound]:
    at = ISSUED_AT + timedelta(seconds=later_s)
    seal = signer("school_seal", "PS256")
    return [
        outbound_of(batch, p, "ha-noi", seal, "school_seal", at) for p in plan_submissions(batch, "each", **options)
    ]


def _statement(outbound: Outbound) -> Submission:
    value = decode(outbound.sending.value, ("Submission",)).value
    return read(value["statement"], Submission)


def test_every_document_is_sent_once_in_its_round(tmp_path: Path) -> None:
    """A class with all cohorts becomes one submission a round."""
    one, two, three, four = transcripts(4)
    batch = sign_all(a_batch(tmp_path, [one, _not_completed(two), _leaving(three), _leaving(four)]))
    statements = [_statement(outbound) for outbound in _outbound(batch)]
    assert [(s.round.cohort, s.round.number) for s in statements] == [
        ("completed", 1), ("supplementary", 1), ("transfer", 1), ("transfer", 2),
    ]  # fmt: skip
    assert [h for s in statements for h in s.documents] == [d.document_sha256 for d in batch.documents]


def test_repetition_sends_the_same_bytes(tmp_path: Path) -> None:
    """Ids depend on nothing but the batch, and a signed submission is kept: later, with a random signature, too."""
    batch = sign_all(a_batch(tmp_path))
    first, second = _outbound(batch), _outbound(batch, later_s=3600)
    assert [o.sending for o in first] == [o.sending for o in second]


def test_large_class_is_split_below_the_limit(tmp_path: Path) -> None:
    """No message is larger than the broker takes; order and completeness stay."""
    documents = [with_fields(t, remarks=LONG) for t in transcripts(180)]
    batch = sign_all(a_batch(tmp_path, documents))
    sent = _outbound(batch)
    assert len(sent) > 1
    assert max(len(o.sending.value or b"") for o in sent) <= MESSAGE_BYTES_MAX - 2048
    assert [h for o in sent for h in _statement(o).documents] == [d.document_sha256 for d in batch.documents]
    assert len({o.about["command_id"] for o in sent}) == len(sent)


def test_round_that_must_stand_together_is_never_cut(tmp_path: Path) -> None:
    """All or nothing that fits no message is refused before anything is signed."""
    batch = sign_all(a_batch(tmp_path, [with_fields(t, remarks=LONG) for t in transcripts(180)]))
    with pytest.raises(Refused) as refused:
        plan_submissions(batch, "all_or_nothing")
    assert refused.value.code == "SUBMISSION_TOO_LARGE"
    assert not batch.commands.exists()


def test_unsigned_batch_is_refused(tmp_path: Path) -> None:
    """Sở would refuse it; nothing is sent."""
    batch = sign_all(a_batch(tmp_path), ("homeroom_teacher", "principal"))
    with pytest.raises(Refused) as refused:
        plan_submissions(batch, "each")
    assert (refused.value.code, refused.value.facts) == ("BATCH_NOT_SIGNED", {"role": "school_seal", "count": "3"})


@pytest.mark.parametrize("command_id", ["../../x/y/z", "short", "có-dấu-tiếng-việt", "x" * 61])
def test_command_id_of_ones_own_is_checked(tmp_path: Path, command_id: str) -> None:
    """It becomes a file name and a Kafka header."""
    batch = sign_all(a_batch(tmp_path))
    with pytest.raises(Refused) as refused:
        plan_submissions(batch, "each", command_id)
    assert refused.value.code == "OPTION_WRONG"


def test_command_id_of_ones_own_names_one_content(tmp_path: Path) -> None:
    """The same id for another mode is refused, as Sở would."""
    batch = sign_all(a_batch(tmp_path))
    (only,) = _outbound(batch, command_id="lop-3a-lan-1")
    assert only.about["command_id"] == "lop-3a-lan-1"
    (other,) = plan_submissions(batch, "all_or_nothing", "lop-3a-lan-1")
    with pytest.raises(Refused) as refused:
        outbound_of(batch, other, "ha-noi", signer(), "school_seal", ISSUED_AT)
    assert refused.value.code == "COMMAND_ID_REUSED"


def test_journal_line_gives_the_command_back(tmp_path: Path) -> None:
    """What the journal keeps is enough to know later what a receipt was about; broken lines are passed over."""
    sent = a_command("lop-3a-lan-1", "a" * 64, supersedes=(("a" * 64, "b" * 64),))
    about = {"step": "acknowledged", **sent.about("ha-noi")}
    path = tmp_path / "journal.jsonl"
    path.write_text(
        f'{json.dumps({"step": "send"} | sent.about("ha-noi"))}\n{json.dumps(about)}\n{{"cut', encoding="utf-8"
    )
    assert list(commands_in_journal(path, "ha-noi", "0101001")) == [sent]
    assert list(commands_in_journal(path, "ha-noi", "0101002")) == []


def test_transfer_round_of_another_pupil_is_refused(tmp_path: Path) -> None:
    """A number that the journal knows for another document is taken; the same document may go again."""
    batch = sign_all(a_batch(tmp_path, [_leaving(t) for t in transcripts(1)]))
    planned = plan_submissions(batch, "each")
    first = RoundName(cohort="transfer", number=1)

    def sent(sha256: str) -> SentCommand:
        return a_command("lop-3a-lan-1", sha256, round=first)

    check_transfer_numbers(planned, [sent(batch.documents[0].document_sha256)])
    with pytest.raises(Refused) as refused:
        check_transfer_numbers(planned, [sent("c" * 64)])
    assert (refused.value.code, refused.value.facts) == ("TRANSFER_NUMBER_TAKEN", {"number": "1", "free": "2"})
