"""What a Sở has ruled between two schools that both claim a pupil: for each pair the latest ruling counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Ruling", "latest"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """`school` claims the pupil rightly, `not_of` does not; `number` of the decision, `at` its append time."""

    school: str
    not_of: str
    number: str
    at: datetime

    @property
    def pair(self) -> frozenset[str]:
        """The two schools, in no order."""
        return frozenset((self.school, self.not_of))


def latest(rulings: Iterable[Ruling]) -> dict[frozenset[str], Ruling]:
    """Return the ruling that counts for each pair of schools; of two of one moment the one that comes later here."""
    found: dict[frozenset[str], Ruling] = {}
    for ruling in rulings:
        earlier = found.get(ruling.pair)
        if earlier is None or earlier.at <= ruling.at:
            found[ruling.pair] = ruling
    return found
