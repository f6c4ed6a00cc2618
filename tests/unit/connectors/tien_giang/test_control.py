"""Control files, and what of lots stands in the cursor."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.tien_giang.class_files import Replaced
from hub.connectors.tien_giang.control import Control, ListedFile, control_file, read_control
from hub.connectors.tien_giang.taken import Taken, TakenLot, read_cursor, written_cursor
from hub.connectors.transport import FileCursor
from hub.errors import Refused

FILE = ListedFile("ho-so-82020001-5A.xml", "0" * 64, 38)
CONTROL = Control("000017", (FILE, ListedFile("ho-so-b.xml", "1" * 64, 1, Replaced("000003", "ho-so-a.xml"))))
CLASS = ("82020001", "2024-2025", "CN", "5A")


def test_control_file_gives_back_what_was_written() -> None:
    """Names, hashes, counts, and what is replaced."""
    assert read_control(control_file(CONTROL)) == CONTROL


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'lo="000017"', b'lo="17"'), (b'lo="000017"', b'lo="+00017"'), (b'soTep="2"', b'soTep="3"'),
        (b'soTep="2"', b""), (b'soHoSo="38"', b'soHoSo="0"'), (b'soHoSo="38"', b'soHoSo="501"'),
        (b'soHoSo="38"', b'soHoSo="38" bo="1"'), (b"ho-so-82020001-5A.xml", b"../../ho-so.xml"),
        (b"ho-so-82020001-5A.xml", b"ho-so-b.xml"), (b"ho-so-82020001-5A.xml", b"kiem-soat.xml"),
        (b"0" * 64, b"0" * 63), (b"0" * 64, b"X" * 64), (b' thayTep="ho-so-a.xml"', b""),
        (b'thayLo="000003"', b'thayLo="3"'), (b"<Tep ", b"<TepKhac "), (b":kiem-soat:1", b":kiem-soat:2"),
        (b"<KiemSoat", b"<!DOCTYPE x><KiemSoat"), (b"</KiemSoat>", b""), (b"<KiemSoat", b"\xff<KiemSoat"),
    ],
)  # fmt: skip
def test_other_control_files_are_refused(before: bytes, after: bytes) -> None:
    """A number that is none, counts that are not, a path, a file twice, a name that nobody knows, no XML."""
    data = control_file(CONTROL)
    assert before in data
    with pytest.raises(Refused) as refused:
        read_control(data.replace(before, after))
    assert refused.value.code == "LOT_CONTROL_WRONG"


def a_lot(number=1, folder="gui/lo-000001", control=b"x", *classes):
    """Return a lot that was taken."""
    return TakenLot(number, folder, control, classes)


def test_standing_tells_a_lot_from_its_repetition_and_from_another() -> None:
    """By number, folder and control file."""
    taken = Taken().after(a_lot())
    assert taken.standing(a_lot()) == "same"
    assert taken.standing(a_lot(folder="gui/lo-000001_lai")) == "repeated"
    assert taken.standing(a_lot(control=b"y")) == "reused"
    assert taken.standing(a_lot(2)) == "new"


def test_greatest_number_tells_who_is_late() -> None:
    """A lot is late behind a greater number, never behind its own."""
    taken = Taken().after(a_lot(5))
    assert (taken.later_than(3), taken.later_than(5), taken.later_than(6)) == (5, None, None)
    assert Taken().later_than(3) is None


numbers = st.integers(min_value=0, max_value=999_999)


@given(lots=st.lists(st.tuples(numbers, st.binary(max_size=4), st.text(max_size=4)), max_size=8))
def test_cursor_gives_back_what_was_taken(lots) -> None:
    """Through any number of lots and classes, whatever their names are."""
    taken = Taken()
    for number, control, name in lots:
        taken = taken.after(replace(a_lot(number, control=control), classes=((name, "5A"),)))
    files = FileCursor().text()
    read = read_cursor(written_cursor(files, taken))
    assert read == (files, taken)
    for number, _, name in lots[-1:]:
        assert read[1].lot_of((name, "5A")) == number


@pytest.mark.parametrize("cursor", ["", "{}", "[]", '{"files":"{}","lots":"","classes":"AAAA"}', "null", '{"done":{}}'])
def test_cursor_of_another_connector_is_refused(cursor: str) -> None:
    """Rather than begun with something that is not meant."""
    with pytest.raises(Refused) as refused:
        read_cursor(cursor)
    assert refused.value.code == "CURSOR_REFUSED"


def test_cursor_holds_years_of_a_province() -> None:
    """Ten thousand lots of four classes each, and it ends with a clear refusal when it becomes too long to be kept."""
    lots = {number: bytes(12) for number in range(10_000)}
    taken = Taken(lots, {number.to_bytes(6, "big"): number for number in range(40_000)})
    assert len(written_cursor("", taken)) < 1_048_576
    with pytest.raises(Refused) as refused:
        written_cursor("", Taken({number: bytes(12) for number in range(80_000)}, {}))
    assert refused.value.code == "FOLDER_TOO_FULL"
    assert msgspec.json.decode(written_cursor("", Taken()))["lots"] == ""
