"""Judge a lot: taken as a whole when its control file and everything in it agree, else not at all, and told why.

Of a lot that agrees a file is refused by itself: it is not signed by a pinned certificate, no class file, signed for
another lot, older than what was taken, or named by nobody.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from hub.connectors.bundles import bounded_key
from hub.connectors.sdk import Raw, SourceRecord
from hub.connectors.signed import read_xades
from hub.connectors.tien_giang.class_files import ClassFile, read_class_file
from hub.connectors.tien_giang.control import CONTROL, Control, ListedFile, read_control
from hub.connectors.tien_giang.lot_store import LotCopy
from hub.connectors.tien_giang.taken import Taken, TakenLot
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["Lot", "Rows", "read_lot"]

Rows = Callable[[bytes], Sequence[SourceRecord]]
NOT_REPEATED: Final = "thieu"
"""First part of the key of what is told about a record that a replacing file lacks."""
_SHOWN_LENGTH_MAX = 20


@dataclass(frozen=True, slots=True)
class Lot:
    """What a lot gives; `by_hash` are the signed files, and `taken` is None where nothing was taken of it."""

    records: tuple[SourceRecord, ...]
    findings: tuple[Finding, ...] = ()
    by_hash: Mapping[str, bytes] = field(default_factory=dict)
    taken: TakenLot | None = None


@dataclass(frozen=True, slots=True)
class _Signed:
    """One file whose signature holds: its bytes and what the signed part says."""

    listed: ListedFile
    data: bytes
    part: bytes
    file: ClassFile


def read_lot(copy: LotCopy, name: str, taken: Taken, signers: Sequence[bytes], rows: Rows) -> Lot:
    """Return what a lot gives; `name` is that of its control file in the system, `rows` reads a file's signed part.

    Raises Refused LOT_CONTROL_MISSING, LOT_CONTROL_WRONG, LOT_FILE_MISSING, LOT_FILE_DIFFERS, LOT_COUNT_WRONG: the lot
    does not agree, and may still be on its way.
    """
    if copy.control is None:
        raise Refused("LOT_CONTROL_MISSING", {"file": CONTROL})
    control, folder = read_control(copy.control), name.rpartition("/")[0]
    begun = TakenLot(int(control.lot), folder, copy.control)
    standing = taken.standing(begun)
    if standing == "repeated":
        return Lot((), (finding("LOT_REPEATED", name, facts={"lot": control.lot}),))
    if standing == "reused":
        version = hashlib.sha256(copy.control).hexdigest()
        return Lot((_refused(name, version, finding("LOT_NUMBER_REUSED", name, facts={"lot": control.lot})),))
    held = _agreed(control, copy)
    return _Reading(control, folder, copy, taken, tuple(signers), rows).lot(held, begun)


def _agreed(control: Control, copy: LotCopy) -> dict[str, bytes]:
    """Return the bytes of every file. Raises Refused when one is missing or is not what the control file says."""
    missing = [file.name for file in control.files if file.name not in copy.files]
    if missing:
        facts = {"lot": control.lot, "count": str(len(missing)), "file": missing[0]}
        raise Refused("LOT_FILE_MISSING", facts)
    held = {file.name: copy.files[file.name].read_bytes() for file in control.files}
    differing = [file.name for file in control.files if hashlib.sha256(held[file.name]).hexdigest() != file.sha256]
    if differing:
        facts = {"lot": control.lot, "count": str(len(differing)), "file": differing[0]}
        raise Refused("LOT_FILE_DIFFERS", facts)
    return held


@dataclass(frozen=True, slots=True)
class _Reading:
    control: Control
    folder: str
    copy: LotCopy
    taken: Taken
    signers: tuple[bytes, ...]
    rows: Rows

    def lot(self, held: dict[str, bytes], begun: TakenLot) -> Lot:
        """Return what the files of a lot give that agrees."""
        read = [self._signed(file, held[file.name]) for file in self.control.files]
        self._check_counts(each for each in read if isinstance(each, _Signed))
        records: list[SourceRecord] = []
        by_hash: dict[str, bytes] = {}
        classes: list[tuple[str, ...]] = []
        findings = list(self._late())
        for each in read:
            if isinstance(each, SourceRecord):
                records.append(each)
            elif (refused := self._out_of_turn(each)) is not None:
                records.append(self._refusal(each.listed, refused))
            else:
                records += self._records(each, findings)
                by_hash[each.listed.sha256] = each.data
                classes.append(_class_of(each.file.records[0]))
        records += self._extra()
        return Lot(tuple(records), tuple(findings), by_hash, replace(begun, classes=tuple(classes)))

    def _signed(self, listed: ListedFile, data: bytes) -> _Signed | SourceRecord:
        """Return a file that may be read, or the one record that stands for one that may not."""
        try:
            part = read_xades(data, self.signers).data
            file = read_class_file(part)
        except Refused as refused:
            return self._refusal(listed, finding(refused.code, self._path(listed.name), facts=refused.facts))
        if file.lot != self.control.lot or file.replaced != listed.replaced:
            facts = {"lot": self.control.lot, "signed": file.lot[:_SHOWN_LENGTH_MAX]}
            return self._refusal(listed, finding("LOT_FILE_OF_OTHER_LOT", self._path(listed.name), facts=facts))
        return _Signed(listed, data, part, file)

    def _check_counts(self, files: Iterator[_Signed]) -> None:
        for each in files:
            found, stated = len(each.file.records), each.listed.count
            if found != stated:
                facts = {"lot": self.control.lot, "file": each.listed.name, "found": str(found), "stated": str(stated)}
                raise Refused("LOT_COUNT_WRONG", facts)

    def _out_of_turn(self, signed: _Signed) -> Finding | None:
        """Tell a class that a later lot said, or that an earlier one did and this one does not replace."""
        said = self.taken.lot_of(_class_of(signed.file.records[0]))
        if said is None or said == int(self.control.lot) or (said < int(self.control.lot) and signed.file.replaced):
            return None
        code = "LOT_FILE_OVERTAKEN" if said > int(self.control.lot) else "LOT_CLASS_TWICE"
        return finding(code, self._path(signed.listed.name), facts={"lot": f"{said:06}"})

    def _records(self, signed: _Signed, findings: list[Finding]) -> Iterator[SourceRecord]:
        """Yield the records of a file, and one for each that the file lacks which it replaces."""
        path = self._path(signed.listed.name)
        rows = self.rows(signed.part)
        for row in rows:
            yield replace(row, place=f"{path}!{row.place.lstrip('#')}", source_sha256=signed.listed.sha256)
        if signed.listed.replaced is None:
            return
        replaced = self.copy.replaced.get(signed.listed.replaced)
        before = None if replaced is None else self._keys(replaced.read_bytes(), signed.listed.replaced.lot)
        if before is None:
            facts = {"lot": signed.listed.replaced.lot, "file": signed.listed.replaced.file}
            findings.append(finding("LOT_REPLACED_ABSENT", path, facts=facts))
            return
        there = {row.key for row in rows}
        for key in (each for each in before if each not in there):
            told = (finding("LOT_RECORD_NOT_REPEATED", path),)
            yield SourceRecord(bounded_key(f"{NOT_REPEATED}/{key}"), signed.listed.sha256, path, None, told)

    def _keys(self, data: bytes, lot: str) -> list[str] | None:
        """Return the keys of a replaced file, None where it cannot be read as what was signed for its lot."""
        try:
            part = read_xades(data, self.signers).data
            if read_class_file(part).lot != lot:
                return None
            return [row.key for row in self.rows(part)]
        except Refused:
            return None

    def _late(self) -> Iterator[Finding]:
        after = self.taken.later_than(int(self.control.lot))
        if after is not None and int(self.control.lot) not in self.taken.lots:
            facts = {"lot": self.control.lot, "after": f"{after:06}"}
            yield finding("LOT_LATE", self._path(CONTROL), facts=facts)

    def _extra(self) -> Iterator[SourceRecord]:
        for name, version in sorted(self.copy.extra.items()):
            path = self._path(name)
            yield _refused(path, version, finding("LOT_FILE_EXTRA", path))

    def _refusal(self, listed: ListedFile, found: Finding) -> SourceRecord:
        return _refused(self._path(listed.name), listed.sha256, found)

    def _path(self, name: str) -> str:
        return f"{self.folder}/{name}"


def _refused(path: str, version: str, found: Finding) -> SourceRecord:
    """Return the one record that stands for a file, so that it is answered once."""
    return SourceRecord(bounded_key(path), version, path, None, (found,))


def _class_of(record: Raw) -> tuple[str, ...]:
    """Return which class a record is of: school, school year, period, class; empty where one is not said."""
    return tuple(str(_at(record, *path)) for path in (("Truong", "ma"), ("NamHoc",), ("Ky",), ("Lop", "ma")))


def _at(record: object, *path: str) -> object:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record
