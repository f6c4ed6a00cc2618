"""The section behind a sheet holds a seal and nothing else: whoever may seal may still not change what is shown.

A seal covers its whole file, so it would also cover a page that its holder was made to seal. Therefore the section is
read by one strict grammar: the form that `Sealer` writes. Objects of the sheet stand in it as they were, with the
entries of the seal added; new objects are the field (no size, no appearance), the seal, and revocation data.
"""

import io
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from pyhanko.pdf_utils.generic import DictionaryObject, Reference
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.errors import Refused

__all__ = ["check_section"]

_OBJECT_COUNT_MAX = 60
_NUMBER = rb"([0-9]{1,7})"
_STRING = rb"\((?:[^()\\]|\\[0-7]{3})*\)"
_OBJECT = re.compile(_NUMBER + rb" 0 obj\n")
_STREAM = re.compile(
    rb"<<\n/Length ([0-9]{1,7})\n(/Type /Metadata\n/Subtype /XML\n|(?:/Filter /FlateDecode\n)?)>>\nstream\n"
)
_SEAL = re.compile(
    rb"<<\n/Contents (<[0-9A-F]+>)\n/ByteRange \[0 ([0-9]+) ([0-9]+) [0-9]+\] *\n/Type /Sig\n/Filter /Adobe\.PPKLite\n"
    rb"/SubFilter /ETSI\.CAdES\.detached\n/M " + _STRING + rb"\n/Reason " + _STRING + rb"\n>>"
)
_PLAIN = re.compile(rb"<<\n.*?\n>>(?=\nendobj\n)", re.DOTALL)
_FORM = re.compile(rb"<<\n/Fields \[ " + _NUMBER + rb" 0 R \]\n/SigFlags 3\n>>")
_REFERENCES = rb"\[(?: [0-9]{1,7} 0 R)* \]"
_REVOCATION = re.compile(rb"<<\n(?:/(?:Certs|CRLs|OCSPs) " + _REFERENCES + rb"\n)+>>")
_ABOUT = re.compile(rb"<<\n(?:/(?:Title|Keywords|Author|Creator|ModDate|CreationDate|Producer) " + _STRING + rb"\n)+>>")
_ESIC = rb"/ESIC <<\n/Type /DeveloperExtensions\n/BaseVersion /1\.7\n/ExtensionLevel 1\n>>\n"
_ISO = (
    rb"/ISO_ \[ <<\n/Type /DeveloperExtensions\n/BaseVersion /2\.0\n/ExtensionLevel [0-9]{1,6}\n/URL " + _STRING
    + rb"\n/ExtensionRevision " + _STRING + rb"\n>> \]\n"
)  # fmt: skip
_MORE_OF_CATALOG = re.compile(
    rb"/AcroForm " + _NUMBER + rb" 0 R\n(?:/Extensions <<\n(?:" + _ESIC + rb"|" + _ISO + rb")*>>\n)?"
    rb"(?:/Version /2\.0\n)?(?:/DSS " + _NUMBER + rb" 0 R\n)?>>"
)  # fmt: skip
_TRAILER = re.compile(
    rb"trailer\n<<\n/Size ([0-9]+)\n/Root ([0-9]+) 0 R\n/Info ([0-9]+) 0 R\n/ID \[ <[0-9a-f]*> <[0-9a-f]*> \]\n"
    rb"/Prev ([0-9]+)\n>>\nstartxref\n([0-9]+)\n%%EOF\n"
)


def check_section(pdf: bytes, sheet_size: int) -> None:
    """Check that behind the sheet stands a seal alone. Raises Refused SHEET_SEAL_ADDS."""
    try:
        holds = _holds(_Section(pdf, sheet_size))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        holds = False
    if not holds:
        raise Refused("SHEET_SEAL_ADDS")


class _Section:
    """Objects by number, each with its place; then a table of places that says the same, or ValueError."""

    def __init__(self, pdf: bytes, start: int) -> None:
        self.pdf, self.sheet = pdf, PdfFileReader(io.BytesIO(pdf[:start]))
        self.places: dict[int, int] = {}
        self.objects: dict[int, bytes] = {}
        self.streams: set[int] = set()
        at = start
        while found := _OBJECT.match(pdf, at):
            number = int(found[1])
            if number in self.objects or len(self.objects) >= _OBJECT_COUNT_MAX:
                raise ValueError
            end = self._end(number, found.end())
            self.places[number], self.objects[number] = at, pdf[found.end() : end]
            at = end + len(b"\nendobj\n")
            if pdf[end:at] != b"\nendobj\n":
                raise ValueError
        self.tail, self.tail_at = pdf[at:], at

    def _end(self, number: int, at: int) -> int:
        stream = _STREAM.match(self.pdf, at)
        if stream is not None:
            self.streams.add(number)
            end = stream.end() + int(stream[1])
            if self.pdf[end : end + 10] != b"\nendstream":
                raise ValueError
            return end + 10
        seal = _SEAL.match(self.pdf, at)
        if seal is not None and (int(seal[2]), int(seal[3])) != seal.span(1):
            raise ValueError  # what is left out of the seal is the seal itself
        plain = seal or _PLAIN.match(self.pdf, at)
        if plain is None:
            raise ValueError
        return plain.end()

    def former(self, number: int) -> bytes:
        """Return a dictionary of the sheet as the sealer would write it, without its end. Raises KeyError."""
        found = self.sheet.get_object(Reference(number, 0, self.sheet))
        if not isinstance(found, DictionaryObject):
            raise KeyError(number)
        return _written(found)


def _written(value: DictionaryObject) -> bytes:
    made = io.BytesIO()
    value.write_to_stream(made, None)
    return made.getvalue().removesuffix(b">>")


def _holds(section: _Section) -> bool:
    trailer = section.sheet.trailer
    root, about = trailer.raw_get("/Root").idnum, trailer.raw_get("/Info").idnum
    size = int(trailer["/Size"])
    if section.tail != b"".join(_tail(section, size, root, about)):
        return False
    rest = dict(section.objects)
    former = section.former(root)
    if not rest.pop(root).startswith(former):
        return False
    more = _MORE_OF_CATALOG.fullmatch(section.objects[root][len(former) :])
    if more is None:
        return False
    form = _FORM.fullmatch(rest.pop(int(more[1])))
    if form is None or (more[2] is not None and not _REVOCATION.fullmatch(rest.pop(int(more[2])))):
        return False
    return _field(section, rest, int(form[1])) and all(_is_beside(section, n, rest[n], size, about) for n in rest)


def _field(section: _Section, rest: dict[int, bytes], number: int) -> bool:
    """Take the field, its page and the seal out of the rest; each must be just that."""
    field = re.fullmatch(
        rb"<<\n/FT /Sig\n/T \(Seal\)\n/Type /Annot\n/Subtype /Widget\n/F 132\n/Rect \[ 0 0 0 0 \]\n/P " + _NUMBER
        + rb" 0 R\n/V " + _NUMBER + rb" 0 R\n>>",
        rest.pop(number),
    )  # fmt: skip
    if field is None:
        return False
    page, seal = int(field[1]), int(field[2])
    kept = section.former(page)
    first = section.sheet.root["/Pages"]["/Kids"].raw_get(0).idnum
    return (
        page == first
        and rest.pop(page) == kept + b"/Annots [ %d 0 R ]\n>>" % number
        and _SEAL.fullmatch(rest.pop(seal)) is not None
    )


def _is_beside(section: _Section, number: int, body: bytes, size: int, about: int) -> bool:
    """What a reader does not see: who made the file when, and streams that only the revocation data names."""
    metadata = section.sheet.root.raw_get("/Metadata").idnum
    if number == about:
        return _ABOUT.fullmatch(body) is not None
    if number == metadata:
        return number in section.streams and b"/Type /Metadata\n" in body[:60]
    return number > size - 1 and number in section.streams and b"/Type" not in body[:40]


def _tail(section: _Section, size: int, root: int, about: int) -> Iterator[bytes]:
    """Yield table and trailer as they must be; identifiers of the file are the only thing left to the sealer."""
    found = _TRAILER.search(section.tail)
    if found is None or (int(found[2]), int(found[3])) != (root, about) or int(found[5]) != section.tail_at:
        raise ValueError
    if int(found[1]) != max(size - 1, *section.objects) + 1 or int(found[4]) != section.sheet.last_startxref:
        raise ValueError
    yield b"xref\n0 1\n0000000000 65535 f \n"
    for _, group in groupby(enumerate(sorted(section.places)), lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in group]
        yield b"%d %d\n" % (numbers[0], len(numbers))
        yield from _rows(section, numbers)
    yield found[0]


def _rows(section: _Section, numbers: Sequence[int]) -> Iterator[bytes]:
    for number in numbers:
        yield b"%010d 00000 n \n" % section.places[number]
