"""What every connector of workbooks says of itself: the name of its shape, and how far a workbook fits it.

A connector's door exposes `SHAPE` (Vietnamese / English title), `fit(book)` and `prepare_book(book, pupils, …)`; the
recogniser above asks each of them, sheet by sheet, and reads the workbook with the one that fits.
"""

from dataclasses import dataclass

__all__ = ["Fit"]


@dataclass(frozen=True, slots=True)
class Fit:
    """How one workbook fits one shape. `fit` looks at texts of titles and headers only and never raises.

    `shape` is the connector's title. `matched` are the parts of the shape that were recognised, as a clerk names
    them, in the order of the shape. When it does not fit, `stops_at` is the cell where it stops ("Sheet1!F7"), with
    what was `expected` there and what was `found` ("" when the cell is blank).
    """

    shape: str
    fits: bool
    matched: tuple[str, ...] = ()
    stops_at: str | None = None
    expected: str | None = None
    found: str | None = None
