"""The mapper of systems that have the hub's own documents."""

import json
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from hub.connectors.sdk import Context, Loss, Mapped, Raw, SourceRecord
from hub.connectors.sdk.losses import Kind
from hub.domain.findings import refuses
from hub.domain.reading import read
from hub.domain.transcript import Transcript

__all__ = ["NativeMapper"]


class NativeMapper:
    """Records that are documents as JSON values (`vn.hocba.transcript/1`): nothing is changed or lost.

    `loss_of` is for file readers, whose findings tell how they read a cell: the loss that each code stands for
    ("CELL_DECIMAL_COMMA" is guessed), with the code as its path.
    """

    version = "native/1"

    def __init__(self, loss_of: Mapping[str, Kind] = MappingProxyType({})) -> None:
        self._loss_of = dict(loss_of)

    def forward(self, record: SourceRecord, context: Context) -> Mapped:
        """Return the document as it stands; every fault of it is told."""
        codes = dict.fromkeys(found.code for found in record.findings if found.code in self._loss_of)
        losses = tuple(Loss(self._loss_of[code], code) for code in codes)
        if record.value is None or refuses(record.findings):
            return Mapped(None, record.findings, losses)
        reading = read(_bytes_of(record.value))
        transcript = reading.transcript if reading.sound else None
        found = (*record.findings, *reading.findings)
        if transcript is None:
            return Mapped(None, found, losses)
        reason = transcript.reason if isinstance(transcript.reason, str) else None
        return Mapped(transcript, found, losses, reason, transcript.school.province)

    def backward(self, transcript: Transcript) -> tuple[Raw, tuple[Loss, ...]]:
        """Return the document as JSON values."""
        return msgspec.to_builtins(transcript), ()


def _bytes_of(value: Raw) -> bytes:
    # A Decimal is a number that no document has: it becomes one, so that the reader names it and its place.
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=float)
    return text.encode("utf-8", "surrogatepass")
