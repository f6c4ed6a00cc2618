"""Sheets that show something else than was sealed, made from a sealed one as attackers make them."""

from collections.abc import Iterator
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

__all__ = ["hostile_sheets"]

_NINE_BECOMES_TEN = b"q 1 1 1 rg 200 400 60 14 re f 0 0 0 rg BT /F0 11 Tf 205 404 Td (10) Tj ET Q"
_SCRIPT = "app.alert('x')"


def hostile_sheets(sheet: bytes) -> Iterator[bytes]:
    """Yield a page painted over after the seal, a script added, junk behind the end, the seal cut off, and no sheet."""
    yield _after(sheet, _paint)
    yield _after(sheet, _run_script)
    yield sheet + b"\n%%EOF\n"
    yield sheet[: sheet.rindex(b"%%EOF", 0, sheet.rindex(b"%%EOF")) + 6]
    yield b"%PDF-1.7\n" + b"[" * 5_000


def _after(sheet: bytes, change) -> bytes:  # type: ignore[no-untyped-def]
    """Return the sheet with one more section behind its seal, which itself stays whole."""
    writer = IncrementalPdfFileWriter(BytesIO(sheet))
    change(writer)
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(sheet)
    return out.getvalue()


def _paint(writer: IncrementalPdfFileWriter) -> None:
    writer.add_stream_to_page(0, writer.add_object(generic.StreamObject(stream_data=_NINE_BECOMES_TEN)))


def _run_script(writer: IncrementalPdfFileWriter) -> None:
    name = generic.pdf_name
    writer.root[name("/OpenAction")] = generic.DictionaryObject(
        {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string(_SCRIPT)}
    )
    writer.update_root()
