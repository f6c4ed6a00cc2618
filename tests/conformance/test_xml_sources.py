"""Hostile XML through the reader of signed sources: as it is, and signed where it can be signed at all."""

import base64
import json
import re
import resource
import subprocess
import sys

import pytest
from lxml import etree
from test_xml import listener, pointed

from hub.connectors.signed import read_xades
from hub.connectors.simulating.xades import sign_xades
from hub.errors import Refused
from tests.unit.connectors.signed.signing_world import AT, signer

MEMORY_BYTES_MAX = 512 * 2**20
CPU_S_MAX = 20
DOCUMENT_TYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
# Well-formed XML without a document type can be signed; then these are read, with the dangerous part left alone.
# (A processing instruction before the root is not the root's, so signing leaves it away.)
INERT = {"xinclude-file-read.xml", "schema-location.xml", "benign-vietnamese.xml", "benign-predefined-entities.xml"}
REFUSED = {
    "many-attributes.xml": "SOURCE_XML_TOO_COMPLEX",
    "comment-in-text.xml": "SOURCE_XML_FORBIDDEN",
}

# Reads every file of a folder, in a process of its own with little memory and time, and tells what came out.
READER = """
import base64, json, sys
from pathlib import Path
from hub.connectors.signed import read_xades
from hub.errors import Refused

signers = [base64.b64decode(sys.argv[2])]
for path in sorted(Path(sys.argv[1]).glob("*.xml")):
    try:
        answer = {"code": "", "text": read_xades(path.read_bytes(), signers).data.decode()}
    except Refused as error:
        answer = {"code": error.code, "text": str(error)}
    print(json.dumps({"file": path.name} | answer))
"""


def read_in_child(folder):
    """Return the answers by file name, and all that the child wrote."""
    der = base64.b64encode(signer().der).decode()
    done = subprocess.run(
        [sys.executable, "-c", READER, str(folder), der], capture_output=True, text=True, check=True, timeout=60,
        preexec_fn=lambda: (
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX)),
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX)),
        ),
    )  # fmt: skip
    return {answer["file"]: answer for answer in map(json.loads, done.stdout.splitlines())}, done.stdout + done.stderr


def signed(data):
    """Return the document with a right signature, or None when it has none that could be made."""
    try:
        return sign_xades(data, signer().key, signer().certificate, AT)
    except etree.LxmlError:
        return None


@pytest.fixture
def documents(vectors):
    return json.loads((vectors / "xml" / "docs.json").read_text("utf-8"))["documents"]


def test_hostile_documents_are_refused_as_sources(vectors, documents, tmp_path):
    """None of them is signed, so none is read, not even the controls; nothing is opened and no file is shown."""
    canary = tmp_path / "canary"
    canary.write_text("CANARY-6f1d", "utf-8")
    folder = tmp_path / "sources"
    folder.mkdir()
    with listener() as server:
        for document in documents:
            data = (vectors / "xml" / "docs" / document["file"]).read_bytes()
            (folder / document["file"]).write_bytes(pointed(data, server.getsockname()[1], canary))
        answers, written = read_in_child(folder)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "CANARY" not in written
    assert len(answers) == len(documents) == 27
    for document in documents:
        code, expect = answers[document["file"]]["code"], document["expect"]
        assert code.startswith("SOURCE_XML_"), document
        assert (code == "SOURCE_XML_SIGNATURE_MISSING") == (document["file"] in INERT), (document, code)
        assert expect != "accept" or code == "SOURCE_XML_SIGNATURE_MISSING"


def test_signed_hostile_documents_are_refused_or_inert(vectors, documents, tmp_path):
    """A signer may be hostile too: what can be signed is read with the dangerous part left alone, or refused."""
    folder = tmp_path / "sources"
    folder.mkdir()
    with listener() as server:
        for document in documents:
            data = (vectors / "xml" / "docs" / document["file"]).read_bytes()
            made = signed(pointed(data, server.getsockname()[1], "/nowhere")) if b"DOCTYPE" not in data else None
            if made is not None:
                (folder / document["file"]).write_bytes(made)
        answers, _ = read_in_child(folder)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert {name for name, answer in answers.items() if not answer["code"]} == INERT | {
        "benign-utf16.xml",
        "stylesheet-instruction.xml",
    }
    assert {name: answer["code"] for name, answer in answers.items() if answer["code"]} == REFUSED
    assert "Nguyễn Thị Ánh Tuyết" in answers["benign-vietnamese.xml"]["text"]
    assert "xi:include" in answers["xinclude-file-read.xml"]["text"]


def test_document_type_beside_a_right_signature_is_refused(vectors, documents):
    """Every published document type, put before a root that is well signed: it is refused before any tree is built."""
    before, root = signed(b"<lo>1</lo>").split(b"<lo>", 1)
    count = 0
    for document in documents:
        data = (vectors / "xml" / "docs" / document["file"]).read_bytes()
        for found in DOCUMENT_TYPE.findall(data):
            with pytest.raises(Refused) as refused:
                read_xades(before + found + b"<lo>" + root, [signer().der])
            assert refused.value.code == "SOURCE_XML_FORBIDDEN"
            count += 1
    assert count >= 10
