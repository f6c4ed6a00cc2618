"""Định danh liên kết: which identifiers name one person, by the decisions that Sở signed; pure.

An identifier has at most one standing link, to the one that is used now. Whoever follows the links comes to the
person's present identifier. One Sở makes no circle; links of two Sở may, and then the lowest identifier of the circle
stands for the person, so that the answer depends on the links alone and not on their order.
"""

import re
from collections.abc import Iterable, Mapping

from hub.domain.decided import Decided

__all__ = ["Links", "is_identifier"]

_CODE = r"[0-9A-Za-zĐ_.\-]{1,35}"
_IDENTIFIER = re.compile(rf"id:[0-9]{{12}}|(?:passport|school):{_CODE}:{_CODE}")


def is_identifier(text: str) -> bool:
    """Tell whether the text has the form of a pupil's identifier, as `pupil_of` gives it."""
    return _IDENTIFIER.fullmatch(text) is not None


class Links:
    """Standing links, former -> present. Immutable; `changed` gives another one. Equal are those that link alike.

    `decided` has of each former identifier the last decision, also one that ended its link; Bộ has none.
    """

    def __init__(
        self,
        present: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        decided: Mapping[str, Decided] | Iterable[tuple[str, Decided]] = (),
    ) -> None:
        self._present = dict(present)
        self._decided = dict(decided)
        self._formers: dict[str, list[str]] = {}
        for former, to in self._present.items():
            self._formers.setdefault(to, []).append(former)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Links) and self._present == other._present

    __hash__ = None  # type: ignore[assignment]  # nothing keeps them by hash

    def present_of(self, former: str) -> str | None:
        """Return what the identifier is linked to itself, or None."""
        return self._present.get(former)

    def decided(self, former: str) -> Decided | None:
        """Return the decision that made or ended the identifier's own link, or None when there never was one."""
        return self._decided.get(former)

    def person(self, identifier: str) -> str:
        """Return the present identifier of the person; an identifier that is linked to nothing stands for itself."""
        way = [identifier]
        while (following := self._present.get(way[-1])) is not None:
            if following in way:
                return min(way[way.index(following) :])
            way.append(following)
        return way[-1]

    def same_person(self, identifier: str) -> frozenset[str]:
        """Return every identifier of the person, this one among them."""
        found, new = {identifier}, [identifier]
        while new:
            one = new.pop()
            near = {*self._formers.get(one, ()), self._present.get(one, one)} - found
            found |= near
            new += near
        return frozenset(found)

    def changed(self, former: str, present: str | None, decided: Decided) -> "Links":
        """Return the links with this one in the place of an earlier one of `former`; None ends it."""
        others = {one: to for one, to in self._present.items() if one != former}
        standing = others if present is None else others | {former: present}
        return Links(standing, self._decided | {former: decided})
