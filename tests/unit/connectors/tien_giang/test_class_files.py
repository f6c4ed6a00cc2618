"""Class files: what is written is read back, and what is no class file is refused or left to the mapping to refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.connectors.tien_giang.class_files import Replaced, class_file, read_class_file
from hub.errors import Refused
from tests.unit.connectors.tien_giang.builders import CONNECTOR, a_class, a_record, the_register

XML_TEXT = st.text(st.characters(min_codepoint=0x20, exclude_categories=("Cs", "Cn", "Co", "Cc")), min_size=1)


def mapped(xml):
    """Return what the mapping makes of the rows of a file."""
    return [CONNECTOR.mapper.forward(row, the_register()) for row in CONNECTOR.rows(xml)]


def test_class_file_gives_back_what_was_written() -> None:
    """Frame, pupils, lists and empty values; the lot and what is replaced stand beside the records."""
    read = read_class_file(class_file(a_class(), "000007", Replaced("000003", "ho-so-cu.xml")))
    assert (read.lot, read.replaced) == ("000007", Replaced("000003", "ho-so-cu.xml"))
    assert read.records == a_class()


@given(text=XML_TEXT.filter(str.strip))
def test_texts_come_back_letter_for_letter(text: str) -> None:
    """Markup, quotes, spaces and letters of any script are content and nothing else."""
    (record,) = read_class_file(class_file([a_record(HoTen=text, dinhDanh=text)], "000001")).records
    assert (record["HocSinh"]["HoTen"], record["HocSinh"]["dinhDanh"]) == (text, text)


@pytest.mark.parametrize("text", ["\x00", "a\x0bb", "\ufffe", "\ud800"])
def test_text_that_xml_cannot_hold_is_refused(text: str) -> None:
    """Rather than written as something that nobody can read back."""
    with pytest.raises(Refused) as refused:
        class_file([a_record(HoTen=text)], "000001")
    assert refused.value.code == "DOCUMENT_SHAPE"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'ban="1"', b'ban="2"'), (b'lo="000001"', b""), (b"HoSoLop", b"HoSo"), (b"<NamHoc>", b"x<NamHoc>"),
        (b":ho-so-lop:1", b":ho-so-lop:2"), (b"<Ky>", b"<!--x--><Ky>"), (b"<Ky>", b"<?x y?><Ky>"),
        (b"<HoSoLop", b"<!DOCTYPE x><HoSoLop"), (b"<Ky>CN", b"<Ky>&x;"), (b"<Ky>", b'<Ky xmlns="urn:x">'),
        (b"<NamHoc>", b"<NamHoc>" + b"<a>" * 8 + b"</a>" * 8), (b"</HoSoLop>", b""),
    ],
)  # fmt: skip
def test_other_documents_are_refused(before: bytes, after: bytes) -> None:
    """Another form, no lot, text beside elements, another namespace, comments, instructions, entities, too deep."""
    xml = class_file(a_class(), "000001")
    assert before in xml
    with pytest.raises(Refused) as refused:
        read_class_file(xml.replace(before, after))
    assert refused.value.code == "LOT_FILE_SHAPE"


def test_class_without_pupils_is_refused() -> None:
    """A file of nobody says nothing."""
    xml = class_file(a_class(1), "000001")
    start, end = xml.index(b"<HocSinh"), xml.index(b"</HocSinh>") + len(b"</HocSinh>")
    with pytest.raises(Refused):
        read_class_file(xml[:start] + xml[end:])


def test_value_that_comes_twice_is_refused_for_its_pupil_alone() -> None:
    """Which of two names was meant is not ours to say; the others of the class become documents."""
    xml = class_file(a_class(2), "000001")
    twice = xml.replace(b"<HoTen>", b"<HoTen>X</HoTen><HoTen>", 1)
    first, second = mapped(twice)
    assert first.transcript is None
    assert {found.code for found in first.findings} == {"MAPPING_VALUE_WRONG"}
    assert second.transcript is not None


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        (b"<DanToc>", b"<TonGiao>x</TonGiao><DanToc>", "HocSinh.TonGiao"), (b"<Nghi ", b'<Nghi muon="1" ', "Nghi.muon"),
        (b"<Ky>", b"<Buoi>2</Buoi><Ky>", "Buoi"), (b"<MonHoc>", b"<MonHoc><La>x</La>", "MonHoc[0].La"),
        (b'ban="1"', b'ban="1" nguon="x"', "nguon"),
    ],
)  # fmt: skip
def test_what_nobody_knows_is_told(before: bytes, after: bytes, path: str) -> None:
    """An element or attribute more, wherever it stands, is named; it is never passed over."""
    xml = class_file(a_class(1), "000001").replace(before, after, 1)
    (found,) = mapped(xml)
    assert any(path in each.path for each in found.findings)


def test_key_names_the_pupil_and_version_the_content() -> None:
    """Neither the lot nor the file nor the place in it: the same record is the same wherever it comes again."""
    (one,) = CONNECTOR.rows(class_file(a_class(1), "000001"))
    again = CONNECTOR.rows(class_file([a_record(2), a_record(1)], "000009", Replaced("000001", "ho-so-a.xml")))[1]
    assert one.key == "82020001/2024-2025/8200849201/CN"
    assert (one.key, one.version, one.value) == (again.key, again.version, again.value)
    (other,) = CONNECTOR.rows(class_file([a_record(1, DanToc="Hoa")], "000001"))
    assert other.key == one.key
    assert other.version != one.version
