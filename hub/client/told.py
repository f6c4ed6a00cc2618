"""What whoever signs a batch is told first (báo cáo của lô): codes and counts, never what a cell holds.

The report beside the batch has the places and the values.
"""

from collections import Counter
from typing import Any

import msgspec

from hub.client.batch import REPORT, Batch
from hub.errors import Refused

__all__ = ["told_of"]

_LINE_BYTES_MAX = 2**20


class _Found(msgspec.Struct):
    code: str


class _Line(msgspec.Struct):
    document_sha256: str | None = None
    supersedes: str | None = None
    findings: tuple[_Found, ...] = ()


def told_of(batch: Batch) -> dict[str, Any]:
    """Return `findings`, how many documents of the batch carry each code, and `replaces`, how many replace another.

    A batch without a report, as one that a system signed, tells nothing. Raises Refused BATCH_DAMAGED.
    """
    held = {document.document_sha256 for document in batch.documents}
    lines = [line for line in _lines(batch) if line.document_sha256 in held]
    codes = Counter(code for line in lines for code in {found.code for found in line.findings})
    return {"findings": dict(codes.most_common()), "replaces": sum(bool(line.supersedes) for line in lines)}


def _lines(batch: Batch) -> list[_Line]:
    path = batch.folder / REPORT
    if not path.is_file():
        return []
    decoder = msgspec.json.Decoder(_Line)
    try:
        with path.open("rb") as stream:
            return [decoder.decode(line) for line in iter(lambda: stream.readline(_LINE_BYTES_MAX), b"")]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OSError):
        raise Refused("BATCH_DAMAGED", {"file": f"{batch.folder.name}/{REPORT}"}) from None
