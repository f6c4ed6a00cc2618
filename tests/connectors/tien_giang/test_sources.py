"""What Sở and every verifier read in a signed class file: the document that was made of it, and no other."""

import hashlib
from datetime import UTC, datetime

from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from hub.connectors.tien_giang import connector
from hub.domain import canonical
from hub.sources import check_sources
from hub.trust import Origin, SealedItem, SourceSystem
from tests.connectors.tien_giang.systems import World, records_of, run, the_register, transcripts

MADE = transcripts(60, 2)
SYSTEM = "ho-so-tien-giang"
AT = datetime(2026, 6, 16, tzinfo=UTC)


def read_once(tmp_path):
    """Return (mapped document, source bytes) of every record, and the certificate of the system."""

    async def work():
        async with World(tmp_path, MADE) as world:
            return await world.walk(), world.system.key.certificate.public_bytes(Encoding.DER)

    pages, certificate = run(work())
    sources = {hashlib.sha256(data).hexdigest(): data for page in pages for data in page.sources}
    return [(record, sources[record.source_sha256]) for record in records_of(pages)], certificate


def sealed(document, source, certificate, kept=None):
    """Return what is checked of one sealed document."""
    kept = kept or connector().mappings[-1]
    digest = hashlib.sha256(certificate).hexdigest()
    origin = Origin(
        grade="derived", mapping=kept.name, mapping_sha256=kept.sha256, system=SYSTEM,
        source_sha256=hashlib.sha256(source).hexdigest(),
    )  # fmt: skip
    system = SourceSystem(SYSTEM, "dong-thap", "derived", "xades", "tien-giang", (digest,))
    return SealedItem(canonical(document), origin, system, (certificate,), source, AT)


def codes(items):
    """Return the codes that checking gives, item by item."""
    return [[found.code for found in told] for told in check_sources(items)]


def test_every_document_is_read_in_its_source_again(tmp_path) -> None:
    """Under either version of the mapping, each with the document that it makes."""
    read, certificate = read_once(tmp_path)
    register, of = the_register(MADE), connector()
    for kept in of.mappings:
        items = [sealed(kept.mapper.forward(r, register).transcript, s, certificate, kept) for r, s in read[:20]]
        assert codes(items) == [[]] * len(items)


def test_other_document_is_told_with_its_paths(tmp_path) -> None:
    """A changed mark, a document of another version of the mapping, a pupil of another class, another certificate."""
    read, certificate = read_once(tmp_path)
    register, of = the_register(MADE), connector()
    record, source = read[0]
    document = of.mapper.forward(record, register).transcript
    _, elsewhere = next((r, s) for r, s in read if s != source)
    items = [
        sealed(replace(document, class_="9Z"), source, certificate),
        sealed(document, source, certificate, of.mappings[0]),
        sealed(document, elsewhere, certificate),
    ]
    assert codes(items) == [["SOURCE_DIFFERS"], ["SOURCE_DIFFERS"], ["SOURCE_RECORD_MISSING"]]
