"""Hồ sơ mẫu: stored records of the system, written by hand, become exactly the stored documents and codes.

    golden/<name>.json            {"schools": [{code, name, province, school_year}], "records": [record, …]}
    golden/<name>.expected.json   {"documents": [{row, codes, document}], "rejected": [{row, codes}]}

Where records are sealed, `"mapping": "tien-giang/1"` names the kept version that makes the documents (else the newest),
and `"signed": "<file>", "signers": [certificate, …]` the document signed there in which just these records stand.

They are independent of the simulator, which uses the mapping backward: one mistake made in both directions shows here.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hub.connect.check.differing import plain
from hub.connect.check.golden_signed import differing, differs, signed_differences
from hub.connect.check.outcome import NotApplicable
from hub.connect.check.subject import Subject
from hub.connectors.formats import parse_json
from hub.connectors.sdk import Connector, Context, Mapper, SourceRecord, sealed_connector, version_of
from hub.domain.findings import Finding
from hub.domain.transcript import School
from hub.errors import Refused

__all__ = ["check_golden", "golden_files", "mapped_golden", "records_of"]

_EXPECTED = ".expected.json"
_RECORDS_MAX = 1_000
_FILE_BYTES_MAX = 16 * 2**20
_NOTHING_STORED = NotApplicable(
    "không có hồ sơ mẫu golden/<tên>.json kèm golden/<tên>.expected.json",
    "no golden records golden/<name>.json with golden/<name>.expected.json",
)


async def check_golden(subject: Subject) -> list[Finding] | NotApplicable:
    """Return a finding for each golden record that gives something else; not applicable where nothing is stored."""
    files = golden_files(subject.golden)
    if not files:
        return _NOTHING_STORED
    found = [each for file in files for each in _differences(_mapper_of(subject.connector, file), file)]
    if subject.connector.manifest.evidence == "derived":
        stored = [(file.parent, _read(file)) for file in files]
        found += signed_differences(subject.connector, stored)
    return found


def golden_files(folder: Path | None) -> list[Path]:
    """Return the files of stored records: those that have records, and the stored outcome beside them."""
    if folder is None:
        return []
    found = (path.with_name(path.name.removesuffix(_EXPECTED) + ".json") for path in folder.glob(f"*{_EXPECTED}"))
    return sorted(path for path in found if path.is_file() and _read(path).get("records"))


def records_of(file: Path) -> tuple[list[Mapping[str, Any]], Context]:
    """Return the stored records of a file and the register that they need. Raises Refused JSON_WRONG."""
    stored = _read(file)
    schools = {
        (each["code"], each["school_year"]): School(code=each["code"], name=each["name"], province=each["province"])
        for each in stored.get("schools", [])
    }
    return list(stored["records"])[:_RECORDS_MAX], Context(lambda code, year: schools.get((code, year)))


def mapped_golden(mapper: Mapper, file: Path) -> dict[str, Any]:
    """Return what the stored records give now, in the form of the stored outcome."""
    records, context = records_of(file)
    documents, rejected = [], []
    for row, value in enumerate(records, 1):
        version = version_of(value)
        mapped = mapper.forward(SourceRecord(version, version, f"bản ghi {row}", value), context)
        codes = [found.code for found in mapped.findings]
        if mapped.transcript is None:
            rejected.append({"row": row, "codes": codes})
        else:
            documents.append({"row": row, "codes": codes, "document": plain(mapped.transcript)})
    return {"documents": documents, "rejected": rejected}


def _mapper_of(connector: Connector, file: Path) -> Mapper:
    """Return the mapping that a file names, else the newest. Raises Refused MAPPING_UNKNOWN."""
    named, sealed = _read(file).get("mapping"), sealed_connector(connector)
    if named is None or sealed is None:
        return connector.mapper
    kept = {each.name: each.mapper for each in sealed.mappings}
    if named not in kept:
        raise Refused("MAPPING_UNKNOWN", {"mapping": str(named)[:60], "known": ", ".join(kept) or "–"})
    return kept[named]


def _differences(mapper: Mapper, file: Path) -> Iterator[Finding]:
    expected = _by_row(json.loads(file.with_name(file.stem + _EXPECTED).read_text(encoding="utf-8")))
    found = _by_row(mapped_golden(mapper, file))
    for row in sorted({*expected, *found}):
        for path in differing(expected.get(row, {}), found.get(row, {}))[:1]:
            yield differs(f"{file.name}:{row}", path)


def _by_row(stored: Mapping[str, Any]) -> dict[int, Any]:
    return {each["row"]: each for each in (*stored["documents"], *stored["rejected"])}


def _read(file: Path) -> dict[str, Any]:
    if file.stat().st_size > _FILE_BYTES_MAX:
        facts = {"bytes": str(file.stat().st_size), "bytes_max": str(_FILE_BYTES_MAX)}
        raise Refused("FILE_TOO_LARGE", facts)
    found = parse_json(file.read_bytes())
    if not isinstance(found, dict):
        raise Refused("JSON_WRONG", {"reason": f"no object in {file.name}"})
    return found
