"""Parse one XML part of a workbook as a stream of elements, with no DOCTYPE, no entities and a bounded depth.

A document type is refused in any part, used or not: it is what entity bombs and file disclosure are made of.
"""

from collections.abc import Mapping
from typing import NoReturn, Protocol
from xml.parsers import expat

from hub.connectors.opening import Package, damage_refused
from hub.errors import Refused

__all__ = ["DEPTH_MAX", "Elements", "check_every_part", "parse_part"]

DEPTH_MAX = 200  # real parts stay below 30
_XML_SUFFIXES = (".xml", ".rels", ".vml")


class Elements(Protocol):
    """What a part's reader is told. Names come without their namespace, since dialects differ in it alone."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""

    def end(self, name: str) -> None:
        """End an element."""

    def text(self, text: str) -> None:
        """Take a piece of character data; one text may come in several pieces."""


class _Nothing:
    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


def parse_part(package: Package, name: str, elements: Elements) -> None:
    """Feed one part to `elements`. Raises Refused WORKBOOK_XML_FORBIDDEN or WORKBOOK_DAMAGED."""
    data = package.read(name)
    with damage_refused(name):
        _parser(name, elements).Parse(data, True)


def check_every_part(package: Package) -> None:
    """Refuse a package of which any XML part is ill-formed, too deep or has a document type."""
    nothing = _Nothing()
    for name in package.names:
        if name.lower().endswith(_XML_SUFFIXES):
            parse_part(package, name, nothing)


def _parser(part: str, elements: Elements) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH_MAX:
            raise Refused("WORKBOOK_DAMAGED", {"part": part})
        elements.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        elements.end(_local(name))

    def forbidden(*_: object) -> NoReturn:
        raise Refused("WORKBOOK_XML_FORBIDDEN", {"part": part, "reason": "DOCTYPE"})

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = elements.text
    parser.StartDoctypeDeclHandler = forbidden
    parser.EntityDeclHandler = forbidden
    parser.ExternalEntityRefHandler = forbidden
    parser.SkippedEntityHandler = forbidden
    return parser


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
