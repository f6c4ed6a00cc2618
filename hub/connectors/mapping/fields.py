"""Read one rule's value out of a record: by its table, else by its kind; what is wrong is told and gives None."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.connectors.mapping.paths import ABSENT, Reading, is_blank
from hub.connectors.mapping.rules import Rules, kind_of
from hub.connectors.mapping.spec import Field, Kind
from hub.connectors.mapping.targets import REQUIRED_ANSWERS, many
from hub.connectors.mapping.told import Told
from hub.connectors.mapping.values import Read, Writing, plain_text, read_value

__all__ = ["Fields", "says", "tell_missing", "tell_read"]

_LIST = "danh sách / list"


def says(value: object, place: str) -> bool:
    """Tell whether a value says something: of yes and no only yes, where the document need not say."""
    return value is not None and not (value is False and place not in REQUIRED_ANSWERS)


def tell_read(told: Told, read: Read, reading: Reading, path: str, raw: object) -> Any:
    """Return what was read, after telling what is wrong with it or what was repaired."""
    shown = plain_text(raw)
    if read.expected is not None:
        told.wrong(reading.path + path, shown, read.expected)
    elif read.guessed:
        told.guessed(reading.path + path, reading.declared + path, shown)
    return read.value


def tell_missing(
    told: Told, rules: Rules, reading: Reading, path: str, to: str, *, warns: bool = False
) -> None:  # fmt: skip
    """Tell that a path is not there, with the unknown path that it may have become."""
    new = [name for name, _ in reading.unasked() if name not in rules.all_names]
    told.missing(reading.path + path, to, new, reading.declared + path if warns else None)


@dataclass(frozen=True, slots=True)
class Fields:
    """Reads values for one document: tables as of `on`, of `school_year`."""

    rules: Rules
    told: Told
    school_year: str
    on: date

    def field(self, rule: Field, reading: Reading, place: str) -> Any:
        """Return the value of one rule for a place of the document ("student.name", "subjects.score")."""
        raws = [reading.get(path) for path in rule.sources]
        kind = kind_of(rule.kind, rule.table, place)
        blank_is_no = kind == "yes_no" and rule.no[:1] == ("",) and raws != [ABSENT]
        if all(raw is ABSENT or is_blank(raw) for raw in raws) and not blank_is_no:
            return self._without(rule, reading, raws, place)
        if len(raws) > 1:
            return self._joined(rule, reading, raws, place)
        if kind == "list" or many(place):
            return self._listed(rule, reading, raws[0])
        return self.value(kind, rule.table, rule, reading, rule.sources[0], raws[0])

    def value(
        self, kind: Kind, table: str | None, writing: Writing, reading: Reading, path: str, raw: object
    ) -> Any:  # fmt: skip
        """Return one value that is not blank. Beside a table a mark may still be a mark."""
        text = plain_text(raw)
        if table is None or text is None:
            return tell_read(self.told, read_value(kind, raw, writing), reading, path, raw)
        found = self.rules.tables.means(table, text, self.on)
        if found.means is None and kind == "mark":
            return tell_read(self.told, read_value(kind, raw, writing), reading, path, raw)
        if found.spelt:
            self.told.guessed(reading.path + path, reading.declared + path, text)
        if found.widens:
            self.told.widened(reading.path + path, reading.declared + path)
        if found.other_time:
            self.told.code_not_in_force(reading.path + path, table, text, self.school_year)
        elif found.means is None:
            self.told.code_unknown(reading.path + path, table, text, found.proposal)
        return found.means

    def _without(self, rule: Field, reading: Reading, raws: list[Any], place: str) -> Any:
        """There is nothing to read: take the default, or tell that something is missing."""
        path = rule.sources[0]
        if rule.default is not None:
            self.told.defaulted(reading.path + path, reading.declared + path)
        elif rule.required:
            tell_missing(self.told, self.rules, reading, path, place)
        else:
            self._tell_absent(rule, reading, raws, place)
        return rule.default

    def _tell_absent(self, rule: Field, reading: Reading, raws: list[Any], place: str) -> None:
        """Where records are complete, a path that is gone is a change of the system."""
        for path, raw in zip(rule.sources, raws, strict=True):
            if raw is ABSENT and self.rules.file.complete:
                tell_missing(self.told, self.rules, reading, path, place, warns=True)

    def _joined(self, rule: Field, reading: Reading, raws: list[Any], place: str) -> str | None:
        """Return the parts of a name as one; parts that cannot be told apart again are a loss."""
        self._tell_absent(rule, reading, raws, place)
        there = [(path, raw) for path, raw in zip(rule.sources, raws, strict=True) if raw is not ABSENT]
        parts = [
            self.value("text", None, rule, reading, path, raw) for path, raw in there if not is_blank(raw)
        ]  # fmt: skip
        if None in parts:
            return None
        if " " in parts[-1] and len(parts) > 1:
            last = rule.sources[-1]
            self.told.widened(reading.path + last, reading.declared + last)
        return " ".join(parts)

    def _listed(self, rule: Field, reading: Reading, raw: object) -> list[Any] | None:
        path = rule.sources[0]
        items = raw.split(rule.separator) if isinstance(raw, str) and rule.separator else raw
        if not isinstance(items, list | tuple):
            self.told.wrong(reading.path + path, raw if isinstance(raw, str) else None, _LIST)
            return None
        read = [self.value("code", rule.table, rule, reading, path, item) for item in items if not is_blank(item)]
        return [value for value in read if value is not None] or None
