"""The tables of keys in docs/connectors.md, made from the types that read the files (run it as a module).

Every key of a mapping file and of a code table stands there with one line, and none that does not exist.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import inspect

from hub.connectors.mapping.spec import Columns, Field, Frame, ListRule, MappingFile, Ticks, Value, Years
from hub.connectors.mapping.tables import TableRow

__all__ = ["BEGIN", "END", "keys_of_files", "main", "with_keys"]

BEGIN: Final = "<!-- keys: made by python -m hub.connectors.mapping.documentation -->"
END: Final = "<!-- keys end -->"
_PAGE: Final = Path(__file__).parents[3] / "docs" / "connectors.md"
_STRUCTS: Final[tuple[tuple[str, type], ...]] = (
    ("`[mapping]`, or `mapping.toml`", MappingFile), ("`field`, and `item` of a `list`", Field), ("`list`", ListRule),
    ("`columns`", Columns), ("`values` of `columns`", Value), ("`ticks`", Ticks),
    ("`school`, `school_year`, `grade` as a table", Frame), ("`years`", Years),
    ("a row of `[table]`, or of `tables.toml`", TableRow),
)  # fmt: skip


def keys_of_files() -> str:
    """Return a Markdown table for each part of the files: key, its default, what it says."""
    return "\n".join(line for title, kind in _STRUCTS for line in _table(title, kind))


def with_keys(page: str) -> str:
    """Return the page with the tables between its two marks. ValueError when it has not got them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no place for the tables of keys")
    return f"{before}{BEGIN}\n{keys_of_files()}\n{END}{after}"


def main() -> None:
    """Write the tables into docs/connectors.md."""
    _PAGE.write_text(with_keys(_PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def _table(title: str, kind: type) -> Iterator[str]:
    yield f"\n| {title} | default | says |\n|---|---|---|"
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    for field in found.fields:
        yield f"| `{field.encode_name}` | {_default(field)} | {_said(field.type)} |"


def _default(field: inspect.Field) -> str:
    if field.required:
        return "needed"
    value: Any = field.default
    if value in (None, (), "") or isinstance(value, msgspec.Struct):
        return ""
    return f"`{msgspec.json.encode(value).decode()}`".replace(",", ", ")


def _said(node: inspect.Type) -> str:
    """Return the description of a field; KeyError for one that has none."""
    while isinstance(node, inspect.Metadata):
        if node.extra_json_schema and "description" in node.extra_json_schema:
            return str(node.extra_json_schema["description"])
        node = node.type
    raise KeyError("a key without a description")


if __name__ == "__main__":
    main()
