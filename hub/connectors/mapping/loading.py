"""Read mapping files and code tables; what is wrong in them is told with the file and the place in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.connectors.mapping.rules import Rules
from hub.connectors.mapping.spec import MappingFile
from hub.connectors.mapping.tables import TableRow, Tables
from hub.connectors.sdk.toml_files import read_toml, typed
from hub.errors import Refused

__all__ = ["read_rules", "rules_of"]

_REASON_LENGTH_MAX = 300


def read_rules(mapping: Path, tables: Path) -> Rules:
    """Read both files. Raises Refused MAPPING_FILE_WRONG."""
    return rules_of(_toml(mapping), _toml(tables), f"{mapping.parent.name}/{mapping.name}")


def rules_of(mapping: Mapping[str, Any], tables: Mapping[str, Any], file: str) -> Rules:
    """Return the rules of TOML content; `file` names it for people. Raises Refused MAPPING_FILE_WRONG."""
    try:
        rows = {name: _table(name, found) for name, found in tables.items()}
        return Rules(typed(mapping, MappingFile), Tables(rows))
    except ValueError as error:
        raise _wrong(file, error) from None


def _table(name: str, rows: object) -> tuple[TableRow, ...]:
    try:
        return typed(rows, tuple[TableRow, ...])
    except ValueError as error:
        raise ValueError(f"table {name}: {error}") from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return read_toml(path)
    except ValueError as error:
        raise _wrong(f"{path.parent.name}/{path.name}", error) from None


def _wrong(file: str, error: ValueError) -> Refused:
    return Refused("MAPPING_FILE_WRONG", {"file": file, "reason": str(error)[:_REASON_LENGTH_MAX]})
