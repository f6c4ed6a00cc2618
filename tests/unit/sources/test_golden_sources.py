"""Golden sources of the hub's own sealed connectors: each document comes out of its signed file, by its version."""

import hashlib
import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from hub.connectors import found, load
from hub.domain.reading import canonical
from hub.domain.transcript import Transcript
from hub.sources import SourceReaders
from hub.trust import Origin, SealedItem, SourceSystem

from .sealed_world import codes

AT = datetime(2030, 6, 1, tzinfo=UTC)  # after every signature of a golden file


def golden():
    """Return (connector, file) of every golden record that stands in a signed file."""
    files = ((name, path) for name, folder in found().items() for path in sorted(folder.glob("golden/*.json")))
    records = [(name, path) for name, path in files if not path.name.endswith(".expected.json")]
    return [pytest.param(n, p, id=f"{n}-{p.stem}") for n, p in records if "signed" in json.loads(p.read_text("utf-8"))]


@pytest.fixture(scope="module")
def readers():
    made = SourceReaders()
    yield made
    made.close()


def items_of(name, path):
    """Return the sealed documents of one golden file."""
    stated = json.loads(path.read_text("utf-8"))
    expected = json.loads(path.with_suffix("").with_suffix(".expected.json").read_text("utf-8"))
    connector = load(name)
    (mapping,) = [one for one in connector.mappings if one.name == stated.get("mapping", connector.mappings[-1].name)]
    source = path.with_name(stated["signed"]).read_bytes()
    ders = [ssl.PEM_cert_to_DER_cert(path.with_name(one).read_text("ascii")) for one in stated["signers"]]
    pins = tuple(hashlib.sha256(der).hexdigest() for der in ders)
    system = SourceSystem(connector.manifest.system, connector.manifest.so, "derived", "xades", name, pins)
    origin = Origin(
        grade="derived", mapping=mapping.name, mapping_sha256=mapping.sha256,
        source_sha256=hashlib.sha256(source).hexdigest(), system=system.system,
    )  # fmt: skip
    documents = [canonical(msgspec.convert(row["document"], Transcript)) for row in expected["documents"]]
    return [SealedItem(document, origin, system, tuple(ders), source, AT) for document in documents]


@pytest.mark.parametrize(("name", "path"), golden())
def test_golden_document_comes_out_of_its_source(readers, name, path):
    """Through a child, as Sở and hub verify read it; another mark, or a byte of the file, is found."""
    items = items_of(name, path)
    assert items
    assert [codes(found) for found in readers.check(items)] == [[]] * len(items)
    other = [replace(item, document=item.document.replace(b'"class":"', b'"class":"X')) for item in items]
    assert [found[0].facts.get("paths") for found in readers.check(other)] == ["$.class"] * len(items)
    turned = items[0].source.replace(b"Signature>", b"Signature >", 1)
    assert codes(readers.check([replace(items[0], source=turned)])[0]) == ["SOURCE_OTHER"]


def test_there_are_golden_sources():
    """Otherwise the test above could not fail."""
    assert len(golden()) >= 2
