"""Recognise (nhận dạng): which of the known shapes a workbook has, sheet by sheet, and who reads it.

What joins the connectors stands here, since none of them knows another. A workbook of an unknown shape is refused
with the shapes that are known and, for the nearest of them, the cell where it stops fitting.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from hub.connectors import Prepared, csdl_c1, pupil_list, vnedu_primary, vnedu_secondary
from hub.connectors.pupil_list import PupilSheet
from hub.connectors.shape import Fit
from hub.connectors.worksheets import Workbook
from hub.domain.transcript import School
from hub.errors import Refused

__all__ = ["CONNECTORS", "Connector", "recognise"]

_SHEETS_SHOWN_MAX = 5


class Connector(Protocol):
    """The door of a connector of workbooks, as far as the recogniser uses it."""

    @property
    def SHAPE(self) -> str:  # noqa: N802 - a constant of the door
        """Title of the shape."""

    def fit(self, book: Workbook) -> Fit:
        """Tell how far a workbook fits the shape."""

    def prepare_book(
        self, book: Workbook, pupils: PupilSheet | None, *, school: School | None = None,
        school_year: str | None = None, grade: int | None = None,
    ) -> Prepared:  # fmt: skip
        """Make documents of an opened workbook."""


CONNECTORS: Final[tuple[Connector, ...]] = (csdl_c1, vnedu_primary, vnedu_secondary)


def recognise(book: Workbook, connectors: Sequence[Connector] = CONNECTORS) -> Connector:
    """Return the connector that reads the workbook.

    Raises Refused WORKBOOK_SHAPE_UNKNOWN, WORKBOOK_SHAPES_SEVERAL (its sheets have different shapes),
    WORKBOOK_DATA_SHEET_HIDDEN, or WORKBOOK_IS_PUPIL_LIST.
    """
    fits = [(sheet.name, connector, connector.fit(_alone(book, n)))
            for n, sheet in enumerate(book.sheets) if not sheet.hidden for connector in connectors]  # fmt: skip
    fitting = [(sheet, connector) for sheet, connector, fit in fits if fit.fits]
    shapes = {connector.SHAPE: connector for _, connector in fitting}
    if len(shapes) > 1:
        raise Refused("WORKBOOK_SHAPES_SEVERAL", {"sheets": _listed(fitting)})
    if not shapes:
        _refuse_hidden(book, connectors)
        raise _unknown(book, [fit for _, _, fit in fits], connectors)
    return next(iter(shapes.values()))


def _alone(book: Workbook, number: int) -> Workbook:
    return Workbook((book.sheets[number],), book.from_1904)


def _listed(fitting: Sequence[tuple[str, Connector]]) -> str:
    """Return "Sheet1: shape; 1A: other shape", naming each shape at least once."""
    by_shape: dict[str, list[str]] = {}
    for sheet, connector in fitting:
        by_shape.setdefault(connector.SHAPE, []).append(sheet)
    return "; ".join(f"{', '.join(sheets[:_SHEETS_SHOWN_MAX])}: {shape}" for shape, sheets in by_shape.items())


def _refuse_hidden(book: Workbook, connectors: Sequence[Connector]) -> None:
    for number, sheet in enumerate(book.sheets):
        if sheet.hidden and any(connector.fit(_alone(book, number)).fits for connector in connectors):
            raise Refused("WORKBOOK_DATA_SHEET_HIDDEN", {"sheet": sheet.name})


def _unknown(book: Workbook, fits: Sequence[Fit], connectors: Sequence[Connector]) -> Refused:
    """Return the refusal; nearest is the shape of which most was recognised, the first of equals."""
    if pupil_list.fit(book).fits:
        return Refused("WORKBOOK_IS_PUPIL_LIST")
    known = "; ".join(connector.SHAPE for connector in connectors)
    nearest = max(fits, key=lambda fit: len(fit.matched), default=None)
    if nearest is None or nearest.stops_at is None:
        return Refused("WORKBOOK_SHAPE_UNKNOWN", {"known": known, "nearest": "–", "matched": "0", "cell": "–",
                                                  "expected": "–", "found": "–"})  # fmt: skip
    return Refused("WORKBOOK_SHAPE_UNKNOWN", {
        "known": known, "nearest": nearest.shape, "matched": str(len(nearest.matched)), "cell": nearest.stops_at,
        "expected": nearest.expected or "", "found": nearest.found or "",
    })  # fmt: skip
