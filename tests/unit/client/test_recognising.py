"""The recogniser: each shape is read by its connector, and what fits none says where the nearest one stops."""

from pathlib import Path

import openpyxl
import pytest

from hub.client.recognising import CONNECTORS, recognise
from hub.connectors import csdl_c1, vnedu_primary
from hub.connectors.csdl_c1 import write_results
from hub.connectors.pupil_list import write_pupils
from hub.connectors.vnedu_primary import class_of, write_classes
from hub.connectors.workbook_writing import SheetToWrite, write_workbook
from hub.connectors.worksheets import open_workbook
from hub.errors import Refused
from tests.unit.connectors.builders import a_pupil, a_result
from tests.unit.connectors.class_sheets import a_class


def _c1(path: Path) -> Path:
    write_results(path, [a_result()])
    return path


def _class(path: Path, grade: int = 1, *, coded: bool = False) -> Path:
    write_classes(path, [class_of(a_class(grade), coded=coded)])
    return path


def _refusal(path: Path) -> Refused:
    with pytest.raises(Refused) as caught:
        recognise(open_workbook(path))
    return caught.value


def _changed(path: Path, change) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def test_every_shape_is_read_by_its_own_connector(tmp_path: Path) -> None:
    """The file alone says what it is, whatever the grade and with or without codes."""
    assert recognise(open_workbook(_c1(tmp_path / "a.xlsx"))) is csdl_c1
    for grade in range(1, 6):
        for coded in (False, True):
            book = open_workbook(_class(tmp_path / "b.xlsx", grade, coded=coded))
            assert recognise(book) is vnedu_primary
            assert [connector.SHAPE for connector in CONNECTORS if connector.fit(book).fits] == [vnedu_primary.SHAPE]


@pytest.mark.parametrize(
    ("cell", "text", "stops_at", "expected"),
    [
        ("F2", "Văn", "Sheet1!F2", "Toán"),
        ("AA2", "Yêu mến", "Sheet1!AA2", "Yêu nước"),
        ("AH1", "", "Sheet1!AH1", "Xếp loại"),
    ],
)
def test_an_unknown_sheet_says_where_the_nearest_shape_stops(tmp_path, cell, text, stops_at, expected):
    """One renamed title of the C1 sheet: its cell, what should stand there and what does."""

    def rename(book):
        book.active[cell] = text or None

    refused = _refusal(_changed(_c1(tmp_path / "a.xlsx"), rename))
    assert (refused.code, refused.facts["nearest"]) == ("WORKBOOK_SHAPE_UNKNOWN", csdl_c1.SHAPE)
    assert (refused.facts["cell"], refused.facts["expected"]) == (stops_at, expected)
    assert refused.facts["found"] == text
    assert all(connector.SHAPE in refused.facts["known"] for connector in CONNECTORS)


def test_an_unknown_class_sheet_says_where_it_stops(tmp_path: Path) -> None:
    """A class summary without one of its boxes is near to its own shape, not to another."""
    path = _class(tmp_path / "a.xlsx")
    letters = {}

    def lose(book):
        cell = next(cell for cell in book.active[7] if cell.value == "Chưa hoàn thành")
        letters["at"], cell.value = cell.coordinate, "Chưa xong"

    refused = _refusal(_changed(path, lose))
    assert (refused.code, refused.facts["nearest"]) == ("WORKBOOK_SHAPE_UNKNOWN", vnedu_primary.SHAPE)
    assert refused.facts["cell"] == f"1A!{letters['at']}"
    assert (refused.facts["expected"], refused.facts["found"]) == ("Chưa hoàn thành", "Chưa xong")


def test_a_sheet_of_anything_else_is_refused(tmp_path: Path) -> None:
    """No header at all: the first filled cell is where every shape stops."""
    write_workbook(tmp_path / "a.xlsx", [SheetToWrite("Chi tiêu", [(), (None, "Khoản", "Tiền"), (None, "Bút", 3)])])
    refused = _refusal(tmp_path / "a.xlsx")
    assert (refused.code, refused.facts["cell"], refused.facts["found"]) == (
        "WORKBOOK_SHAPE_UNKNOWN", "Chi tiêu!B2", "Khoản",
    )  # fmt: skip


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    """Not one filled cell, and a hidden sheet alone, are of no shape."""
    write_workbook(tmp_path / "a.xlsx", [SheetToWrite("Trống", [])])
    assert _refusal(tmp_path / "a.xlsx").code == "WORKBOOK_SHAPE_UNKNOWN"
    write_workbook(tmp_path / "b.xlsx", [SheetToWrite("Ẩn", [("x",)], hidden=True)])
    assert _refusal(tmp_path / "b.xlsx").code == "WORKBOOK_SHAPE_UNKNOWN"


def test_sheets_of_different_shapes_are_named(tmp_path: Path) -> None:
    """One workbook with a C1 sheet and a class summary is not guessed at."""
    _class(tmp_path / "a.xlsx")
    _c1(tmp_path / "b.xlsx")

    def add(book):
        copy = book.create_sheet("C1")
        for row in openpyxl.load_workbook(tmp_path / "b.xlsx").active.iter_rows():
            for cell in row:
                copy[cell.coordinate] = cell.value

    refused = _refusal(_changed(tmp_path / "a.xlsx", add))
    assert refused.code == "WORKBOOK_SHAPES_SEVERAL"
    assert refused.facts["sheets"] == f"1A: {vnedu_primary.SHAPE}; C1: {csdl_c1.SHAPE}"


def test_hidden_results_and_a_pupil_list_are_named(tmp_path: Path) -> None:
    """A class that only a hidden sheet holds, and a pupil list in the place of results, get their own codes."""

    def hide(book):
        book.create_sheet("Bìa")["A1"] = "Sổ"
        book["1A"].sheet_state = "hidden"

    assert _refusal(_changed(_class(tmp_path / "a.xlsx"), hide)).code == "WORKBOOK_DATA_SHEET_HIDDEN"
    write_pupils(tmp_path / "p.xlsx", [a_pupil()])
    assert _refusal(tmp_path / "p.xlsx").code == "WORKBOOK_IS_PUPIL_LIST"


def test_a_c1_sheet_of_higher_grades_is_still_told_as_such(tmp_path: Path) -> None:
    """It is recognised, so that its reader can say which form serves those grades."""

    def rename(book):
        book.active["K2"] = "Lịch sử và Địa lí"

    assert recognise(open_workbook(_changed(_c1(tmp_path / "a.xlsx"), rename))) is csdl_c1
