"""A sheet shows its data, and nothing else is called valid."""

import hashlib
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hub.print
from hub.domain.form import form_of
from hub.domain.transcript import Basis
from hub.errors import Refused
from hub.evidence import Bundle, Conclusion, Roots, bundle_bytes, read_file
from hub.print import LAYOUTS, check_sheet, claim_of, set_sheet
from hub.print.claim import read_claim
from hub.print.parts import parts_of
from hub.print.sealing import with_last_line
from hub.print.telling import tell
from tests.unit.evidence import builders
from tests.unit.print.sheets import ADDRESS, SEALED_AT, an_issuer, authority, codes, good_sheet

LAYOUT_FOLDER = Path(hub.print.__file__).parent / "layouts"
PUBLISHED = {"sheet-1": "f32044246404dcc8d4ca2307bfd1a23bba1c919227749c2dda0499df61679ed1"}
ROOTS = builders.roots("registrar")


@pytest.mark.parametrize("who", ["so", "bo"])
def test_sheet_of_so_or_bo_is_valid_at_the_time_of_its_stamp(who: str) -> None:
    report = check_sheet(good_sheet(who), ROOTS)
    assert (report.found, report.verdict, report.sealed_at) == ((), Conclusion.VALID, SEALED_AT)


def test_sheet_is_set_the_same_each_time() -> None:
    assert set_sheet(builders.good(), "x") == set_sheet(builders.good(), "x")


def test_published_layout_is_never_changed() -> None:
    """Sheets are set again with it in twenty years: a new look is a new file."""
    found = {name: hashlib.sha256((LAYOUT_FOLDER / f"{name}.typ").read_bytes()).hexdigest() for name in LAYOUTS}
    assert found == PUBLISHED


def test_sheet_needs_roots_that_the_reader_brings() -> None:
    assert check_sheet(good_sheet(), Roots()).verdict is not Conclusion.VALID


def test_seal_of_one_who_may_not_seal_is_refused() -> None:
    """A principal's key is good for documents, not for sheets."""
    with authority() as url:
        made = an_issuer("principal", url).issue(builders.good(), SEALED_AT)
    report = check_sheet(made, ROOTS)
    assert "SHEET_SEALER_UNKNOWN" in codes(report)
    assert report.verdict is Conclusion.INVALID


def test_sheet_without_a_time_stamp_is_unknown() -> None:
    report = check_sheet(an_issuer().issue(builders.good(), SEALED_AT), ROOTS)
    assert (codes(report), report.verdict) == ({"SHEET_NOT_STAMPED"}, Conclusion.UNKNOWN)


def test_unsealed_sheet_is_refused() -> None:
    qr = parts_of(good_sheet()).qr
    report = check_sheet(with_last_line(set_sheet(builders.good(), qr)), ROOTS)
    assert (codes(report), report.verdict) == ({"SHEET_NOT_SEALED"}, Conclusion.INVALID)


def test_seal_moved_onto_another_sheet_is_refused() -> None:
    """The seal of one sheet stands for no other, whatever their sizes."""
    good = good_sheet()
    parts = parts_of(good)
    size = len(with_last_line(set_sheet(parts.bundle, parts.qr)))
    other = with_last_line(set_sheet(parts.bundle, parts.qr[:-1] + ("A" if parts.qr[-1] != "A" else "B")))
    report = check_sheet(other + good[size:], ROOTS)
    assert report.verdict is Conclusion.INVALID


@pytest.mark.parametrize(
    "more",
    [
        b"\n",
        b"1 0 obj\n<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>\nendobj\n%%EOF\n",
        b"% a page more\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n",
    ],
)
def test_what_follows_the_seal_is_refused(more: bytes) -> None:
    """Shadow attacks and appended pages add sections behind what was signed."""
    report = check_sheet(good_sheet() + more, ROOTS)
    assert (codes(report), report.verdict) == ({"SHEET_SEAL_NOT_WHOLE"}, Conclusion.INVALID)


def test_seal_written_in_other_letters_is_refused() -> None:
    """A hexadecimal digit has one form, or two files would be one sheet."""
    good = good_sheet()
    at = next(
        n
        for n in range(good.rindex(b"/Contents"), len(good))
        if good[n : n + 1] in (b"A", b"B", b"C", b"D", b"E", b"F")
    )
    report = check_sheet(good[:at] + good[at : at + 1].lower() + good[at + 1 :], ROOTS)
    assert report.verdict is Conclusion.INVALID


def test_second_seal_is_refused() -> None:
    good = good_sheet()
    at = good.rindex(b"/ByteRange")
    report = check_sheet(good + good[at - 400 :], ROOTS)
    assert (codes(report), report.verdict) == ({"SHEET_SEAL_SEVERAL"}, Conclusion.INVALID)


def test_other_words_over_the_same_data_are_refused() -> None:
    """What the eye sees is part of the sheet: another page content over the true attachments is no sheet."""
    good = good_sheet()
    at = good.index(b"stream\n") + len(b"stream\n") + 20
    report = check_sheet(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :], ROOTS)
    assert report.verdict is Conclusion.INVALID


def test_exchanged_attachment_is_refused() -> None:
    """Attachments that tell of another pupil do not make this sheet."""
    good = good_sheet()
    parts = parts_of(good)
    packed = zlib.compress(parts.bundle.replace(b'"so":"ha-noi"', b'"so":"hanoii"'))
    head = good.index(b"/EmbeddedFile", good.index(b"/EmbeddedFile") + 1)
    start = good.index(b"stream\n", head) + len(b"stream\n")
    report = check_sheet(good[:start] + packed + good[start + len(packed) :], ROOTS)
    assert report.verdict is Conclusion.INVALID


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n", b"%PDF-" + bytes(5_000), b"%PDF-1.7\n<</Length 9/Type/EmbeddedFile"]
)
def test_other_pdf_is_no_sheet(data: bytes) -> None:
    report = check_sheet(data, ROOTS)
    assert (codes(report), report.verdict) == ({"SHEET_UNREADABLE"}, Conclusion.INVALID)


def test_attachment_that_inflates_beyond_what_it_says_is_refused() -> None:
    bomb = zlib.compress(bytes(10_000_000))
    head = b"<</Length %d/Type/EmbeddedFile/Filter/FlateDecode/Subtype/text#2Fplain/Params<</Size 10>>>>\nstream\n"
    with pytest.raises(Refused, match="SHEET_UNREADABLE"):
        parts_of(b"%PDF-1.7\n" + head % len(bomb) + bomb)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found(data: st.DataObject) -> None:
    good = good_sheet()
    at = data.draw(st.integers(0, len(good) - 1))
    report = check_sheet(good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :], ROOTS)
    assert report.verdict is Conclusion.INVALID


def test_qr_code_says_which_document_the_paper_shows() -> None:
    text = parts_of(good_sheet()).qr
    claim, *_ = read_claim(text)
    assert text.startswith(ADDRESS + "#")
    assert claim == claim_of(read_file(builders.good(), Bundle))


@pytest.mark.parametrize("text", ["", "#", "https://x#a~b", "x" * 3_000, "#" + "A" * 40 + "~a..b"])
def test_text_that_is_no_claim_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="SHEET_CLAIM_WRONG"):
        read_claim(text)


def test_sheet_of_a_year_with_two_schools_tells_who_answers_for_which_semester() -> None:
    """By the document itself: the sheet shows nothing that is not in its data."""
    basis = (Basis(document_sha256="ab" * 32, period="semester_1", school="4001007"),)
    one = builders.a_locked(basis=basis)
    made = bundle_bytes(**builders.parts_of(one))
    told = tell(read_file(made, Bundle), one.transcript, form_of(one.transcript), "sheet-1")
    assert told["blocks"][-1]["heading"] == "Trách nhiệm theo học kì"
    assert told["blocks"][-1]["lines"][0][:2] == ("Học kì I", "Trường có mã 4001007")
    assert set_sheet(made, "x").startswith(b"%PDF-")
