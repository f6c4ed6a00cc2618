"""What no record says and the circular decides: its name, kinds and order of subjects; and the last look."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from hub.connectors.mapping.told import Told
from hub.domain.reading import read
from hub.domain.regulations import COMPETENCES, QUALITIES, subject_order
from hub.domain.regulations.tt22 import form_of
from hub.domain.regulations.tt58 import FORM
from hub.domain.transcript import TYPE, School, Transcript

__all__ = ["finished"]

_COMMENTS: Final = frozenset({"Đ", "CĐ"})
_RESULTS: Final = ("semester_1", "semester_2", "year", "retake")
_PRIMARY_LAST: Final = 5


def finished(made: Mapping[str, Any], school: School, frame: Mapping[str, Any], told: Told) -> Transcript | None:
    """Return the document, or None with what is wrong told; `frame` has grade, school year and regulation."""
    document = {name: value for name, value in made.items() if value not in ({}, [], None)}
    document |= {"type": TYPE, "school": msgspec.to_builtins(school)} | dict(frame)
    document.setdefault("period", "year")  # a record of a school year, unless it says of which part
    _complete_result(document, told)
    _order(document, subject_order(frame["regulation"], frame["grade"]))
    reading = read(json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    told.add(reading.findings)
    return None if told.refused else reading.transcript


def _complete_result(document: dict[str, Any], told: Told) -> None:
    """A class is completed by whom is promoted, where the system has no word for it; that is told as a guess."""
    result = document.setdefault("result", {})
    if "completed" not in result:
        result["completed"] = result.get("promotion") == "promoted"
        told.guessed("result.completed", "result.completed")


def _order(document: dict[str, Any], order: Sequence[str]) -> None:
    """Give subjects their kinds, and lists their order where one is defined; unknown codes come last, as they stood."""
    subjects = [row | {"kind": _kind_of(row, document)} for row in document.get("subjects", [])]
    document["subjects"] = _sorted(subjects, order)
    for name, codes in (("qualities", QUALITIES), ("competences", COMPETENCES)):
        if name in document and document["regulation"] == "TT27-2020":
            document[name] = _sorted(document[name], codes)


def _sorted(rows: Iterable[dict[str, Any]], order: Sequence[str]) -> list[dict[str, Any]]:
    places = {code: place for place, code in enumerate(order)}
    return sorted(rows, key=lambda row: places.get(row.get("code", ""), len(places)))


def _kind_of(row: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Return the kind that the circular gives a subject; of an unknown one what its values show."""
    if document["grade"] <= _PRIMARY_LAST:
        return "level"
    form = FORM if document["regulation"] == FORM.regulation else form_of(document["grade"])
    shown = "comment" if any(row.get(name) in _COMMENTS for name in _RESULTS) else "score"
    return form.kinds.get(row.get("code", ""), shown)
