"""The schemas of every message version, with their fixed ids, read from the files beside this module.

`registry.json` lists one line per version; ids are never reused and files never edited once a message was sent with
them. A new version is a new file, a new line with the next id, and an example (`python -m hub.schemas.examples`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import fastavro
import msgspec

from hub.errors import Corrupt
from hub.schemas.shape import Shape, shape_of
from hub.schemas.strict_read import Reader, reader_of
from hub.schemas.strict_write import Writer, writer_of

__all__ = ["FOLDER", "Compatibility", "Registry", "SchemaVersion", "load", "registry"]

FOLDER = Path(__file__).parent

Compatibility = Literal["BACKWARD_TRANSITIVE", "FULL_TRANSITIVE"]


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of registry.json; `subject` may hold `{so}`, the slug of each Sở."""

    id: int
    message: str
    version: int
    file: str
    subject: str
    compatibility: Compatibility


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """One version of one message. `subject_pattern` may hold `{so}`; `schema` is the file as JSON gives it."""

    id: int
    name: str
    version: int
    subject_pattern: str
    compatibility: Compatibility
    schema: Mapping[str, Any]
    parsed: Any = field(repr=False)  # for the library
    shape: Shape = field(repr=False)
    read: Reader = field(repr=False)
    write: Writer = field(repr=False)

    @property
    def text(self) -> str:
        """The schema as the registry API hands it out: JSON without spaces."""
        return json.dumps(self.schema, ensure_ascii=False, separators=(",", ":"))

    def subjects(self, slugs: Iterable[str]) -> tuple[str, ...]:
        """Return the subjects under which the version stands: one, or one for each Sở."""
        if "{so}" not in self.subject_pattern:
            return (self.subject_pattern,)
        return tuple(self.subject_pattern.replace("{so}", slug) for slug in slugs)


@dataclass(frozen=True, slots=True)
class Registry:
    """All versions by id, and the latest by message name."""

    by_id: Mapping[int, SchemaVersion]
    latest: Mapping[str, SchemaVersion]

    def versions(self, name: str) -> tuple[SchemaVersion, ...]:
        """Return every version of a message, oldest first."""
        return tuple(sorted((s for s in self.by_id.values() if s.name == name), key=lambda s: s.version))


@cache
def registry() -> Registry:
    """Return the hub's own registry. Raises Corrupt SCHEMA_UNFIT when its files are damaged."""
    return load(FOLDER)


def load(folder: Path) -> Registry:
    """Read `registry.json` and the schemas that it lists. Raises Corrupt SCHEMA_UNFIT."""
    try:
        lines = msgspec.json.decode((folder / "registry.json").read_bytes(), type=list[_Line])
        versions = [_version(line, json.loads((folder / line.file).read_text("utf-8"))) for line in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Corrupt("SCHEMA_UNFIT", {"reason": f"registry files: {type(error).__name__}"}) from error
    by_id = {one.id: one for one in versions}
    names = {(one.name, one.version) for one in versions}
    if len(by_id) != len(versions) or len(names) != len(versions):
        raise Corrupt("SCHEMA_UNFIT", {"reason": "an id or a version is used twice"})
    return Registry(by_id, {one.name: one for one in sorted(versions, key=lambda s: s.version)})


def _version(line: _Line, schema: Mapping[str, Any]) -> SchemaVersion:
    if schema["name"] != line.message:
        raise Corrupt("SCHEMA_UNFIT", {"reason": f"{line.file} is not {line.message}"})
    shape = shape_of(schema)
    return SchemaVersion(
        line.id, line.message, line.version, line.subject, line.compatibility, schema,
        fastavro.parse_schema(dict(schema)), shape, reader_of(shape), writer_of(shape),
    )  # fmt: skip
