"""Answers as workbooks beside the files that they answer: a row for each thing that is said of a pupil, in words.

Invariant: equal answers give equal bytes under an equal name, so that writing them twice is writing them once.
"""

import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from hub.connectors.sdk import Answer
from hub.connectors.transport import FileStore
from hub.connectors.workbook_writing import SheetToWrite, Value, write_workbook
from hub.connectors.worksheets import open_workbook

__all__ = [
    "ANSWER_SHEET", "RowsBeside", "answer_ids", "answer_sheet", "held_answers", "receipt_sheets", "short",
    "workbook_bytes",
]  # fmt: skip

ANSWER_SHEET: Final = "Trả lời"
_COLUMNS: Final = ("STT", "Mã HS", "Kết quả", "Mã lỗi", "Ô", "Lý do", "Việc cần làm", "Mã trả lời")
_OUTCOMES: Final = MappingProxyType({
    "not_sent": "Chưa gửi", "accepted": "Đã nhận", "unchanged": "Không thay đổi", "refused": "Bị từ chối",
    "locked": "Đã khóa", "ingested": "Bộ đã nhận", "corrected": "Đã đính chính", "incoming": "Tiếp nhận",
})  # fmt: skip
_PIECE_LENGTH = 30_000  # of a signed receipt in one cell; a spreadsheet holds 32,767


class RowsBeside:
    """Writes receipts beside the files that they answer, `<file>.tra-loi-<12 digits>.xlsx`. Implements `Sink`."""

    def __init__(self, store: FileStore, folder: str = "") -> None:
        """`folder` is where answers about no file go, below it `<school>/<school year>/`."""
        self._store = store
        self._folder = folder

    async def write(self, answers: Sequence[Answer]) -> None:
        """Write the answers of one group, one workbook a file."""
        by_file: defaultdict[str, list[Answer]] = defaultdict(list)
        for answer in answers:
            by_file[_beside(answer, self._folder)].append(answer)
        for name, held in sorted(by_file.items()):
            await self._store.write(name, workbook_bytes([answer_sheet(held), *receipt_sheets(held)]))

    async def close(self) -> None:
        """Give connections back."""
        await self._store.close()


def answer_sheet(answers: Sequence[Answer]) -> SheetToWrite:
    """Return the sheet of answers; an answer with several findings has several rows, each with its id."""
    rows = [row for answer in answers for row in _rows(answer)]
    return SheetToWrite(ANSWER_SHEET, [_COLUMNS, *([number, *row] for number, row in enumerate(rows, 1))])


def receipt_sheets(answers: Sequence[Answer]) -> list[SheetToWrite]:
    """Return a sheet with the signed receipts, byte for byte, where there are any; long ones go over several cells."""
    signed = dict.fromkeys((answer.statement, answer.signature) for answer in answers if answer.statement)
    named = [(name, text or "") for pair in signed for name, text in zip(("statement", "JWS"), pair, strict=True)]
    rows = [[name, *_pieces(text)] for name, text in named]
    return [SheetToWrite("Biên nhận", rows)] if rows else []


def workbook_bytes(sheets: Sequence[SheetToWrite]) -> bytes:
    """Return a workbook; the same values give the same bytes. Raises Refused when a text cannot stand in one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.xlsx"
        write_workbook(path, sheets)
        return path.read_bytes()


def answer_ids(path: Path) -> tuple[str, ...]:
    """Return the ids of the answers that a workbook of ours holds, each once."""
    sheet = next(sheet for sheet in open_workbook(path).sheets if sheet.name == ANSWER_SHEET)
    cells = (row.cells.get(len(_COLUMNS)) for row in sheet.rows[1:])
    return tuple(dict.fromkeys(cell.text for cell in cells if cell is not None))


def held_answers(root: Path, kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a row for each answer in the workbooks below `root`: kind, id, files, a hash over them, and how many.

    `kinds` says which kind a word in a file's name stands for ("tra-loi-": "receipt").
    """
    files: defaultdict[tuple[str, str], list[Path]] = defaultdict(list)
    for path in sorted(root.rglob("*.xlsx")):
        kind = next((kind for word, kind in kinds.items() if word in path.name), None)
        for answer_id in () if kind is None else answer_ids(path):
            files[str(kind), answer_id].append(path)
    return [
        {
            "kind": kind, "id": answer_id, "files": [path.relative_to(root).as_posix() for path in held],
            "sha256": hashlib.sha256(b"".join(path.read_bytes() for path in held)).hexdigest(), "offered": len(held),
        }
        for (kind, answer_id), held in files.items()
    ]  # fmt: skip


def short(text: str) -> str:
    """Return twelve digits that stand for a group or an answer in a file's name."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _beside(answer: Answer, folder: str) -> str:
    """Return the name of the workbook that an answer goes into."""
    if answer.place is None:
        file = f"tra-loi-{short(answer.group)}.xlsx"
        return "/".join(filter(None, (folder, answer.school, answer.school_year, file)))
    file = answer.place.partition("!")[0]
    return f"{file.rpartition('.')[0] or file}.tra-loi-{short(answer.group)}.xlsx"


def _rows(answer: Answer) -> Iterator[list[Value]]:
    outcome = _OUTCOMES.get(answer.outcome, answer.outcome)
    for found in answer.findings or ({},):
        yield [
            _student_code(answer), outcome, found.get("code"), _cell_of(answer, found), found.get("vi"),
            found.get("next_vi"), answer.answer_id,
        ]  # fmt: skip


def _student_code(answer: Answer) -> str | None:
    """Return the third part of a key "school/school year/student code/period"; a key may be a place instead."""
    key = answer.record_key or ""
    parts = key.split("/")
    return parts[2] if len(parts) == 4 and key != answer.place else None


def _cell_of(answer: Answer, found: Mapping[str, Any]) -> str | None:
    """Return the cell of a finding, else the row of the record, without the file's name."""
    path = str(found.get("path", ""))
    if "!" in path:
        return path
    return (answer.place or "").partition("!")[2] or None


def _pieces(text: str) -> list[str]:
    return [text[start : start + _PIECE_LENGTH] for start in range(0, len(text), _PIECE_LENGTH)]
