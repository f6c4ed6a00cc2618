"""Put answers into the system's folder: `tra-loi/<answer id>.json`, and the documents of an answer beside it.

The answer carries Sở's signed receipt byte for byte (`statement`, base64, and its JWS `signature`): the system can
check it for itself. A file is written whole or not at all, and writing it again changes nothing.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from hub.connectors.sdk import Answer
from hub.connectors.transport import FolderStore

__all__ = ["ANSWERS", "AnswerFiles", "answer_file"]

ANSWERS = "tra-loi"


class AnswerFiles:
    """The sink. Documents come first, so that an answer never names one that is not there."""

    def __init__(self, store: FolderStore) -> None:
        self._store = store

    async def write(self, answers: Sequence[Answer]) -> None:
        """Write the answers of one group."""
        for answer in answers:
            for document in answer.documents:
                data = document.encode()
                await self._store.write(f"{ANSWERS}/{hashlib.sha256(data).hexdigest()}.json", data)
            await self._store.write(f"{ANSWERS}/{answer.answer_id}.json", answer_file(answer))

    async def close(self) -> None:
        """Give the folder back."""
        await self._store.close()


def answer_file(answer: Answer) -> bytes:
    """Return the bytes of an answer's file: all that it says, with its documents by their hashes."""
    shown = msgspec.to_builtins(answer)
    if answer.documents:
        shown["documents"] = [hashlib.sha256(document.encode()).hexdigest() for document in answer.documents]
    return msgspec.json.encode(shown, order="sorted") + b"\n"
