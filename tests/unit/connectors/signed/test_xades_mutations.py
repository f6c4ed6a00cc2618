"""Thousands of variants of one signed file: each is refused, or says just what was signed, and never anything else."""

import pytest

from hub.catalogue import CATALOGUE
from hub.connectors.signed import read_xades
from hub.errors import Refused

from .mutations import changed_nodes, inserted_pieces, mixed, same_canonical_forms, turned_bytes, wrappings
from .signing_world import signer


@pytest.fixture(scope="module")
def signed():
    data = signer().sign()
    return data, read_xades(data, [signer().der])


def outcomes(signed, variants):
    """Return the names of variants by what became of them: a code, or "same". Any other answer fails here."""
    data, good = signed
    found = {}
    for name, variant in variants:
        if variant == data:
            continue
        try:
            assert read_xades(variant, [signer().der]) == good, name
        except Refused as refused:
            outcome = refused.code
        else:
            outcome = "same"
        assert outcome in CATALOGUE or outcome == "same"
        found.setdefault(outcome, []).append(name)
    return found


def test_changed_byte_never_says_anything_else(signed):
    """A bit, a case, a space, a byte doubled or left out."""
    found = outcomes(signed, turned_bytes(signed[0], step=11))
    assert sum(map(len, found.values())) > 1000
    assert len(found.get("same", [])) < 20


def test_inserted_piece_never_says_anything_else(signed):
    """Comments, instructions, entities, CDATA, white space, elements, wherever there is room for them."""
    found = outcomes(signed, inserted_pieces(signed[0], step=3))
    kept = {name.partition("@")[0] for name in found["same"]}
    assert kept <= {"cdata", "space", "line", "return", "return-reference"}
    assert {name.partition("@")[0] for name in found["SOURCE_XML_FORBIDDEN"]} == {"comment", "instruction"}


def test_changed_node_is_refused(signed):
    """Moved, doubled, removed, emptied, unwrapped, renamed, in another namespace, with an attribute more."""
    found = outcomes(signed, changed_nodes(signed[0]))
    assert "same" not in found
    assert sum(map(len, found.values())) > 500


def test_wrapped_file_is_refused(signed):
    """A forged root around the signed one, which stands within it or within a part of the signature."""
    found = outcomes(signed, wrappings(signed[0]))
    assert "same" not in found
    assert sum(map(len, found.values())) == 28


def test_parts_of_two_files_of_one_signer_do_not_mix(signed):
    """Whatever part is taken over."""
    found = outcomes(signed, mixed(signed[0]))
    assert found.keys() <= {"SOURCE_XML_CONTENT_DIFFERS", "SOURCE_XML_SIGNATURE_WRONG"}
    assert sum(map(len, found.values())) >= 8


def test_other_ways_to_write_the_same_are_the_same(signed):
    """What canonical XML makes equal was signed, and gives the same bytes on."""
    assert outcomes(signed, same_canonical_forms(signed[0])).keys() == {"same"}
