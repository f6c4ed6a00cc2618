"""Answers as a table or as JSON: in the system's own columns, with what became of the record beside them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hub.connectors.formats import csv_bytes, json_bytes, sheet_bytes
from hub.connectors.generic.spec import Format
from hub.connectors.mapping.paths import leaves
from hub.connectors.sdk import Answer, Mapper
from hub.domain.reading import read

__all__ = ["FILE_NAMES", "body_of", "file_name", "table_bytes", "text_of"]

FILE_NAMES = {"receipt": "tra-loi", "correction": "dinh-chinh", "incoming_pupil": "tiep-nhan"}
_OUTCOME, _CODES, _REASONS, _NEXT, _PLACE, _ID = "KetQua", "MaLoi", "LyDo", "ViecCanLam", "ViTri", "MaTraLoi"
_OURS = (_OUTCOME, _CODES, _REASONS, _NEXT, _PLACE, _ID)
_KEY = "KhoaHoSo"
_ENDINGS = {"csv": "csv", "xlsx": "xlsx", "json": "json", "jsonl": "json", "rows": "csv"}


def file_name(kind: str, group: str, form: str) -> str:
    """Return the name of the file with a group's answers of one kind: the same group always gives the same name."""
    return f"{FILE_NAMES[kind]}-{hashlib.sha256(group.encode()).hexdigest()[:12]}.{_ENDINGS[form]}"


def table_bytes(answers: Sequence[Answer], mapper: Mapper, key: Sequence[str], form: Format) -> bytes:
    """Return the file with these answers, a row for each and for each document of one; equal answers, equal bytes.

    A table has the record's own columns, or those of its `key` where it is a receipt; what we tell stands last. It is
    in the encoding in which the system writes.
    """
    if _ENDINGS[form.kind] == "json":
        return json_bytes([body_of(answer, mapper) for answer in answers]) + b"\n"
    rows = [row for answer in answers for row in _rows(answer, mapper, key)]
    columns = [*dict.fromkeys(name for row in rows for name in row if name not in _OURS), *_OURS]
    cells = [[text_of(row.get(name)) for name in columns] for row in rows]
    if form.kind == "xlsx":
        return sheet_bytes("Trả lời", [columns, *cells])
    return csv_bytes(columns, cells, form.delimiter, form.encoding, mark=True)


def body_of(answer: Answer, mapper: Mapper) -> dict[str, Any]:
    """Return an answer as an object, its documents in the system's own form."""
    return {
        "id": answer.answer_id, "kind": answer.kind, "outcome": answer.outcome, "key": answer.record_key,
        "place": answer.place, "school": answer.school, "school_year": answer.school_year, "at": answer.at,
        "findings": list(answer.findings), "records": list(_records(answer, mapper)),
        "statement": answer.statement, "signature": answer.signature,
    }  # fmt: skip


def _rows(answer: Answer, mapper: Mapper, key: Sequence[str]) -> Iterator[dict[str, Any]]:
    told = _told(answer)
    if not answer.documents:
        yield {**_key_columns(answer.record_key or "", key), **told}
    for record in _records(answer, mapper):
        yield {**dict(leaves(record)), **told}


def _records(answer: Answer, mapper: Mapper) -> Iterator[Mapping[str, Any]]:
    for document in answer.documents:
        transcript = read(document.encode()).transcript
        if transcript is not None:
            yield mapper.backward(transcript)[0]


def _told(answer: Answer) -> dict[str, str]:
    texts = (
        answer.outcome, ", ".join(found["code"] for found in answer.findings), _joined(answer, "vi"),
        _joined(answer, "next_vi"), answer.place or "", answer.answer_id,
    )  # fmt: skip
    return dict(zip(_OURS, texts, strict=True))


def _joined(answer: Answer, name: str) -> str:
    return " ".join(dict.fromkeys(found[name] for found in answer.findings if name in found))


def _key_columns(record_key: str, key: Sequence[str]) -> dict[str, str]:
    """Give the parts of a key back to their columns; a key of other parts stands in a column of its own."""
    parts = record_key.split("/")
    return dict(zip(key, parts, strict=True)) if len(parts) == len(key) else {_KEY: record_key}


def text_of(value: object) -> str:
    """Return a value of a record as a cell of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value) if isinstance(value, str | int | Decimal) else json_bytes(value).decode()
