"""Đi và về: a document becomes a record and a document again, and a record a document and a record again.

What differs must stand in the manifest, as a loss or as something that the system cannot express; and what the
mapper itself says it lost, too. A record keeps what a document has no place for only as a declared loss.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from hub.connect.check.differing import differing_fields, plain
from hub.connect.check.outcome import NO_DOCUMENT, NotApplicable
from hub.connect.check.subject import Subject
from hub.connectors.sdk import KEY_LENGTH_MAX, Loss, Manifest, SourceRecord, version_of
from hub.domain.findings import Finding, finding, refuses
from hub.domain.transcript import Transcript

__all__ = ["check_round_trip", "expressible", "is_declared"]

DOCUMENT_COUNT = 200


async def check_round_trip(subject: Subject) -> list[Finding] | NotApplicable:
    """Return a finding for each path that changes and is not declared. Not applicable without documents."""
    changed: Counter[tuple[str, str]] = Counter()
    documents = subject.documents[:: max(1, len(subject.documents) // DOCUMENT_COUNT)]
    for document in documents:
        for code, path in _differences(subject, document):
            changed[code, path] += 1
    if not any(expressible(subject.connector.manifest, document) for document in documents):
        return NO_DOCUMENT
    return [
        finding(code, path, facts={"path": path, "count": str(count)})
        for (code, path), count in sorted(changed.items())
    ]


def expressible(manifest: Manifest, document: Transcript) -> bool:
    """Tell whether the manifest claims this document: its grade, and nothing of its kind declared inexpressible."""
    named = {document.regulation, document.period, f"grade {document.grade}"}
    return document.grade in manifest.grades and not named & set(manifest.cannot_express)


def is_declared(manifest: Manifest, path: str, direction: str | None = None) -> bool:
    """Tell whether a loss at this path stands in the manifest, as itself, under a parent, or as inexpressible."""
    losses = [loss.path for loss in manifest.loss if direction in (None, loss.direction)]
    known = [*losses, *(f"$.{name}" for name in manifest.cannot_express)]
    return any(path == at or path.startswith((f"{at}.", f"{at}[")) for at in known)


def _differences(subject: Subject, document: Transcript) -> Iterator[tuple[str, str]]:
    """Yield (code, path) of what one document shows; each path once."""
    connector = subject.connector
    if not expressible(connector.manifest, document):
        return
    value, losses = connector.mapper.backward(document)
    mapped = connector.mapper.forward(_record(value), subject.context)
    told = [*losses, *mapped.losses]
    yield from (("CONFORMANCE_ROUND_TRIP_DIFFERS", p) for p in sorted(_undeclared(connector.manifest, told)))
    if mapped.transcript is None or refuses(mapped.findings):
        if not any(is_declared(connector.manifest, loss.path) for loss in losses):
            codes = sorted({found.code for found in mapped.findings}) or ["no document"]
            yield "CONFORMANCE_ROUND_TRIP_DIFFERS", ", ".join(codes)[:120]
        return
    differing = list(_documents(connector.manifest, document, mapped.transcript))
    yield from differing
    if differing:
        return  # the record differs for the same reason
    again, _ = connector.mapper.backward(mapped.transcript)
    for path in sorted(set(differing_fields(_texts(value), _texts(again), ""))):
        if not is_declared(connector.manifest, path.removeprefix(".")):
            yield "CONFORMANCE_ROUND_TRIP_DIFFERS", path.removeprefix(".")


def _documents(manifest: Manifest, before: Transcript, after: Transcript) -> Iterator[tuple[str, str]]:
    """Tell what the document lost as dropped, and what it changed as different."""
    left, right = plain(before), plain(after)
    for path in sorted(set(differing_fields(left, right))):
        if not is_declared(manifest, path) and not _empty_rows_gone(manifest, left, right, path):
            dropped = _count(left, path) > _count(right, path)
            yield ("CONFORMANCE_FIELD_DROPPED" if dropped else "CONFORMANCE_ROUND_TRIP_DIFFERS"), path


def _empty_rows_gone(manifest: Manifest, left: Mapping[str, Any], right: Mapping[str, Any], path: str) -> bool:
    """Tell whether rows are gone of which the system had nothing to say: all that they held is a declared loss."""
    name = path.removeprefix("$.").removesuffix("[*]")
    if not path.endswith("[*]") or "." in name or not isinstance(left.get(name), list):
        return False
    kept = {row.get("code") for row in right.get(name, []) if isinstance(row, Mapping)}
    gone = [row for row in left[name] if isinstance(row, Mapping) and row.get("code") not in kept]
    fields = {field for row in gone for field in row} - {"code", "kind"}
    return bool(gone) and all(is_declared(manifest, f"{path}.{field}") for field in fields)


def _undeclared(manifest: Manifest, losses: list[Loss]) -> set[str]:
    known = {(loss.kind, loss.direction, loss.path) for loss in manifest.loss}
    return {
        loss.path
        for loss in losses
        if (loss.kind, loss.direction, loss.path) not in known and not is_declared(manifest, loss.path, loss.direction)
    }


def _record(value: Mapping[str, Any]) -> SourceRecord:
    version = version_of(value)
    return SourceRecord(version[:KEY_LENGTH_MAX], version, "kiểm thử", value)


def _texts(value: object) -> object:
    """Return a record with every scalar as the text that a file would hold; None and "" are both nothing."""
    if isinstance(value, Mapping):
        return {name: _texts(each) for name, each in value.items() if each is not None and each != ""}
    if isinstance(value, list | tuple):
        return [_texts(each) for each in value]
    return value if isinstance(value, bool) else str(value)


def _count(value: object, path: str) -> int:
    """Return how many values stand at a path with "[*]"."""
    found = [value]
    for part in path.removeprefix("$.").replace("[*]", ".*").split("."):
        if part == "*":
            found = [item for each in found if isinstance(each, list) for item in each]
        else:
            found = [each[part] for each in found if isinstance(each, Mapping) and part in each]
    return len(found)
