"""A system that has the hub's own documents loses nothing."""

from decimal import Decimal

import msgspec
import pytest

from hub.catalogue import Severity
from hub.connectors.mapping import NativeMapper
from hub.connectors.sdk import Loss, SourceRecord
from hub.domain import canonical
from hub.domain.findings import Finding, finding
from tests.unit.connectors.mapping.builders import a_value, context_of, transcript_of


def test_a_document_passes_as_it_stands():
    """Bytes are equal on both ways, however the names are ordered."""
    document = transcript_of(a_value())
    value, losses = NativeMapper().backward(document)
    turned = dict(reversed(value.items()))
    made = NativeMapper().forward(SourceRecord("k", "v", "p", turned), context_of())
    assert canonical(made.transcript) == canonical(document)
    assert (made.findings, made.losses, losses, made.province) == ((), (), (), "31")


@pytest.mark.parametrize(
    "change", [{"grade": "1"}, {"x": 1}, {"grade": Decimal("1.5")}, {"class": "A\ud800"}, {"type": 5}]
)
def test_a_document_with_a_fault_is_refused_by_name(change):
    """The reader of documents says what is wrong and where."""
    value = msgspec.to_builtins(transcript_of(a_value())) | change
    made = NativeMapper().forward(SourceRecord("k", "v", "p", value), context_of())
    assert made.transcript is None
    assert made.findings


def test_what_a_reader_told_of_its_cells_becomes_a_loss():
    """One for each code, whatever the count; a record that was refused stays so."""
    value = msgspec.to_builtins(transcript_of(a_value()))
    told = (finding("CELL_DECIMAL_COMMA", "A!F7"), finding("CELL_DECIMAL_COMMA", "A!F8"), finding("CELL_SPACES"))
    mapper = NativeMapper({"CELL_DECIMAL_COMMA": "guessed"})
    made = mapper.forward(SourceRecord("k", "v", "p", value, told), context_of())
    assert made.losses == (Loss("guessed", "CELL_DECIMAL_COMMA"),)
    assert (made.findings, made.transcript is None) == (told, False)
    bad = Finding("CELL_SPACES", severity=Severity.REFUSE)
    assert mapper.forward(SourceRecord("k", "v", "p", value, (bad,)), context_of()).transcript is None
    assert mapper.forward(SourceRecord("k", "v", "p", None, (bad,)), context_of()).transcript is None
