"""Tệp kiểm soát: which files a lot has, the hash and the count of records of each, which earlier files they replace.

It is not signed. What rests on it is only whether a lot is complete; the number of the lot and what a file replaces
stand in the signed file too, and must agree.
"""

import re
from dataclasses import dataclass
from typing import Final

from hub.connectors.tien_giang.class_files import RECORDS_MAX, Replaced
from hub.connectors.tien_giang.elements import Element, read_elements, written, wrong

__all__ = ["CONTROL", "NAMESPACE", "Control", "ListedFile", "control_file", "folder_of", "read_control"]

CONTROL: Final = "kiem-soat.xml"
NAMESPACE: Final = "urn:bia-ra:tien-giang:kiem-soat:1"
FILES_MAX: Final = 200
_ROOT, _FILE, _CODE = "KiemSoat", "Tep", "LOT_CONTROL_WRONG"
_LOT = re.compile(r"[0-9]{6}", re.ASCII)
_NAME = re.compile(r"ho-so-[0-9A-Za-z._-]{1,120}\.xml", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One file of a lot by its last name; `sha256` is in hex, `count` that of its records."""

    name: str
    sha256: str
    count: int
    replaced: Replaced | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """What a control file says; `lot` is six digits."""

    lot: str
    files: tuple[ListedFile, ...]


def read_control(data: bytes) -> Control:
    """Return what a control file says. Raises Refused LOT_CONTROL_WRONG {reason}."""
    root = read_elements(data, NAMESPACE, _CODE)
    lot = root.attributes.get("lo", "")
    if root.name != _ROOT or not _LOT.fullmatch(lot):
        raise wrong(_CODE, f"no {_ROOT} with a number of six digits")
    files = tuple(_listed(each) for each in root.inside)
    if not 0 < len(files) <= FILES_MAX or root.attributes.get("soTep") != str(len(files)):
        raise wrong(_CODE, f"soTep is not the count of its files ({len(files)}), of 1 to {FILES_MAX}")
    if len({file.name for file in files}) < len(files):
        raise wrong(_CODE, "a file twice")
    return Control(lot, files)


def control_file(control: Control) -> bytes:
    """Return the control file that says so."""
    root = Element(_ROOT, {"lo": control.lot, "soTep": str(len(control.files))})
    root.inside = [_element(file) for file in control.files]
    return written(root, NAMESPACE)


def folder_of(lot: str) -> str:
    """Return the last name of the folder in which a lot comes first."""
    return f"lo-{lot}"


def _listed(element: Element) -> ListedFile:
    said = element.attributes
    name, sha256, count = (said.get(each, "") for each in ("ten", "sha256", "soHoSo"))
    if element.name != _FILE or not (_NAME.fullmatch(name) and _SHA256.fullmatch(sha256) and _COUNT.fullmatch(count)):
        raise wrong(_CODE, f"{_FILE} needs ten, sha256 and soHoSo")
    if int(count) > RECORDS_MAX or set(said) - {"ten", "sha256", "soHoSo", "thayLo", "thayTep"}:
        raise wrong(_CODE, f"{_FILE} {name}: soHoSo above {RECORDS_MAX}, or an attribute that nobody knows")
    return ListedFile(name, sha256, int(count), _replaced(said.get("thayLo"), said.get("thayTep")))


def _replaced(lot: str | None, file: str | None) -> Replaced | None:
    if lot is None and file is None:
        return None
    if lot is None or file is None or not (_LOT.fullmatch(lot) and _NAME.fullmatch(file)):
        raise wrong(_CODE, "thayLo and thayTep name a lot and its file")
    return Replaced(lot, file)


def _element(file: ListedFile) -> Element:
    said = {"ten": file.name, "sha256": file.sha256, "soHoSo": str(file.count)}
    if file.replaced is not None:
        said |= {"thayLo": file.replaced.lot, "thayTep": file.replaced.file}
    return Element(_FILE, said)
