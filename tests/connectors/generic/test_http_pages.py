"""A list behind REST that does not go on: no walk without an end, and no answer taken for that of another question."""

import asyncio
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from hub.connectors.generic import read_file
from hub.connectors.generic.http import HttpSource
from hub.connectors.generic.records import Reader
from hub.connectors.generic.spec import HttpAt
from hub.connectors.transport import HttpAnswer, HttpClient
from hub.errors import Refused
from tests.connectors.generic.test_shapes import SHAPES, a_file


class Answering(HttpClient):
    """A client that answers with these values in turn, each with an ETag, and notes what it was asked."""

    def __init__(self, *values: Mapping[str, Any]) -> None:
        """Take the values."""
        self.values, self.etags = list(values), list[str | None]()

    async def get(
        self, path: str, parameters: Mapping[str, str] | None = None, etag: str | None = None,
        expected: Collection[int] = (),
    ) -> HttpAnswer:  # fmt: skip
        """Return the next."""
        self.etags.append(etag)
        return HttpAnswer(200, f"of {path} {sorted((parameters or {}).items())}", self.values.pop(0), 2)


def a_source(folder: Path, *values: Mapping[str, Any]) -> tuple[HttpSource, Answering]:
    """Return a source over these answers."""
    file, client = read_file(a_file(folder, *SHAPES["http-json"])), Answering(*values)
    assert isinstance(file.transport, HttpAt)
    return HttpSource(client, file.transport, Reader(file)), client


def test_token_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    """It would be asked for again for ever."""
    source, _ = a_source(tmp_path, {"du_lieu": [], "sau": "b"}, {"du_lieu": [], "sau": "b"})
    page = asyncio.run(source.pull(None, 10))
    with pytest.raises(Refused, match="SYSTEM_ANSWER_WRONG"):
        asyncio.run(source.pull(page.cursor, 10))


def test_etag_is_kept_of_the_question_that_is_asked_again_alone(tmp_path: Path) -> None:
    """That of a last page says nothing of the first one."""
    last: dict[str, Any] = {"du_lieu": [], "sau": None, "moc": "7"}
    source, client = a_source(tmp_path, {"du_lieu": [], "sau": "b"}, last, last, last)
    cursor: str | None = json.dumps({"since": "7"})
    for _ in range(4):
        cursor = asyncio.run(source.pull(cursor, 10)).cursor
    assert client.etags[:3] == [None, None, None]
    assert client.etags[3] is not None
    assert "page" not in client.etags[3]
