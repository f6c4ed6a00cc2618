"""Tài liệu gốc: every record of a system whose records are sealed stands in its source, and is read from there again.

Whoever checks a sealed record later has the source alone: what the connector read beside it would be lost.
"""

import hashlib
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.connect.check.outcome import NotApplicable
from hub.connect.check.pulling import PAGE_RECORDS
from hub.connect.check.subject import Subject
from hub.connect.check.systems import opened_source, playing
from hub.connectors.sdk import Page, SealedConnector, SourceRecord, extract_bytes, sealed_connector
from hub.connectors.signed import read_xades
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["check_sources"]

_DOCUMENT_COUNT = 60
_PULLS_MAX = 200
_NATIVE = NotApplicable(
    "hồ sơ của kết nối này do người ký tại đây (evidence = native), không có tài liệu gốc",
    "persons sign its records here (evidence = native): there is no source document",
)


async def check_sources(subject: Subject) -> list[Finding] | NotApplicable:
    """Return a finding when records cannot be read from their sources again. Not applicable where persons sign."""
    sealed = sealed_connector(subject.connector)
    if sealed is None:
        return _NATIVE
    if subject.simulator is None:
        return subject.unplayed
    if not sealed.mappings or sealed.mappings[-1].version != sealed.mapper.version:
        what = "mapper và mappings khác phiên bản / mapper is not the newest of mappings"
        return [finding("CONFORMANCE_MANIFEST", facts={"what": what})]
    async with playing(subject, "sources", _DOCUMENT_COUNT) as (_, settings):
        pages = await _pages(subject, {**settings, "settle_s": 0})
        signers = [_certificate(Path(path)) for path in settings.get("signers", {}).get("certificates", [])]
    wrong = sum(not _stands(sealed, record, page, signers) for page in pages for record in _read(page))
    count = wrong if any(_read(page) for page in pages) else _DOCUMENT_COUNT
    return [finding("CONFORMANCE_SOURCE_DIFFERS", facts={"count": str(count)})] if count else []


async def _pages(subject: Subject, settings: Mapping[str, Any]) -> list[Page]:
    """Return the pages of a system that is well, until nothing more is there."""
    pages: list[Page] = []
    async with opened_source(subject, settings, "sources-in") as source:
        while len(pages) < _PULLS_MAX and (not pages or pages[-1].more):
            pages.append(await source.pull(pages[-1].cursor if pages else None, PAGE_RECORDS))
    return pages


def _read(page: Page) -> list[SourceRecord]:
    return [record for record in page.records if record.value is not None]


def _stands(sealed: SealedConnector, record: SourceRecord, page: Page, signers: Sequence[bytes]) -> bool:
    """Tell whether a record is read from its source just as it was pulled."""
    try:
        rows = sealed.rows(_signed(sealed, record, page, signers))
    except (Refused, LookupError):
        return False
    same = (record.key, record.version, record.value)
    return any((row.key, row.version, row.value) == same for row in rows)


def _signed(sealed: SealedConnector, record: SourceRecord, page: Page, signers: Sequence[bytes]) -> bytes:
    """Return the bytes that rows are read from. LookupError when the page lacks what the record names."""
    if sealed.manifest.evidence == "attested":
        return extract_bytes(str(sealed.manifest.system), record)
    sources = {hashlib.sha256(data).hexdigest(): data for data in page.sources}
    return read_xades(sources[str(record.source_sha256)], signers).data


def _certificate(path: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(path.read_text("ascii"))
