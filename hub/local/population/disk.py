"""Lưu để gửi lại: signed shipments on disk, so that a load test replays them without signing again.

Folder: `SYNTHETIC` (marker, JSON), `index.jsonl` (one line a shipment: where it lies and what it is) and
`shipments.bin` (each a 4-byte big-endian length and MessagePack). A folder without its marker is not read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hub.local.population.planting import Shipment

__all__ = ["MARKER", "marker_of", "read_shipments", "write_shipments"]

MARKER = "SYNTHETIC"
_INDEX, _SHIPMENTS = "index.jsonl", "shipments.bin"
_VERSION = 1
_LENGTH_BYTE_COUNT = 4
_decoder = msgspec.msgpack.Decoder(Shipment)
_encoder = msgspec.msgpack.Encoder()


def write_shipments(folder: Path, shipments: Iterable[Shipment], about: Mapping[str, Any]) -> int:
    """Stream shipments to a new or empty folder and return their number; `about` goes into the marker, written last.

    Raises FileExistsError for a folder that has contents.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    count = offset = 0
    with (folder / _SHIPMENTS).open("wb") as records, (folder / _INDEX).open("w", encoding="utf-8") as index:
        for shipment in shipments:
            data = _encoder.encode(shipment)
            records.write(len(data).to_bytes(_LENGTH_BYTE_COUNT) + data)
            index.write(json.dumps(_line(shipment, offset, len(data)), sort_keys=True) + "\n")
            offset += _LENGTH_BYTE_COUNT + len(data)
            count += 1
    marker = {"shipment_count": count, "synthetic": True, "version": _VERSION, **about}
    (folder / MARKER).write_text(json.dumps(marker, indent=1, sort_keys=True), encoding="utf-8")
    return count


def marker_of(folder: Path) -> dict[str, Any]:
    """Return what the marker says. FileNotFoundError for a folder that is not a whole population on disk."""
    marker: dict[str, Any] = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    if marker.get("synthetic") is not True or marker.get("version") != _VERSION:
        raise FileNotFoundError(folder / MARKER)
    return marker


def read_shipments(folder: Path, so: str | None = None) -> Iterator[Shipment]:
    """Stream the shipments in their order, all or those of one Sở; others are skipped without reading them."""
    marker_of(folder)
    with (folder / _SHIPMENTS).open("rb") as records, (folder / _INDEX).open(encoding="utf-8") as index:
        for line in index:
            about = json.loads(line)
            if so is None or about["so"] == so:
                records.seek(about["offset"] + _LENGTH_BYTE_COUNT)
                yield _decoder.decode(records.read(about["byte_count"]))


def _line(shipment: Shipment, offset: int, byte_count: int) -> dict[str, Any]:
    submission = shipment.submission
    return {
        "byte_count": byte_count,
        "command_id": submission.command_id,
        "document_count": len(submission.documents),
        "offset": offset,
        "planted": [planted.kind for planted in shipment.planted],
        "round": f"{submission.school_year}/{submission.cohort}/{submission.number}",
        "school": submission.school,
        "so": submission.so,
    }
