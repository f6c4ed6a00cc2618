"""Scans: a PDF without any signature, a JPEG or a PNG, whole and alone; whatever hides in one is refused."""

import struct
import warnings
import zlib

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyHanko's own modules warn when they are imported
    from pyhanko.pdf_utils import generic

    from .paper_world import a_dictionary, a_pdf, paper_signer, sign_pdf, updated

from hub.catalogue import CATALOGUE
from hub.connectors.signed import SOURCE_BYTE_COUNT_MAX, read_scan
from hub.errors import Refused

from .pictures_made import a_chunk, a_jpeg, a_png, a_segment


def code_of(data):
    """Return the code with which a scan is refused, or its kind."""
    try:
        return read_scan(data).kind
    except Refused as error:
        refused = error
    assert refused.code in CATALOGUE
    return refused.code


def test_ordinary_scans_are_taken():
    """With their usual ancillary parts."""
    assert code_of(a_pdf()) == code_of(a_pdf(object_streams=True, Metadata=a_dictionary(A="/B"))) == "pdf"
    assert code_of(a_jpeg()) == code_of(a_jpeg(frame=0xC2, more=a_segment(0xE1, b"Exif\0\0x"))) == "jpeg"
    assert code_of(a_png()) == code_of(a_png(more=a_chunk(b"tEXt", b"a\0b"))) == "png"


@pytest.mark.parametrize("object_streams", [False, True])
@pytest.mark.parametrize("field", [
    {"AcroForm": a_dictionary(Fields=generic.ArrayObject([a_dictionary(FT="/Sig")]))},
    {"AcroForm": a_dictionary(SigFlags=generic.NumberObject(3))},
    {"Extra": a_dictionary(Type="/Sig")},
    {"Extra": a_dictionary(ByteRange=generic.ArrayObject([]))},
    {"Extra": a_dictionary(Type="/DocTimeStamp")},
])  # fmt: skip
def test_pdf_with_anything_of_a_signature_is_no_scan(field, object_streams):
    """Filled or empty, shown or not, in an object stream or plain."""
    data = a_pdf(object_streams=object_streams, **field)
    assert (b"/Sig" in data or b"/ByteRange" in data or b"/DocTime" in data) != object_streams
    assert code_of(data) == "SOURCE_SCAN_SIGNED"


def test_name_with_escapes_is_the_same_name():
    """`/S#69g` is `/Sig` in every reader."""
    data = a_pdf(Extra=a_dictionary(Type="/Xig"))
    for name in (b"/S#69g", b"/#53ig", b"/#53#69#67", b"/Si#67"):
        longer = len(name) - len(b"/Xig")
        start = data.index(b"xref\n0 ") if b"xref\n0 " in data else data.index(b"xref")
        moved = data[:start].replace(b"/Xig", name)
        table = _moved(data[start:], data.index(b"/Xig"), longer)
        assert code_of(moved + table) == "SOURCE_SCAN_SIGNED", name


def _moved(tail, after, by):
    """Return the end of a PDF whose offsets beyond a place are larger."""
    lines = tail.split(b"\n")
    for number, line in enumerate(lines):
        if len(line.strip()) == 18 and line[10:11] == b" " and int(line[:10]) > after:
            lines[number] = b"%010d" % (int(line[:10]) + by) + line[10:]
        if number and lines[number - 1].strip() == b"startxref":
            lines[number] = b"%d" % (int(line) + by)
    return b"\n".join(lines)


def test_signature_that_was_taken_out_again_is_still_one():
    """An earlier revision holds it, and so do the bytes."""
    signed = sign_pdf(a_pdf(), paper_signer())
    assert code_of(signed) == "SOURCE_SCAN_SIGNED"

    def emptied(writer):
        del writer.root["/AcroForm"]
        writer.update_root()

    assert code_of(updated(signed, emptied)) == "SOURCE_SCAN_SIGNED"


def test_signature_that_no_table_names_is_found_in_the_bytes():
    """A reader that repairs would find it there."""
    data = a_pdf()
    start = data.rindex(b"startxref")
    assert code_of(data[:start] + b"99 0 obj << /Type /S#69g >> endobj\n" + data[start:]) == "SOURCE_SCAN_SIGNED"


def test_signature_in_an_object_stream_that_no_table_opens_is_found():
    """Packed twice; and one that would unpack to 300 MB is not unpacked."""
    for content, code in (
        (b"9 0 << /Type /S#69g >>", "SOURCE_SCAN_SIGNED"),
        (bytes(3 * 10**8), "SOURCE_PDF_MALFORMED"),
    ):
        packed = zlib.compress(zlib.compress(content, 1), 1)
        filters = generic.ArrayObject([generic.pdf_name("/FlateDecode")] * 2)
        stream = generic.StreamObject(a_dictionary(Type="/ObjStm", Filter=filters), encoded_data=packed)
        assert code_of(a_pdf(Extra=stream)) == code


@pytest.mark.parametrize("entry", [
    {"OpenAction": a_dictionary(S="/JavaScript")}, {"OpenAction": a_dictionary(S="/Launch")},
    {"Names": a_dictionary(EmbeddedFiles=a_dictionary())}, {"AcroForm": a_dictionary(XFA=a_dictionary())},
])  # fmt: skip
def test_active_content_is_refused(entry):
    """A scan shows a paper and does nothing."""
    assert code_of(a_pdf(**entry)) == code_of(a_pdf(object_streams=True, **entry)) == "SOURCE_PDF_ACTIVE"


def test_pdf_that_is_damaged_or_more_than_a_pdf_is_refused():
    """Something before or after, cut off, or no PDF inside."""
    data = a_pdf()
    assert code_of(b"x" + data) == "SOURCE_SCAN_UNKNOWN"
    assert code_of(b"GIF89a" + data) == "SOURCE_SCAN_UNKNOWN"
    for bad in (data + b"PK\x03\x04", data[:-20], data[: len(data) // 2], b"%PDF-1.7\n%%EOF\n", b"%PDF-9.9\n%%EOF\n"):
        assert code_of(bad) == "SOURCE_PDF_MALFORMED"
    assert code_of(data.replace(b"/Root", b"/Rood")) == "SOURCE_PDF_MALFORMED"


def test_pdf_that_is_encrypted_is_refused():
    """Nobody could look into it."""
    data = a_pdf()
    start = data.rindex(b"trailer") + data[data.rindex(b"trailer") :].index(b"<<") + 2
    assert code_of(data[:start] + b" /Encrypt << /Filter /Standard >> " + data[start:]) in {
        "SOURCE_PDF_ENCRYPTED", "SOURCE_PDF_MALFORMED",
    }  # fmt: skip


def test_scan_that_is_too_large_is_refused():
    """Whatever it is."""
    assert code_of(b"%PDF-" + bytes(SOURCE_BYTE_COUNT_MAX)) == "SOURCE_TOO_LARGE"


PNG_BOMB = a_png(100, 100, pixels=bytes(20_000_000))


@pytest.mark.parametrize("data", [
    a_png() + b"\0", a_png() + a_png(), a_png()[:-1], a_png()[:-12], a_png(more=a_chunk(b"prIv", b"")),
    a_png(more=a_chunk(b"IDAT", b"")[:-1] + b"x"), a_png(more=a_chunk(b"tEXt", b"a") + a_chunk(b"IDAT", b"")),
    a_png(pixels=bytes(7)), a_png(pixels=bytes(9)), a_png(0, 1), a_png(20_001, 1), a_png(20_000, 20_000, pixels=b""),
    a_png(more=a_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))), PNG_BOMB,
    b"\x89PNG\r\n\x1a\n" + a_chunk(b"IEND", b""), b"\x89PNG\r\n\x1a\n", a_png().replace(b"IHDR", b"IHDS"),
    b"\x89PNG\r\n\x1a\n" + a_chunk(b"IDAT", zlib.compress(b"")) + a_chunk(b"IEND", b""),
], ids=range(18))  # fmt: skip
def test_png_with_anything_more_or_less_is_refused(data):
    """Trailing data, private chunks, wrong checks, wrong sizes, a bomb."""
    assert code_of(data) == "SOURCE_PICTURE_DAMAGED"


@pytest.mark.parametrize("data", [
    a_jpeg() + b"\0", a_jpeg() + a_jpeg(), a_jpeg()[:-1], a_jpeg()[:-2], a_jpeg()[:40], a_jpeg(frame=0xC3),
    a_jpeg(more=a_segment(0xC0, bytes(9))), a_jpeg(more=b"junk"), a_jpeg(more=a_segment(0xF0, b"")),
    a_jpeg(entropy=b"\x12\xff\x01"), b"\xff\xd8\xff\xd9", b"\xff\xd8\xff", a_jpeg(more=b"\xff\xe1\x00\x01"),
    a_jpeg(more=b"\xff\xe1\xff\xff"),
], ids=range(14))  # fmt: skip
def test_jpeg_with_anything_more_or_less_is_refused(data):
    """Trailing data, another picture, unknown segments, lengths that lie."""
    assert code_of(data) == "SOURCE_PICTURE_DAMAGED"
