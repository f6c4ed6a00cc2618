"""The rules of one mapping file with its tables: checked once, then asked which hold and which paths they name."""

import functools
from collections.abc import Iterable, Iterator, Mapping

from hub.connectors.mapping.rule_faults import whole_faults
from hub.connectors.mapping.spec import Columns, Field, Frame, Kind, ListRule, MappingFile, Rule, Ticks
from hub.connectors.mapping.tables import Tables
from hub.connectors.mapping.targets import FRAME_PLACES, ITEM_PLACES, PLACES
from hub.connectors.sdk.proposing import did_you_mean

__all__ = ["Rules", "as_frame", "kind_of"]

PROVINCE = "school.province"


class Rules:
    """A mapping file that is sound in itself."""

    def __init__(self, file: MappingFile, tables: Tables) -> None:
        """ValueError for a place that documents do not have or two rules fill, a table that is not there, a code that
        the hub has not got, or a name from a code.
        """
        self.file = file
        self.tables = tables
        for rule in file.rules:
            for fault in _faults(rule, tables):
                raise ValueError(fault)
        for fault in whole_faults(file, tables):
            raise ValueError(fault)
        self.province = next((rule.sources[0] for rule in file.fields if rule.to == PROVINCE), None)

    @functools.cached_property
    def own(self) -> frozenset[str]:
        """Return the paths that the system counts its records by; they are carried as key and version."""
        version = self.file.record_version
        return frozenset(self.file.key) | (frozenset() if version is None else {version})

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Return every path outside lists that the file names, whichever document it is for."""
        file = self.file
        frames = (as_frame(said).source for said in (file.school, file.school_year, file.grade))
        named = {*self.own, *frames, *self.known}
        named |= {path for rule in file.fields for path in rule.sources}
        named |= {rule.source for rule in file.lists} | {path for rule in file.ticks for path in rule.of}
        named |= {path for rule in file.columns for path in self.paths_of(rule)}
        return frozenset(named if file.reason is None else {*named, file.reason})

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """Return the paths outside lists that are left out on purpose."""
        return frozenset(path for path in self.file.known if "[*]" not in path)

    @functools.cached_property
    def known_in(self) -> Mapping[str, frozenset[str]]:
        """Return for each list the paths within its items that are left out on purpose."""
        starts = {rule.source: f"{rule.source}[*]." for rule in self.file.lists}
        return {
            source: frozenset(path.removeprefix(start) for path in self.file.known if path.startswith(start))
            for source, start in starts.items()
        }

    @functools.cached_property
    def names_in(self) -> Mapping[str, frozenset[str]]:
        """Return for each list every path that the file names within its items."""
        named = {source: set(known) for source, known in self.known_in.items()}
        for rule in self.file.lists:
            named[rule.source].update(path for part in rule.item for path in part.sources)
        return {source: frozenset(paths) for source, paths in named.items()}

    @functools.cached_property
    def all_names(self) -> frozenset[str]:
        """Return every path that the file names, outside lists and within their items."""
        return self.names.union(*self.names_in.values())

    def paths_of(self, rule: Columns) -> Iterator[str]:
        """Yield the path of every column of a wide table, of every time."""
        for row in self.tables.rows(rule.table):
            for _, value in rule.each():
                yield rule.path_of(row.code, value)

    def holding(self, grade: int, regulation: str) -> tuple[Rule, ...]:
        """Return the rules for documents of a grade and circular, in the order in which they are applied."""
        return tuple(rule for rule in self.file.rules if rule.holds(grade, regulation) and rule.to != PROVINCE)


def as_frame(said: str | Frame) -> Frame:
    """Return where school, school year or grade stands, however briefly it was said."""
    return Frame(source=said) if isinstance(said, str) else said


def kind_of(kind: Kind | None, table: str | None, place: str) -> Kind:
    """Return the kind that a rule states, else that of its place; marks keep theirs beside a table, for Đ and CĐ."""
    group, _, name = place.partition(".")
    natural = ITEM_PLACES[group][name] if group in ITEM_PLACES else PLACES.get(place, "code")
    if kind is not None:
        return kind
    return "code" if table is not None and natural not in ("mark", "list") else natural


def _faults(rule: Rule, tables: Tables) -> Iterator[str]:
    if isinstance(rule, Field):
        yield from _place_faults(rule.to, (*PLACES, PROVINCE))
        yield from _field_faults(rule, tables)
    elif isinstance(rule, Ticks):
        yield from _place_faults(rule.to, PLACES)
    elif isinstance(rule, ListRule):
        for part in rule.item:
            yield from _place_faults(part.to, ITEM_PLACES[rule.to], f"{rule.to}.")
            yield from _field_faults(part, tables)
        if all(part.to != "code" for part in rule.item):
            yield f"{rule.to}: no item names the code"
    else:
        yield from _table_faults(rule.table, tables)
        for name, value in rule.each():
            yield from _place_faults(name, ITEM_PLACES[rule.to], f"{rule.to}.")
            yield from _table_faults(value.table, tables)


def _place_faults(place: str, places: Iterable[str], of: str = "") -> Iterator[str]:
    if place not in places:
        near = did_you_mean(place, (*places, *FRAME_PLACES))
        yield f"no place {of}{place} in a document" + ("" if near is None else f"; did you mean {of}{near}?")


def _field_faults(rule: Field, tables: Tables) -> Iterator[str]:
    yield from _table_faults(rule.table, tables)
    if len(rule.sources) > 1 and kind_of(rule.kind, rule.table, rule.to) != "text":
        yield f"{rule.to}: only a text can come from several paths"


def _table_faults(table: str | None, tables: Tables) -> Iterator[str]:
    if table is not None and table not in tables:
        near = did_you_mean(table, tables)
        yield f"no table {table}" + ("" if near is None else f"; did you mean {near}?")
