"""Scans and signed PDFs, made as scanners and signing programs make them."""

import io
import struct
import zlib
from datetime import UTC, datetime, timedelta

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from .signing_world import certified, signer


def a_pdf(*, object_streams=False, **catalogue):
    """Return a one-page PDF; `catalogue` are entries more of its root, by name."""
    writer = PdfFileWriter(stream_xrefs=object_streams)
    content = writer.add_object(generic.StreamObject(stream_data=b"0 0 m 100 100 l S"))
    box = generic.ArrayObject([generic.NumberObject(number) for number in (0, 0, 200, 200)])
    writer.insert_page(PageObject(contents=content, media_box=box))
    stream = writer.prepare_object_stream() if object_streams else None
    for name, value in catalogue.items():
        writer.root[generic.pdf_name(f"/{name}")] = writer.add_object(value, obj_stream=stream)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def a_dictionary(**entries):
    """Return a PDF dictionary; texts that begin with a slash become names."""
    return generic.DictionaryObject({
        generic.pdf_name(f"/{key}"): generic.pdf_name(value) if isinstance(value, str) else value
        for key, value in entries.items()
    })  # fmt: skip


def paper_signer(kind="EC"):
    """Return a signer that is valid now, since pyHanko takes the time of signing from the clock."""
    now = datetime.now(UTC)
    return certified(signer(kind).key, "van-thu", now - timedelta(days=1), now + timedelta(days=1))


def sign_pdf(data, who, field="Sig1", *, pss=False, digest="sha256", subfilter=SigSeedSubFilter.PADES):
    """Return the PDF with one more signature in an incremental update."""
    key = who.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    simple = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(who.der), signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(), prefer_pss=pss,
    )  # fmt: skip
    what = signers.PdfSignatureMetadata(field_name=field, md_algorithm=digest, subfilter=subfilter)
    return signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), what, signer=simple).getvalue()


def updated(data, change):
    """Return the PDF with an incremental update after `change(writer)`."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def a_chunk(name, body):
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def a_png(width=3, height=2, pixels=None, more=b""):
    """Return a grey PNG; `more` are chunks between the pixels and the end."""
    rows = b"".join(b"\0" + bytes(width) for _ in range(height)) if pixels is None else pixels
    header = a_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + a_chunk(b"IDAT", zlib.compress(rows)) + more + a_chunk(b"IEND", b"")


def a_segment(marker, body):
    """Return one segment of a JPEG."""
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2) + body


def a_jpeg(*, frame=0xC0, entropy=b"\x12\xff\x00\x34\xff\xd0\x56", more=b""):
    """Return the structure of a baseline JPEG; `more` are segments before its frame."""
    start = b"\xff\xd8" + a_segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0") + a_segment(0xDB, bytes(65)) + more
    picture = a_segment(frame, struct.pack(">BHHB", 8, 2, 3, 1) + b"\x01\x11\0")
    return start + picture + a_segment(0xC4, bytes(20)) + a_segment(0xDA, b"\x01\x01\0\0\x3f\0") + entropy + b"\xff\xd9"
