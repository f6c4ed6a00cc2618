"""Tệp mẫu có ký: golden records of a system that signs for itself stand so in a document that it signed.

What is read there is only what a pinned certificate signs; a reader that takes anything else shows here.
"""

import ssl
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.connect.check.differing import differing_fields
from hub.connectors.sdk import Connector, sealed_connector
from hub.connectors.signed import read_xades
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["differing", "differs", "signed_differences"]

Stored = tuple[Path, Mapping[str, Any]]
"""A file of golden records: its folder and what it holds."""


def signed_differences(connector: Connector, files: Sequence[Stored]) -> Iterator[Finding]:
    """Tell records that do not stand so in the signed document beside them, and a connector that has none."""
    signed = [(folder, stored) for folder, stored in files if "signed" in stored]
    if not signed:
        yield finding("CONFORMANCE_GOLDEN_UNSIGNED")
    for folder, stored in signed:
        try:
            rows = list(_rows(connector, folder, stored))
        except Refused as refused:
            yield differs(stored["signed"], refused.code)
            continue
        if len(rows) != len(stored["records"]):
            yield differs(stored["signed"], "$")
        for number, (row, record) in enumerate(zip(rows, stored["records"], strict=False), 1):
            yield from (differs(f"{stored['signed']}:{number}", path) for path in differing(record, row)[:1])


def differing(expected: object, found: object) -> list[str]:
    """Return the paths at which two values differ, each once."""
    return sorted(set(differing_fields(expected, found)))


def differs(record: str, path: str) -> Finding:
    """Return the finding about a golden record."""
    return finding("CONFORMANCE_GOLDEN_DIFFERS", path, facts={"record": record, "path": path})


def _rows(connector: Connector, folder: Path, stored: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the records of a signed document as its connector reads them. Raises Refused as the readers do."""
    sealed = sealed_connector(connector)
    signers = [ssl.PEM_cert_to_DER_cert((folder / name).read_text("ascii")) for name in stored["signers"]]
    part = read_xades((folder / stored["signed"]).read_bytes(), signers)
    for row in () if sealed is None else sealed.rows(part.data):
        yield row.value
