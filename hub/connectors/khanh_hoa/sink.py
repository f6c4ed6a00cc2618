"""Write answers beside the class files: what became of each row, corrections and incoming pupils as class summaries."""

from collections.abc import Iterator, Sequence

from hub.connectors.answer_sheets import (
    ANSWER_SHEET,
    RowsBeside,
    answer_sheet,
    receipt_sheets,
    short,
    workbook_bytes,
)
from hub.connectors.khanh_hoa.writing import class_sheet
from hub.connectors.pupil_list import PUPIL_HEADER, pupil_row
from hub.connectors.sdk import Answer, Mapper
from hub.connectors.transport import FileStore
from hub.connectors.workbook_writing import SheetToWrite
from hub.domain.reading import read
from hub.domain.transcript import Transcript

__all__ = ["ANSWER_SHEET", "ROOT", "AnswersBeside"]

ROOT = "gui"
_NAMES = {"correction": "dinh-chinh", "incoming_pupil": "tiep-nhan"}


class AnswersBeside:
    """Receipts as `RowsBeside` writes them; each correction and each incoming pupil as a workbook of its own."""

    def __init__(self, store: FileStore, mapper: Mapper) -> None:
        self._store = store
        self._mapper = mapper
        self._receipts = RowsBeside(store, ROOT)

    async def write(self, answers: Sequence[Answer]) -> None:
        """Write the answers of one group."""
        receipts = [answer for answer in answers if answer.kind == "receipt"]
        if receipts:
            await self._receipts.write(receipts)
        for answer in answers:
            if answer.kind != "receipt":
                file = f"{_NAMES[answer.kind]}-{short(answer.answer_id)}.xlsx"
                name = f"{ROOT}/{answer.school}/{answer.school_year}/{file}"
                sheets = [answer_sheet([answer]), *receipt_sheets([answer]), *_documents(answer, self._mapper)]
                await self._store.write(name, workbook_bytes(sheets))

    async def close(self) -> None:
        """Give connections back."""
        await self._store.close()


def _documents(answer: Answer, mapper: Mapper) -> Iterator[SheetToWrite]:
    """Yield the pupil as the list has them, each document in its template, and what no template can say."""
    held = [t for text in answer.documents if (t := read(text.encode()).transcript) is not None]
    lost: list[Sequence[str]] = []
    if held:
        newest = max(held, key=lambda transcript: transcript.school_year)
        yield SheetToWrite("C1-HocSinh", [PUPIL_HEADER, pupil_row(newest, 1)])
    for number, transcript in enumerate(held, 1):
        record, losses = mapper.backward(transcript)
        lost += [(transcript.school_year, loss.path) for loss in losses]
        yield class_sheet([record], _school_line(transcript), f"{number} {transcript.school_year}")
    if lost:
        yield SheetToWrite("Không ghi được", [("Năm học", "Mục"), *dict.fromkeys(lost)])


def _school_line(transcript: Transcript) -> str:
    return f"{transcript.school.name} ({transcript.school.code})"
