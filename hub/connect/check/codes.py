"""Bảng mã: every code maps both ways on both sides of 1/7/2025, and every value of the circulars has a code.

Only tables are looked at; a mapping that takes a code as it is covers them all. What the system has no code for stands
in `cannot_express` of the manifest, by its code ("TDT") or by its place ("subjects").
"""

from collections.abc import Iterator
from datetime import date

from hub.connect.check.declared import Declared, declared_of
from hub.connect.check.meanings import meanings_of
from hub.connect.check.outcome import NotApplicable
from hub.connect.check.subject import Subject
from hub.connectors.mapping import MappingFile
from hub.connectors.mapping.tables import table_day
from hub.connectors.sdk import Manifest
from hub.domain.findings import Finding, finding

__all__ = ["SCHOOL_YEARS", "check_codes"]

SCHOOL_YEARS = ("2024-2025", "2025-2026")
"""Read on 30/6/2025 and on 30/6/2026: before and after provinces, and codes with them, changed hands."""


_IN_PYTHON = NotApplicable(
    "ánh xạ viết bằng Python, không có bảng mã (tables.toml) để đối chiếu",
    "the mapping is Python, with no code tables (tables.toml) to compare",
)


async def check_codes(subject: Subject) -> list[Finding] | NotApplicable:
    """Return a finding for each code that does not map. Not applicable to a mapping in Python."""
    declared = declared_of(subject.at)
    if declared is None:
        return _IN_PYTHON
    found = [*_rows(declared), *_meanings(declared, subject.connector.manifest)]
    return list({(f.facts["table"], f.facts["code"], f.facts["direction"]): f for f in found}.values())


def _rows(declared: Declared) -> Iterator[Finding]:
    """Tell codes that mean something and are not written for it, or the other way round."""
    for year in SCHOOL_YEARS:
        on = table_day(year)
        for table in declared.tables:
            for row in declared.tables.rows(table, on):
                if declared.tables.means(table, row.code, on).means != row.means:
                    yield _uncovered(row.code, table, year, "in")
                written = declared.tables.code_of(table, row.means, on)
                if written != row.code and not row.widens:
                    yield _uncovered(row.code, table, year, "out")


def _meanings(declared: Declared, manifest: Manifest) -> Iterator[Finding]:
    """Tell values of the circulars for which a table has no code in a school year that the system holds."""
    for mapping in declared.mappings.values():
        for year in SCHOOL_YEARS:
            if mapping.years.since <= year <= mapping.years.until:
                yield from _of_mapping(declared, mapping, manifest, year)


def _of_mapping(declared: Declared, mapping: MappingFile, manifest: Manifest, year: str) -> Iterator[Finding]:
    on = table_day(year)
    grades = [grade for grade in manifest.grades if not mapping.grades or grade in mapping.grades]
    for place, table, held_by in _tables(mapping):
        held = [grade for grade in grades if not held_by or grade in held_by]
        for meaning in meanings_of(place, held, year):
            declares = {meaning, place, place.split(".")[0], place.rsplit(".", 1)[-1]} & set(manifest.cannot_express)
            if not declares and not _elsewhere(declared, mapping, place, meaning, on):
                yield _uncovered(meaning, table, year, "out")


def _elsewhere(declared: Declared, mapping: MappingFile, place: str, meaning: str, on: date) -> bool:
    """Tell whether any rule of the place writes this meaning: a second table, or a box that is ticked."""
    tables = {table for at, table, _ in _tables(mapping) if at == place}
    if any(table in declared.tables and declared.tables.code_of(table, meaning, on) for table in tables):
        return True
    return any(rule.to == place and meaning in rule.of.values() for rule in mapping.ticks)


def _tables(mapping: MappingFile) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield (place, table, grades) of every rule that looks codes up; places of lists are "subjects.code"."""
    for rule in mapping.fields:
        if rule.table is not None:
            yield rule.to, rule.table, rule.grades
    for listed in mapping.lists:
        yield from ((f"{listed.to}.{item.to}", item.table, listed.grades) for item in listed.item if item.table)
    for columns in mapping.columns:
        yield f"{columns.to}.code", columns.table, columns.grades
        yield from (
            (f"{columns.to}.{name}", value.table, columns.grades) for name, value in columns.each() if value.table
        )


def _uncovered(code: str, table: str, year: str, direction: str) -> Finding:
    facts = {"code": code, "table": table, "school_year": year, "direction": direction}
    return finding("CONFORMANCE_CODE_UNCOVERED", f"{table}.{code}", facts=facts)
