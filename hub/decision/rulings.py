"""What a Sở has ruled between two schools that both claim a pupil: for each pair the latest ruling counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.decided import Decided

__all__ = ["Ruling", "latest"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """`school` claims the pupil rightly, `not_of` does not; `decided` says when, and under which number."""

    school: str
    not_of: str
    decided: Decided

    @property
    def pair(self) -> frozenset[str]:
        """The two schools, in no order."""
        return frozenset((self.school, self.not_of))


def latest(rulings: Iterable[Ruling]) -> dict[frozenset[str], Ruling]:
    """Return the ruling that counts for each pair of schools, in whatever order they are given."""
    return {ruling.pair: ruling for ruling in sorted(rulings, key=lambda ruling: ruling.decided)}
