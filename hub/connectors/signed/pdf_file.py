"""A PDF opened strictly: one beginning, one end, nothing encrypted, nothing active, every object looked at.

Invariant: no network, no password, no repair; what is decoded is bounded by pyHanko's limits for strangers' files.

The names of all objects are looked at twice: in the objects as the file's own tables name them (whatever filter or
object stream they lie in), and in the raw bytes of the file and of its object streams (whatever the tables do not
name). `/S#69g` is `/Sig` in both.
"""

import io
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.connectors.signed.xml_bounds import SOURCE_BYTE_COUNT_MAX
from hub.errors import HubError, Refused

__all__ = ["SIGNATURE_NAMES", "open_pdf", "reading"]

SIGNATURE_NAMES = frozenset(("Sig", "DocTimeStamp", "ByteRange", "SigFlags"))
_ACTIVE_NAMES = frozenset(
    ("JavaScript", "JS", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "OpenAction", "AA", "GoToR",
     "GoToE", "ImportData", "SubmitForm", "Rendition")
)  # fmt: skip
_HEADER = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n]")
_END = re.compile(rb"%%EOF(\r\n|\r|\n)?\Z")
_RAW_NAME = re.compile(rb"/((?:#[0-9A-Fa-f]{2}|[^\x00\t\n\x0c\r ()<>\[\]{}/%#])+)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_COUNT_MAX = 20_000
_NODE_COUNT_MAX = 500_000
_REVISION_COUNT_MAX = 16
logging.getLogger("pyhanko").setLevel(logging.ERROR)  # its warnings quote what stands in the file
T = TypeVar("T")


def reading(read: Callable[[], T]) -> T:
    """Do a piece of reading; whatever the library raises over a stranger's file is SOURCE_PDF_MALFORMED.

    A parser of a format this large fails in many ways (KeyError, RecursionError, its own errors); all of
    them say the same of the file.
    """
    try:
        return read()
    except (HubError, MemoryError):  # memory is short for whoever reads, not for the file: a caller may have more
        raise
    except Exception as error:
        raise Refused("SOURCE_PDF_MALFORMED", {"reason": type(error).__name__}) from None


def open_pdf(data: bytes) -> tuple[PdfFileReader, frozenset[str]]:
    """Return the reader of a strict PDF, and every name (without its slash) that stands anywhere in it.

    Raises Refused: SOURCE_TOO_LARGE, SOURCE_PDF_MALFORMED, SOURCE_PDF_ENCRYPTED, SOURCE_PDF_ACTIVE.
    """
    if len(data) > SOURCE_BYTE_COUNT_MAX:
        raise Refused("SOURCE_TOO_LARGE", {"byte_count": str(len(data))})
    if not _HEADER.match(data) or not _END.search(data):
        raise Refused("SOURCE_PDF_MALFORMED", {"reason": "beginning or end"})
    reader = reading(lambda: _opened(data))
    names = _raw_names(data) | reading(lambda: _names(reader))
    if names & _ACTIVE_NAMES:
        raise Refused("SOURCE_PDF_ACTIVE", {"name": min(names & _ACTIVE_NAMES)})
    return reader, frozenset(names)


def _opened(data: bytes) -> PdfFileReader:
    reader = PdfFileReader(io.BytesIO(data), strict=True)
    if "/Encrypt" in reader.trailer:
        raise Refused("SOURCE_PDF_ENCRYPTED")
    if reader.xrefs.hybrid_xrefs_present:
        raise Refused("SOURCE_PDF_MALFORMED", {"reason": "two tables of objects"})
    if reader.xrefs.total_revisions > _REVISION_COUNT_MAX:
        raise Refused("SOURCE_PDF_MALFORMED", {"reason": "revisions"})
    _ = reader.root["/Pages"]["/Count"]
    return reader


def _raw_names(data: bytes) -> set[str]:
    found = {_ESCAPE.sub(lambda code: bytes.fromhex(code[1].decode()), name) for name in _RAW_NAME.findall(data)}
    return {name.decode("latin-1") for name in found}


def _names(reader: PdfFileReader) -> set[str]:
    """Return all names in the objects of all revisions, and in the trailer."""
    found: set[str] = set()
    for count, node in enumerate(_nodes(reader)):
        if count > _NODE_COUNT_MAX:
            raise Refused("SOURCE_PDF_MALFORMED", {"reason": "objects"})
        if isinstance(node, generic.NameObject):
            found.add(str(node).removeprefix("/"))
        elif isinstance(node, generic.StreamObject) and node.get("/Type") == "/ObjStm":
            found |= _raw_names(node.data)  # also what no table names: a reader that repairs would find it
    return found


def _nodes(reader: PdfFileReader) -> Iterator[Any]:
    """Yield every value and every key, of every object, once a revision."""
    open_nodes: list[Any] = [reader.trailer.flatten()]
    count = 0
    for revision in range(reader.xrefs.total_revisions):
        for reference in reader.xrefs.explicit_refs_in_revision(revision):
            count += 1
            if count > _OBJECT_COUNT_MAX:
                raise Refused("SOURCE_PDF_MALFORMED", {"reason": "objects"})
            open_nodes.append(reader.get_object(reference, revision=revision))
    while open_nodes:
        node = open_nodes.pop()
        yield node
        if isinstance(node, dict):
            open_nodes += [*dict.keys(node), *dict.values(node)]
        elif isinstance(node, list):
            open_nodes += list.__iter__(node)
