"""The mapping files and code tables of a connector, from its folder or its one file, for checks that look inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.connectors.mapping import MappingFile, kept_mappings
from hub.connectors.mapping.tables import TableRow, Tables
from hub.connectors.sdk.toml_files import read_toml, typed
from hub.errors import Refused

__all__ = ["Declared", "declared_of"]


@dataclass(frozen=True, slots=True)
class Declared:
    """Every mapping of the connector by its file name, and the tables that they share."""

    mappings: Mapping[str, MappingFile]
    tables: Tables


def declared_of(at: Path) -> Declared | None:
    """Return what a connector declares, of kept mappings the newest, or None where its mapping is Python.

    Raises Refused MAPPING_FILE_WRONG and, for a kept mapping that is not what its pin says, Corrupt MAPPING_CHANGED.
    """
    if kept := kept_mappings(at / "mappings", at.name):
        rules = kept[-1].mapper.rules
        return Declared({f"mappings/{kept[-1].version}/mapping.toml": rules.file}, rules.tables)
    try:
        if at.is_file():
            found = read_toml(at)
            return _declared({at.name: found.get("mapping", {})}, found.get("table", {}))
        newest = _newest(at / "mappings")
        files = [newest / "mapping.toml"] if (newest / "mapping.toml").is_file() else []
        files = files or sorted((at / "mapping").glob("*.toml"))
        tables = newest / "tables.toml"
        if not files or not tables.is_file():
            return None
        return _declared({path.name: read_toml(path) for path in files}, read_toml(tables))
    except ValueError as error:
        raise Refused("MAPPING_FILE_WRONG", {"file": at.name, "reason": str(error)[:200]}) from None


def _newest(kept: Path) -> Path:
    """Return the folder of the newest version of a mapping that is kept, else the connector's own."""
    versions = [path for path in kept.iterdir() if path.name.isdecimal()] if kept.is_dir() else []
    return max(versions, key=lambda path: int(path.name), default=kept.parent)


def _declared(mappings: Mapping[str, Any], tables: Mapping[str, Any]) -> Declared:
    return Declared(
        {name: typed(found, MappingFile) for name, found in mappings.items()},
        Tables({name: typed(rows, tuple[TableRow, ...]) for name, rows in tables.items()}),
    )
