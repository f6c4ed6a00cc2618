"""A system's text files in other encodings and with other line ends: read the same, told, or refused."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from hub.connect.check.subject import Subject
from hub.connect.check.systems import is_read, playing, pulled_all
from hub.connectors.formats import decoded, encoded, is_utf_8
from hub.connectors.sdk import Mapped
from hub.domain import canonical
from hub.domain.findings import Finding, finding
from hub.domain.text.legacy import in_tcvn3
from hub.errors import Refused

__all__ = ["can_write", "check_text_files", "is_told"]

_DOCUMENT_COUNT = 20
_PATIENCE_S = 20.0
_TEXTS = (".csv", ".json", ".jsonl", ".txt")


def is_told(mapped: Mapped) -> bool:
    """Tell whether anything was said of a record."""
    return bool(mapped.findings) or any(loss.kind == "guessed" for loss in mapped.losses)


async def check_text_files(subject: Subject) -> list[Finding]:
    """Return a finding for each way of writing that gives other documents than the plain one, untold."""
    async with playing(subject, "encodings", _DOCUMENT_COUNT) as (_, settings):
        at_once = {**settings, "settle_s": 0}
        plain = await _documents(subject, at_once, "encodings-0")
        system = subject.work / "encodings" / "system"
        files = [path for path in system.rglob("*") if path.suffix in _TEXTS and is_read(path)]
        kept = {path: path.read_bytes() for path in files}
        found = []
        for sample, encode in _WAYS.items() if plain else ():
            for path, data in kept.items():
                path.write_bytes(encode(_text_of(data)))
            read = await _documents(subject, at_once, f"encodings-{sample}") if kept else plain
            if read - plain:
                found.append(finding("CONFORMANCE_TEXT_CHANGED", "$", facts={"sample": sample, "path": "tệp / file"}))
        for path, data in kept.items():
            path.write_bytes(data)
    return found


def can_write(subject: Subject, name: str) -> bool:
    """Tell whether the system's own files can hold a name: those of an old encoding have no other way to write it."""
    system = subject.work / "encodings" / "system"
    files = (path for path in system.rglob("*") if path.suffix in _TEXTS and is_read(path))
    if all(is_utf_8(path.read_bytes()) for path in files):
        return True
    try:
        return decoded(encoded(name, "windows-1258"), "windows-1258")[0] == name
    except Refused:
        return False


def _text_of(data: bytes) -> str:
    """Return a file of the system as text: UTF-8, else the other encoding that systems here have."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decoded(data, "windows-1258")[0]


async def _documents(subject: Subject, settings: Mapping[str, Any], name: str) -> set[bytes]:
    pulled = await pulled_all(subject, settings, name, lambda p: bool(p.records), _PATIENCE_S)
    mapped = [subject.connector.mapper.forward(record, subject.context) for record in pulled.records.values()]
    return {canonical(each.transcript) for each in mapped if each.transcript is not None and not is_told(each)}


_WAYS: Mapping[str, Callable[[str], bytes]] = {
    "utf-8-bom": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "windows-1258": lambda text: encoded(text, "windows-1258"),
    "tcvn3": in_tcvn3,
    "nfd": lambda text: unicodedata.normalize("NFD", text).encode(),
    "lf": lambda text: text.replace("\r\n", "\n").encode(),
    "crlf": lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n").encode(),
}
