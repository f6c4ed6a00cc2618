"""The transcripts of a prepared submission: which of them may stand, and what is told of the others."""

import hashlib

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.preparing import prepare_command
from hub.agents.stage import Record
from tests.unit.agents.world import (
    TOPIC,
    Desk,
    snapshot_of,
    transcript_of,
    with_headers,
)
from tests.unit.domain.builders import a_school
from tests.unit.trust.trust_world import World


def test_documents_of_a_refused_command_are_counted_and_named_only(good: Record, prepare) -> None:
    """They are answered for, but nobody judged them."""
    prepared = prepare(with_headers(good, ce_id="another-id"))
    (document,) = prepared.documents
    assert (prepared.transcript_count, document.transcript, document.record, document.findings) == (1, None, None, ())
    assert document.document_sha256 == hashlib.sha256(document.document).digest()


def test_document_is_refused_when_it_does_not_read(desk: Desk, prepare) -> None:
    """The others of its submission stay good."""
    prepared = prepare(desk.submission(desk.document(), (b"{}", ())))
    good, bad = prepared.documents
    assert prepared.stands
    assert good.record is not None
    assert (bad.record, bad.transcript) == (None, None)
    assert bad.findings


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"school": a_school(code="010202")}, "DOCUMENT_OTHER_SCHOOL"),
        ({"school_year": "2024-2025"}, "DOCUMENT_OTHER_YEAR"),
        ({"period": "semester_1"}, "ROUND_NOT_FOR_DOCUMENT"),
        ({"grade": 6}, "GRADE_NOT_OF_SCHOOL"),
    ],
)
def test_document_is_refused_when_it_does_not_belong_into_the_command(desk: Desk, prepare, changes, code: str) -> None:
    """School, year, round and grades are compared with statement and register."""
    (document,) = prepare(desk.submission(desk.document(transcript_of(**changes)))).documents
    assert code in [f.code for f in document.findings]
    assert document.record is None


def test_document_is_refused_when_its_chain_is_short(desk: Desk, prepare) -> None:
    """All findings of its signatures are told."""
    data, signatures = desk.document()
    (document,) = prepare(desk.submission((data, signatures[:2]))).documents
    assert [f.code for f in document.findings] == ["CHAIN_SHORTENED"]
    assert document.record is None


def test_document_is_pending_when_the_status_source_is_silent(world: World, good: Record) -> None:
    """An outage never refuses: the command counts, the document waits."""
    snapshot, cache = snapshot_of(world, without=["crls"])
    prepared = prepare_command(good, TOPIC, snapshot, cache)
    assert prepared.stands
    assert [d.pending for d in prepared.documents] == [True]
    assert prepared.documents[0].record is not None


def test_pupil_who_stands_twice_is_refused_twice(desk: Desk, prepare) -> None:
    """Which of the two is meant is not ours to say; the third pupil is not touched."""
    documents = [
        desk.document(transcript_of(1)),
        desk.document(with_fields(transcript_of(1), class_="3B")),
        desk.document(transcript_of(2)),
    ]
    first, second, third = prepare(desk.submission(*documents)).documents
    assert [f.code for d in (first, second) for f in d.findings] == ["PUPIL_TWICE_IN_SUBMISSION"] * 2
    assert (first.record, second.record, third.findings) == (None, None, ())


def test_same_document_twice_in_one_submission_is_refused_twice(desk: Desk, prepare) -> None:
    """A repetition inside one list is the sender's mistake."""
    document = desk.document()
    found = prepare(desk.submission(document, document)).documents
    assert [[f.code for f in d.findings] for d in found] == [["PUPIL_TWICE_IN_SUBMISSION"]] * 2
