"""One transcript a line: what is normalised, what is refused, and that a bad line stops nothing."""

import json
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.catalogue import CATALOGUE
from hub.connectors import PreparedRow, RowReport
from hub.connectors.jsonl import prepare, read_lines, write_jsonl
from hub.connectors.lines import LINE_BYTES_MAX
from hub.domain.reading import canonical
from hub.errors import Refused
from tests.unit.connectors.builders import a_result, codes, prepared


@pytest.fixture
def transcript(tmp_path):
    """A transcript of grade 1."""
    return prepared(tmp_path, [a_result()]).documents[0].transcript


def read(tmp_path, *lines):
    """Write lines of bytes and read the file."""
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"".join(lines))
    return list(read_lines(path))


def test_written_lines_read_back(tmp_path, transcript):
    """What is written comes back as the same documents, in order."""
    assert write_jsonl(tmp_path / "t.jsonl", iter([transcript] * 3)) == 3
    made = prepare(tmp_path / "t.jsonl")
    assert [row.transcript for row in made.documents] == [transcript] * 3
    assert [row.row for row in made.documents] == [1, 2, 3]
    assert (made.rejected, made.signable) == ((), True)


def test_key_order_and_spaces_do_not_matter(tmp_path, transcript):
    """Any key order and spacing give the canonical document, without a finding."""
    value = json.loads(canonical(transcript))
    shuffled = json.dumps(dict(reversed(value.items())), ensure_ascii=True, separators=(" , ", " : "))
    (row,) = read(tmp_path, shuffled.encode() + b"\n")
    assert isinstance(row, PreparedRow)
    assert (row.transcript, row.findings) == (transcript, ())


def test_decomposed_text_is_composed_and_told(tmp_path, transcript):
    """Letters with separate marks are composed with a warning."""
    line = unicodedata.normalize("NFD", canonical(transcript).decode()).replace("Đ", "Đ").encode()
    (row,) = read(tmp_path, line)
    assert isinstance(row, PreparedRow)
    assert (row.transcript, codes(row.findings)) == (transcript, {"LINE_TEXT_NORMALISED"})


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"score":"9.0"', '"score":9', "MARK_NOT_TEXT"),
        ('"score":"9.0"', '"score":8.5', "MARK_NOT_TEXT"),
        ('"score":"9.0"', '"score":"9,0"', "MARK_DECIMAL_COMMA"),
        ('"score":"9.0"', '"score":"11.0"', "MARK_OUT_OF_RANGE"),
        ('"grade":1', '"grade":1,"grade":2', "KEY_TWICE"),
        ('"grade":1', '"grade":null', "NULL_VALUE"),
        ('"grade":1', '"klass":1', "FIELD_UNKNOWN"),
        ("Nguyễn", "Nguyễn\u202e", "TEXT_FORBIDDEN_CHARACTER"),
    ],
)
def test_a_bad_line_is_named_by_number_and_the_rest_goes_on(tmp_path, transcript, old, new, code):
    """The second of three lines is refused with its code; the others are documents."""
    good = canonical(transcript) + b"\n"
    bad = canonical(transcript).decode().replace(old, new, 1).encode() + b"\n"
    rows = read(tmp_path, good, bad, good)
    assert [type(row) for row in rows] == [PreparedRow, RowReport, PreparedRow]
    assert rows[1].row == 2
    assert code in codes(rows[1].findings)


def test_a_number_for_a_mark_comes_with_a_proposal(tmp_path, transcript):
    """The finding proposes the text that the mark should be."""
    (row,) = read(tmp_path, canonical(transcript).replace(b'"score":"9.0"', b'"score":9'))
    (found,) = row.findings
    assert (found.path, found.facts["repair"]) == ("$.subjects[1].score", "9.0")


def test_an_endless_line_is_skipped_and_named(tmp_path, transcript):
    """A line over the limit is refused by number, and the next line is read."""
    rows = read(tmp_path, b"x" * (3 * LINE_BYTES_MAX), b"\n", canonical(transcript), b"\n", b"y" * (LINE_BYTES_MAX + 1))
    assert [row.row for row in rows] == [1, 2, 3]
    assert codes(rows[0].findings) == codes(rows[2].findings) == {"LINE_TOO_LONG"}
    assert isinstance(rows[1], PreparedRow)


def test_a_windows_line_end_is_named(tmp_path, transcript):
    """CRLF is refused for the lines that have it, with how to save the file."""
    line = canonical(transcript)
    rows = read(tmp_path, line, b"\r\n", line, b"\n")
    assert [codes(row.findings) for row in rows] == [{"LINE_CRLF"}, set()]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xef\xbb\xbf{}", "LINES_BOM"),
        ("{}".encode("utf-16"), "LINES_NOT_UTF8"),
        (b"PK\x03\x04", "FILE_KIND_UNKNOWN"),
        (b"\n \n", "LINES_EMPTY"),
    ],
)
def test_a_file_that_is_no_text_of_lines_is_refused_whole(tmp_path, data, code):
    """Byte order marks, UTF-16, workbooks and empty files have codes of their own."""
    (tmp_path / "t.jsonl").write_bytes(data)
    with pytest.raises(Refused) as caught:
        prepare(tmp_path / "t.jsonl")
    assert caught.value.code == code


def test_an_absent_file_is_refused(tmp_path):
    """A path without a file has a code."""
    with pytest.raises(Refused) as caught:
        list(read_lines(tmp_path / "none.jsonl"))
    assert caught.value.code == "FILE_UNREADABLE"


def test_a_file_of_nothing_but_faults_ends(tmp_path, monkeypatch):
    """A file with too many broken lines is refused as a whole."""
    monkeypatch.setattr("hub.connectors.jsonl.source.REPORTED_LINES_MAX", 2)
    (tmp_path / "t.jsonl").write_bytes(b"x\n" * 3)
    with pytest.raises(Refused) as caught:
        prepare(tmp_path / "t.jsonl")
    assert caught.value.code == "FILE_TOO_MANY_FAULTS"


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(
            lambda value: json.dumps(value).encode()
        ),
        st.integers(1, 5_000).map(lambda depth: b"[" * depth),
    )
)
def test_any_line_gives_a_document_or_a_report(tmp_path, data):
    """Nothing but codes of the catalogue comes out of any bytes."""
    (tmp_path / "t.jsonl").write_bytes(b"{" + data)
    for row in read_lines(tmp_path / "t.jsonl"):
        assert isinstance(row, RowReport)
        assert row.findings
        assert codes(row.findings) <= set(CATALOGUE)
