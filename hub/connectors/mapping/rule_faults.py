"""What is wrong with a mapping file as a whole, though each of its rules is sound: told before a record is read."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import inspect

from hub.connectors.mapping.spec import Columns, Field, ListRule, MappingFile, Ticks
from hub.connectors.mapping.tables import Tables
from hub.connectors.sdk.proposing import did_you_mean
from hub.domain.characters import visible
from hub.domain.transcript import Assessed, Result, Student, Subject, Transcript

__all__ = ["places_without_rule", "whole_faults"]

_SHOWN_LENGTH_MAX = 40
_STRUCTS: Final[Mapping[str, type[msgspec.Struct]]] = MappingProxyType({
    "": Transcript, "student.": Student, "result.": Result, "subjects.": Subject, "qualities.": Assessed,
    "competences.": Assessed,
})  # fmt: skip
_REQUIRED: Final = ("class", "subjects", *(
    f"student.{field.encode_name}" for field in msgspec.structs.fields(Student) if field.required
))  # fmt: skip


def whole_faults(file: MappingFile, tables: Tables) -> Iterator[str]:
    """Yield two rules for one place of the same documents, and meanings that are no code of the hub."""
    yield from _twice(file)
    for place, table in _tables(file):
        known = _codes()[place]
        for row in tables.rows(table) if table in tables else ():
            if row.means not in known:
                yield _no_code(table, row.means, place, known)


def places_without_rule(file: MappingFile) -> list[str]:
    """Return the places without which there is no document at all, and which no rule fills."""
    filled = {rule.to for rule in file.rules}
    return [place for place in _REQUIRED if place not in filled]


def _twice(file: MappingFile) -> Iterator[str]:
    single = [rule for rule in file.rules if isinstance(rule, Field | Ticks) and not rule.derived]
    for groups in (single, *(rule.item for rule in file.lists)):
        for one, other in combinations(groups, 2):
            if one.to == other.to and _meet(one, other):
                yield f"two rules for {one.to}: {_source(one)} and {_source(other)}"


def _meet(one: Field | Ticks, other: Field | Ticks) -> bool:
    """Tell whether both are for some document."""
    grades = not one.grades or not other.grades or set(one.grades) & set(other.grades)
    regulations = not one.regulations or not other.regulations or set(one.regulations) & set(other.regulations)
    return bool(grades and regulations) and not (isinstance(other, Field) and other.derived)


def _source(rule: Field | Ticks) -> str:
    paths = rule.sources if isinstance(rule, Field) else tuple(rule.of)
    return f"“{visible(paths[0][:_SHOWN_LENGTH_MAX])}”"


def _tables(file: MappingFile) -> Iterator[tuple[str, str]]:
    """Yield (place, table) of each rule that translates into a closed list; places of lists are "subjects.level"."""
    for place, table in _translated(file.rules):
        if table is not None and place in _codes():
            yield place, table


def _translated(rules: Iterable[object]) -> Iterator[tuple[str, str | None]]:
    for rule in rules:
        if isinstance(rule, Field):
            yield rule.to, rule.table
        elif isinstance(rule, ListRule):
            yield from ((f"{rule.to}.{part.to}", part.table) for part in rule.item)
        elif isinstance(rule, Columns):
            yield from ((f"{rule.to}.{name}", value.table) for name, value in rule.each())


@cache
def _codes() -> Mapping[str, tuple[str, ...]]:
    """Return the codes of each place that has a closed list of them in the form of a document."""
    return {
        f"{prefix}{field.encode_name}": values
        for prefix, struct in _STRUCTS.items()
        for field in _fields(struct)
        if (values := tuple(_literals(field.type)))
    }


def _fields(struct: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    kind = inspect.type_info(struct)
    return kind.fields if isinstance(kind, inspect.StructType) else ()


def _literals(kind: inspect.Type) -> Iterator[str]:
    for each in kind.types if isinstance(kind, inspect.UnionType) else (kind,):
        if isinstance(each, inspect.LiteralType):
            yield from map(str, each.values)


def _no_code(table: str, means: str, place: str, known: Iterable[str]) -> str:
    near = did_you_mean(means, known)
    hint = f"did you mean {near}?" if near else f"one of {', '.join(known)}"
    return f"table {table}: “{visible(means[:_SHOWN_LENGTH_MAX])}” is no code of the hub for {place}; {hint}"
