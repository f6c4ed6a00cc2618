"""What records rest on that no person signs here: signed documents of their system, or an extract of each record.

Invariant: a record that may be sealed has its source in the state, byte for byte and once, from the transaction that
notes it until it is locked; what is mapped is what stands in the source, as whoever checks it will read it.
"""

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from hub.client import Sealed
from hub.client.planning import size_with_source
from hub.connect.run import Run
from hub.connect.store import Row
from hub.connectors.sdk import SourceRecord, extract_bytes, extract_record, sealed_connector
from hub.domain import Finding, finding
from hub.errors import Corrupt, Refused
from hub.topics import MESSAGE_BYTES_MAX

__all__ = ["Rest", "fits_a_message", "keep_source", "page_sources", "read_again", "rest_of", "sealed_as", "source_of"]


@dataclass(frozen=True, slots=True)
class Rest:
    """What one record rests on: hash (hex) and bytes, or the fault that keeps it out; nothing for what persons sign."""

    sha256: str | None = None
    data: bytes | None = None
    fault: Finding | None = None


def page_sources(sources: tuple[bytes, ...]) -> dict[str, bytes]:
    """Return the signed documents of a page by their hashes (hex)."""
    return {hashlib.sha256(data).hexdigest(): data for data in sources}


def rest_of(run: Run, record: SourceRecord, sources: Mapping[str, bytes]) -> Rest:
    """Return what a record of a page rests on; a fault is told with the record's place."""
    evidence = run.connector.manifest.evidence
    if evidence == "native" or record.value is None:
        return Rest()
    if evidence == "derived":
        return _signed(run, record, sources)
    try:
        data = extract_bytes(str(run.connector.manifest.system), record)
    except Refused as refused:
        return Rest(fault=finding(refused.code, record.place, facts=refused.facts))
    return Rest(hashlib.sha256(data).hexdigest(), data)


def _signed(run: Run, record: SourceRecord, sources: Mapping[str, bytes]) -> Rest:
    sha256 = record.source_sha256
    data = None if sha256 is None else sources.get(sha256)
    if data is not None and len(data) > MESSAGE_BYTES_MAX:
        return Rest(fault=_too_large(len(data), record.place))
    if sha256 is None or (data is None and run.store.first("source", sha256=sha256) is None):
        return Rest(fault=finding("CONNECTOR_RECORD_WRONG", record.place, facts={"reason": "source_sha256"}))
    return Rest(sha256, data)


def _too_large(size: int, place: str) -> Finding:
    return finding("RECORD_TOO_LARGE", place, facts={"size": str(size), "limit": str(MESSAGE_BYTES_MAX)})


def keep_source(run: Run, rest: Rest) -> None:
    """Note the source of a record that is new, once. Inside the transaction that notes the record."""
    if rest.sha256 is not None and rest.data is not None:
        run.store.do("add_source", sha256=rest.sha256, data=rest.data)


def source_of(run: Run, sha256: str) -> bytes:
    """Return a source. Raises Corrupt CONNECTOR_STATE_DAMAGED when the state has lost it."""
    row = run.store.first("source", sha256=sha256)
    if row is None:
        raise Corrupt("CONNECTOR_STATE_DAMAGED", {"reason": "source"})
    return bytes(row["data"])


def read_again(run: Run, row: Row, record: SourceRecord) -> SourceRecord:
    """Return a record as it stands in its extract, which is what whoever checks it will map; others as they are."""
    if run.connector.manifest.evidence != "attested" or row["source_sha256"] is None or record.value is None:
        return record
    return dataclasses.replace(record, value=extract_record(source_of(run, row["source_sha256"])).value)


def fits_a_message(run: Run, row: Row, document: bytes) -> Finding | None:
    """Return why a document cannot be sent with its source, None where it can; what persons sign has none."""
    if run.connector.manifest.evidence == "native":
        return None
    if row["source_sha256"] is None:  # it was read before its system's records were sealed
        return finding("CONNECTOR_RECORD_WRONG", "$", facts={"reason": "source_sha256"})
    size = size_with_source(document, source_of(run, row["source_sha256"]))
    return None if size <= MESSAGE_BYTES_MAX else _too_large(size, "$")


def sealed_as(run: Run, mapping_version: str | None) -> Sealed | None:
    """Return what the seals of records that a mapping made will say, None where persons sign.

    Raises Corrupt MAPPING_CHANGED where the connector has that version no more.
    """
    connector = sealed_connector(run.connector)
    if connector is None:
        return None
    kept = next((one for one in connector.mappings if one.version == mapping_version), None)
    if kept is None:
        facts = {"mapping": f"{connector.manifest.name}/{mapping_version}", "pinned": "–", "found": "–"}
        raise Corrupt("MAPPING_CHANGED", facts)
    manifest = connector.manifest
    assert manifest.evidence != "native"
    assert manifest.system is not None
    return Sealed(grade=manifest.evidence, mapping=kept.name, mapping_sha256=kept.sha256, system=manifest.system)
