"""XML of the system as plain elements, and back: no document type, no entity, nothing beside elements and text.

What is read here is signed or says only which files belong together; nothing of it is ever fetched, opened or expanded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn
from xml.parsers import expat

from hub.domain.characters import visible
from hub.errors import Refused

__all__ = ["Element", "read_elements", "written", "wrong"]

BYTES_MAX: Final = 2 * 2**20
DEPTH_MAX: Final = 8
COUNT_MAX: Final = 50_000
_ATTRIBUTES_MAX = 32
_REASON_LENGTH_MAX = 120
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production Char
_IN_ATTRIBUTE: Final = {**_ESCAPES, "\n": "&#10;", "\t": "&#9;"}


@dataclass(slots=True)
class Element:
    """One element of the document's only namespace. It has attributes and either elements or a text inside."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list["Element"] = field(default_factory=list)
    text: str = ""

    def named(self, name: str) -> Iterator["Element"]:
        """Yield the elements of a name that stand directly inside."""
        return (each for each in self.inside if each.name == name)


def read_elements(data: bytes, namespace: str, code: str) -> Element:
    """Return the root element; every name of it is of `namespace`.

    Raises Refused with `code` {reason}: no XML, a document type, another namespace, text beside elements, too deep, too
    many or too large.
    """
    if len(data) > BYTES_MAX:
        raise wrong(code, f"more than {BYTES_MAX} bytes")
    reader = _Reader(namespace, code)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise wrong(code, f"no XML, line {error.lineno}") from None
    if reader.root is None:
        raise wrong(code, "empty")
    return reader.root


def written(root: Element, namespace: str) -> bytes:
    """Return the document of an element, in UTF-8. Raises Refused DOCUMENT_SHAPE for a text that XML cannot hold."""
    opened = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{root.name} xmlns="{namespace}"{_attributes(root)}>\n']
    opened += [text for each in root.inside for text in (*_written(each), "\n")]
    return "".join([*opened, f"</{root.name}>\n"]).encode()


def wrong(code: str, reason: str) -> Refused:
    """Return the refusal of a document, with what is wrong in it."""
    return Refused(code, {"reason": visible(reason[:_REASON_LENGTH_MAX])})


class _Reader:
    """Builds the elements of one document while it is parsed."""

    def __init__(self, namespace: str, code: str) -> None:
        self.root: Element | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self._prefix, self._code = f"{namespace} ", code
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._take
        for handler in (
            "StartDoctypeDeclHandler", "EntityDeclHandler", "ExternalEntityRefHandler", "SkippedEntityHandler",
            "ProcessingInstructionHandler", "CommentHandler",
        ):  # fmt: skip
            setattr(self.parser, handler, self._forbidden)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEPTH_MAX or self._count > COUNT_MAX or len(attributes) > _ATTRIBUTES_MAX:
            raise wrong(self._code, f"more than {DEPTH_MAX} deep, {COUNT_MAX} elements, {_ATTRIBUTES_MAX} attributes")
        if not name.startswith(self._prefix) or any(" " in each for each in attributes):
            raise wrong(self._code, f"a name of another namespace: {name[:60]}")
        element = Element(name.removeprefix(self._prefix), dict(attributes))
        if self._open:
            self._open[-1].inside.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._texts.append([])

    def _end(self, _name: str) -> None:
        element, text = self._open.pop(), "".join(self._texts.pop())
        if element.inside and text.strip():
            raise wrong(self._code, f"text beside elements in {element.name[:40]}")
        element.text = "" if element.inside else text

    def _take(self, text: str) -> None:
        self._texts[-1].append(text)

    def _forbidden(self, *_: object) -> NoReturn:
        raise wrong(self._code, "DOCTYPE, entity, comment or instruction")


def _written(element: Element) -> Iterator[str]:
    start = f"<{element.name}{_attributes(element)}"
    if not element.inside and not element.text:
        yield f"{start}/>"
        return
    yield f"{start}>"
    for each in element.inside:
        yield from _written(each)
    yield f"{_escaped(element.text, _ESCAPES)}</{element.name}>"


def _attributes(element: Element) -> str:
    return "".join(f' {name}="{_escaped(value, _IN_ATTRIBUTE)}"' for name, value in element.attributes.items())


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    if _NOT_XML.search(text):
        raise Refused("DOCUMENT_SHAPE", {"reason": "a letter that XML cannot hold"})
    return "".join(escapes.get(letter, letter) for letter in text)
