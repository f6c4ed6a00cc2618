"""Which transcripts and fields a request is about, and the paper behind it, as a person names them."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from hub.client.changing import is_path
from hub.domain.difference import FIXED
from hub.domain.statements import CorrectionItem
from hub.errors import Refused

__all__ = ["ITEMS_MAX", "evidence_sha256", "items_of", "one_item"]

ITEMS_MAX = 200  # of one request
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BYTES_MAX = 4_000_000
_PAPER_BYTES_MAX = 64 * 2**20


def one_item(document_sha256: str, fields: Sequence[str]) -> tuple[CorrectionItem, ...]:
    """Return the one item that `--document` and `--field` name. Raises Refused OPTION_WRONG."""
    return _checked([{"document_sha256": document_sha256, "fields": list(fields)}], "--document / --field")


def items_of(path: Path) -> tuple[CorrectionItem, ...]:
    """Return the items of a JSON list of {"document_sha256", "fields"}. Raises Refused OPTION_WRONG with the entry."""
    data = path.read_bytes()
    if len(data) > _BYTES_MAX:
        raise _wrong("--items", f"> {_BYTES_MAX} bytes")
    try:
        rows = msgspec.json.decode(data, type=list[dict[str, object]])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _wrong("--items", '[{"document_sha256": …, "fields": […]}]') from None
    return _checked(rows, "--items")


def evidence_sha256(text: str) -> str:
    """Return the hash of the paper behind a request: of a file, or as given. Raises Refused OPTION_WRONG."""
    if _SHA256.fullmatch(text):
        return text
    try:
        with Path(text).open("rb") as file:
            data = file.read(_PAPER_BYTES_MAX + 1)
    except OSError as error:
        raise _wrong("--evidence", error.strerror or "file | SHA-256") from None
    if len(data) > _PAPER_BYTES_MAX:
        raise _wrong("--evidence", f"> {_PAPER_BYTES_MAX} bytes")
    return hashlib.sha256(data).hexdigest()


def _checked(rows: Sequence[dict[str, object]], option: str) -> tuple[CorrectionItem, ...]:
    if not 1 <= len(rows) <= ITEMS_MAX:
        raise _wrong(option, f"1-{ITEMS_MAX}")
    items = tuple(_item(row, option, number) for number, row in enumerate(rows, start=1))
    twice = len(items) - len({item.document_sha256 for item in items})
    if twice:
        raise _wrong(option, "document_sha256 twice")
    return items


def _item(row: dict[str, object], option: str, number: int) -> CorrectionItem:
    try:
        item = msgspec.convert(row, CorrectionItem)
    except msgspec.ValidationError as error:
        raise _wrong(option, f"{number}: {error}") from None
    for field in item.fields:
        if not is_path(field) or field in FIXED:
            raise _wrong(option, f"{number}: {field}")
    return CorrectionItem(document_sha256=item.document_sha256, fields=_once(item.fields))


def _once(fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fields))


def _wrong(option: str, reason: str) -> Refused:
    return Refused("OPTION_WRONG", {"option": option, "reason": reason})
