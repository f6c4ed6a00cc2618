"""Set (dàn trang): an evidence file becomes the unsealed PDF/A-3b of its transcript, the same bytes each time.

Everything on the sheet comes from the evidence file and the QR text, and both are attached: so it can be set again and
compared. Nothing is verified here; what is wrong with an evidence file is for its check to say.
"""

import io
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import msgspec
import segno
import typst

from hub.domain import read
from hub.domain.form import form_of
from hub.errors import Refused
from hub.evidence import Bundle, read_file
from hub.print.telling import tell
from hub.trust import decode_base64

__all__ = ["LAYOUT", "LAYOUTS", "draw_qr", "set_layout", "set_sheet"]

LAYOUT = "sheet-1"
"""The newest layout; older ones stay, for the sheets that were set with them."""
_FOLDER = Path(__file__).parent / "layouts"
_TYPST_OF = {"sheet-1": "0.15.2"}  # a compiler of another version may set other bytes of the same layout
LAYOUTS = tuple(name for name, version in _TYPST_OF.items() if version == metadata.version("typst"))
"""The layouts that can be set here, oldest first."""
_STANDARD = "a-3b"


def set_sheet(bundle: bytes, qr: str, layout: str = LAYOUT) -> bytes:
    """Return the PDF of an evidence file, without its last line feed or any seal.

    Raises Refused: the codes of `read_file` and of a document that does not read, SHEET_LAYOUT_UNKNOWN.
    """
    if layout not in LAYOUTS:
        raise Refused("SHEET_LAYOUT_UNKNOWN", {"layout": layout[:40]})
    file = read_file(bundle, Bundle)
    document = decode_base64(file.document)
    reading = read(document)
    if reading.transcript is None:
        raise Refused("DOCUMENT_SHAPE")
    told = tell(file, reading.transcript, form_of(reading.transcript), layout) | {"qr": draw_qr(qr, "l")}
    inputs = {
        "told": msgspec.json.encode(told).decode(), "document": document.decode(), "bundle": bundle.decode(), "qr": qr,
    }  # fmt: skip
    return set_layout(layout, inputs)


def set_layout(layout: str, inputs: dict[str, str]) -> bytes:
    """Return the PDF/A-3b of a layout and its inputs, as Typst makes it."""
    made: Any = _compiler(layout).compile(sys_inputs=inputs, format="pdf", pdf_standards=[_STANDARD])
    return bytes(made)


@cache
def _compiler(layout: str) -> Any:
    """Return the compiler of a layout, kept: it has the fonts loaded."""
    return typst.Compiler(str(_FOLDER / f"{layout}.typ"), root=str(_FOLDER), ignore_system_fonts=True)


def draw_qr(text: str, error: Literal["l", "m"] = "m") -> str:
    """Return a QR code as SVG; a long text is read better in larger squares ("l") than with more correction."""
    drawn = io.BytesIO()
    segno.make(text, error=error).save(drawn, kind="svg", border=2, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()
