"""What is said of one row: findings, each at its cell, and the values that its cells let us recompute."""

from dataclasses import dataclass, field

from hub.connectors.worksheets import column_letters
from hub.domain.characters import visible
from hub.domain.findings import Finding, finding, refuses
from hub.domain.regulations import Computed

__all__ = ["Notes"]


@dataclass(slots=True)
class Notes:
    """Collects what is said about one row; the path of a cell is "Sheet1!F7", of the row "Sheet1!7".

    `computed` are recomputed values at their cells, agreeing or not; one that differs is among `found` too.
    """

    sheet: str
    row: int
    found: list[Finding] = field(default_factory=list)
    computed: list[Computed] = field(default_factory=list)

    def add(self, code: str, column: int | None = None, value: str | None = None, **facts: str) -> None:
        """Add one finding. `column` counts from 1; without it the whole row is meant."""
        letters = "" if column is None else column_letters(column)
        place = {"sheet": self.sheet, "row": str(self.row)} | ({"column": letters} if letters else {})
        shown = None if value is None else visible(value[:200])
        self.found.append(finding(code, f"{self.sheet}!{letters}{self.row}", shown, place | facts))

    @property
    def refused(self) -> bool:
        """Tell whether the row is kept out."""
        return refuses(self.found)
