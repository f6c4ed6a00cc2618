"""From a record to a document: where it belongs, each rule that holds, what no rule names, the last look."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.connectors.mapping.fields import Fields, says, tell_missing, tell_read
from hub.connectors.mapping.finishing import finished
from hub.connectors.mapping.paths import ABSENT, Reading, is_blank, put
from hub.connectors.mapping.rules import Rules, as_frame
from hub.connectors.mapping.spec import Columns, Field, Frame, Kind, ListRule
from hub.connectors.mapping.tables import table_day
from hub.connectors.mapping.told import Told
from hub.connectors.mapping.values import Plain, read_grade, read_value
from hub.connectors.mapping.wide import items_of_columns, value_of_ticks
from hub.connectors.sdk import Context, Mapped, SourceRecord
from hub.domain.provinces import is_same_place
from hub.domain.regulations import regulation_for
from hub.domain.transcript import School, Transcript

__all__ = ["forward"]

_SINCE = "từ 2011-2012 (THCS, THPT), 2014-2015 (tiểu học)"


def forward(rules: Rules, record: SourceRecord, context: Context) -> Mapped:
    """Return the document of a record; never raises for bad data, however it is shaped."""
    told = Told(record.findings)
    if record.value is None or told.refused:
        return Mapped(None, told.findings, ())
    return _Forward(rules, Reading(record.value), told).mapped(context)


@dataclass(frozen=True, slots=True)
class _Where:
    """Which document this is: it decides the rules that hold and the rows of tables that are in force."""

    school: School
    school_year: str
    grade: int
    regulation: str


@dataclass(frozen=True, slots=True)
class _Forward:
    """Maps one record."""

    rules: Rules
    record: Reading
    told: Told

    def mapped(self, context: Context) -> Mapped:
        """Return the document, or why there is none."""
        for path in self.rules.own:
            self.record.get(path)
        file = self.rules.file
        reason, province = self._text(file.reason), self._text(self.rules.province)
        code, school_year = self._framed(file.school, "code"), self._framed(file.school_year, "school_year")
        where = self._where(code, school_year, context)
        made = {} if where is None else self._made(where)
        for path in self.rules.names if where is None else ():
            self.record.get(path)  # no rule was applied, so that nothing can be said of what rules name
        self._tell_left_over(self.record, self.rules.known, self.rules.names)
        transcript = None if where is None or self.told.refused else self._finished(where, made, province)
        return Mapped(transcript, self.told.findings, self.told.losses, reason, province, code, school_year)

    def _finished(self, where: _Where, made: Mapping[str, Any], province: str | None) -> Transcript | None:
        if province is not None and not is_same_place(province, where.school.province):
            self.told.other_province(str(self.rules.province), province, where.school_year)
        frame = {"grade": where.grade, "regulation": where.regulation, "school_year": where.school_year}
        return finished(made, where.school, frame, self.told)

    def _text(self, path: str | None) -> str | None:
        """Return a text beside the document: the reason of a new version, the province that is stated."""
        raw = None if path is None else self.record.get(path)
        if path is None or raw is ABSENT:
            return None
        read: str | None = tell_read(self.told, read_value("long_text", raw, Plain()), self.record, path, raw)
        return read

    def _where(self, code: str | None, school_year: str | None, context: Context) -> _Where | None:
        """Return what decides all else; None when it was told what is missing or wrong."""
        file = self.rules.file
        grade = self._framed(file.grade, None)
        if code is None or school_year is None or grade is None:
            return None
        school, regulation = context.school(code, school_year), regulation_for(school_year, grade)
        if school is None:
            self.told.unregistered(as_frame(file.school).source, code)
        if regulation is None:
            self.told.wrong(as_frame(file.school_year).source, school_year, _SINCE)
        return None if school is None or regulation is None else _Where(school, school_year, grade, regulation)

    def _framed(self, said: str | Frame, kind: Kind | None) -> Any:
        """Return a school code, a school year, or with no kind a grade."""
        frame = as_frame(said)
        raw = self.record.get(frame.source)
        if raw is ABSENT or is_blank(raw):
            to = {"code": "school.code", "school_year": "school_year"}.get(kind or "", "grade")
            tell_missing(self.told, self.rules, self.record, frame.source, to)
            return None
        read = read_grade(raw) if kind is None else read_value(kind, raw, Plain(frame.form, digits=frame.digits))
        return tell_read(self.told, read, self.record, frame.source, raw)

    def _made(self, where: _Where) -> dict[str, Any]:
        """Return what the rules that hold say of the document."""
        made: dict[str, Any] = {}
        fields = Fields(self.rules, self.told, where.school_year, table_day(where.school_year))
        for rule in self.rules.holding(where.grade, where.regulation):
            if isinstance(rule, ListRule):
                made.setdefault(rule.to, []).extend(self._items(fields, rule))
            elif isinstance(rule, Columns):
                made.setdefault(rule.to, []).extend(items_of_columns(fields, self.record, rule))
            elif isinstance(rule, Field):
                _put(made, rule.to, fields.field(rule, self.record, rule.to))
            else:
                _put(made, rule.to, value_of_ticks(fields, self.record, rule))
        return made

    def _items(self, fields: Fields, rule: ListRule) -> Iterator[dict[str, Any]]:
        raw = self.record.get(rule.source)
        if raw is ABSENT or is_blank(raw):
            if rule.required or (raw is ABSENT and self.rules.file.complete):
                tell_missing(self.told, self.rules, self.record, rule.source, rule.to, warns=not rule.required)
            return
        for index, item in enumerate(raw if isinstance(raw, list | tuple) else (raw,)):
            if not isinstance(item, Mapping):
                self.told.wrong(f"{rule.source}[{index}]", None, "{…}")
                continue
            reading = Reading(item, f"{rule.source}[{index}].", f"{rule.source}[*].")
            read = {part.to: fields.field(part, reading, f"{rule.to}.{part.to}") for part in rule.item}
            yield {name: value for name, value in read.items() if says(value, name)}
            self._tell_left_over(reading, self.rules.known_in[rule.source], self.rules.names_in[rule.source])

    def _tell_left_over(self, reading: Reading, known: frozenset[str], names: frozenset[str]) -> None:
        """Note what is left out on purpose, and tell what nobody asked for, with the name that it may have had."""
        for path in sorted(known):
            if (raw := reading.get(path)) is not ABSENT and not is_blank(raw):
                self.told.lose("dropped", reading.declared + path)
        left = reading.unasked(names)
        gone = [reading.path + name for name in sorted(names) if not reading.has(name)] if left else []
        for path, _ in left:
            self.told.unknown(reading.path + path, reading.declared + path, gone)


def _put(made: dict[str, Any], place: str, value: Any) -> None:
    if says(value, place):
        put(made, place, value)
