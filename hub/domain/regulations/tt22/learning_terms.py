"""The results of one term of a document, counted: what is there, what is missing, with or without electives.

Legal source: TT 22/2021, Điều 9 [secondary]. Exempt subjects do not count; a required or chosen subject without a row,
and a value that is no result of its kind, are missing. A missing chosen subject is taken for a scored one: that bounds
the level on both sides.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec import UNSET

from hub.domain.marks import MARKS
from hub.domain.regulations.tt22.learning_levels import BANDS, band_of
from hub.domain.regulations.tt22.learning_readings import Results, accepted
from hub.domain.regulations.tt22.subjects import ART_HALVES, ELECTIVES, LAST_LOWER_GRADE, form_of, name_of
from hub.domain.transcript import Subject, Transcript

__all__ = ["ROW_COUNT_MAX", "Term", "keys_of", "results_of", "retake_key", "term_of"]

# A term's results as one number, so that its levels are one look-up: each row adds one in a place. Places: the bands of
# marks, comment-only subjects with CĐ, halves with CĐ, missing scores, missing comments.
_BITS = 6
_MASK = (1 << _BITS) - 1
_FAILED = len(BANDS)
_PLACE_COUNT = _FAILED + 4
ROW_COUNT_MAX = 40  # and no form lacks more than twenty: a place never runs over


def _in_place(place: int) -> int:
    return 1 << (_BITS * place)


_COMMENTS: Mapping[object, int] = {"Đ": 0, "CĐ": _in_place(_FAILED)}
_HALVES: Mapping[object, int] = {"Đ": 0, "CĐ": _in_place(_FAILED + 1)}
_WEIGHTS: Mapping[str, Mapping[object, int]] = {
    "score": {text: _in_place(band_of(mark)) for text, mark in MARKS.items()},
    "comment": _COMMENTS,
    "level": {},
}
_MISSING: Mapping[str, int] = {
    "score": _in_place(_FAILED + 2),
    "comment": _in_place(_FAILED + 3),
    "level": _in_place(_FAILED + 2),
}
_NO_HALVES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its known values by row, in order, the names of what is missing, and both counted."""

    name: str
    values: tuple[tuple[Subject, str], ...]
    missing: tuple[str, ...]
    results: Results
    results_without_electives: Results

    @property
    def accepted(self) -> frozenset[str]:
        """Every level that some reading gives: electives counted or not, and as `learning_readings` tells."""
        levels = accepted(self.results)
        without = self.results_without_electives
        return levels | accepted(without) if without.is_judged else levels


def keys_of(transcript: Transcript) -> tuple[int, int, int]:
    """Return the numbers of semester I, semester II and the year, electives counted."""
    halves = _halves_of(transcript.grade)
    one = two = year = _lacking_key(transcript.grade, tuple([row.code for row in transcript.subjects]))
    for row in transcript.subjects:
        if row.exempt is True:
            continue
        kind = row.kind
        weights, missing = _HALVES if row.code in halves else _WEIGHTS[kind], _MISSING[kind]
        one += weights.get(row.semester_1, missing)
        two += weights.get(row.semester_2, missing)
        year += weights.get(row.year, missing)
    return one, two, year


def retake_key(transcript: Transcript) -> int:
    """Return the number of the term after re-assessment."""
    return _key(transcript, "retake", transcript.subjects)


@functools.lru_cache(16384)
def results_of(key: int) -> Results:
    """Return what a number says."""
    places = [(key >> (_BITS * place)) & _MASK for place in range(_PLACE_COUNT)]
    return Results(tuple(places[:_FAILED]), *places[_FAILED:])


def term_of(transcript: Transcript, name: str) -> Term:
    """Return semester_1, semester_2, year or retake with its values; a new value replaces that of the year."""
    counted = [(row, _value(row, name)) for row in transcript.subjects if row.exempt is not True]
    halves = _halves_of(transcript.grade)
    known = tuple((row, str(value)) for row, value in counted if value in _weights(row, halves))
    missing = [name_of(row.code) for row, value in counted if value not in _weights(row, halves)]
    codes = tuple([row.code for row in transcript.subjects])
    return Term(
        name,
        known,
        (*missing, *_lacking_names(transcript.grade, codes)),
        results_of(_key(transcript, name, transcript.subjects)),
        results_of(_key(transcript, name, (row for row in transcript.subjects if row.code not in ELECTIVES))),
    )


def _halves_of(grade: int) -> frozenset[str]:
    return ART_HALVES if grade <= LAST_LOWER_GRADE else _NO_HALVES


def _weights(row: Subject, halves: frozenset[str]) -> Mapping[object, int]:
    return _HALVES if row.code in halves else _WEIGHTS[row.kind]


def _value(row: Subject, name: str) -> object:
    value = getattr(row, name)
    return row.year if name == "retake" and value is UNSET else value


def _key(transcript: Transcript, name: str, rows: Iterable[Subject]) -> int:
    halves = _halves_of(transcript.grade)
    lacking = _lacking_key(transcript.grade, tuple([row.code for row in transcript.subjects]))
    counted = (row for row in rows if row.exempt is not True)
    return lacking + sum(_weights(row, halves).get(_value(row, name), _MISSING[row.kind]) for row in counted)


@functools.lru_cache(4096)
def _lacking_key(grade: int, codes: tuple[str, ...]) -> int:
    form = form_of(grade)
    return sum(_MISSING[form.kinds[code]] for code in form.lacking(codes)) + form.unchosen(codes) * _MISSING["score"]


def _lacking_names(grade: int, codes: tuple[str, ...]) -> Iterator[str]:
    form = form_of(grade)
    yield from map(name_of, form.lacking(codes))
    if form.unchosen(codes):
        yield f"{form.unchosen(codes)} môn lựa chọn"
