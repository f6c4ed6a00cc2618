"""The faults that a system of lots shows on request: what is laid in place of its lots, or beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from hub.connectors.sdk import Raw
from hub.connectors.tien_giang.class_files import PUPIL, Replaced, class_file
from hub.connectors.tien_giang.control import CONTROL, folder_of
from hub.connectors.tien_giang.simulated_lots import SignedFile, SystemKey, lot_files
from hub.connectors.tien_giang.source import ROOT

__all__ = ["LotToSend", "files_with", "hostile_lots", "wrapped"]

Files = dict[str, bytes]
_REMARK: Final = "Nhận xét đã được nhà trường sửa lại."
_ENTITY: Final = (
    b'<?xml version="1.0"?><!DOCTYPE HoSoLop [<!ENTITY x SYSTEM "file:///etc/hostname">]><HoSoLop>&x;</HoSoLop>'
)


@dataclass(frozen=True, slots=True)
class LotToSend:
    """A lot of the system that is well: its number, the records of each class, and the signed files of these."""

    lot: str
    classes: tuple[tuple[Raw, ...], ...]
    files: tuple[SignedFile, ...]


def files_with(faults: frozenset[str], lots: Sequence[LotToSend], key: SystemKey, stranger: SystemKey) -> Files:
    """Return all files by name: of the lots, the first and the last of them changed as the faults say."""
    files = {name: data for lot in lots for name, data in lot_files(lot.lot, lot.files).items()}
    for fault in sorted(faults, key=lambda each: (each == "late-lot", each)) if lots else ():
        _SHOWN[fault](files, lots, key, stranger)
    return files


def wrapped(signed: bytes, records: Sequence[Raw], lot: str) -> bytes:
    """Return a file that says other things than were signed, with the signed one inside (signature wrapping)."""
    other = class_file(records, lot).rstrip()
    inner = signed[signed.index(b"<HoSoLop") :].rstrip()
    return other.removesuffix(b"</HoSoLop>") + inner + b"</HoSoLop>\n"


def hostile_lots(lots: Sequence[LotToSend], key: SystemKey, stranger: SystemKey) -> Files:
    """Return lots that agree in themselves, each with one file that nobody may read on: of an attacker."""
    files: Files = {}
    for number, of in enumerate(lots[:1], 900_001):
        records, lot = _changed(of.classes[0]), f"{number:06}"
        good = SignedFile.of(key, of.classes[0], lot)
        evil = (
            replace(good, name="ho-so-thuc-the.xml", data=_ENTITY),
            replace(good, name="ho-so-boc.xml", data=wrapped(good.data, records, lot)),
            replace(SignedFile.of(stranger, records, lot), name="ho-so-ke-la.xml"),
            replace(good, name="ho-so-sua.xml", data=good.data.replace(b"Nam", b"Khac")),
        )
        files |= lot_files(lot, evil)
    return files


def _late(files: Files, lots: Sequence[LotToSend], *_: SystemKey) -> None:
    """The first lot, as it is, is read behind all others."""
    place = _place(lots[0].lot)
    for name in [name for name in files if name.startswith(f"{place}/")]:
        files[name.replace(place, f"{ROOT}/muon-{folder_of(lots[0].lot)}")] = files.pop(name)


def _repeated(files: Files, lots: Sequence[LotToSend], *_: SystemKey) -> None:
    files |= lot_files(lots[0].lot, lots[0].files, f"lo-{lots[0].lot}_lai")


def _reused(files: Files, lots: Sequence[LotToSend], key: SystemKey, _: SystemKey) -> None:
    other = SignedFile.of(key, _changed(lots[0].classes[0]), lots[0].lot)
    files |= lot_files(lots[0].lot, (other,), f"lo-{lots[0].lot}_khac")


def _no_control(files: Files, lots: Sequence[LotToSend], *_: SystemKey) -> None:
    del files[_name(lots[-1], CONTROL)]


def _wrong_count(files: Files, lots: Sequence[LotToSend], *_: SystemKey) -> None:
    first, *others = lots[-1].files
    files |= lot_files(lots[-1].lot, (replace(first, count=first.count + 1), *others))


def _missing(files: Files, lots: Sequence[LotToSend], *_: SystemKey) -> None:
    del files[_name(lots[-1], lots[-1].files[0].name)]


def _damaged(files: Files, lots: Sequence[LotToSend], *_: SystemKey) -> None:
    name = _name(lots[-1], lots[-1].files[0].name)
    files[name] = files[name][: len(files[name]) // 2]


def _extra(files: Files, lots: Sequence[LotToSend], key: SystemKey, _: SystemKey) -> None:
    files[_name(lots[0], "ho-so-la.xml")] = lots[0].files[0].data


def _replaced(files: Files, lots: Sequence[LotToSend], key: SystemKey, _: SystemKey) -> None:
    """One lot more: the first class again, with another remark in its first record and without its last."""
    lot, first = f"{int(lots[-1].lot) + 1:06}", lots[0].files[0]
    records = _changed(lots[0].classes[0])
    again = SignedFile.of(key, records[:-1] or records, lot, Replaced(lots[0].lot, first.name))
    files |= lot_files(lot, (again,))


def _other_signer(files: Files, lots: Sequence[LotToSend], _: SystemKey, stranger: SystemKey) -> None:
    other = SignedFile.of(stranger, lots[0].classes[-1], lots[0].lot)
    files |= lot_files(lots[0].lot, (*lots[0].files[:-1], other))


def _wrapped(files: Files, lots: Sequence[LotToSend], *_: SystemKey) -> None:
    last = lots[0].files[-1]
    data = wrapped(last.data, _changed(lots[0].classes[-1]), lots[0].lot)
    files |= lot_files(lots[0].lot, (*lots[0].files[:-1], replace(last, data=data)))


def _changed(records: Sequence[Raw]) -> tuple[Raw, ...]:
    """Return the records of a class with another remark in the first."""
    first, *others = records
    return ({**first, PUPIL: {**first[PUPIL], "NhanXetChung": _REMARK}}, *others)


def _name(lot: LotToSend, last: str) -> str:
    return f"{_place(lot.lot)}/{last}"


def _place(lot: str) -> str:
    return f"{ROOT}/{folder_of(lot)}"


_Fault = Callable[[Files, Sequence[LotToSend], SystemKey, SystemKey], None]
_SHOWN: Mapping[str, _Fault] = MappingProxyType({
    "late-lot": _late, "repeated-lot": _repeated, "reused-number": _reused, "missing-control": _no_control,
    "wrong-count": _wrong_count, "missing-file": _missing, "damaged-file": _damaged, "extra-file": _extra,
    "replaced-file": _replaced, "wrong-signer": _other_signer, "wrapped-signature": _wrapped,
})  # fmt: skip
