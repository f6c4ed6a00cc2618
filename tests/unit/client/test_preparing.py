"""Preparation: every row is taken or refused, each document in its round, no pupil twice."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.client import Context, JudgedRow, Rounds, Verdict, judge_file, prepare_batch
from hub.connectors.jsonl import write_jsonl
from hub.domain import Cohort, Transcript
from hub.domain.regulations import QUALITIES
from hub.domain.transcript import Result
from hub.errors import Refused
from tests.unit.client.builders import a_batch, rows_of, transcripts, with_fields
from tests.unit.domain.builders import SUMMER, a_school, a_transcript, assessed, primary_subjects


def _leaving(transcript: Transcript) -> Transcript:
    made = a_transcript(period="semester_1")
    return with_fields(made, student=transcript.student)


def _not_completed(transcript: Transcript) -> Transcript:
    return with_fields(
        transcript, rating="CHT", result=Result(completed=False), subjects=primary_subjects(3, "C", "3.0"),
        qualities=assessed(QUALITIES, "C"),
    )  # fmt: skip


def test_documents_go_into_the_rounds_that_they_say(tmp_path: Path) -> None:
    """Completed, supplementary, and for each leaving pupil a transfer round of their own."""
    one, two, three, four = transcripts(4)
    batch = a_batch(tmp_path, [one, _not_completed(two), _leaving(three), _leaving(four)], transfer_from=7)
    rounds = [(d.round.cohort, d.round.number) for d in batch.documents]
    assert rounds == [("completed", 1), ("supplementary", 1), ("transfer", 7), ("transfer", 8)]


def test_asked_round_is_refused_where_the_document_does_not_belong(tmp_path: Path) -> None:
    """A pupil who has not completed the class is no case for the first round."""
    one, two = transcripts(2)
    made = prepare_batch(rows_of([one, _not_completed(two)]), tmp_path / "lo", Rounds(Cohort.COMPLETED))
    assert [row.verdict.exit_code for row in made.rows] == [0, 1]
    assert made.rows[1].findings[-1].code == "ROUND_NOT_FOR_DOCUMENT"


def test_pupil_who_stands_twice_is_refused_each_time(tmp_path: Path) -> None:
    """Which of two documents is meant is not ours to say; the other pupils go on."""
    one, two = transcripts(2)
    made = prepare_batch(rows_of([one, two, with_fields(one, remarks="Khác.")]), tmp_path / "lo", Rounds())
    assert [row.verdict for row in made.rows] == [Verdict.REFUSED, Verdict.CLEAN, Verdict.REFUSED]
    assert made.taken == 1


def test_foreign_school_and_year_are_refused(tmp_path: Path) -> None:
    """A batch is of one school and one year, the first good row's or those asked for."""
    one, two, three = transcripts(3)
    other = with_fields(two, school=a_school(code="0101002"))
    earlier = with_fields(three, school_year="2024-2025")
    made = prepare_batch(rows_of([one, other, earlier]), tmp_path / "lo", Rounds())
    codes = [{f.code for f in row.findings if f.severity == "refuse"} for row in made.rows]
    assert codes == [set(), {"DOCUMENT_OTHER_SCHOOL"}, {"DOCUMENT_OTHER_YEAR"}]


def test_nothing_good_leaves_a_report_and_no_batch(tmp_path: Path) -> None:
    """The report stands beside the folder that was not made."""
    bad = with_fields(transcripts(1)[0], school_year="2030-2031")
    made = prepare_batch(rows_of([bad]), tmp_path / "lo", Rounds())
    assert made.batch is None
    assert not (tmp_path / "lo").exists()
    (line,) = made.report.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["verdict"] == "refused"


@given(st.lists(st.sampled_from(["good", "bad", "foreign", "twice"]), min_size=1, max_size=12))
def test_every_row_is_in_the_batch_or_refused(kinds: list[str]) -> None:
    """No row is lost or doubled, whatever the mixture."""
    documents = [_of_kind(kind, t) for kind, t in zip(kinds, transcripts(len(kinds)), strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        made = prepare_batch(rows_of(documents), Path(folder) / "lo", Rounds(), school="0101001")
        held = [] if made.batch is None else [d.document_sha256 for d in made.batch.documents]
        kept_out = [row for row in made.rows if row.verdict.exit_code]
        assert len(made.rows) == len(kinds) == len(held) + len(kept_out)
        assert {row.sha256 for row in made.rows if not row.verdict.exit_code} == set(held)


def _of_kind(kind: str, transcript: Transcript) -> Transcript:
    same = transcripts(99)[98].student
    return {
        "good": transcript,
        "bad": with_fields(transcript, school_year="2030-2031"),
        "foreign": with_fields(transcript, school=a_school(code="0101002")),
        "twice": with_fields(transcript, student=same, remarks=f"Bản {transcript.student.student_code}."),
    }[kind]


def test_lines_are_judged_one_by_one(tmp_path: Path) -> None:
    """A file of lines gives each line its verdict; what is no JSON is unreadable and the rest goes on."""
    path = tmp_path / "lop.jsonl"
    write_jsonl(path, transcripts(2))
    path.write_bytes(path.read_bytes() + b"{not json\n" + b'{"a":1}\n')
    rows = list(judge_file(path, Context(SUMMER)))
    assert [row.verdict.value for row in rows] == ["clean", "clean", "unreadable", "refused"]
    assert [row.row for row in rows] == [1, 2, 3, 4]


def test_empty_file_of_lines_is_refused(tmp_path: Path) -> None:
    """Nothing to judge is a fault of the file."""
    (tmp_path / "lop.jsonl").write_bytes(b"\n")
    with pytest.raises(Refused) as refused:
        list(judge_file(tmp_path / "lop.jsonl", Context(SUMMER)))
    assert refused.value.code == "LINES_EMPTY"


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is bounded; the limit is named."""
    monkeypatch.setattr("hub.client.preparing.DOCUMENT_COUNT_MAX", 2)
    with pytest.raises(Refused) as refused:
        prepare_batch(iter(rows_of(transcripts(3))), tmp_path / "lo", Rounds())
    assert (refused.value.code, refused.value.facts) == ("BATCH_TOO_LARGE", {"rows_max": "2"})


def test_row_shows_everything_in_both_languages() -> None:
    """One JSON line holds verdict, place and rendered findings."""
    (row,) = rows_of([with_fields(transcripts(1)[0], school_year="2030-2031")])
    shown = JudgedRow.shown(row)
    assert (shown["file"], shown["row"], shown["verdict"]) == ("lop.jsonl", 1, "refused")
    assert all({"code", "vi", "en", "next_vi", "next_en"} <= set(f) for f in shown["findings"])
    assert replace(row.transcript, school_year="2025-2026") == transcripts(1)[0]
