"""The mappers that files declare: one file, or one of several by the template of a record."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from hub.connectors.mapping.backward import backward
from hub.connectors.mapping.forward import forward
from hub.connectors.mapping.keying import keyed
from hub.connectors.mapping.loading import read_rules, rules_of
from hub.connectors.mapping.rules import Rules
from hub.connectors.mapping.told import Told
from hub.connectors.sdk import Context, Loss, Mapped, Raw, SourceRecord
from hub.connectors.sdk.proposing import did_you_mean
from hub.domain.transcript import Transcript

__all__ = ["TEMPLATE", "DeclaredMapper", "MapperByTemplate"]

TEMPLATE = "mau"
"""The field of a record that names its template, where a system has several."""


class DeclaredMapper:
    """A mapper that a mapping file and its code tables declare. Implements `Mapper`; `rules` is for checks."""

    def __init__(self, mapping: Path, tables: Path) -> None:
        """Read both files. Raises Refused MAPPING_FILE_WRONG with the file and what is wrong in it."""
        self._begin(read_rules(mapping, tables))

    @classmethod
    def of(
        cls, mapping: Mapping[str, Any], tables: Mapping[str, Any], version: str | None = None, file: str = "mapping"
    ) -> Self:  # fmt: skip
        """Return a mapper of TOML content already read from `file`; `version` stands for the one in it.

        Raises as the above.
        """
        made = cls.__new__(cls)
        stated = {} if version is None else {"version": version}
        made._begin(rules_of({**mapping, **stated}, tables, file))
        return made

    def _begin(self, rules: Rules) -> None:
        self.rules = rules
        self.version = rules.file.version

    def record(self, value: Raw, place: str) -> SourceRecord:
        """Return a record with the key and version that the file names; findings say when it has none."""
        return keyed(self.rules, value, place)

    def forward(self, record: SourceRecord, context: Context) -> Mapped:
        """Return the transcript of a record; never raises for bad data."""
        return forward(self.rules, record, context)

    def backward(self, transcript: Transcript) -> tuple[Raw, tuple[Loss, ...]]:
        """Return the record of a transcript, without the system's own key and version, and what it cannot say."""
        return backward(self.rules, transcript)

    def writes(self, transcript: Transcript) -> bool:
        """Tell whether the file is for such documents: their grade and school year."""
        file = self.rules.file
        of_grade = not file.grades or transcript.grade in file.grades
        return of_grade and file.years.since <= transcript.school_year <= file.years.until


class MapperByTemplate:
    """Several mappers of one system, by the name of a template ("kh1"), which records have as their `mau`.

    A document is written in the first template, in the order given, that is for its grade and year and loses least.
    """

    def __init__(self, mappers: Mapping[str, DeclaredMapper]) -> None:
        self._mappers = dict(mappers)
        self.version = "+".join(f"{name}:{mapper.version}" for name, mapper in self._mappers.items())

    def __getitem__(self, template: str) -> DeclaredMapper:
        return self._mappers[template]

    def record(self, value: Raw, place: str) -> SourceRecord:
        """Return a record of the template that its `mau` names. KeyError for another one."""
        made = self._mappers[value[TEMPLATE]].record(_without_template(value), place)
        return made if made.value is None else dataclasses.replace(made, value=value)

    def forward(self, record: SourceRecord, context: Context) -> Mapped:
        """Return the transcript of a record by its template; one that is not known is refused."""
        name = None if record.value is None else record.value.get(TEMPLATE)
        if record.value is not None and isinstance(name, str) and name in self._mappers:
            plain = dataclasses.replace(record, value=_without_template(record.value))
            return self._mappers[name].forward(plain, context)
        told = Told(record.findings)
        if record.value is not None:
            told.code_unknown(TEMPLATE, TEMPLATE, str(name), did_you_mean(str(name), self._mappers))
        return Mapped(None, told.findings, ())

    def backward(self, transcript: Transcript) -> tuple[Raw, tuple[Loss, ...]]:
        """Return the record in the best template, whose name it carries."""
        fitting = {name: mapper for name, mapper in self._mappers.items() if mapper.writes(transcript)}
        written = [(name, *mapper.backward(transcript)) for name, mapper in (fitting or self._mappers).items()]
        name, raw, losses = min(written, key=lambda one: len(one[2]))
        return {TEMPLATE: name, **raw}, losses


def _without_template(value: Raw) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name != TEMPLATE}
