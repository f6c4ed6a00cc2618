"""The slow way of reading, part one: what is wrong with a document's bytes, all faults at once.

Hostile input: time is linear in the size, nesting is bounded before parsing, and huge numbers stay text.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from hub.domain.characters import FORBIDDEN, visible
from hub.domain.findings import FINDING_COUNT_MAX, Finding, finding
from hub.domain.paths import child
from hub.domain.text import legacy_reading, undoubled

__all__ = ["DEPTH_MAX", "DOCUMENT_BYTES_MAX", "MARK_FIELDS", "NOTHING", "Parsed", "RawNumber", "parse"]

DOCUMENT_BYTES_MAX = 262_144  # 256 kB: a document is about 3 kB; this leaves room for a dozen long comments
DEPTH_MAX = 16  # a transcript needs 4
_DIGITS_MAX = 18
_READ_MAX = 200  # characters: a longer text has its finding without a reading
MARK_FIELDS = frozenset({"score", "semester_1", "semester_2", "year", "retake"})
NOTHING: Final = object()  # the document has no value that could be judged further

_TOKEN = re.compile(r'"|\\.|[\[\]{}]|[ \t\r\n]', re.DOTALL)


class _Object(dict[str, Any]):
    """A JSON object that remembers its repeated keys."""

    twice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawNumber:
    """A number that is not a small whole number, as it was written."""

    text: str


@dataclass(slots=True)
class Parsed:
    """The parsed value (NOTHING when there is none) and the faults of the bytes."""

    value: Any = NOTHING
    findings: list[Finding] = field(default_factory=list)
    raw_numbers: bool = False


def parse(document: bytes) -> Parsed:
    """Parse hostile bytes; never raises for any input. Shape is not judged here."""
    parsed = Parsed()
    if len(document) > DOCUMENT_BYTES_MAX:
        facts = {"bytes": str(len(document)), "bytes_max": str(DOCUMENT_BYTES_MAX)}
        parsed.findings.append(finding("DOCUMENT_TOO_LARGE", facts=facts))
        return parsed
    body = document
    if body.startswith(b"\xef\xbb\xbf"):
        parsed.findings.append(finding("DOCUMENT_BOM"))
        body = body[3:]
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        parsed.findings.append(finding("DOCUMENT_NOT_UTF8", facts={"offset": str(error.start)}))
        text = body.decode(errors="replace")
    depth, space_at = _layout(text)
    if depth > DEPTH_MAX:
        parsed.findings.append(finding("DOCUMENT_TOO_DEEP", facts={"depth_max": str(DEPTH_MAX)}))
        return parsed
    _load(text, parsed)
    if space_at is not None and parsed.value is not NOTHING:
        parsed.findings.append(finding("DOCUMENT_WHITESPACE", facts={"offset": str(space_at)}))
    if parsed.value is not NOTHING:
        _walk(parsed)
        _compare(document, parsed)
    return parsed


def _layout(text: str) -> tuple[int, int | None]:
    """Return the deepest nesting and the position of the first white space outside strings, in one linear scan."""
    depth = deepest = 0
    space_at: int | None = None
    inside = False
    for match in _TOKEN.finditer(text):
        mark = match.group()
        if mark == '"':
            inside = not inside
        elif inside:
            continue
        elif mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
        elif mark[0] != "\\" and space_at is None:
            space_at = match.start()
    return deepest, space_at


def _load(text: str, parsed: Parsed) -> None:
    def raw(number: str) -> RawNumber:
        parsed.raw_numbers = True
        return RawNumber(number)

    def whole(number: str) -> int | RawNumber:
        return int(number) if len(number) <= _DIGITS_MAX and number != "-0" else raw(number)

    try:
        parsed.value = json.loads(text, object_pairs_hook=_object, parse_float=raw, parse_int=whole, parse_constant=raw)
    except json.JSONDecodeError as error:
        parsed.findings.append(finding("DOCUMENT_NOT_JSON", facts={"offset": str(error.pos)}))


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        made.twice = tuple(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return made


def _walk(parsed: Parsed) -> None:
    for found in _faults(parsed.value, "$", ""):
        parsed.findings.append(found)
        if len(parsed.findings) >= FINDING_COUNT_MAX:
            return


def _faults(value: Any, path: str, key: str) -> Iterator[Finding]:
    """Yield the faults below `path`; recursion is bounded by DEPTH_MAX."""
    if isinstance(value, _Object):
        yield from _object_faults(value, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{path}[{index}]", "")
    elif isinstance(value, str):
        yield from _text_faults(value, path)
    elif value is None:
        yield finding("NULL_VALUE", path)
    elif isinstance(value, RawNumber) and key not in MARK_FIELDS:
        digits = len(value.text) > _DIGITS_MAX and value.text.lstrip("-").isdigit()
        facts = {"digits": str(len(value.text))} if digits else {}
        yield finding("NUMBER_TOO_LARGE" if digits else "NUMBER_NOT_INTEGER", path, value.text, facts)


def _object_faults(value: _Object, path: str) -> Iterator[Finding]:
    for key in value.twice:
        yield finding("KEY_TWICE", path, facts={"key": visible(key)[:60]})
    keys = list(value)
    for before, key in pairwise(keys):
        if _utf16(key) < _utf16(before):
            yield finding("KEY_ORDER", path, facts={"key": visible(key)[:60], "before": visible(before)[:60]})
            break
    for key, item in value.items():
        yield from _text_faults(key, path)
        yield from _faults(item, child(path, key), key)


def _text_faults(text: str, path: str) -> Iterator[Finding]:
    match = FORBIDDEN.search(text)
    if match is not None:
        facts = {"character": visible(match.group()), "position": str(match.start() + 1)}
        yield finding("TEXT_FORBIDDEN_CHARACTER", path, visible(text[:200]), facts | _reading(text))
    elif not unicodedata.is_normalized("NFC", text):
        repair = {"repair": unicodedata.normalize("NFC", text[:200])}
        yield finding("TEXT_NOT_NFC", path, text, repair)


def _reading(text: str) -> dict[str, str]:
    """Return what a text says whose hidden characters come from an old or a double encoding."""
    if len(text) > _READ_MAX:
        return {}
    legacy = legacy_reading(text)
    read = undoubled(text) or (legacy.text if legacy is not None else "")
    return {"repair": read} if read and FORBIDDEN.search(read) is None else {}


def _utf16(key: str) -> bytes:
    """Sort key of RFC 8785: UTF-16 code units."""
    return key.encode("utf-16-be", "surrogatepass")


def _compare(document: bytes, parsed: Parsed) -> None:
    """Name a difference from the canonical form that no other finding explains."""
    if parsed.findings or parsed.raw_numbers:
        return
    canonical = json.dumps(parsed.value, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    if canonical != document:
        offset = next((n for n, (a, b) in enumerate(zip(document, canonical, strict=False)) if a != b), len(canonical))
        parsed.findings.append(finding("DOCUMENT_NOT_CANONICAL", facts={"offset": str(offset)}))
