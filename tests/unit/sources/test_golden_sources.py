"""Golden records of the hub's own sealed connectors: each document comes out of its source, by its version.

A derived one stands in a signed file; of an attested one the extract is made, as the runner makes it.
"""

import hashlib
import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from hub.connectors import found, load
from hub.connectors.mapping import kept_named
from hub.connectors.sdk import extract_bytes
from hub.domain.reading import canonical
from hub.domain.transcript import Transcript
from hub.sources import SourceReaders
from hub.trust import Origin, SealedItem, SourceSystem

from .sealed_world import codes

AT = datetime(2030, 6, 1, tzinfo=UTC)  # after every signature of a golden file


def golden():
    """Return (connector, file) of every golden record of a sealed connector."""
    sealed = {name: folder for name, folder in found().items() if load(name).manifest.evidence != "native"}
    files = [(name, path) for name, folder in sealed.items() for path in sorted(folder.glob("golden/*.json"))]
    return [pytest.param(n, p, id=f"{n}-{p.stem}") for n, p in files if not p.name.endswith(".expected.json")]


@pytest.fixture(scope="module")
def readers():
    made = SourceReaders()
    yield made
    made.close()


def items_of(name, path):
    """Return the sealed documents of one golden file."""
    stated = json.loads(path.read_text("utf-8"))
    expected = json.loads(path.with_name(f"{path.stem}.expected.json").read_text("utf-8"))
    connector = load(name)
    mapping = kept_named(connector.mappings, stated.get("mapping", connector.mappings[-1].name))
    ders = tuple(ssl.PEM_cert_to_DER_cert(path.with_name(one).read_text("ascii")) for one in stated.get("signers", ()))
    pins = tuple(hashlib.sha256(der).hexdigest() for der in ders)
    manifest = connector.manifest
    form = "xades" if manifest.evidence == "derived" else "extract"
    system = SourceSystem(manifest.system, manifest.so, manifest.evidence, form, name, pins)

    def item(row):
        if form == "xades":
            source = path.with_name(stated["signed"]).read_bytes()
        else:
            source = extract_bytes(system.system, connector.mapper.record(stated["records"][row["row"] - 1], "x"))
        origin = Origin(
            grade=system.grade, mapping=mapping.name, mapping_sha256=mapping.sha256,
            source_sha256=hashlib.sha256(source).hexdigest(), system=system.system,
        )  # fmt: skip
        return SealedItem(canonical(msgspec.convert(row["document"], Transcript)), origin, system, ders, source, AT)

    return [item(row) for row in expected["documents"]]


@pytest.mark.parametrize(("name", "path"), golden())
def test_golden_document_comes_out_of_its_source(readers, name, path):
    """Through a child, as Sở and hub verify read it; another class, or a byte of the source, is found."""
    items = items_of(name, path)
    assert items
    assert [codes(found) for found in readers.check(items)] == [[]] * len(items)
    other = [replace(item, document=item.document.replace(b'"class":"', b'"class":"X')) for item in items]
    assert [found[0].facts.get("paths") for found in readers.check(other)] == ["$.class"] * len(items)
    turned = items[0].source[:-1] + b" "
    assert codes(readers.check([replace(items[0], source=turned)])[0]) == ["SOURCE_OTHER"]


def test_there_are_golden_sources_of_both_grades():
    """Otherwise the test above could not fail."""
    assert {load(param.values[0]).manifest.evidence for param in golden()} == {"derived", "attested"}
