"""What an XML source may hold at all, found by a stream of tokens before any tree is built.

No document type, no entity but the five predefined, no processing instruction, no comment; XML 1.0 in UTF-8 without a
mark; few enough elements, attributes and levels; and no identifier (attribute `Id`, `ID`, `id`, `xml:id`) twice.
"""

from collections.abc import Mapping
from typing import NoReturn
from xml.parsers import expat

from hub.errors import Refused

__all__ = ["ATTRIBUTE_COUNT_MAX", "DEPTH_MAX", "ELEMENT_COUNT_MAX", "SOURCE_BYTE_COUNT_MAX", "check_bounds"]

SOURCE_BYTE_COUNT_MAX = 1_048_576  # a message carries it beside its documents, so a larger one could not arrive
DEPTH_MAX = 32  # files of systems stay below ten, a signature adds eight
ELEMENT_COUNT_MAX = 50_000
ATTRIBUTE_COUNT_MAX = 32  # of one element
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def check_bounds(data: bytes) -> None:
    """Refuse bytes that are not plain, bounded XML 1.0 in UTF-8.

    Raises Refused: SOURCE_XML_TOO_LARGE, SOURCE_XML_ENCODING, SOURCE_XML_FORBIDDEN, SOURCE_XML_TOO_COMPLEX,
    SOURCE_XML_ID_TWICE, SOURCE_XML_MALFORMED.
    """
    if len(data) > SOURCE_BYTE_COUNT_MAX:
        raise Refused("SOURCE_XML_TOO_LARGE", {"byte_count": str(len(data))})
    _check_encoding(data)
    try:
        _Bounds().parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Refused("SOURCE_XML_MALFORMED", {"line": str(error.lineno)}) from None


def _check_encoding(data: bytes) -> None:
    if data.startswith(_BYTE_ORDER_MARKS):
        raise Refused("SOURCE_XML_ENCODING", {"reason": "byte order mark"})
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("SOURCE_XML_ENCODING", {"reason": "not UTF-8"}) from None


class _Bounds:
    """The handlers of one parse, with its counts."""

    def __init__(self) -> None:
        self._depth = self._elements = 0
        self._identifiers: set[str] = set()
        self.parser = parser = expat.ParserCreate("utf-8")
        parser.XmlDeclHandler = self._declaration
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = _Forbidden("DOCTYPE")
        parser.EntityDeclHandler = _Forbidden("entity")
        parser.ExternalEntityRefHandler = _Forbidden("entity")
        parser.SkippedEntityHandler = _Forbidden("entity")
        parser.ProcessingInstructionHandler = _Forbidden("processing instruction")
        parser.CommentHandler = _Forbidden("comment")

    @staticmethod
    def _declaration(version: str, encoding: str | None, _standalone: int) -> None:
        if version != "1.0":
            raise Refused("SOURCE_XML_ENCODING", {"reason": "not XML 1.0"})
        if encoding is not None and encoding.upper() != "UTF-8":
            raise Refused("SOURCE_XML_ENCODING", {"reason": "declares another encoding"})

    def _start(self, _name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEPTH_MAX:
            raise Refused("SOURCE_XML_TOO_COMPLEX", {"what": "depth"})
        if self._elements > ELEMENT_COUNT_MAX:
            raise Refused("SOURCE_XML_TOO_COMPLEX", {"what": "elements"})
        if len(attributes) > ATTRIBUTE_COUNT_MAX:
            raise Refused("SOURCE_XML_TOO_COMPLEX", {"what": "attributes"})
        for name, value in attributes.items():
            if name.rpartition(":")[2].lower() == "id":
                self._take_identifier(value)

    def _take_identifier(self, value: str) -> None:
        if value in self._identifiers:
            raise Refused("SOURCE_XML_ID_TWICE")
        self._identifiers.add(value)

    def _end(self, _name: str) -> None:
        self._depth -= 1


class _Forbidden:
    """A handler that refuses whatever it is called with."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __call__(self, *_: object) -> NoReturn:
        raise Refused("SOURCE_XML_FORBIDDEN", {"what": self._what})
