"""Hostile sheets, by what they try: each is made of a good one, and none may ever be valid.

Those with "sealed over" in their name are worse than what a forger can do: their changes stand under a true seal, as
if the holder of the seal had been made to seal them.
"""

import io
import re
import zlib
from collections.abc import Callable, Iterator
from functools import cache

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import StandardSecurityHandler
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from hub.evidence import bundle_bytes
from hub.print import Issuer, set_sheet
from hub.print.parts import parts_of
from hub.print.sealing import with_last_line
from tests.unit.evidence import builders
from tests.unit.print.sheets import SEALED_AT, an_issuer, authority, good_sheet

Change = Callable[[IncrementalPdfFileWriter], None]
N = generic.NameObject
ACTIONS = {
    "script": {"/S": N("/JavaScript"), "/JS": generic.TextStringObject("app.alert('10,0')")},
    "launch": {"/S": N("/Launch"), "/F": generic.TextStringObject("calc.exe")},
    "address": {"/S": N("/URI"), "/URI": generic.TextStringObject("https://evil.example/")},
}


def a_dictionary(**values: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({N(f"/{name}"): value for name, value in values.items()})


def first_page(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    page: generic.DictionaryObject = writer.root["/Pages"]["/Kids"][0]
    return page


def hide(writer: IncrementalPdfFileWriter) -> None:
    """Draw a white box over the page, behind which the true marks stay."""
    cover = writer.add_object(generic.StreamObject(stream_data=b"1 1 1 rg 0 0 600 850 re f"))
    page = first_page(writer)
    page[N("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), cover])
    writer.mark_update(page.container_ref)


def replace(writer: IncrementalPdfFileWriter) -> None:
    """Put other words in the place of the page's own."""
    page = first_page(writer)
    page[N("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"BT 100 700 Td (10,0) Tj ET"))
    writer.mark_update(page.container_ref)


def hide_and_replace(writer: IncrementalPdfFileWriter) -> None:
    """Let the catalog lead to another tree of pages, with the true one still in the file."""
    other = generic.StreamObject(stream_data=b"BT 100 700 Td (10,0) Tj ET")
    page = a_dictionary(Type=N("/Page"), Contents=writer.add_object(other))
    page[N("/MediaBox")] = generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 595, 842))
    tree = a_dictionary(Type=N("/Pages"), Count=generic.NumberObject(1))
    tree[N("/Kids")] = generic.ArrayObject([writer.add_object(page)])
    writer.root[N("/Pages")] = writer.add_object(tree)
    writer.update_root()


def append_page(writer: IncrementalPdfFileWriter) -> None:
    """Add a page of one's own at the end."""
    tree = writer.root["/Pages"]
    page = a_dictionary(Type=N("/Page"), Parent=writer.root.raw_get("/Pages"))
    tree["/Kids"].append(writer.add_object(page))
    tree[N("/Count")] = generic.NumberObject(int(tree["/Count"]) + 1)
    writer.mark_update(tree.container_ref)


def annotate(writer: IncrementalPdfFileWriter) -> None:
    """Lay a note with a picture of its own over a mark."""
    look = generic.StreamObject(stream_data=b"BT (10,0) Tj ET")
    note = a_dictionary(Type=N("/Annot"), Subtype=N("/FreeText"), Contents=generic.TextStringObject("10,0"))
    note[N("/AP")] = a_dictionary(N=writer.add_object(look))
    page = first_page(writer)
    page[N("/Annots")] = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(note)])
    writer.mark_update(page.container_ref)


def act(name: str) -> Change:
    """Let the file do something when it is opened."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[N("/OpenAction")] = generic.DictionaryObject({N(k): v for k, v in ACTIONS[name].items()})
        writer.update_root()

    return change


def attach_more(writer: IncrementalPdfFileWriter) -> None:
    """Attach a file more."""
    data = writer.add_object(generic.StreamObject(a_dictionary(Type=N("/EmbeddedFile")), stream_data=b'{"digest":""}'))
    named = a_dictionary(Type=N("/Filespec"), F=generic.TextStringObject("hoc-ba.json"), EF=a_dictionary(F=data))
    writer.root["/AF"].append(writer.add_object(named))
    writer.update_root()


def show_seal(writer: IncrementalPdfFileWriter) -> None:
    """Give the field of the seal a size and a picture."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[N("/Rect")] = generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 300, 300))
    field[N("/AP")] = a_dictionary(N=writer.add_object(generic.StreamObject(stream_data=b"0 0 300 300 re f")))
    writer.mark_update(field.container_ref)


def add_revocation(writer: IncrementalPdfFileWriter) -> None:
    """Add revocation data alone, as archives do."""
    writer.root[N("/DSS")] = writer.add_object(a_dictionary(CRLs=generic.ArrayObject([])))
    writer.update_root()


def pack_objects(writer: IncrementalPdfFileWriter) -> None:
    """Add an object stream with a catalog in it."""
    about = a_dictionary(Type=N("/ObjStm"), N=generic.NumberObject(1), First=generic.NumberObject(4))
    packed = generic.StreamObject(about, stream_data=b"1 0 <</Type/Catalog/Pages 9 0 R>>")
    writer.root[N("/Extra")] = writer.add_object(packed)
    writer.update_root()


CHANGES: dict[str, Change] = {
    "hide": hide, "replace": replace, "hide and replace": hide_and_replace, "append page": append_page,
    "annotate": annotate, "attach more": attach_more, "only revocation data": add_revocation,
    "object stream": pack_objects,
    **{f"action {name}": act(name) for name in ACTIONS},
}  # fmt: skip


def updated(pdf: bytes, *changes: Change) -> bytes:
    """Return the PDF with the changes in an incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(with_last_line(pdf)))
    for change in changes:
        change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def unsealed() -> bytes:
    """Return the good sheet before its seal."""
    parts = parts_of(good_sheet())
    return with_last_line(set_sheet(parts.bundle, parts.qr))


def sealed_over(pdf: bytes, issuer: Issuer | None = None) -> bytes:
    """Return any PDF under a true seal of the Sở."""
    with authority() as url:
        return (issuer or an_issuer("so", url)).sealer.seal(pdf)


def size() -> int:
    """Return where the section of the seal begins."""
    return len(unsealed())


def moved_contents() -> bytes:
    """Signature wrapping: the signed bytes move behind, forged ones stand at their place, /ByteRange follows them."""
    good = good_sheet()
    at = size()
    return good[:at].replace(b"/Type/Page", b"/Type/Pag3", 1) + good[at:] + good[:at]


def ranged(edit: Callable[[int, int, int, int], tuple[int, int, int, int]]) -> bytes:
    """Return the good sheet with other numbers in /ByteRange, at the same length."""
    good = good_sheet()
    found = next(re.finditer(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\] *", good[size() :]))
    start, numbers = size() + found.start(), tuple(int(n) for n in found.groups())
    text = b"/ByteRange [%d %d %d %d]" % edit(*numbers)  # type: ignore[arg-type]
    return good[:start] + text.ljust(len(found[0])) + good[start + len(found[0]) :]


def encrypted() -> bytes:
    """Return the sheet under a password."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(unsealed())))
    writer._assign_security_handler(StandardSecurityHandler.build_from_pw("owner", "user"))
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def another_bundle() -> bytes:
    """Return the evidence file of another record by the same people."""
    return bundle_bytes(**builders.parts_of(builders.a_locked(remarks="khác")))


def of_another_pupil() -> bytes:
    """Return pages and seal of one pupil's sheet with the evidence file of another, as honest PDF writers pack it."""
    good, theirs = good_sheet(), zlib.compress(another_bundle())
    head = next(
        head for head in re.finditer(rb"<</Length (\d+)/Type/EmbeddedFile[^\n]*\nstream\n", good)
        if zlib.decompressobj().decompress(good[head.end() :], 10).startswith(b'{"digest":')
    )  # fmt: skip
    told = head[0].replace(head[1], b"%d" % len(theirs), 1)
    told = re.sub(rb"/Size \d+", b"/Size %d" % len(another_bundle()), told)
    return good[: head.start()] + told + theirs + good[head.end() + int(head[1]) :]


def grafted() -> bytes:
    """Return one pupil's sheet with the seal section of another's."""
    with authority() as url:
        other = an_issuer("so", url).issue(another_bundle(), SEALED_AT)
    parts = parts_of(other)
    return with_last_line(set_sheet(parts.bundle, parts.qr)) + good_sheet()[size() :]


def by_change() -> Iterator[tuple[str, bytes, set[str]]]:
    """Yield each change after the seal, before a true seal, and without any seal."""
    not_whole = {"SHEET_SEAL_NOT_WHOLE", "SHEET_SEAL_SEVERAL"}
    for name, change in CHANGES.items():
        yield f"{name} after the seal", updated(good_sheet(), change), not_whole
        yield f"{name} sealed over", sealed_over(updated(unsealed(), change)), {"SHEET_SEAL_ADDS"}
        yield f"{name} without seal", updated(unsealed(), change), {"SHEET_NOT_SEALED"}
    yield "altered appearance of the seal", updated(good_sheet(), show_seal), not_whole


def by_bytes() -> Iterator[tuple[str, bytes, set[str]]]:
    """Yield what is made by moving, cutting and adding bytes."""
    good, at = good_sheet(), size()
    trailer = good[good.rindex(b"trailer") :]
    stream = b"900 0 obj\n<</Type/ObjStm/N 1/First 4/Length 30>>\nstream\n1 0 <</Type/Catalog/Pages 9 0 R>>\n"
    stream += b"endstream\nendobj\n"
    outside = {"SHEET_SEAL_NOT_WHOLE"}
    unread = {"SHEET_UNREADABLE", "SHEET_DIFFERS"}
    yield "duplicated trailer", good + trailer, outside
    yield "packed catalog after the seal", good + stream + trailer, outside
    yield "object stream before the sheet", b"%PDF-1.7\n" + stream + good, {"SHEET_DIFFERS"}
    yield "object stream between sheet and seal", good[:at] + stream + good[at:], {*outside, "SHEET_SEAL_WRONG"}
    yield "wrapped signature", moved_contents(), {"SHEET_DIFFERS", "SHEET_UNREADABLE"}
    yield "range with a gap", ranged(lambda a, b, c, d: (a, b - 200, c, d)), outside
    yield "range that begins later", ranged(lambda _a, b, c, d: (9, b - 9, c, d)), {"SHEET_NOT_SEALED"}
    yield "range that ends earlier", ranged(lambda a, b, c, d: (a, b, c, d - 1)), outside
    yield "range beyond the file", ranged(lambda a, b, c, d: (a, b, c, d + 99)), outside
    yield "range that overlaps", ranged(lambda a, b, _c, d: (a, b, b, d)), outside
    yield "second seal", sealed_again(), {"SHEET_SEAL_SEVERAL"}
    for share in (1, 3, 5, 7, 9):
        yield f"cut after {share} tenths", good[: len(good) * share // 10], {*unread, "SHEET_NOT_SEALED", *outside}
    yield "cut by one byte", good[:-1], outside
    yield "deeply nested", b"%PDF-1.7\n" + b"<<" * 500_000 + b">>" * 500_000, {"SHEET_UNREADABLE"}
    yield "deeply nested behind", good + b"[" * 500_000, outside
    yield "enormous", good + bytes(70_000_000), {"SHEET_TOO_LARGE"}
    yield "grafted seal", grafted(), {"SHEET_SEAL_WRONG", *outside}
    yield "evidence of another pupil", of_another_pupil(), unread
    yield "encrypted", encrypted(), unread
    yield "marks of evil in an empty page", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n", {"SHEET_UNREADABLE"}


def sealed_again() -> bytes:
    """Return the sheet with two true seals in one file."""
    good = good_sheet()
    return good + good[size() :]


@cache
def hostile() -> dict[str, tuple[bytes, set[str]]]:
    """Return all hostile sheets by name, each with the codes of which one must be told."""
    return {name: (pdf, codes) for name, pdf, codes in (*by_change(), *by_bytes())}
