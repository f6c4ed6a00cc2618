"""Trùng gần (near matches): why two pupils of the books may be one person, or two persons share one number.

Nothing here decides: what is found goes to a side list for a person of the Sở. A number that is off by one digit counts
only beside a name that agrees, and a name only beside a birth date: neighbours in the register of births have numbers
that differ in one digit, and twins have one birth date. The thresholds are ours [assumed].
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.identity import is_personal_id
from hub.domain.text import folded, without_marks

__all__ = ["Person", "Why", "compare", "match_keys"]

_DAY = len("2016-03-14")


class Why(StrEnum):
    """What speaks for one person, or for one number of two; in the order in which it is told."""

    ID_SAME = "id_same"  # one pupil of the books, and another name, birth date or sex
    ID_ONE_DIGIT = "id_one_digit"
    ID_SWAPPED_DIGITS = "id_swapped_digits"
    ID_DIFFERENT = "id_different"
    ID_ABSENT = "id_absent"  # at least one of them has no number
    NAME_SAME = "name_same"
    NAME_SPELLING = "name_spelling"  # hoà/hòa, Mĩ/Mỹ, case, spaces
    NAME_WITHOUT_MARKS = "name_without_marks"  # Nguyen Van An
    NAME_ORDER = "name_order"  # family and given name exchanged
    NAME_DIFFERENT = "name_different"
    BIRTH_DATE_SAME = "birth_date_same"
    BIRTH_DATE_DAY_MONTH = "birth_date_day_month"  # day and month exchanged
    BIRTH_DATE_PARTIAL = "birth_date_partial"  # one has only year or month, and these agree
    BIRTH_DATE_DIFFERENT = "birth_date_different"
    SEX_DIFFERENT = "sex_different"


_ORDER = {why: n for n, why in enumerate(Why)}
_NAME_AGREES = frozenset({Why.NAME_SAME, Why.NAME_SPELLING, Why.NAME_WITHOUT_MARKS, Why.NAME_ORDER})
_DATE_AGREES = frozenset({Why.BIRTH_DATE_SAME, Why.BIRTH_DATE_DAY_MONTH, Why.BIRTH_DATE_PARTIAL})
_ID_NEAR = frozenset({Why.ID_ONE_DIGIT, Why.ID_SWAPPED_DIGITS})


@dataclass(frozen=True, slots=True)
class Person:
    """What is compared: a pupil as one document describes him; `birth_date` YYYY, YYYY-MM or YYYY-MM-DD.

    `pupil` is the stable identifier that the books know him under (`hub.domain.pupil_of`).
    """

    pupil: str
    personal_id: str | None
    name: str
    birth_date: str
    gender: str


def compare(a: Person, b: Person) -> tuple[Why, ...]:
    """Return why the two need a person's eye, in the order of `Why`; empty when they do not. Symmetric."""
    number, name, born = _number(a, b), _name(a.name, b.name), _born(a.birth_date, b.birth_date)
    sexes_differ = "unknown" not in (a.gender, b.gender) and a.gender != b.gender
    if number is Why.ID_SAME:
        near = name not in _NAME_AGREES or born not in _DATE_AGREES or sexes_differ
    elif name not in _NAME_AGREES:
        near = False
    else:
        near = number in _ID_NEAR or (born in _DATE_AGREES and not sexes_differ)
    if not near:
        return ()
    found = [number, name, born] + ([Why.SEX_DIFFERENT] if sexes_differ else [])
    return tuple(sorted(found, key=_ORDER.__getitem__))


def match_keys(person: Person) -> frozenset[int]:
    """Return the keys (signed, 64 bits) under which a person is found: near persons share at least one.

    By pupil; by name and birth year; by name and a part of the number. One wrong digit leaves one half of a number
    whole; two exchanged neighbours do too, unless they stand on both sides of the middle, which the last part omits.
    """
    return frozenset(_hashed(text) for text in _key_texts(person))


def _key_texts(person: Person) -> Iterator[str]:
    name = " ".join(sorted(without_marks(person.name).split()))
    yield f"i|{person.pupil}"
    yield f"n|{name}|{person.birth_date[:4]}"
    number = person.personal_id
    if number is not None and is_personal_id(number):
        yield f"h|{name}|{number[:6]}"
        yield f"t|{name}|{number[6:]}"
        yield f"o|{name}|{number[:5]}{number[7:]}"


def _hashed(text: str) -> int:
    """Spread over 64 bits, so that an index holds no names; who shares a key by chance does not compare as near."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def _number(a: Person, b: Person) -> Why:
    one, two = a.personal_id, b.personal_id
    if a.pupil == b.pupil:
        return Why.ID_SAME
    if one is None or two is None or not (is_personal_id(one) and is_personal_id(two)):
        return Why.ID_ABSENT
    places = [n for n in range(len(one)) if one[n] != two[n]]
    if not places:
        return Why.ID_SAME
    if len(places) == 1:
        return Why.ID_ONE_DIGIT
    first, last = places[0], places[-1]
    swapped = len(places) == 2 and last == first + 1 and one[first] == two[last] and one[last] == two[first]
    return Why.ID_SWAPPED_DIGITS if swapped else Why.ID_DIFFERENT


def _name(a: str, b: str) -> Why:
    if a == b:
        return Why.NAME_SAME
    one, two = folded(a, aliases=True), folded(b, aliases=True)
    if one == two:
        return Why.NAME_SPELLING
    bare_one, bare_two = without_marks(a), without_marks(b)
    bare = one == bare_one or two == bare_two  # marks that differ make two names, unless one of them has none at all
    if bare and bare_one == bare_two:
        return Why.NAME_WITHOUT_MARKS
    words = (bare_one, bare_two) if bare else (one, two)
    return Why.NAME_ORDER if sorted(words[0].split()) == sorted(words[1].split()) else Why.NAME_DIFFERENT


def _born(a: str, b: str) -> Why:
    if a == b:
        return Why.BIRTH_DATE_SAME
    short, long = sorted((a, b), key=len)
    if len(short) < _DAY:
        return Why.BIRTH_DATE_PARTIAL if long.startswith(short) else Why.BIRTH_DATE_DIFFERENT
    swapped = a[:5] + a[8:] + "-" + a[5:7]
    return Why.BIRTH_DATE_DAY_MONTH if swapped == b else Why.BIRTH_DATE_DIFFERENT
