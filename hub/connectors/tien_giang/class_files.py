"""Hồ sơ lớp: what a signed file says of one class, as one record a pupil, and the file that says it.

A record has the values of the file's frame (school, year, period, class) and of one pupil, by the names of elements and
attributes. A name that comes twice gives a list where one value is meant, which the mapping refuses.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from hub.connectors.sdk import Raw
from hub.connectors.tien_giang.elements import Element, read_elements, written, wrong

__all__ = ["NAMESPACE", "ClassFile", "Replaced", "class_element", "class_file", "read_class_file"]

NAMESPACE: Final = "urn:bia-ra:tien-giang:ho-so-lop:1"  # bịa ra: invented
ROOT: Final = "HoSoLop"
PUPIL: Final = "HocSinh"
RECORDS_MAX: Final = 500
_FORM = "1"  # of the root's attribute `ban`
_CODE = "LOT_FILE_SHAPE"
_REPLACES = "ThayThe"
_LISTS: Final = MappingProxyType({
    "MonHoc": "Mon", "PhamChat": "Muc", "NangLuc": "Muc", "KhenThuong": "Ma", "ChuyenDe": "Ma",
})  # fmt: skip
"""Elements that hold a list, and the name of what stands in it."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A file of an earlier lot, by the lot's number and the file's last name."""

    lot: str
    file: str


@dataclass(frozen=True, slots=True)
class ClassFile:
    """`lot` is the number of the lot that the file was signed for; `replaced` is what it stands for, where it does."""

    lot: str
    replaced: Replaced | None
    records: tuple[Raw, ...]


def read_class_file(data: bytes) -> ClassFile:
    """Return what the signed part of a file says. Raises Refused LOT_FILE_SHAPE {reason}."""
    root = read_elements(data, NAMESPACE, _CODE)
    if root.name != ROOT or root.attributes.get("ban") != _FORM or not root.attributes.get("lo"):
        raise wrong(_CODE, f"no {ROOT} of form {_FORM} with the number of its lot")
    pupils = list(root.named(PUPIL))
    if not 0 < len(pupils) <= RECORDS_MAX:
        raise wrong(_CODE, f"{len(pupils)} {PUPIL}, of 1 to {RECORDS_MAX}")
    frame = _values([each for each in root.inside if each.name not in (PUPIL, _REPLACES)])
    own = {name: text for name, text in root.attributes.items() if name not in ("ban", "lo")}
    records = tuple({**own, **frame, PUPIL: _value(pupil)} for pupil in pupils)
    return ClassFile(root.attributes["lo"], _replaced(root), records)


def class_file(records: Sequence[Raw], lot: str, replaced: Replaced | None = None) -> bytes:
    """Return the file of one class, unsigned: records of one frame, as `read_class_file` and `backward` give them."""
    return written(class_element(records, lot, replaced), NAMESPACE)


def class_element(records: Sequence[Raw], lot: str, replaced: Replaced | None = None) -> Element:
    """Return the root element of such a file."""
    frame = {name: value for name, value in records[0].items() if name != PUPIL}
    attributes = {"ban": _FORM, "lo": lot} | {name: _text(value) for name, value in frame.items() if _is_small(name)}
    inside = [_element(name, value) for name, value in frame.items() if not _is_small(name)]
    if replaced is not None:
        inside.append(Element(_REPLACES, {"lo": replaced.lot, "tep": replaced.file}))
    inside += [_element(PUPIL, record[PUPIL]) for record in records]
    return Element(ROOT, attributes, inside)


def _replaced(root: Element) -> Replaced | None:
    named = list(root.named(_REPLACES))
    if not named:
        return None
    lot, file = named[0].attributes.get("lo"), named[0].attributes.get("tep")
    if len(named) > 1 or not lot or not file or named[0].inside:
        raise wrong(_CODE, f"{_REPLACES} without lo and tep, or twice")
    return Replaced(lot, file)


def _values(elements: Sequence[Element]) -> dict[str, Any]:
    """Return the values of elements by name; of one that comes several times all of them."""
    found: dict[str, list[Any]] = {}
    for each in elements:
        found.setdefault(each.name, []).append(_value(each))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _value(element: Element) -> Any:
    if element.name in _LISTS and not element.attributes:
        return list(_items(element))
    if not element.attributes and not element.inside:
        return element.text or None
    said = {name: text or None for name, text in element.attributes.items()} | _values(element.inside)
    return said | ({"chu": element.text} if element.text.strip() else {})  # told as unknown: nothing may stand there


def _items(element: Element) -> Iterator[Any]:
    """Yield the items of a list; what is none of them is no item, and no text: the mapping refuses it."""
    if element.text.strip():
        yield element.text
    for each in element.inside:
        value = _value(each)
        yield value if each.name == _LISTS[element.name] else {each.name: value}


def _element(name: str, value: object) -> Element:
    """Return the element of a value: members in small letters are attributes, the others elements inside."""
    if isinstance(value, Mapping):
        attributes = {each: _text(held) for each, held in value.items() if _is_small(each)}
        return Element(name, attributes, [_element(n, held) for n, held in value.items() if not _is_small(n)])
    if isinstance(value, list | tuple):
        return Element(name, inside=[_element(_LISTS.get(name, name), each) for each in value])
    return Element(name, text=_text(value))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _is_small(name: str) -> bool:
    return name[:1].islower()
