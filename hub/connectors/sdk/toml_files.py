"""Read the TOML files of a connector into types; what is wrong is told with its place and, where one is near, the name
that may have been meant. People write these files.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from hub.connectors.sdk.proposing import did_you_mean
from hub.domain.characters import visible

__all__ = ["FILE_BYTES_MAX", "read_bytes", "read_toml", "toml_of", "typed"]

FILE_BYTES_MAX: Final = 1_048_576
_T = TypeVar("_T")
_WRONG = re.compile(r"unknown field `(.*?)`|Invalid enum value '(.*?)'", re.DOTALL)
_PLACE = re.compile(r" - at `(?:key` in `)?\$(.*)`\Z", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_NAMED_BY = ("to", "code", "path", "name", "key")  # what tells one row of a list from the others, for people
_SHOWN_LENGTH_MAX = 40
_LINE_LENGTH_MAX = 80
_LINE = re.compile(r"at line (\d+)")
_PATTERN = re.compile(r"`str` matching regex '.*'", re.DOTALL)


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a file holds. ValueError with the reason: too large, not UTF-8, no TOML (with its line)."""
    return toml_of(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file of at most FILE_BYTES_MAX. ValueError with the reason."""
    try:
        with path.open("rb") as stream:
            data = stream.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ValueError(error.strerror or type(error).__name__) from None
    if len(data) > FILE_BYTES_MAX:
        raise ValueError(f"more than {FILE_BYTES_MAX} bytes")
    return data


def toml_of(data: bytes) -> dict[str, Any]:
    """Return what bytes hold. ValueError with the reason: not UTF-8, no TOML (with its line)."""
    try:
        return _parsed(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"no UTF-8 from byte {error.start} on") from None
    except RecursionError:
        raise ValueError("nested too deep") from None


def _parsed(text: str) -> dict[str, Any]:
    """Return what a text holds. ValueError that shows the line at which it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        number = _LINE.search(str(error))
        lines = text.split("\n")
        line = lines[int(number[1]) - 1].strip() if number and int(number[1]) <= len(lines) else ""
        raise ValueError(f"{error}: {visible(line[:_LINE_LENGTH_MAX])}" if line else str(error)) from None


def typed(content: object, kind: type[_T]) -> _T:
    """Return content as a type. ValueError naming the field, and the nearest known name of an unknown one."""
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise ValueError(_told(str(error), content, kind)) from None


def _told(text: str, content: object, kind: type) -> str:
    place = _PLACE.search(text)
    steps = [name or index for name, index in _STEP.findall(place[1] if place else "")]
    row = _row_of(content, steps)
    wrong = _WRONG.search(text)
    if _PATTERN.search(text) and (said := _said(kind, steps)):
        text = _PATTERN.sub(lambda _: said, text)
    near = (
        None if wrong is None else did_you_mean(wrong[1] or wrong[2] or "", _known(kind, steps, names=bool(wrong[1])))
    )
    return text + ("" if row is None else f" ({row})") + ("" if near is None else f"; did you mean {near}?")


def _row_of(content: Any, steps: list[str]) -> str | None:
    """Return what names the innermost row of a list that the steps lead through: `to = "student.name"`."""
    row = None
    for step in steps:
        if isinstance(content, Mapping):
            content = content.get(step)
        elif isinstance(content, list) and step.isdigit() and int(step) < len(content):
            content = content[int(step)]
            row = next(_names(content), row)
        else:
            break
    return row


def _names(row: object) -> Iterator[str]:
    if not isinstance(row, Mapping):
        return
    for name in _NAMED_BY:
        if isinstance(row.get(name), str):
            yield f'{name} = "{row[name][:_SHOWN_LENGTH_MAX]}"'


def _known(kind: type, steps: list[str], *, names: bool) -> list[str]:
    """Return the names of fields, or the values, that are known at a place of a type."""
    at = list(_plain(inspect.type_info(kind)))
    for step in steps:
        at = [inner for node in at for inner in _inner(node, step)]
    if names:
        return [field.encode_name for node in at if isinstance(node, inspect.StructType) for field in node.fields]
    return [str(value) for node in at if isinstance(node, inspect.LiteralType) for value in node.values]


def _said(kind: type, steps: list[str]) -> str | None:
    """Return how the type of a place describes what may stand there."""
    at = list(_plain(inspect.type_info(kind)))
    for step in steps[:-1]:
        at = [inner for node in at for inner in _inner(node, step)]
    fields = (field for node in at if isinstance(node, inspect.StructType) for field in node.fields)
    types = (field.type for field in fields if field.encode_name == steps[-1])
    extra = (node.extra_json_schema or {} for node in types if isinstance(node, inspect.Metadata))
    return next((str(each["description"]) for each in extra if "description" in each), None)


def _inner(node: inspect.Type, step: str) -> Iterator[inspect.Type]:
    if isinstance(node, inspect.StructType):
        for field in node.fields:
            if field.encode_name == step:
                yield from _plain(field.type)
    elif isinstance(node, inspect.VarTupleType | inspect.ListType):
        yield from _plain(node.item_type)
    elif isinstance(node, inspect.DictType):
        yield from _plain(node.value_type)


def _plain(node: inspect.Type) -> Iterator[inspect.Type]:
    """Yield the types that one stands for: those of a union, and what an annotation is about."""
    if isinstance(node, inspect.Metadata):
        yield from _plain(node.type)
    elif isinstance(node, inspect.UnionType):
        for each in node.types:
            yield from _plain(each)
    else:
        yield node
