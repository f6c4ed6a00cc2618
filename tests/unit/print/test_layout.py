"""The look of sheets is seen to change on purpose alone: by layout, by Typst, or by a word of a form.

A digest that differs here means that sheets which were issued could not be set again. docs/print.md says what to do.
"""

import hashlib
import io
import subprocess
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.domain import read
from hub.domain.form import form_of
from hub.evidence import Bundle, Conclusion, Roots, read_file
from hub.print import LAYOUTS, check_sheet
from hub.print.setting import draw_qr, set_layout
from hub.print.telling import tell
from hub.trust import canonical, decode_base64
from tests.unit.print.pupils import COMMENT, LONG_NAME, LONG_SCHOOL, PUPILS, evidence_of

ARCHIVE = Path(__file__).with_name("archive")
QR = "https://hocba.example/kiem-tra#" + "A" * 720
SET = {
    ("sheet-1", "primary"): "ea290904c277e5b8",
    ("sheet-1", "primary-long"): "5766642be49e6e2a",
    ("sheet-1", "lower"): "99081045d0f357c9",
    ("sheet-1", "lower-retaken"): "e67c94741a60d034",
    ("sheet-1", "upper"): "79355779c860d683",
    ("sheet-1", "upper-semester"): "e6e021657d97c277",
    ("sheet-1", "former"): "b8e0cfae729bb094",
}


def told_of(name: str, layout: str) -> dict[str, object]:
    """Return the texts of a sheet with what every run makes anew, keys and signatures, at fixed values."""
    bundle = read_file(evidence_of(name), Bundle)
    transcript = read(decode_base64(bundle.document)).transcript
    assert transcript is not None
    told = tell(bundle, transcript, form_of(transcript), layout)
    return told | {"signers": [(*row[:3], "0123abcd …") for row in told["signers"]], "qr": draw_qr(QR, "l")}


def pdf_of(name: str, layout: str) -> bytes:
    """Return the sheet of one of the synthetic pupils, without real attachments."""
    told = canonical(told_of(name, layout)).decode()
    return set_layout(layout, {"told": told, "document": "{}", "bundle": "{}", "qr": QR})


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", list(PUPILS))
def test_sheet_of_each_form_is_set_to_the_same_bytes_for_ever(name: str, layout: str) -> None:
    assert hashlib.sha256(pdf_of(name, layout)).hexdigest()[:16] == SET[layout, name], "see docs/print.md, Layouts"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sheet_of_former_days_is_valid_still(layout: str) -> None:
    """One sealed sheet of each layout is kept as it was issued."""
    roots = Roots.of([("registrar.der", (ARCHIVE / f"{layout}-root.der").read_bytes())])
    report = check_sheet((ARCHIVE / f"{layout}.pdf").read_bytes(), roots)
    assert (report.found, report.verdict) == ((), Conclusion.VALID)


@pytest.mark.parametrize(
    ("name", "pages"),
    [("primary", 2), ("primary-long", 3), ("lower", 1), ("lower-retaken", 2), ("upper", 1), ("upper-semester", 1),
     ("former", 1)],
)  # fmt: skip
def test_sheet_has_the_pages_that_its_pupil_needs(name: str, pages: int) -> None:
    assert PdfFileReader(io.BytesIO(pdf_of(name, LAYOUTS[-1]))).root["/Pages"]["/Count"] == pages


def texts_of(name: str) -> list[str]:
    """Return all texts of a sheet, in the order of their places."""

    def of(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for one in value.values() for text in of(one)]
        return [text for one in value for text in of(one)] if isinstance(value, list | tuple) else [str(value)]

    return of(told_of(name, LAYOUTS[-1]))


def test_comment_stands_on_the_sheet_as_it_was_written() -> None:
    """A full stop in a sentence is no decimal point."""
    texts = texts_of("primary-long")
    assert texts.count(COMMENT) >= 20
    assert {LONG_NAME, LONG_SCHOOL, "Bru - Vân Kiều", "13 có phép, 1 không phép", "Miễn"} <= set(texts)


def test_marks_and_days_are_written_as_in_viet_nam() -> None:
    texts = texts_of("lower-retaken")
    assert {"4,8", "6,5", "14/03/2012", "20/06/2026", "Chưa đạt", "Nhập nhầm điểm Toán học kì II."} <= set(texts)
    assert not any("4.8" in text for text in texts)


@pytest.mark.parametrize("name", list(PUPILS))
def test_sheet_says_what_every_sheet_must(name: str) -> None:
    """Look-up code, personal number or that there is none, effective date, signers, the circular."""
    texts = texts_of(name)
    number = "không có" if name == "upper" else str(told_of(name, LAYOUTS[-1])["codes"][1][1])  # type: ignore[index]
    assert {"01-ABCD-EFGH-J", number, "20/06/2026", "teacher-1", "principal-1", "seal-1"} <= set(texts)
    assert any(text.startswith("Theo Thông tư") for text in texts)


def test_first_semester_tells_of_no_year() -> None:
    texts = texts_of("upper-semester")
    assert "Học kì I" in texts
    assert not {"Học kì II", "Cả năm", "Hoàn thành chương trình lớp học"} & set(texts)


def test_words_of_a_sheet_can_be_read_from_its_pages(tmp_path: Path) -> None:
    """What a person sees, by poppler where it is there: names, marks with a comma, both ends of a long comment."""
    path = tmp_path / "sheet.pdf"
    path.write_bytes(pdf_of("lower-retaken", LAYOUTS[-1]))
    try:
        said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("pdftotext is not installed: make judges")
    assert {"Nguyễn", "4,8", "6,5", "phát", "biểu."} <= set(said.split())
