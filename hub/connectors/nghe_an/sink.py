"""Write answers into the staging schema: receipts, incoming pupils, corrections, answers to unlock requests.

One transaction for each group; an answer that stands there already is left as it is, so that a repetition is harmless.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hub.connectors.nghe_an.session import writing
from hub.connectors.nghe_an.settings import Database
from hub.connectors.sdk import Answer, Mapper
from hub.domain import read
from hub.errors import Refused

__all__ = ["OUTCOMES", "StagingTables"]

# What became of a record, in the system's own words.
OUTCOMES: Mapping[str, str] = MappingProxyType({
    "not_sent": "chua_gui", "accepted": "da_nhan", "unchanged": "khong_doi", "refused": "bi_tu_choi",
    "locked": "da_khoa", "ingested": "bo_da_nhan", "corrected": "da_dinh_chinh", "incoming": "tiep_nhan",
})  # fmt: skip
_STATEMENTS = MappingProxyType({
    "receipt": "write_receipt", "incoming_pupil": "write_incoming_pupil", "correction": "write_correction",
})  # fmt: skip
_UNLOCK = "write_unlock_answer"
_FINDING = MappingProxyType({
    "ma_loi": "code", "vi_tri": "path", "muc_do": "severity", "noi_dung": "vi", "viec_can_lam": "next_vi",
})  # fmt: skip


class StagingTables:
    """The sink. Documents are written in the system's form, by the mapper's way back."""

    def __init__(self, database: Database, mapper: Mapper) -> None:
        self._database, self._mapper = database, mapper

    async def write(self, answers: Sequence[Answer]) -> None:
        """Write the answers of one group, all or none. Raises as `writing`, and Refused DOCUMENT_SHAPE."""
        rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for answer in answers:
            statement = _STATEMENTS[answer.kind] if answer.request is None else _UNLOCK
            rows[statement].append(self._row(answer))
        async with writing(self._database) as session, session.transaction():
            for statement, values in rows.items():
                await session.many(statement, values)

    async def close(self) -> None:
        """Nothing stays open between two groups."""

    def _row(self, answer: Answer) -> dict[str, Any]:
        return {
            "ma_tra_loi": answer.answer_id, "nhom": answer.group, "ma_ho_so": answer.record_key,
            "ma_truong": answer.school, "nam_hoc": answer.school_year, "luc": answer.at,
            "ket_qua": OUTCOMES[answer.outcome], "loi": _text([_told(found) for found in answer.findings]),
            "hoc_ba": _text([self._in_its_form(document) for document in answer.documents]),
            "noi_dung": answer.statement, "chu_ky": answer.signature, "ma_yeu_cau": answer.request,
        }  # fmt: skip

    def _in_its_form(self, document: str) -> Mapping[str, Any]:
        transcript = read(document.encode()).transcript
        if transcript is None:
            raise Refused("DOCUMENT_SHAPE")
        return self._mapper.backward(transcript)[0]


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    return {ours: found[name] for ours, name in _FINDING.items() if name in found}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
