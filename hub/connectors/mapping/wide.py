"""Read a wide table: a column for each subject and part of it, and boxes that are ticked."""

from collections.abc import Iterator
from typing import Any

from hub.connectors.mapping.fields import Fields, says, tell_missing
from hub.connectors.mapping.paths import ABSENT, Reading, is_blank
from hub.connectors.mapping.rules import kind_of
from hub.connectors.mapping.spec import Columns, Ticks, Value
from hub.connectors.mapping.targets import many
from hub.connectors.mapping.values import plain_text

__all__ = ["items_of_columns", "value_of_ticks"]


def items_of_columns(fields: Fields, reading: Reading, rule: Columns) -> Iterator[dict[str, Any]]:
    """Yield an item for each code that has something in its columns; one that is not in force must have nothing."""
    tables, in_force = fields.rules.tables, set()
    for row in tables.rows(rule.table, fields.on):
        in_force.add(row.code)
        read = {
            name: _column(fields, reading, value, rule.path_of(row.code, value), f"{rule.to}.{name}")
            for name, value in rule.each()
        }
        item = {name: value for name, value in read.items() if says(value, name)}
        if item:
            yield {"code": row.means} | item
    for row in tables.rows(rule.table):
        if row.code not in in_force:
            for _, value in rule.each():
                _tell_other_time(fields, reading, rule.path_of(row.code, value), rule.table, row.code)


def value_of_ticks(fields: Fields, reading: Reading, rule: Ticks) -> Any:
    """Return what the ticked boxes say: a list for a place of many, else one value; None for no tick."""
    ticked = [value for path, value in rule.of.items() if _is_ticked(fields, reading, rule, path)]
    wanted = len(ticked) if rule.exactly is None else rule.exactly
    if len(ticked) != wanted or (len(ticked) > 1 and not many(rule.to)):
        fields.told.ticks(next(iter(rule.of)), rule.to, len(ticked))
        return None
    return (ticked or None) if many(rule.to) else next(iter(ticked), None)


def _column(fields: Fields, reading: Reading, value: Value, path: str, place: str) -> Any:
    raw = reading.get(path)
    if raw is ABSENT or is_blank(raw):
        return None
    kind = kind_of(value.kind, value.table, place)
    return fields.value(kind, value.table, value, reading, path, raw)


def _tell_other_time(fields: Fields, reading: Reading, path: str, table: str, code: str) -> None:
    raw = reading.get(path)
    if raw is not ABSENT and not is_blank(raw):
        fields.told.code_not_in_force(path, table, code, fields.school_year)


def _is_ticked(fields: Fields, reading: Reading, rule: Ticks, path: str) -> bool:
    raw = reading.get(path)
    if raw is ABSENT and fields.rules.file.complete:
        tell_missing(fields.told, fields.rules, reading, path, rule.to, warns=True)
    if raw is ABSENT or is_blank(raw) or raw is False:
        return False
    ticked = raw is True or (plain_text(raw) or "").strip() in rule.marks
    if not ticked:
        fields.told.wrong(path, raw if isinstance(raw, str) else None, " ".join(rule.marks))
    return ticked
