"""Read the checkbox matrix: which of the four results is ticked, and which awards."""

from hub.connectors.cell_texts import decimal_of, raw_text, squeezed
from hub.connectors.notes import Notes
from hub.connectors.row_cells import RowCells
from hub.connectors.vnedu_primary.mapping import TICKS, TITLES
from hub.connectors.worksheets import Cell, Kind

__all__ = ["only_box", "ticked", "ticked_codes"]


def ticked(cell: Cell | None, notes: Notes, column: int) -> bool:
    """Return whether a box is ticked: ✓, x or 1 (text or number); blank and the number 0 mean no."""
    if cell is not None and cell.kind is Kind.NUMBER:
        number = decimal_of(cell.text)
        if number not in (0, 1):
            notes.add("CELL_BOX_UNKNOWN", column, cell.text)
        return number == 1
    text = raw_text(cell, notes, column)
    key = "" if text is None else squeezed(text)
    if key not in {"", *TICKS}:
        notes.add("CELL_BOX_UNKNOWN", column, text)
    return key in TICKS


def ticked_codes(kind: str, cells: RowCells) -> tuple[str, ...]:
    """Return the codes of one kind ("box", "award") whose boxes are ticked."""
    return tuple(code for code in cells.codes(kind) if ticked(*cells.get(f"{kind}:{code}")))


def only_box(cells: RowCells, notes: Notes) -> str | None:
    """Return the one result that is ticked. None and two are findings, since which is meant is not ours to say."""
    before = len(notes.found)
    codes = ticked_codes("box", cells)
    if len(codes) == 1:
        return codes[0]
    if codes:
        _, _, column = cells.get(f"box:{codes[1]}")
        notes.add("RATING_BOXES_SEVERAL", column, boxes=", ".join(TITLES[f"box:{code}"] for code in codes))
    elif len(notes.found) == before:
        _, _, column = cells.get("box:HTXS")
        notes.add("RATING_BOX_NONE", column)
    return None
