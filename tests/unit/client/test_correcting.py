"""The corrected documents of an approved correction: judged, compared, and in a batch that sign and submit take."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from hub.client import AskedCorrection, Correcting, Verdict, bases_of_files, correct, load_batch, prepare_correction
from hub.client.corrections import request_correction
from hub.client.submitting import outbound_of, plan_submissions
from hub.domain import Transcript, canonical, read
from hub.domain.statements import CorrectionItem, Submission, encode
from hub.domain.statements import read as read_statement
from hub.errors import Refused
from hub.schemas import decode
from tests.unit.client.builders import ISSUED_AT, header_of, sha, sign_all, signer, transcripts, with_fields
from tests.unit.domain.builders import SUMMER, a_transcript

YEAR = "$.subjects[TOAN].score"


def _bases(*documents: Transcript) -> dict[str, bytes]:
    data = [canonical(document) for document in documents]
    return {hashlib.sha256(one).hexdigest(): one for one in data}


def _asked(bases: dict[str, bytes], *fields: str, **changes: Any) -> AskedCorrection:
    items = [CorrectionItem(document_sha256=sha256, fields=fields or (YEAR,)) for sha256 in bases]
    said: dict[str, Any] = {"reason": "Nhập nhầm", "basis": "TT 27/2020", "evidence_sha256": sha("p"), "at": ISSUED_AT}
    return AskedCorrection.of(encode(request_correction("0101001", "2025-2026", items, **(said | changes))))


def _made(asked: AskedCorrection, bases: dict[str, bytes], changes: dict[str, Any]) -> list[Correcting]:
    return correct(asked, bases, changes, None, SUMMER)


def test_corrected_document_is_made_judged_and_compared() -> None:
    """It names the locked version and the request's reason; the difference shows old and new."""
    bases = _bases(*transcripts(1))
    (sha256,) = bases
    (one,) = _made(_asked(bases), bases, {"": {YEAR: "10.0"}})
    assert (one.base_sha256, one.row.verdict) == (sha256, Verdict.CLEAN)
    assert [(d.path, d.old, d.new) for d in one.differences] == [(YEAR, "9.0", "10.0")]
    transcript = read(one.row.document or b"").transcript
    assert transcript is not None
    assert (transcript.supersedes, transcript.reason) == (sha256, "Nhập nhầm")
    assert one.shown()["differences"] == [{"path": YEAR, "old": "9.0", "new": "10.0"}]


def test_other_field_than_asked_for_is_refused_with_the_difference() -> None:
    """As Sở would; what was asked for covers all below it."""
    bases = _bases(*transcripts(1))
    changes = {"": {YEAR: "10.0", "$.remarks": "Chăm."}}
    (one,) = _made(_asked(bases), bases, changes)
    assert one.row.verdict is Verdict.REFUSED
    found = {f.code: f.facts for f in one.row.findings}
    assert found["CORRECTION_FIELD_NOT_APPROVED"]["fields"] == "$.remarks"
    (covered,) = _made(_asked(bases, "$.subjects[TOAN]", "$.remarks"), bases, changes)
    assert covered.row.verdict is Verdict.CLEAN


def test_field_above_covers_no_fixed_one() -> None:
    """Which record it is stays fixed."""
    bases = _bases(*transcripts(1))
    (one,) = _made(_asked(bases, "$.student"), bases, {"": {"$.student.passport": "C1234567"}})
    found = {f.code: f.facts for f in one.row.findings}
    assert one.row.verdict is Verdict.REFUSED
    assert found["CORRECTION_FIELD_NOT_APPROVED"]["fields"] == "$.student.passport"


def test_document_that_changes_nothing_or_breaks_a_rule_is_refused() -> None:
    """A window is not used up by the same text; and the rules hold for corrections too."""
    bases = _bases(*transcripts(1))
    (same,) = _made(_asked(bases), bases, {"": {YEAR: "9.0"}})
    (wrong,) = _made(_asked(bases), bases, {"": {YEAR: "11.0"}})
    assert [f.code for f in same.row.findings] == ["CORRECTION_NOTHING_CHANGED"]
    assert (same.row.verdict, wrong.row.verdict) == (Verdict.REFUSED, Verdict.REFUSED)


def test_several_pupils_are_named_by_their_documents() -> None:
    """Those without new values wait; a hash that is not in the request is a mistake of the file."""
    bases = _bases(*transcripts(3))
    first, _, third = bases
    made = _made(_asked(bases), bases, {third: {YEAR: "8.0"}, first: {YEAR: "7.0"}})
    assert [one.base_sha256 for one in made] == [first, third]
    for wrong in ({sha("other"): {YEAR: "7.0"}}, {"": {YEAR: "7.0"}}):
        with pytest.raises(Refused) as refused:
            _made(_asked(bases), bases, wrong)
        assert refused.value.code == "OPTION_WRONG"


def test_locked_document_must_be_at_hand(tmp_path: Path) -> None:
    """From Sở's database or from a file, whose hash says which one it is."""
    bases = _bases(*transcripts(1))
    with pytest.raises(Refused) as refused:
        _made(_asked(bases), {}, {"": {YEAR: "7.0"}})
    assert refused.value.code == "CORRECTION_BASE_MISSING"
    path = tmp_path / "cu.json"
    path.write_bytes(next(iter(bases.values())))
    assert bases_of_files([path]) == bases
    with pytest.raises(Refused) as refused:
        bases_of_files([tmp_path / "absent.json"])
    assert refused.value.code == "FILE_UNREADABLE"


@pytest.mark.parametrize("document", [a_transcript(), a_transcript(period="semester_1")])
def test_batch_is_for_the_round_of_the_correction(tmp_path: Path, document: Transcript) -> None:
    """Whatever round the locked one stood in; sign and submit take it as every other batch."""
    bases = _bases(document)
    asked = _asked(bases, "$.remarks")
    made = prepare_correction(_made(asked, bases, {"": {"$.remarks": "Chăm."}}), tmp_path / "lo", asked, 4)
    assert (made.taken, made.refused) == (1, 0)
    batch = sign_all(load_batch(tmp_path / "lo"))
    (planned,) = plan_submissions(batch, "each")
    statement = _statement(outbound_of(batch, planned, "ha-noi", signer("seal"), "school_seal", ISSUED_AT).sending)
    assert (statement.round.cohort, statement.round.number) == ("correction", 4)
    assert (statement.school, statement.school_year) == ("0101001", "2025-2026")


def test_successor_hands_in_what_the_closed_school_issued(tmp_path: Path) -> None:
    """The documents stay those of the closed school, in name and in the scope of their signatures."""
    closed = with_fields(transcripts(1)[0], school=with_fields(transcripts(1)[0].school, code="0101009"))
    bases = _bases(closed)
    asked = _asked(bases, issuer="0101009")
    made = prepare_correction(_made(asked, bases, {"": {YEAR: "8.0"}}), tmp_path / "lo", asked, 1)
    assert made.taken == 1
    batch = sign_all(load_batch(tmp_path / "lo"))
    assert (batch.school, batch.acting) == ("0101009", "0101001")
    scope = header_of(batch.signatures(batch.documents[0].document_sha256)[0])["hb_scope"]
    assert scope["school"] == "0101009"
    (planned,) = plan_submissions(batch, "each")
    outbound = outbound_of(batch, planned, "ha-noi", signer("seal"), "school_seal", ISSUED_AT)
    assert (_statement(outbound.sending).school, outbound.sending.key) == ("0101001", b"0101001")
    assert outbound.about["school"] == "0101001"


def _statement(sending: Any) -> Submission:
    return read_statement(decode(sending.value, ("Submission",)).value["statement"], Submission)
