"""Scans and signed PDFs, made as scanners and signing programs make them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

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


def a_pdf(*, object_streams: bool = False, **catalogue: Any) -> bytes:
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


def a_dictionary(**entries: Any) -> Any:
    """Return a PDF dictionary; texts that begin with a slash become names."""
    return generic.DictionaryObject({
        generic.pdf_name(f"/{key}"): generic.pdf_name(value) if isinstance(value, str) else value
        for key, value in entries.items()
    })  # fmt: skip


def paper_signer(kind: str = "EC") -> Any:
    """Return a signer that is valid now, since pyHanko takes the time of signing from the clock."""
    now = datetime.now(UTC)
    return certified(signer(kind).key, "van-thu", now - timedelta(days=1), now + timedelta(days=1))


def sign_pdf(
    data: bytes, who: Any, field: str = "Sig1", *, pss: bool = False, digest: str = "sha256",
    subfilter: SigSeedSubFilter = SigSeedSubFilter.PADES,
) -> bytes:  # fmt: skip
    """Return the PDF with one more signature in an incremental update."""
    key = who.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    simple = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(who.der), signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(), prefer_pss=pss,
    )  # fmt: skip
    what = signers.PdfSignatureMetadata(field_name=field, md_algorithm=digest, subfilter=subfilter)
    return signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), what, signer=simple).getvalue()


def updated(data: bytes, change: Callable[[Any], None]) -> bytes:
    """Return the PDF with an incremental update after `change(writer)`."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
