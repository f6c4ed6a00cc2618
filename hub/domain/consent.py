"""Đồng ý: whose consent sharing a pupil's record needs, by age on the day.

Legal source: Luật 91/2025/QH15, Điều 24 (private information of a child from age 7: child and legal representative);
the representative's rights end at 18 (Bộ luật Dân sự 91/2015/QH13, Điều 20-21) [secondary]. Under 7 the representative
alone decides.
"""

from collections.abc import Collection
from datetime import date
from typing import Literal

__all__ = ["ADULT_AGE", "OWN_CONSENT_AGE", "Party", "age_on", "may_read", "missing_consent", "needed_consent"]

Party = Literal["pupil", "guardian"]
OWN_CONSENT_AGE = 7
ADULT_AGE = 18


def age_on(birth_date: date, on: date) -> int:
    """Return full years of age on a civil date (UTC+7); who is born on 29 February is a year older on 1 March."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def needed_consent(birth_date: date, on: date) -> frozenset[Party]:
    """Return who must agree: the guardian under 7, both from 7 on, from 18 on the pupil alone."""
    age = age_on(birth_date, on)
    if age >= ADULT_AGE:
        return frozenset(("pupil",))
    return frozenset(("pupil", "guardian")) if age >= OWN_CONSENT_AGE else frozenset(("guardian",))


def missing_consent(birth_date: date, on: date, given: Collection[Party]) -> frozenset[Party]:
    """Return who has yet to agree."""
    return needed_consent(birth_date, on) - frozenset(given)


def may_read(party: Party, birth_date: date, on: date) -> bool:
    """Tell whether a log-in as this party opens the record: the pupil always, a guardian until the pupil is 18."""
    return party == "pupil" or age_on(birth_date, on) < ADULT_AGE
