"""Answers as files beside those that were read: one for each kind of answer in a group, in the input's own columns."""

from collections.abc import Sequence
from itertools import groupby

from hub.connectors.generic.answers import file_name, table_bytes
from hub.connectors.generic.spec import Format
from hub.connectors.sdk import Answer, Mapper
from hub.connectors.transport import FileStore

__all__ = ["FileSink"]


class FileSink:
    """Writes into `folder` ("tra-loi/") of a store. The same group is the same file, so again is once."""

    def __init__(self, store: FileStore, folder: str, form: Format, mapper: Mapper, key: Sequence[str]) -> None:
        self._store, self._folder, self._form = store, folder, form
        self._mapper, self._key = mapper, key

    async def write(self, answers: Sequence[Answer]) -> None:
        """Write the answers of one group. Raises what the store raises, and Refused for a text no cell can hold."""
        for kind, same in groupby(sorted(answers, key=_order), key=lambda answer: answer.kind):
            listed = list(same)
            name = f"{self._folder}{file_name(kind, listed[0].group, self._form.kind)}"
            data = table_bytes(listed, self._mapper, self._key, self._form)
            await self._store.write(name, data)

    async def close(self) -> None:
        """Give connections back."""
        await self._store.close()


def _order(answer: Answer) -> tuple[str, str, str]:
    """Order by kind, then as a clerk looks for them: by record, then by id."""
    return answer.kind, answer.record_key or "", answer.answer_id
