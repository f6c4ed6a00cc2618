"""Which identifiers name one person, and what was ruled between schools: worked out from the rows of decisions."""

from collections.abc import Iterable, Mapping

from hub.audit.sources import Row, Rows

__all__ = ["Persons", "Rulings"]


class Persons:
    """Links between identifiers; of one former identifier the latest row counts, and "separate" ends it."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Take rows of (former, present, action), oldest first."""
        to: dict[str, str] = {}
        self.linked: set[str] = set()  # whoever ever stood in a link
        for former, present, action in rows:
            self.linked |= {former, present}
            to.pop(former, None)
            if action != "separate":
                to[former] = present
        self._to = to
        self._groups: dict[str, set[str]] = {}
        for former, present in to.items():
            joined = self._groups.get(former, {former}) | self._groups.get(present, {present})
            self._groups.update(dict.fromkeys(joined, joined))

    def group(self, identifier: str) -> set[str]:
        """Return all identifiers of the person."""
        return self._groups.get(identifier, {identifier})

    def person(self, identifier: str) -> str:
        """Return the one that counts now: at the end of the way, or the lowest of a circle of several Sở."""
        seen: list[str] = []
        while identifier in self._to:
            if identifier in seen:
                return min(seen[seen.index(identifier) :])
            seen.append(identifier)
            identifier = self._to[identifier]
        return identifier


class Rulings:
    """What a Sở ruled: for each person, year, period and pair of schools the latest ruling counts."""

    def __init__(self, rows: Rows, persons: Persons) -> None:
        self._persons = persons
        self._right: dict[tuple[str, str, str], dict[frozenset[str], str]] = {}
        for pupil, year, period, school, not_of in rows.rows("rulings"):
            key = (persons.person(pupil), year, period)
            self._right.setdefault(key, {})[frozenset((school, not_of))] = school

    def right(self, pupil: str, year: str, period: str) -> Mapping[frozenset[str], str]:
        """Return by pair of schools which of them claims the pupil rightly."""
        return self._right.get((self._persons.person(pupil), year, period), {})
