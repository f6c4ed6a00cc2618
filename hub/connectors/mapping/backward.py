"""From a document to a record: each rule the other way round; what no rule can write is a loss on the way out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from hub.connectors.mapping.coverage import Coverage
from hub.connectors.mapping.paths import put
from hub.connectors.mapping.rules import Rules, as_frame, kind_of
from hub.connectors.mapping.spec import Columns, Field, Kind, ListRule, Ticks
from hub.connectors.mapping.tables import table_day
from hub.connectors.mapping.targets import many
from hub.connectors.mapping.values import Writing, write_grade, write_value
from hub.connectors.sdk.losses import Loss
from hub.domain.transcript import Transcript

__all__ = ["backward"]


def backward(rules: Rules, transcript: Transcript) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """Return the record of a document, without the system's own key and version, and what it cannot say."""
    document = msgspec.to_builtins(transcript)
    writer = _Backward(rules, document, Coverage(rules, document), table_day(transcript.school_year))
    writer.write_frame()
    for rule in rules.holding(transcript.grade, transcript.regulation):
        if isinstance(rule, Field):
            writer.write_field(rule)
        elif isinstance(rule, ListRule):
            writer.write_list(rule)
        elif isinstance(rule, Columns):
            writer.write_columns(rule)
        else:
            writer.write_ticks(rule)
    if rules.file.complete:
        writer.fill()
    return writer.raw, writer.covered.losses()


@dataclass(frozen=True, slots=True)
class _Backward:
    """Writes one record, and notes which values of the document it holds."""

    rules: Rules
    document: dict[str, Any]
    covered: Coverage
    on: date
    raw: dict[str, Any] = field(default_factory=dict)

    def write_frame(self) -> None:
        """Write whose document it is and of which year and grade; where asked, why it replaces another."""
        file, school = self.rules.file, self.document["school"]
        put(self.raw, as_frame(file.school).source, school["code"])
        put(self.raw, as_frame(file.school_year).source, self.document["school_year"])
        put(self.raw, as_frame(file.grade).source, write_grade(self.document["grade"], as_frame(file.grade).form))
        if self.rules.province is not None:
            put(self.raw, self.rules.province, school["province"])
        if file.reason is not None and "reason" in self.document:
            put(self.raw, file.reason, self.document["reason"])
            self.covered.add("$.reason")

    def write_field(self, rule: Field) -> None:
        """Write a value that stands alone."""
        group, _, name = rule.to.rpartition(".")
        value = (self.document.get(group, {}) if group else self.document).get(name)
        if self._wrote(rule, rule.to, value, self.raw):
            self.covered.add(f"$.{rule.to}")

    def write_list(self, rule: ListRule) -> None:
        """Write subjects, qualities or competences as objects; one whose code has no word is left out whole."""
        items: list[dict[str, Any]] = []
        for index, row in enumerate(self.document.get(rule.to, [])):
            item: dict[str, Any] = {}
            wrote = {part.to: self._wrote(part, f"{rule.to}.{part.to}", row.get(part.to), item) for part in rule.item}
            if wrote["code"]:
                items.append(item)
                self.covered.add_fields(rule.to, index, (name for name, done in wrote.items() if done))
        if items or self.rules.file.complete:
            put(self.raw, rule.source, items)

    def write_columns(self, rule: Columns) -> None:
        """Write each part of each subject into its column."""
        for index, row in enumerate(self.document.get(rule.to, [])):
            code = self.rules.tables.code_of(rule.table, row["code"], self.on)
            if code is not None:
                self.covered.add_fields(rule.to, index, ("code", *self._columns(rule, code, row)))

    def write_ticks(self, rule: Ticks) -> None:
        """Tick the boxes of what the document says."""
        group, _, name = rule.to.rpartition(".")
        value = (self.document.get(group, {}) if group else self.document).get(name)
        boxes = {means: path for path, means in reversed(rule.of.items())}
        wanted = [] if value is None else value if many(rule.to) else [value]
        ticked = [boxes[one] for one in wanted if one in boxes]
        for path in () if rule.derived else ticked:
            put(self.raw, path, rule.marks[0])
        if value is not None and len(ticked) == len(wanted):
            self.covered.add(f"$.{rule.to}")

    def fill(self) -> None:
        """Write every other path that the file names as empty: the system's records are complete."""
        left_out = self.rules.own | self.rules.known
        lists = {rule.source for rule in self.rules.file.lists}
        for path in sorted(self.rules.names - left_out):
            put(self.raw, path, [] if path in lists else None, over=False)

    def _columns(self, rule: Columns, code: str, row: dict[str, Any]) -> Iterator[str]:
        for name, value in rule.each():
            if name in row:
                kind = kind_of(value.kind, value.table, f"{rule.to}.{name}")
                written = self._written(kind, value.table, row[name], value)
                if written is not None:
                    put(self.raw, rule.path_of(code, value), written)
                    yield name

    def _wrote(self, rule: Field, place: str, value: Any, raw: dict[str, Any]) -> bool:
        """Write one value by its rule; tell whether the record now holds it."""
        kind = kind_of(rule.kind, rule.table, place)
        if value is None:
            if self.rules.file.complete:
                self._write_nothing(rule, kind, raw)
            return False
        if rule.derived:
            return True
        if len(rule.sources) > 1:
            return _write_parts(rule, value, raw)
        if kind == "list" or isinstance(value, list):
            return self._write_codes(rule, value, raw)
        written = self._written(kind, rule.table, value, rule)
        if written is None and value is not False:
            return False
        put(raw, rule.sources[0], written)  # a no that is written as nothing stands there as nothing
        return True

    def _write_nothing(self, rule: Field, kind: Kind, raw: dict[str, Any]) -> None:
        """Write an absent value as what the system has for it: no, null or an empty list."""
        nothing = write_value(kind, False, rule) if kind == "yes_no" else [] if kind == "list" else None
        if rule.separator is not None:
            nothing = None
        for path in rule.sources:
            put(raw, path, nothing, over=False)

    def _write_codes(self, rule: Field, values: list[str], raw: dict[str, Any]) -> bool:
        codes = [self._written("code", rule.table, value, rule) for value in values]
        known = [code for code in codes if code is not None]
        put(raw, rule.sources[0], known if rule.separator is None else rule.separator.join(known))
        return len(known) == len(values)

    def _written(self, kind: Kind, table: str | None, value: Any, writing: Writing) -> Any:
        code = None if table is None else self.rules.tables.code_of(table, str(value), self.on)
        if table is not None and kind != "mark":
            return code
        return write_value(kind, value, writing) if code is None else code


def _write_parts(rule: Field, value: str, raw: dict[str, Any]) -> bool:
    """Write a name into its parts: the last word into the last, what is left into the first."""
    words = value.rsplit(" ", len(rule.sources) - 1)
    blank = [None] * (len(rule.sources) - len(words))
    for path, part in zip(rule.sources, (*blank, *words), strict=True):
        put(raw, path, part)
    return True
