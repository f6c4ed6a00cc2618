"""CSV and JSON of systems that are not ours: read exactly, told, or refused."""

import contextlib
import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.formats import (
    Rows,
    csv_bytes,
    decoded,
    encoded,
    json_bytes,
    json_rows,
    parse_json,
    read_csv,
    read_json,
    read_json_lines,
)
from hub.domain.text.legacy import in_tcvn3
from hub.errors import Refused
from tests.connectors.transport.systems import VECTORS


def a_file(tmp_path: Path, data: bytes | str, name: str = "a.csv") -> Path:
    """Write a file."""
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def values(rows: Rows) -> list[object]:
    """Return the values of all rows."""
    return [row.value for row in rows.rows]


def test_csv_keeps_every_field_as_it_is(tmp_path: Path) -> None:
    """Zeros in front, quotes, line breaks inside a field, decomposed letters; an empty field is None."""
    text = 'Mã,Tên\r\n0012,"Nguyễn ""Ánh"",\nB"\r\n,A\u0301nh\r\n\r\n'
    rows = read_csv(a_file(tmp_path, text))
    assert rows.titles == ("Mã", "Tên")
    assert values(rows) == [{"Mã": "0012", "Tên": 'Nguyễn "Ánh",\nB'}, {"Mã": None, "Tên": "A\u0301nh"}]
    assert [row.place for row in rows.rows] == ["dòng 2", "dòng 4"]


def test_csv_tells_a_byte_order_mark(tmp_path: Path) -> None:
    """It is no part of the first title."""
    rows = read_csv(a_file(tmp_path, b"\xef\xbb\xbfMa;Ten\n1;2\n"), ";")
    assert (rows.titles, [found.code for found in rows.findings]) == (("Ma", "Ten"), ["TEXT_BOM_READ"])


def test_csv_of_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    """Windows-1258 writes tones apart; they come composed. Without its name the file is refused, not guessed."""
    path = a_file(tmp_path, "Ma,Ten\n1,Đă\u0323ng Ánh\n".encode("cp1258"))
    assert values(read_csv(path, encoding="windows-1258")) == [{"Ma": "1", "Ten": "Đặng Ánh"}]
    with pytest.raises(Refused, match="TEXT_ENCODING_WRONG"):
        read_csv(path)
    utf16 = a_file(tmp_path, "Ma,Ten\n1,Ánh\n".encode("utf-16"))
    with pytest.raises(Refused, match="UTF-16"):
        read_csv(utf16)
    assert values(read_csv(utf16, encoding="utf-16")) == [{"Ma": "1", "Ten": "Ánh"}]
    with pytest.raises(Refused, match="TEXT_ENCODING_WRONG"):
        read_csv(path, encoding="latin-1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no header"), ("a,a\n", "twice"), ("a,\n1,2\n", "without a title"), ('a\n"x', "unexpected end"),
        ("a\n\0", "NUL"), (",".join(str(n) for n in range(257)), "columns"), ("a\n" + "1\n" * 10_001, "rows"),
    ],
)  # fmt: skip
def test_csv_is_refused_when_its_rows_cannot_be_told(tmp_path: Path, text: str, reason: str) -> None:
    """A field is never put under another title."""
    with pytest.raises(Refused, match="CSV_WRONG") as refused:
        read_csv(a_file(tmp_path, text))
    assert reason in refused.value.facts["reason"]


def test_csv_row_is_refused_alone(tmp_path: Path) -> None:
    """Ragged, or with a field beyond its limit: the rows beside it stand."""
    rows = read_csv(a_file(tmp_path, "a,b\n1\n1,2\n1," + "x" * 32_769 + "\n"))
    assert values(rows) == [None, {"a": "1", "b": "2"}, None]
    assert [[found.code for found in row.findings] for row in rows.rows] == [["CSV_WRONG"], [], ["CSV_WRONG"]]


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=5))
def test_written_csv_never_begins_a_field_like_a_formula(rows: list[tuple[str, str]]) -> None:
    """Whatever is in it, it stays one field in one row."""
    data = csv_bytes(["a", "b"], rows, ";").decode("utf-8", "surrogatepass")
    back = list(csv.reader(io.StringIO(data, newline=""), delimiter=";"))[1:]
    assert len(back) == len(rows)
    for fields, row in zip(back, rows, strict=True):
        assert [field.removeprefix("'") for field in fields] == [field.removeprefix("'") for field in row]
        assert not any(field.startswith(("=", "+", "-", "@", "\t", "\r")) for field in fields)


def test_hostile_cells_are_kept_exactly_or_refused(tmp_path: Path) -> None:
    """The vectors' own CSV reads back equal by id."""
    if not (VECTORS / "cells.csv").is_file():
        pytest.skip(f"no vectors in {VECTORS}")
    listed = json.loads((VECTORS / "cells.json").read_text(encoding="utf-8"))["cells"]
    cells = {str(cell["id"]): cell["value"] for cell in listed}
    rows = read_csv(VECTORS / "cells.csv")
    read = [row.value for row in rows.rows if row.value is not None]
    assert len(read) > 100
    assert all((row["value"] or "") == cells[row["id"]] for row in read)


def test_json_numbers_are_exact() -> None:
    """A mark of 8.2 is 8.2, a code of digits a whole number, and the bytes of a value are always the same."""
    value = parse_json(b'{"b": 8.20, "a": [123456789012345678, null, true, "\\u00c1nh"]}')
    assert value == {"b": Decimal("8.20"), "a": [123456789012345678, None, True, "Ánh"]}
    assert json_bytes(value) == '{"a":[123456789012345678,null,true,"Ánh"],"b":8.20}'.encode()


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1, "a": 2}', b"[NaN]", b"[-Infinity]", b"[" * 33 + b"]" * 33, b"[" * 100_000, b'["\\ud800"]', b"\xff",
        b"", b"[1e999999999]", b"[" + b"9" * 19 + b"]", b"[1e99999999999999999999]", b'{"\\udfff": 1}',
        "[1]".encode("utf-16"),
    ],
)  # fmt: skip
def test_json_is_refused_when_it_can_be_read_in_two_ways(data: bytes) -> None:
    """Or not at all."""
    with pytest.raises(Refused, match="JSON_WRONG"):
        parse_json(data)


@given(st.binary(max_size=200))
def test_json_reader_only_refuses(data: bytes) -> None:
    """Whatever the bytes are, no other error comes out."""
    with contextlib.suppress(Refused):
        parse_json(data)


def test_json_rows_are_found_where_they_are_said_to_be(tmp_path: Path) -> None:
    """In a list below a name, or one a line; what is no object is refused alone."""
    listed = a_file(tmp_path, '{"x": {"du_lieu": [{"a": 1}, 2]}}', "a.json")
    assert values(read_json(listed, "x.du_lieu")) == [{"a": 1}, None]
    with pytest.raises(Refused, match="JSON_WRONG"):
        read_json(listed)
    lines = read_json_lines(a_file(tmp_path, b'\xef\xbb\xbf{"a": 1}\r\n\n{"a": \n{"b": 2}', "a.jsonl"))
    assert values(lines) == [{"a": 1}, None, {"b": 2}]
    assert (lines.titles, [row.place for row in lines.rows]) == (("a", "b"), ["dòng 1", "dòng 3", "dòng 4"])


def test_json_row_is_refused_when_it_is_too_large(tmp_path: Path) -> None:
    """A record has at most 256 KiB."""
    rows = read_json(a_file(tmp_path, json.dumps([{"a": "x" * 270_000}, {"a": "x"}]), "a.json"))
    assert values(rows) == [None, {"a": "x"}]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("[" + "1," * 12_000 + "1]", "more than 10000 records"), ("[" + "1," * 4_000_001 + "1]", "values"),
        ('{"x": [' + "[]," * 2_100_000 + "1]}", "values"),
    ],
)  # fmt: skip
def test_json_file_of_too_many_small_values_is_refused_before_rows_are_made(tmp_path, monkeypatch, data, reason):
    """A file that is short in bytes may be long in rows; none of them costs a refusal of its own."""
    monkeypatch.setattr(json_rows, "_row", lambda *_: pytest.fail("a row was made"))
    with pytest.raises(Refused, match="JSON_WRONG") as refused:
        read_json(a_file(tmp_path, data, "a.json"))
    assert reason in refused.value.facts["reason"]


def test_json_lines_are_counted_as_they_are_read(tmp_path, monkeypatch):
    """The line after the last that is taken ends the reading."""
    made = []
    monkeypatch.setattr(json_rows, "_line", lambda place, _: made.append(place))
    with pytest.raises(Refused, match="JSON_WRONG"):
        read_json_lines(a_file(tmp_path, "{\n" * 30_000, "a.jsonl"))
    assert len(made) == 10_000


@pytest.mark.parametrize(("read", "code"), [(read_csv, "CSV_WRONG"), (read_json_lines, "JSON_WRONG")])
def test_text_file_of_millions_of_empty_lines_is_refused_before_they_are_read(tmp_path, read, code):
    """Lines that say nothing are no rows, and cost time all the same."""
    with pytest.raises(Refused, match=code) as refused:
        read(a_file(tmp_path, "a\n" + "\n" * 2_200_000))
    assert "lines" in refused.value.facts["reason"]


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ('{"b": [0, NaN]}', "NaN or Infinity: x.b[1]"), ('"\\ud800"', "half a character: x"),
        ("1e999999", "a number too long: x"), ("1" * 30, "a number too long: x"),
        ('{"b": 1, "b": 2}', "a name twice: x"),
    ],
)  # fmt: skip
def test_json_value_that_cannot_be_read_refuses_its_record_alone(tmp_path, held, told):
    """The records beside it stand, and its place is named."""
    rows = read_json(a_file(tmp_path, '[{"a": 1}, {"x": ' + held + "}]", "a.json"))
    assert values(rows) == [{"a": 1}, None]
    assert [found.facts["reason"] for found in rows.rows[1].findings] == [told]


TEXT = "Họ tên;Lớp\r\nNguyễn Thị Ánh;5A\r\nTrần Văn Bình;5B\r\nĐỗ Quỳnh Hương;5C\r\n"


def test_windows_1258_is_written_and_read_letter_for_letter():
    """A tone stands behind its letter there; here they are one again."""
    data = encoded(TEXT, "windows-1258")
    assert b"\xec" in data
    assert decoded(data, "windows-1258") == (TEXT, ())


def test_letter_that_windows_1258_has_not_got_is_written_by_its_number():
    """A name of the Ê Đê is not made another one in silence."""
    assert encoded("Y Bƀơ", "windows-1258") == b"Y B\\u0180\xf5"


@pytest.mark.parametrize("data", [TEXT.encode(), in_tcvn3(TEXT)])
def test_a_file_that_is_not_windows_1258_is_refused(data):
    """UTF-8 and old fonts would give letters too, only others."""
    with pytest.raises(Refused) as refused:
        decoded(data, "windows-1258")
    assert refused.value.code == "TEXT_ENCODING_WRONG"
