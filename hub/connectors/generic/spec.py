"""The one file of a generic connector: manifest, transport, format, mapping and code tables. docs/connectors.md.

Invariant: every key of the file is known; one that is not is refused, so that a misspelt limit is never unlimited.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hub.connectors.mapping import DeclaredMapper, MappingFile
from hub.connectors.mapping.rule_faults import places_without_rule
from hub.connectors.sdk import Manifest, did_you_mean
from hub.connectors.sdk.toml_files import read_toml, typed
from hub.connectors.transport.files import name_fault
from hub.domain.characters import visible
from hub.errors import Refused

__all__ = ["FilesAt", "Format", "GenericFile", "HttpAt", "SqlAt", "read_file"]

_REASON_LENGTH_MAX = 300
_PARTS = ("transport", "format", "mapping", "table")
_TakePattern = Annotated[str, Meta(min_length=1, max_length=200)]
_AnswerFolder = Annotated[str, Meta(pattern=r"\A(?:[^/*?\[\]]+/)*\Z", max_length=200)]
_UrlPath = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._~{}-]+(?:/[A-Za-z0-9._~{}-]+)*\Z", max_length=200)]
_Name = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.\-]+\Z", max_length=60)]


_UNSAID = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)  # texts, names, comments
_READS = re.compile(r"[\s(]*(?:select|with|values|table)\b", re.IGNORECASE)


def _check_path(key: str, path: str) -> None:
    fault = next((fault for part in path.split("/") if (fault := name_fault(part))), None) if path else None
    if fault is not None:
        raise ValueError(f"{key}: “{visible(path[:60])}”: {fault}")


class _Closed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class FilesAt(_Closed, frozen=True):
    """Files of a folder, here or over SFTP: `take` "gui/*.csv" or "gui/*/*.csv", answers in `answer`."""

    kind: Literal["folder", "sftp"]
    take: _TakePattern
    answer: _AnswerFolder = ""

    def __post_init__(self) -> None:
        """ValueError for a path that leads elsewhere."""
        _check_path("take", self.take)
        _check_path("answer", self.answer.removesuffix("/"))


class HttpAt(_Closed, frozen=True):
    """A list behind a REST address, page by page, in the order of change.

    GET `list`?`since`=<mark>&`page`=<token>&`limit`=<number>; the answer is an object with the records under
    `records`, the token of the next page under `next` (null on the last) and the mark to begin with under `mark`.
    PUT `answer` with `{id}` in it writes an answer.
    """

    kind: Literal["http"]
    list: _UrlPath
    records: _Name = "records"
    next: _Name = "next"
    mark: _Name = "mark"
    since: _Name = "since"
    page: _Name = "page"
    limit: _Name = "limit"
    answer: _UrlPath | None = None


class SqlAt(_Closed, frozen=True):
    """A query, read only: it names `after` (null at the beginning) and `limit`, and is ordered by the column `after`.

    That column only grows, with every change of a record too (a counter of changes; a time is not one). Numbers of
    transactions that are committed later than greater ones are found in the `overlap`, read again in each walk. SQL
    takes no answers: they go into the folder `answer` of `[folder]` or `[sftp]`.
    """

    kind: Literal["sql"]
    query: Annotated[str, Meta(max_length=20_000)]
    after: _Name
    overlap: Annotated[int, Meta(ge=0, le=10_000)] = 0
    answer: _AnswerFolder = ""

    def __post_init__(self) -> None:
        """ValueError for what no database would be asked, and for a path that leads elsewhere."""
        _check_path("answer", self.answer.removesuffix("/"))
        said = _UNSAID.sub(" ", self.query).strip().removesuffix(";")
        if ";" in said or not _READS.match(said):
            raise ValueError("query: one statement that reads (SELECT, or WITH … SELECT)")


Transport = FilesAt | HttpAt | SqlAt


class Format(_Closed, frozen=True):
    """How records stand in what the transport brings. `records`: of json, the name of the list in an object."""

    kind: Literal["csv", "json", "jsonl", "xlsx", "rows"]
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    encoding: Literal["utf-8", "windows-1258"] = "utf-8"
    records: _Name | None = None


@dataclass(frozen=True, slots=True)
class GenericFile:
    """The file, read. `paths` are all paths of a record that its mapping names, in their order."""

    manifest: Manifest
    transport: Transport
    format: Format
    mapper: DeclaredMapper
    paths: tuple[str, ...]

    @property
    def rules(self) -> MappingFile:
        """The mapping as the file has it."""
        return self.mapper.rules.file


_TRANSPORTS: dict[str, type[Transport]] = {"folder": FilesAt, "sftp": FilesAt, "http": HttpAt, "sql": SqlAt}
_OF_FILES = {"csv", "json", "jsonl", "xlsx"}
_FORMATS = {"folder": _OF_FILES, "sftp": _OF_FILES, "http": {"json"}, "sql": {"rows"}}


def read_file(path: Path) -> GenericFile:
    """Read the file. Raises Refused MANIFEST_WRONG with what is wrong in it, and what a wrong mapping raises."""
    try:
        return _read(read_toml(path), path.name)
    except ValueError as error:
        raise Refused("MANIFEST_WRONG", {"file": path.name, "reason": str(error)[:_REASON_LENGTH_MAX]}) from None


def _read(found: dict[str, Any], name: str) -> GenericFile:
    parts = {part: found.pop(part, None) for part in _PARTS}
    for part in (part for part, held in parts.items() if not isinstance(held, dict)):
        near = did_you_mean(part, found)
        raise ValueError(f"missing table: {part}" + ("" if near is None else f"; did you mean {near}?"))
    transport = _transport(parts["transport"])
    form = typed(parts["format"], Format)
    if form.kind not in _FORMATS[transport.kind]:
        raise ValueError(f"format {form.kind} does not come by {transport.kind}")
    manifest = typed({**found, "transport": transport.kind}, Manifest)
    _check_answers(manifest, transport)
    mapper = DeclaredMapper.of(parts["mapping"], parts["table"], manifest.version, name)
    if not manifest.checking_only and (missing := places_without_rule(mapper.rules.file)):
        raise Refused("MAPPING_FILE_WRONG", {"file": name, "reason": f"no rule for {', '.join(missing)}"})
    return GenericFile(manifest, transport, form, mapper, tuple(dict.fromkeys(_paths(mapper))))


def _paths(mapper: DeclaredMapper) -> Iterator[str]:
    """Yield every path of a record that a rule names, columns of wide tables included."""
    rules = mapper.rules.file
    for frame in (rules.school, rules.school_year, rules.grade):
        yield frame if isinstance(frame, str) else frame.source
    yield from (*rules.key, *(path for path in (rules.record_version, rules.reason) if path is not None))
    yield from (path for rule in rules.fields for path in rule.sources)
    yield from (rule.source for rule in rules.lists)
    yield from (path for rule in rules.ticks for path in rule.of)
    for rule in rules.columns:
        yield from mapper.rules.paths_of(rule)
    yield from rules.known


def _transport(found: dict[str, Any]) -> Transport:
    kind = found.get("kind")
    if not isinstance(kind, str) or kind not in _TRANSPORTS:
        raise ValueError(f"transport.kind is one of {', '.join(_TRANSPORTS)}")
    return typed(found, _TRANSPORTS[kind])


def _check_answers(manifest: Manifest, transport: Transport) -> None:
    if manifest.answers and not transport.answer:
        raise ValueError("answers are declared, and the transport names no place for them")
    if isinstance(transport, HttpAt) and transport.answer is not None and "{id}" not in transport.answer:
        raise ValueError("transport.answer has no {id}")
