"""What a mapping file may say, as types; everything else in the file is refused when it is read.

The descriptions are what docs/connectors.md prints (documentation.py).
"""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from hub.domain.transcript import Regulation, SchoolYear

__all__ = ["Columns", "Field", "Form", "Frame", "Kind", "ListRule", "MappingFile", "Rule", "Ticks", "Value", "Years"]

Kind = Literal[
    "text", "long_text", "code", "mark", "count", "whole", "date", "birth_date", "yes_no", "school_year", "period",
    "list",
]  # fmt: skip
Form = Literal["fixed", "short", "comma", "number", "iso", "two_digits"]
"""How a value is written: a mark "9.0", "9" or "9,0", a JSON number; a date 2015-03-05; a grade "05"."""

Path = Annotated[str, Meta(min_length=1, max_length=300)]
Grade = Annotated[int, Meta(ge=1, le=12)]
Group = Literal["subjects", "qualities", "competences"]
Digits = Annotated[int, Meta(ge=1, le=35)]
Separator = Annotated[str, Meta(min_length=1, max_length=3)]
YES: Final = ("1", "x", "X", "✓", True)
NO: Final = ("0", False)


class _Closed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


def _said(text: str) -> Meta:
    """Return what docs say of a key."""
    return Meta(description=text)


class _Limited(_Closed, frozen=True, kw_only=True):
    """A rule that may hold for some grades or circulars only; empty: for all."""

    grades: Annotated[tuple[Grade, ...], _said("the rule is for these grades only")] = ()
    regulations: Annotated[tuple[Regulation, ...], _said("the rule is for documents under these circulars only")] = ()

    def holds(self, grade: int, regulation: str) -> bool:
        """Tell whether the rule is for such a document."""
        return (not self.grades or grade in self.grades) and (not self.regulations or regulation in self.regulations)


class Field(_Limited, frozen=True, kw_only=True, rename={"source": "from"}):
    """One value of the document from one path of the record, or a name from several.

    Without `kind` it is that of the place in the document. `derived`: read only, since other rules write it.
    `digits`: a code has so many, and one with less has lost its zeros. `yes`, `no`: the first of each is written, and a
    blank means no where the first of `no` is "".
    """

    to: Annotated[str, _said("place in the document; of a list's `item` the name in one of its rows (`score`)")]
    source: Annotated[Path | tuple[Path, ...], _said("path in the record; of a name several, joined by a space")]
    kind: Annotated[Kind | None, _said("how the value is read, see below; without it that of the place")] = None
    table: Annotated[str | None, _said("code table that translates it")] = None
    form: Annotated[Form, _said("how the value is written, see below")] = "fixed"
    required: Annotated[bool, _said("without it there is no document: the record is refused")] = False
    default: Annotated[str | bool | int | None, _said("stands in for an empty value, and is told as `defaulted`")] = (
        None
    )
    derived: Annotated[bool, _said("only read: another rule writes what it says")] = False
    digits: Annotated[
        Digits | None, _said("a code has so many digits; one with fewer has lost zeros and is refused")
    ] = None
    separator: Annotated[Separator | None, _said("parts the values of a `list` that stands in one text")] = None
    yes: Annotated[tuple[str | bool, ...], _said("texts that mean yes; the first is written")] = YES
    no: Annotated[
        tuple[str | bool, ...], _said('texts that mean no; the first is written, and where it is `""` a blank is no')
    ] = NO

    @property
    def sources(self) -> tuple[str, ...]:
        """Return its paths in the record."""
        return (self.source,) if isinstance(self.source, str) else self.source


class ListRule(_Limited, frozen=True, kw_only=True, rename={"source": "from"}):
    """A list of objects: subjects, qualities or competences; `to` of an item is a field of one of them ("score")."""

    to: Annotated[Group, _said("the list of the document")]
    source: Annotated[Path, _said("path of the list in the record")]
    item: Annotated[
        tuple[Field, ...], Meta(min_length=1), _said("the fields of one row, each as a `field`; one is `code`")
    ]
    required: Annotated[bool, _said("a record without the list is refused")] = False


class Value(_Closed, frozen=True, kw_only=True):
    """What a column of a wide table holds: its part of the title, and how the value is written."""

    title: Annotated[str, _said("its part of the column's title; a text in place of the table says only this")] = ""
    kind: Annotated[Kind | None, _said("as of a `field`")] = None
    table: Annotated[str | None, _said("as of a `field`")] = None
    form: Annotated[Form, _said("as of a `field`")] = "fixed"
    digits: Annotated[Digits | None, _said("as of a `field`")] = None
    yes: Annotated[tuple[str | bool, ...], _said("as of a `field`")] = YES
    no: Annotated[tuple[str | bool, ...], _said("as of a `field`")] = NO


class Columns(_Limited, frozen=True, kw_only=True):
    """A wide table: a column for each code of `table` and each of `values`, of which `title` makes the path."""

    to: Annotated[Group, _said("the list of the document")]
    table: Annotated[str, _said("code table of its rows: a column, or several, for each code")]
    title: Annotated[str, _said("title of a column, with `{code}` and `{value}` in it")]
    values: Annotated[
        dict[str, str | Value],
        Meta(min_length=1),
        _said("what the columns of one code hold, by the name in a row (`score`)"),
    ]

    def path_of(self, code: str, value: Value) -> str:
        """Return the path of a column; without a title of the value, its separator goes as well."""
        return self.title.replace("{code}", code).replace("{value}", value.title).rstrip(" /_.-")

    def each(self) -> Iterator[tuple[str, Value]]:
        """Yield field and value."""
        for field, value in self.values.items():
            yield field, Value(title=value) if isinstance(value, str) else value


class Ticks(_Limited, frozen=True, kw_only=True):
    """Boxes, each for one value of `to`; `exactly`: so many are ticked. The first of `marks` is written."""

    to: Annotated[str, _said("place in the document")]
    of: Annotated[dict[Path, str | bool], Meta(min_length=1), _said("what a tick at each path means")]
    marks: Annotated[tuple[str, ...], Meta(min_length=1), _said("what counts as a tick; the first is written")] = (
        "x", "X", "✓", "1",
    )  # fmt: skip
    exactly: Annotated[Literal[1] | None, _said("`1`: just one of them is ticked; without it any number")] = None
    derived: Annotated[bool, _said("only read: another rule writes what it says")] = False


class Frame(_Closed, frozen=True, kw_only=True, rename={"source": "from"}):
    """Where school, school year or grade stands, when more than a path must be said."""

    source: Annotated[Path, _said("path in the record")]
    form: Annotated[Form, _said("how it is written: a grade `two_digits` is `05`")] = "fixed"
    digits: Annotated[Digits | None, _said("a school's code has so many digits")] = None


class Years(_Closed, frozen=True, rename={"since": "from", "until": "to"}):
    """School years that the file can write, both included; what it can read is not limited."""

    since: Annotated[SchoolYear, _said("the first school year that is written so")] = "0000-0001"
    until: Annotated[SchoolYear, _said("the last one")] = "9998-9999"


Rule = Field | ListRule | Columns | Ticks


class MappingFile(
    _Closed, frozen=True, kw_only=True, rename={"fields": "field", "lists": "list"}, omit_defaults=True
):  # fmt: skip
    """One mapping file; see docs/connectors.md.

    `complete`: each record has every path, empty ones as null or "", so that one that is absent is told.
    `grades` and `years` say which documents can be written with it. `known` are paths left out on purpose.
    """

    version: Annotated[str, _said("of the mapping; of a single file that of the connector stands for it")] = "1"
    key: Annotated[
        tuple[Path, ...], Meta(min_length=1), _said("paths that name a record for ever: never a row, a page or a time")
    ]
    record_version: Annotated[
        Path | None, _said("path of the system's own version; without it the content is hashed")
    ] = None
    school: Annotated[str | Frame, _said("path of the school's code; its name and province come from the register")]
    school_year: Annotated[str | Frame, _said("path of the school year")]
    grade: Annotated[str | Frame, _said("path of the grade; these three are read first")]
    reason: Annotated[Path | None, _said("path of why a version replaces another; without it a fixed text is used")] = (
        None
    )
    complete: Annotated[bool, _said("each record has every path, empty ones too, so that one that is gone is told")] = (
        False
    )
    grades: Annotated[tuple[Grade, ...], _said("grades that are written with this file; any are read")] = ()
    years: Annotated[Years, _said("school years that are written with it, both included; any are read")] = Years()
    fields: Annotated[tuple[Field, ...], _said("rules for single values")] = ()
    lists: Annotated[tuple[ListRule, ...], _said("rules for lists of objects")] = ()
    columns: Annotated[tuple[Columns, ...], _said("rules for wide tables: a column for each code")] = ()
    ticks: Annotated[tuple[Ticks, ...], _said("rules for boxes, each of which stands for one value")] = ()
    known: Annotated[tuple[Path, ...], _said("paths left out on purpose; each stands in `loss` of the manifest")] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return every rule, in the order in which they are applied."""
        return (*self.fields, *self.lists, *self.columns, *self.ticks)
