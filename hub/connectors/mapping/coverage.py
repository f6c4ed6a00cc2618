"""Which values of a document a record holds; the rest is what it cannot say."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from hub.connectors.mapping.rules import Rules
from hub.connectors.sdk.losses import Loss

__all__ = ["Coverage"]

# What a reader of the record makes again: by the circular, by the register, by the form of the document.
_MADE: Final = frozenset({"$.type", "$.regulation", "$.school.name", "$.school.province"})
_FRAMED: Final = frozenset({"$.school.code", "$.school_year", "$.grade"})
_ITEMS: Final = ("subjects", "qualities", "competences")


class Coverage:
    """Collects the paths of a document that were written."""

    def __init__(self, rules: Rules, document: dict[str, Any]) -> None:
        self._document = document
        self._written = {*_MADE, *_FRAMED}
        self._places = {rule.to for rule in rules.file.rules}
        self._groups = {place.partition(".")[0] for place in self._places} | {"result", "student"}

    def add(self, path: str) -> None:
        """Note a value that the record holds now ("$.student.name")."""
        self._written.add(path)

    def add_fields(self, name: str, index: int, fields: Iterable[str]) -> None:
        """Note fields of one subject, quality or competence."""
        self._written.update(f"$.{name}[{index}].{field}" for field in fields)

    def losses(self) -> tuple[Loss, ...]:
        """Return what is not written: by field, or a group as a whole where no rule knows it."""
        found = {Loss("dropped", path, "out"): None for path in self._dropped()}
        found |= {Loss("widened", path, "out"): None for path in self._denied()}
        return tuple(found)

    def _dropped(self) -> Iterator[str]:
        for name, value in self._document.items():
            if name in _ITEMS and name in self._groups:
                for index, row in enumerate(value):
                    yield from self._dropped_of_item(name, index, row)
            elif isinstance(value, dict) and (name in self._groups or name == "school"):
                yield from (f"$.{name}.{field}" for field in value if not self._holds(f"$.{name}.{field}"))
            elif not self._holds(f"$.{name}"):
                yield f"$.{name}"

    def _dropped_of_item(self, name: str, index: int, row: dict[str, Any]) -> Iterator[str]:
        if f"$.{name}[{index}].code" not in self._written:
            yield f"$.{name}[*]"
            return
        for field in row:
            if field != "kind" and f"$.{name}[{index}].{field}" not in self._written:
                yield f"$.{name}[*].{field}"

    def _holds(self, path: str) -> bool:
        return path in self._written or self._is_implied(path)

    def _is_implied(self, path: str) -> bool:
        """Tell whether a reader concludes a value that no rule names: the whole year, a class that is completed."""
        if path.removeprefix("$.") in self._places:
            return False
        result = self._document["result"]
        return (path == "$.period" and self._document["period"] == "year") or (
            path == "$.result.completed" and result["completed"] == (result.get("promotion") == "promoted")
        )

    def _denied(self) -> Iterator[str]:
        """Yield where the document says no and the record has no word but that for nothing said."""
        for name in ("student", "result"):
            group = self._document[name]
            yield from (f"$.{name}.{field}" for field in group if group[field] is False and field != "completed")
        for row in self._document["subjects"]:
            if row.get("exempt") is False:
                yield "$.subjects[*].exempt"
