"""Write answers as the system takes lots: a folder a group, receipts in one file, each class file of a correction or an
incoming pupil in its own form, and last the control file that says all is there.

    tra-loi/tra-loi-<12 digits>/bien-nhan.xml          what became of each record and file, with Sở's signed receipt
    tra-loi/tra-loi-<12 digits>/dinh-chinh-<12 digits>.xml, tiep-nhan-<12 digits>.xml
    tra-loi/tra-loi-<12 digits>/kiem-soat.xml          names, hashes and counts of the others

Invariant: equal groups give equal bytes under equal names, so that writing twice is writing once.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from hub.connectors.sdk import Answer, Mapper
from hub.connectors.tien_giang.class_files import NAMESPACE as CLASS_NAMESPACE
from hub.connectors.tien_giang.class_files import class_element
from hub.connectors.tien_giang.control import CONTROL
from hub.connectors.tien_giang.elements import Element, written
from hub.connectors.transport import FileStore
from hub.domain import read
from hub.errors import Refused

__all__ = ["NAMESPACE", "OUTCOMES", "ROOT", "AnswerLots"]

ROOT: Final = "tra-loi"
NAMESPACE: Final = "urn:bia-ra:tien-giang:tra-loi:1"
OUTCOMES: Mapping[str, str] = MappingProxyType({
    "not_sent": "CHUA-GUI", "accepted": "DA-NHAN", "unchanged": "KHONG-DOI", "refused": "TU-CHOI", "locked": "DA-KHOA",
    "ingested": "BO-DA-NHAN", "corrected": "DINH-CHINH", "incoming": "TIEP-NHAN",
})  # fmt: skip
_NAMES = MappingProxyType({"receipt": "bien-nhan", "correction": "dinh-chinh", "incoming_pupil": "tiep-nhan"})
_FINDING = MappingProxyType({
    "maLoi": "code", "viTri": "path", "mucDo": "severity", "noiDung": "vi", "viecCanLam": "next_vi",
})  # fmt: skip
_ANSWER_LOT = "000000"  # class files in our answers are of no lot of the system


class AnswerLots:
    """The sink. Documents are written in the system's form, by the mapper's way back; they are not signed there."""

    def __init__(self, store: FileStore, mapper: Mapper) -> None:
        self._store = store
        self._mapper = mapper

    async def write(self, answers: Sequence[Answer]) -> None:
        """Write the answers of one group; the control file last."""
        by_group: dict[str, list[Answer]] = {}
        for answer in answers:
            by_group.setdefault(answer.group, []).append(answer)
        for group, held in by_group.items():
            folder = f"{ROOT}/tra-loi-{_short(group)}"
            files = dict(self._files(held))
            for name, (data, _) in files.items():
                await self._store.write(f"{folder}/{name}", data)
            await self._store.write(f"{folder}/{CONTROL}", _control(group, files))

    async def close(self) -> None:
        """Give connections back."""
        await self._store.close()

    def _files(self, answers: Sequence[Answer]) -> Iterator[tuple[str, tuple[bytes, int]]]:
        """Yield name, bytes and count of answers of each file but the control file."""
        receipts = [answer for answer in answers if answer.kind == "receipt"]
        if receipts:
            yield f"{_NAMES['receipt']}.xml", (self._file(receipts), len(receipts))
        for answer in answers:
            if answer.kind != "receipt":
                name = f"{_NAMES[answer.kind]}-{_short(answer.answer_id)}.xml"
                yield name, (self._file([answer]), 1)

    def _file(self, answers: Sequence[Answer]) -> bytes:
        root = Element("TraLoi", {"ban": "1"}, [self._answer(answer) for answer in answers])
        signed = dict.fromkeys((answer.statement, answer.signature) for answer in answers if answer.statement)
        root.inside += [Element("BienNhan", {}, [_text("NoiDung", said), _text("ChuKy", by)]) for said, by in signed]
        return written(root, NAMESPACE)

    def _answer(self, answer: Answer) -> Element:
        said = {
            "ma": answer.answer_id, "loai": _NAMES[answer.kind], "ketQua": OUTCOMES[answer.outcome], "luc": answer.at,
            "truong": answer.school, "namHoc": answer.school_year, "hoSo": answer.record_key, "tep": answer.place,
        }  # fmt: skip
        inside = [_told(found) for found in answer.findings]
        inside += [self._in_its_form(document) for document in answer.documents]
        return Element("KetQua", {name: text for name, text in said.items() if text}, inside)

    def _in_its_form(self, document: str) -> Element:
        transcript = read(document.encode()).transcript
        if transcript is None:
            raise Refused("DOCUMENT_SHAPE")
        record = dict(self._mapper.backward(transcript)[0])
        record["Truong"] = {**record["Truong"], "ten": transcript.school.name}
        element = class_element([record], _ANSWER_LOT)
        element.attributes = {"xmlns": CLASS_NAMESPACE, **element.attributes}
        return element


def _control(group: str, files: Mapping[str, tuple[bytes, int]]) -> bytes:
    root = Element("KiemSoat", {"nhom": group, "soTep": str(len(files))})
    root.inside = [
        Element("Tep", {"ten": name, "sha256": hashlib.sha256(data).hexdigest(), "soTraLoi": str(count)})
        for name, (data, count) in files.items()
    ]
    return written(root, NAMESPACE)


def _told(found: Mapping[str, Any]) -> Element:
    """Return a finding as the system shows it: Vietnamese, without the value, which the system has itself."""
    return Element("Loi", {name: str(found[of]) for name, of in _FINDING.items() if found.get(of)})


def _text(name: str, text: str | None) -> Element:
    return Element(name, text=text or "")


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
