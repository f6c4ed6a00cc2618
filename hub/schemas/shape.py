"""The shapes that a message of ours may have, and the schemas that are refused because they cannot be read safely.

A schema file is resolved once into a tree of shapes; the strict reader and the strict writer are compiled from it.
Out of bounds, because they make room for bombs or for two byte strings with one meaning: recursion (a deep message
can kill the decoder), arrays of items that may take no byte (five bytes become millions of items), maps (no order),
floating point (no canonical zero and NaN), unions other than `null | X`, logical types (the value must stay as sent).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.errors import Corrupt

__all__ = [
    "ITEM_COUNT_MAX",
    "_PRIMITIVES",
    "Array",
    "Enum",
    "Fixed",
    "Optional",
    "Primitive",
    "Record",
    "Shape",
    "shape_of",
]

ITEM_COUNT_MAX = 4_096  # for an array whose schema states no `itemsMax`
_PRIMITIVES = frozenset({"null", "boolean", "int", "long", "bytes", "string"})


@dataclass(frozen=True, slots=True)
class Primitive:
    """A type without parts."""

    name: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """So many bytes, without a length before them."""

    size: int


@dataclass(frozen=True, slots=True)
class Enum:
    """One symbol of a list, written as its index."""

    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Optional:
    """The union `null | X`."""

    inner: "Shape"


@dataclass(frozen=True, slots=True)
class Array:
    """A list of at most `item_count_max` items."""

    item: "Shape"
    item_count_max: int


@dataclass(frozen=True, slots=True)
class Record:
    """Named fields in writing order."""

    name: str
    fields: tuple[tuple[str, "Shape"], ...]


Shape = Primitive | Fixed | Enum | Optional | Array | Record


def shape_of(schema: Any) -> Shape:
    """Resolve a schema as JSON gives it (a name, a list or an object). Raises Corrupt SCHEMA_UNFIT."""
    return _Resolver().resolve(schema, "", ())


def least_bytes(shape: Shape) -> int:
    """Return a lower bound of what a value takes when it is written, in bytes."""
    if isinstance(shape, Record):
        return sum(least_bytes(field) for _, field in shape.fields)
    if isinstance(shape, Fixed):
        return shape.size
    return 0 if shape == Primitive("null") else 1


def _unfit(reason: str) -> Corrupt:
    return Corrupt("SCHEMA_UNFIT", {"reason": reason})


class _Resolver:
    """Walks one schema; keeps the named types that it has met."""

    def __init__(self) -> None:
        self.named: dict[str, Shape] = {}

    def resolve(self, schema: Any, namespace: str, inside: tuple[str, ...]) -> Shape:
        if isinstance(schema, str):
            return self._by_name(schema, namespace, inside)
        if isinstance(schema, list):
            return self._union(schema, namespace, inside)
        if not isinstance(schema, dict) or "logicalType" in schema:
            raise _unfit("logical type, or not a schema")
        kind = schema.get("type")
        if kind in ("record", "enum", "fixed"):
            return self._named(schema, namespace, inside)
        if kind == "array":
            return self._array(schema, namespace, inside)
        if kind is None:
            raise _unfit("no type")
        return self.resolve(kind, namespace, inside)

    def _by_name(self, name: str, namespace: str, inside: tuple[str, ...]) -> Shape:
        if name in _PRIMITIVES:
            return Primitive(name)
        full = _full_name(name, namespace)
        if full in inside:
            raise _unfit(f"recursive type {full}")
        if full not in self.named:
            raise _unfit(f"unknown type {full}")
        return self.named[full]

    def _union(self, branches: list[Any], namespace: str, inside: tuple[str, ...]) -> Shape:
        if len(branches) != 2 or branches[0] != "null" or branches[1] == "null":
            raise _unfit("a union other than null | X")
        return Optional(self.resolve(branches[1], namespace, inside))

    def _array(self, schema: Mapping[str, Any], namespace: str, inside: tuple[str, ...]) -> Shape:
        item = self.resolve(schema["items"], namespace, inside)
        if least_bytes(item) == 0:
            raise _unfit("array of items that may take no byte")
        return Array(item, schema.get("itemsMax", ITEM_COUNT_MAX))

    def _named(self, schema: Mapping[str, Any], namespace: str, inside: tuple[str, ...]) -> Shape:
        full = _full_name(schema["name"], schema.get("namespace", namespace))
        if full in self.named or full in inside:
            raise _unfit(f"type defined twice: {full}")
        self.named[full] = self._definition(schema, full, inside)
        return self.named[full]

    def _definition(self, schema: Mapping[str, Any], full: str, inside: tuple[str, ...]) -> Shape:
        if schema["type"] == "enum":
            return Enum(tuple(schema["symbols"]))
        if schema["type"] == "fixed":
            return Fixed(schema["size"])
        namespace = full.rpartition(".")[0]
        fields = ((f["name"], self.resolve(f["type"], namespace, (*inside, full))) for f in schema["fields"])
        return Record(full, tuple(fields))


def _full_name(name: str, namespace: str) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"
