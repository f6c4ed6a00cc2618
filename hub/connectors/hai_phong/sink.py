"""Write answers into the REST system: phản hồi (receipts), tiếp nhận (incoming pupils), đính chính (corrections).

Each answer is PUT under its own id: the system answers 201 the first time and 200 to the same bytes again, so that a
repetition is harmless. A correction names the version of the record that it is about (`If-Match`).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hub.connectors.sdk import Answer, Mapper
from hub.connectors.transport import GroupAtWork, HttpClient
from hub.domain import read
from hub.errors import Refused, Unavailable

__all__ = ["OUTCOMES", "AnswerCalls"]

# What became of a record, in the system's own codes.
OUTCOMES: Mapping[str, str] = MappingProxyType({
    "not_sent": "00", "accepted": "01", "unchanged": "02", "refused": "03", "locked": "04", "ingested": "05",
    "corrected": "06", "incoming": "07",
})  # fmt: skip
_FOLDERS = MappingProxyType({"receipt": "phan-hoi", "incoming_pupil": "tiep-nhan", "correction": "dinh-chinh"})
_FINDING = MappingProxyType({
    "ma_loi": "code", "vi_tri": "path", "muc_do": "severity", "noi_dung": "vi", "viec_can_lam": "next_vi",
})  # fmt: skip
_NOT_FOUND, _CHANGED = 404, 412


class AnswerCalls:
    """The sink. Documents are written in the system's form, by the mapper's way back."""

    def __init__(self, http: HttpClient, mapper: Mapper, group: GroupAtWork) -> None:
        self._http, self._mapper, self._group = http, mapper, group

    async def write(self, answers: Sequence[Answer]) -> None:
        """Write the answers of one group, one call each; it goes on where it broke off. Raises as `HttpClient` does."""
        by_id = {answer.answer_id: answer for answer in answers}
        for answer_id in self._group.left(by_id):
            await self._put(by_id[answer_id])
            self._group.note(answer_id)
        self._group.done()

    async def close(self) -> None:
        """Give connections back."""
        await self._http.close()

    async def _put(self, answer: Answer) -> None:
        """Write one answer. Raises Unavailable SYSTEM_BUSY when somebody changes a record just now."""
        etag = await self._version_of(answer)
        path = f"{_FOLDERS[answer.kind]}/{answer.answer_id}"
        written = await self._http.put(path, self._body(answer), if_match=etag, expected=(_CHANGED,))
        if written.status == _CHANGED:
            raise Unavailable("SYSTEM_BUSY", {"retry_after_s": "1"})

    async def _version_of(self, answer: Answer) -> str | None:
        """Return the ETag of the record that a correction is about; None for a record that is not there any more."""
        if answer.kind != "correction" or answer.record_key is None:
            return None
        held = await self._http.get(f"ho-so/{answer.record_key}", expected=(_NOT_FOUND,))
        return held.etag if held.status != _NOT_FOUND else None

    def _body(self, answer: Answer) -> dict[str, Any]:
        receipt = None
        if answer.statement is not None:
            receipt = {"noi_dung": answer.statement, "chu_ky": answer.signature}
        return {
            "ma_ho_so": answer.record_key,
            "ma_truong": answer.school,
            "nam_hoc": answer.school_year,
            "luc": answer.at,
            "ket_qua": OUTCOMES[answer.outcome],
            "loi": [_told(found) for found in answer.findings],
            "hoc_ba": [self._in_its_form(document) for document in answer.documents],
            "bien_nhan": receipt,
        }

    def _in_its_form(self, document: str) -> Mapping[str, Any]:
        transcript = read(document.encode()).transcript
        if transcript is None:
            raise Refused("DOCUMENT_SHAPE")
        return self._mapper.backward(transcript)[0]


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding as the system shows it: Vietnamese, without the value, which the system has itself."""
    return {name: found.get(of) for name, of in _FINDING.items()}
